"""Rows of another site's journal applied to a copy of the floor: what a relay saves and shows."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from dispatch.events import Event
from dispatch.floor import Floor, copy_of
from store.core.batch import Batch, show
from store.core.journal import Head
from store.core.wire import BadMessage, Entry, Epoch, Verdict, typed

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


class Base(Struct, frozen=True):
    """The floor after row `head` as the hub of `epoch` gave it at `taken_at` (ms)."""

    head: Head
    epoch: Epoch
    floor: Floor
    taken_at: int


class CopyJob(Struct, frozen=True):
    """To be made durable in one transaction: rows that continue the copy, or the base it begins with.

    `epoch` is that of the hub that gave them; a job may say only that.
    """

    epoch: Epoch
    entries: tuple[Entry, ...] = ()
    base: Base | None = None


def fold(floor: Floor, head: Head, entries: Iterable[Entry]) -> tuple[Batch, int | None]:
    """The floor after the rows, on a copy, with the accepted orders they tell of.

    Also the first row this program does not understand (`None`: it knows all): the row is kept, the floor
    lacks it, and a newer program makes the state anew.
    """
    batch = Batch(copy_of(floor), head)
    accepted: dict[str, Verdict] = {}
    unknown: int | None = None
    for entry in entries:
        try:
            show(batch, typed(_events, entry.body), entry.seq)
        except (BadMessage, KeyError) as error:
            unknown = unknown or entry.seq
            batch.faults.append(f"row {entry.seq} {entry.kind}: {error!r}")
        batch.entries.append(entry)
        batch.head = Head(entry.seq, entry.hlc, entry.hash)
        accepted[entry.cid] = Verdict(entry.cid, entry.seq, epoch=entry.epoch)
    batch.verdicts = list(accepted.values())
    return batch, unknown
