"""Who commands, as the store of one site knows it: one row per scope (bus.md 5.8).

Every start of a hub raises boot; only people raise term. A row names the site that holds the scope: our own
means that this store leads, any other that it follows. All of ours are checked in every transaction.
"""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, bindparam, select, update

from dispatch.sites import CITY, Authority
from store.core.wire import Epoch, encode
from store.db.errors import NotHolder
from store.db.rows import read
from store.db.tables import AUTHORITY, STATE

NORMAL = "normal"
FOLLOWING = "following"
FENCED = "fenced"
"""Modes of a row: we lead, we follow, we led until we heard that another site does."""

_words: msgspec.msgpack.Decoder[Authority] = msgspec.msgpack.Decoder(Authority)


class Seen(Struct, frozen=True):
    """What the authority row says."""

    epoch: Epoch
    holder: str


class Row(Struct, frozen=True):
    """One scope. `word`: by whose order it was taken here; None: by nobody's, it is the first start."""

    scope: str
    epoch: Epoch
    mode: str
    word: Authority | None = None


def authority(connection: Connection, scope: str = CITY) -> Seen | None:
    """The row, locked against a claim until our transaction ends; `None`: never claimed."""
    row = read(connection, "authority", _authority, {"of": scope}).first()
    return Seen(Epoch(row.term, row.term_site, row.boot), row.holder) if row else None


def _authority() -> Any:
    columns = (AUTHORITY.c.term, AUTHORITY.c.term_site, AUTHORITY.c.boot, AUTHORITY.c.holder)
    return select(*columns).where(AUTHORITY.c.scope == bindparam("of")).with_for_update(read=True)


def scopes(connection: Connection) -> list[Row]:
    """Every row; the city's first."""
    rows = []
    for row in connection.execute(select(AUTHORITY)):
        word = _words.decode(row.word) if row.word else None
        rows.append(Row(row.scope, Epoch(row.term, row.term_site, row.boot), row.mode, word))
    return sorted(rows, key=lambda row: row.scope != CITY)


def led_by(rows: list[Row], site: str) -> Row | None:
    """The scope this site commands by its own store; `None`: it follows, or was never started."""
    return next((row for row in rows if row.epoch.site == site and row.mode == NORMAL), None)


def owed(connection: Connection, rows: list[Row], site: str) -> Authority | None:
    """Command of the city that was handed over to this site and never begun here; `None`: nothing is."""
    body = connection.execute(
        select(STATE["authorities"].c.body).where(STATE["authorities"].c.id == CITY)
    ).scalar()
    word = _words.decode(body) if body else None
    city = next((row for row in rows if row.scope == CITY), None)
    if word is None or word.site != site or city is None:
        return None
    return word if (word.term, word.site) > (city.epoch.term, city.epoch.site) else None


def claim(connection: Connection, site: str, instance: str, scope: str = CITY) -> Epoch:
    """Take command for this process: boot + 1. Raises NotHolder when another site holds the term."""
    row = connection.execute(select(AUTHORITY).where(AUTHORITY.c.scope == scope).with_for_update()).first()
    if row is None:
        epoch = Epoch(1, site, 1)
        _put(connection, scope, epoch, NORMAL, holder=instance, reason="first start")
        return epoch
    if row.term_site != site or row.mode != NORMAL:
        raise NotHolder(f"term {row.term} is held by site {row.term_site}, this is {site}")
    epoch = Epoch(row.term, row.term_site, row.boot + 1)
    changed = {"boot": epoch.boot, "holder": instance}
    connection.execute(update(AUTHORITY).where(AUTHORITY.c.scope == scope).values(changed))
    return epoch


def take(connection: Connection, word: Authority) -> None:
    """By order of two people this store leads the scope from its next claim on; it is durable before that."""
    if word.id == CITY:  # who commands the city commands each of its districts
        connection.execute(AUTHORITY.delete().where(AUTHORITY.c.scope != CITY))
    people = {"granted_by": word.dispatcher_id or "", "second_by": word.second_id or ""}
    said = {"reason": word.reason, "order_no": word.order_no, "since_hlc": word.since_at << 16}
    epoch = Epoch(word.term, word.site, 0)
    _put(connection, word.id, epoch, NORMAL, word=encode(word), **people, **said)


def give(connection: Connection, word: Authority) -> None:
    """Another site holds the scope by a planned hand-over: our next transaction is refused."""
    _lose(connection, word.id, Epoch(word.term, word.site, 0), FOLLOWING)


def fence(connection: Connection, scope: str, heard: Epoch) -> None:
    """Another site was heard to hold the scope: never claim again, come back as a follower.

    A process that stood still may have heard what is long over: the store, which another start went on with,
    knows of a newer command, and keeps it. Boot 0 is no hub's: our tail is shown under it until it is handed
    in, and no seat may take that for rows of the hub that was heard.
    """
    known = authority(connection, scope)
    if known is None or (heard.term, heard.site) > (known.epoch.term, known.epoch.site):
        _lose(connection, scope, Epoch(heard.term, heard.site, 0), FENCED)


def follows(connection: Connection, epoch: Epoch) -> None:
    """The store is a copy of what the hub of `epoch` decides."""
    _put(connection, CITY, epoch, FOLLOWING)


def _lose(connection: Connection, scope: str, epoch: Epoch, mode: str) -> None:
    """A district gives its own scope back and goes on with what it knows of the city."""
    if scope == CITY:
        _put(connection, scope, epoch, mode)
    else:
        connection.execute(AUTHORITY.delete().where(AUTHORITY.c.scope == scope))


def _put(connection: Connection, scope: str, epoch: Epoch, mode: str, **more: Any) -> None:
    row = {
        "scope": scope,
        "term": epoch.term,
        "term_site": epoch.site,
        "boot": epoch.boot,
        "holder": "",
        "mode": mode,
        "since_hlc": 0,
        "granted_by": "",
        "second_by": "",
        "reason": "",
        "order_no": "",
        "touched": 0,
        "word": None,
        **more,
    }
    connection.execute(AUTHORITY.delete().where(AUTHORITY.c.scope == scope))
    connection.execute(AUTHORITY.insert().values(row))
