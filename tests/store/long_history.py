"""A long journal written straight into a stopped hub's store: a week of orders in seconds, with verdicts.

They stand as far apart as those of a large city, so that what is looked for by time is found as it is there.
"""

import time

from msgspec.structs import replace

from dispatch.commands import ReportRinging
from dispatch.events import CallRang
from dispatch.kinds import Direction, Role
from dispatch.order import Order
from dispatch.words import Call
from store.core.decided import Decided
from store.core.hlc import COUNTER_BITS, next_hlc
from store.core.journal import Head, row_hash
from store.core.wire import Entry, Epoch, encode
from store.db import rows
from store.db.engine import open_engine
from store.db.tables import JOURNAL, VERDICT

CALLS_ON_FLOOR = 2000
AT_ONCE = 5000
GAP_MS = 184
"""470,000 rows a day."""


def write_history(url: str, count: int, epoch: Epoch) -> Head:
    """Append `count` rows that continue the chain; where the journal ends then."""
    engine = open_engine(url, writer=True)
    now = int(time.time() * 1000)
    try:
        with engine.connect() as connection:
            with connection.begin():
                head = rows.read_head(connection)
            for at in range(0, count, AT_ONCE):
                before, entries = head, []
                for number in range(at, min(count, at + AT_ONCE)):
                    entry = _row(head, number, epoch, now + number * GAP_MS)
                    entries.append(entry)
                    head = Head(entry.seq, entry.hlc, entry.hash)
                with connection.begin():
                    connection.execute(JOURNAL.insert(), rows.journal_rows(entries, before.hash))
                    connection.execute(VERDICT.insert(), rows.verdict_rows(map(_verdict, entries)))
    finally:
        engine.dispose()
    return head


def _row(head: Head, number: int, epoch: Epoch, now: int) -> Entry:
    name = f"call{number % CALLS_ON_FLOOR:028d}"
    call = Call(name, "01", Direction.INBOUND, f"138{number % 10**8:08d}", now)
    body = encode(CallRang(call))
    entry = Entry(
        head.seq + 1,
        epoch,
        f"{number:032x}",
        next_hlc(head.hlc, now),
        "CallRang",
        f"calls:{call.id}",
        "seat-01",
        "d1001",
        body,
    )
    return replace(entry, hash=row_hash(head.hash, entry))


def _verdict(entry: Entry) -> Decided:
    """What the hub keeps of the order behind the row."""
    at = entry.hlc >> COUNTER_BITS
    call = entry.entity.removeprefix("calls:")
    command = ReportRinging(call, f"138{entry.seq % 10**8:08d}")
    order = Order(entry.cid, command, at, entry.machine, frozenset({Role.DISPATCHER}), "seat01", entry.by)
    return Decided(
        cid=entry.cid,
        seq=entry.seq,
        epoch=entry.epoch,
        refusal=b"",
        kind="ReportRinging",
        machine=entry.machine,
        by=entry.by,
        seat_id="seat01",
        site="01",
        at=at,
        order=encode(order),
    )
