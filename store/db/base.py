"""Where a copy of the journal begins: the floor of another site after one row, with the hash of that row.

A new district takes one snapshot and not years of journal. A store without a base begins with row 1; every
reader of the journal starts from `chain_start`, so that both are proven the same way.
"""

import zlib

import msgspec
from sqlalchemy import Connection, select

from dispatch.floor import Floor
from store.core.copied import Base
from store.core.journal import HEAD_ZERO, Head
from store.core.wire import Epoch, encode
from store.db.tables import BASE, JOURNAL

COMPRESSION = 1
_floors = msgspec.msgpack.Decoder(Floor)


def read_base(connection: Connection) -> Base | None:
    """`None`: this journal begins with row 1."""
    row = connection.execute(select(BASE)).first()
    if row is None:
        return None
    floor = _floors.decode(zlib.decompress(row.floor))
    epoch = Epoch(row.term, row.term_site, row.boot)
    return Base(Head(row.seq, row.hlc, row.hash), epoch, floor, row.taken_at)


def write_base(connection: Connection, base: Base) -> None:
    """Once, into an empty store."""
    row = {
        "seq": base.head.seq,
        "hlc": base.head.hlc,
        "hash": base.head.hash,
        "term": base.epoch.term,
        "term_site": base.epoch.site,
        "boot": base.epoch.boot,
        "taken_at": base.taken_at,
        "floor": zlib.compress(encode(base.floor), COMPRESSION),
    }
    connection.execute(BASE.insert().values(row))


def chain_start(connection: Connection) -> Head:
    """The row before the first one of this journal: the base's, or the zero head."""
    row = connection.execute(select(BASE.c.seq, BASE.c.hlc, BASE.c.hash)).first()
    return Head(row.seq, row.hlc, row.hash) if row else HEAD_ZERO


def head_at(connection: Connection, seq: int) -> Head | None:
    """Row `seq`, also when it is the one the base stands on; `None`: this store does not know it."""
    columns = (JOURNAL.c.seq, JOURNAL.c.hlc, JOURNAL.c.hash)
    row = connection.execute(select(*columns).where(JOURNAL.c.seq == seq)).first()
    if row is not None:
        return Head(row.seq, row.hlc, row.hash)
    start = chain_start(connection)
    return start if start.seq == seq else None
