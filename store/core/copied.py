"""Rows of another site's journal applied to a copy of the floor: what a relay saves and shows."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from dispatch.events import Event
from dispatch.floor import Floor, copy_of
from store.core.batch import Batch, show
from store.core.decided import Decided
from store.core.hlc import COUNTER_BITS
from store.core.journal import Head
from store.core.wire import BadMessage, Entry, Epoch, typed

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


class Base(Struct, frozen=True):
    """The floor after row `head` as the hub of `epoch` gave it at `taken_at` (ms)."""

    head: Head
    epoch: Epoch
    floor: Floor
    taken_at: int


class CopyJob(Struct, frozen=True):
    """To be made durable in one transaction: rows that continue the copy, or the base it begins with.

    `epoch` is that of the hub that gave them; a job may say only that. `decided`: what came beside the rows.
    `before`: verdicts before this row are still to come, 0: none; `None`: as it was.
    """

    epoch: Epoch
    entries: tuple[Entry, ...] = ()
    base: Base | None = None
    decided: tuple[Decided, ...] = ()
    before: int | None = None


def fold(
    floor: Floor, head: Head, entries: Iterable[Entry], decided: Iterable[Decided] = ()
) -> tuple[Batch, int | None]:
    """The floor after the rows, on a copy, with what was decided: `decided`, and what only the rows tell of.

    Also the first row this program does not understand (`None`: it knows all): the row is kept, the floor
    lacks it, and a newer program makes the state anew.
    """
    batch = Batch(copy_of(floor), head)
    known = {one.cid: one for one in decided}
    told = dict(known)
    unknown: int | None = None
    for entry in entries:
        try:
            show(batch, typed(_events, entry.body), entry.seq)
        except (BadMessage, KeyError) as error:
            unknown = unknown or entry.seq
            batch.faults.append(f"row {entry.seq} {entry.kind}: {error!r}")
        batch.entries.append(entry)
        batch.head = Head(entry.seq, entry.hlc, entry.hash)
        if entry.cid not in known:
            told[entry.cid] = _told_by(entry)
    batch.decided = list(told.values())
    return batch, unknown


def _told_by(entry: Entry) -> Decided:
    """An accepted order as its last row tells of it: a hub of before says no more."""
    return Decided(
        cid=entry.cid,
        seq=entry.seq,
        epoch=entry.epoch,
        refusal=b"",
        kind=entry.kind,
        machine=entry.machine,
        by=entry.by,
        seat_id="",
        site="",
        at=entry.hlc >> COUNTER_BITS,
    )
