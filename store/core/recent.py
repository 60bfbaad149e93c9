"""The last rows of the journal and the newest snapshot in memory: what every asker gets, at hub and relay."""

from collections import deque
from collections.abc import Iterable
from itertools import islice, takewhile

from dispatch.floor import TABLES, Floor
from store.core.decided import DECIDED_MAX, Decided
from store.core.journal import Head
from store.core.messages import Catch, Evs
from store.core.outputs import MakeSnapshot, Reply, Route
from store.core.snapshots import snapshot
from store.core.wire import PART_BYTES_MAX, Entry, Epoch, Ev

RING_EVENTS = 50_000
RING_DECIDED = 10_000
"""Orders are kept with it; a relay that is further behind is answered from the store."""
SNAPSHOT_MS = 250
"""A snapshot is encoded at most this often and shared by all askers."""
THINGS_PER_SNAPSHOT_MS = 20
"""A large floor is encoded less often still (100,000 things: every 5 s); what happened since comes from the
ring."""
THINGS_AT_ONCE_MAX = 1000
"""Up to here (2 ms) a floor is encoded on the loop, beyond on a thread: nothing may keep the loop from its
Ticks."""
TAIL_MAX = 1000
ROW_BYTES = 160
"""What a row costs in a message beside its body."""


class Recent:
    """Belongs to the thread of the logic around it."""

    def __init__(self) -> None:
        self._ring: deque[Entry] = deque(maxlen=RING_EVENTS)
        self._decided: deque[Decided] = deque(maxlen=RING_DECIDED)
        self._snapshot: list[bytes] | None = None  # None: it is being encoded
        self._waiting: list[Route] = []
        self._snapshot_of: tuple[Epoch, int] | None = None
        self._snapshot_at = 0

    def take(self, entries: Iterable[Entry], decided: Iterable[Decided] = ()) -> None:
        """Rows that are durable, in order, and what was decided with them."""
        self._ring.extend(entries)
        self._decided.extend(decided)

    def has_decided(self, seq: int) -> bool:
        """True when nothing decided at row `seq` or later has left the memory."""
        return len(self._decided) < RING_DECIDED or self._decided[0].seq < seq

    def decided(self, seq: int, told: int, rows: tuple[Entry, ...]) -> tuple[tuple[Decided, ...], int]:
        """What was decided at row `seq` beyond the first `told`, and up to the last of these rows.

        Also how much of it belongs to that last row: the `told` of who has it.
        """
        last = rows[-1].seq if rows else seq
        late = (one for one in reversed(self._decided) if one.seq <= last)
        found = list(takewhile(lambda one: one.seq >= seq, late))[::-1]
        here = sum(one.seq == seq for one in found)
        skipped = min(told, here)
        new = found[skipped:][:DECIDED_MAX] if not rows else found[skipped:]
        return tuple(new), skipped + len(new) if last == seq else sum(one.seq == last for one in found)

    def missed(self, catch: Catch, epoch: Epoch, head: Head) -> Evs:
        """What the asker lacks, as much as fits into one message; not ok when it is too far back."""
        if catch.epoch != epoch or not self._first(head) <= catch.from_seq <= head.seq + 1:
            return Evs(epoch=epoch, evs=(), ok=False)
        missed = self.after(catch.from_seq - 1, head, PART_BYTES_MAX)
        return Evs(epoch=epoch, evs=tuple(ev_of(entry) for entry in missed or ()))

    def after(self, seq: int, head: Head, bytes_max: int) -> tuple[Entry, ...] | None:
        """Rows after `seq` as `portion` gives them; `None`: too far back for the memory."""
        first, lacking = self._first(head), head.seq - seq
        if seq + 1 < first:
            return None
        if lacking <= TAIL_MAX:  # nearly always: from the near end
            return portion(reversed(list(islice(reversed(self._ring), max(0, lacking)))), bytes_max)
        return portion(islice(self._ring, seq + 1 - first, None), bytes_max)

    def hash_at(self, seq: int, head: Head) -> bytes | None:
        """The hash of row `seq`; `None`: not in memory."""
        if seq == head.seq:
            return head.hash
        first = self._first(head)
        return self._ring[seq - first].hash if first <= seq < head.seq else None

    def ask_snapshot(
        self, route: Route, floor: Floor, epoch: Epoch, head: Head, now: int
    ) -> list[Reply | MakeSnapshot]:
        """A snapshot of this epoch, at most SNAPSHOT_MS old or as old as its size asks for.

        A large floor is encoded elsewhere; whoever asks meanwhile gets the same.
        """
        things = sum(len(getattr(floor, table)) for table in TABLES)
        shared_ms = max(SNAPSHOT_MS, things // THINGS_PER_SNAPSHOT_MS)
        young = 0 <= now - self._snapshot_at < shared_ms
        fresh = young or self._snapshot is None or self._snapshot_of == (epoch, head.seq)
        if self._snapshot_of is None or self._snapshot_of[0] != epoch or not fresh:
            self._snapshot, self._snapshot_of, self._snapshot_at = None, (epoch, head.seq), now
            if things > THINGS_AT_ONCE_MAX:
                self._waiting.append(route)
                return [MakeSnapshot(floor, epoch, head)]
            self._snapshot = snapshot(floor, epoch, head)
        if self._snapshot is None:
            self._waiting.append(route)
            return []
        return [Reply(route, frame) for frame in self._snapshot]

    def on_snapshot(self, made: MakeSnapshot, frames: list[bytes]) -> list[Reply]:
        """It is encoded. No frames: it could not be, and whoever waits asks again."""
        if self._snapshot_of != (made.epoch, made.head.seq):
            return []  # of an epoch that is over
        waiting, self._waiting = self._waiting, []
        self._snapshot, self._snapshot_of = frames, self._snapshot_of if frames else None
        return [Reply(route, frame) for route in waiting for frame in frames]

    def _first(self, head: Head) -> int:
        return self._ring[0].seq if self._ring else head.seq + 1


def ev_of(entry: Entry) -> Ev:
    """The row as seats get it."""
    return Ev(entry.seq, entry.cid, entry.hlc, entry.body)


def portion(entries: Iterable[Entry], bytes_max: int) -> tuple[Entry, ...]:
    """As many of the first rows as `bytes_max` hold, one order at least, and none of them half.

    Whoever takes command with half an order would know it as accepted, and its rest would be lost.
    """
    taken: list[Entry] = []
    size = 0
    for entry in entries:
        size += len(entry.body) + ROW_BYTES
        if taken and size > bytes_max and entry.cid != taken[-1].cid:
            break
        taken.append(entry)
    return tuple(taken)


def portions(entries: Iterable[Entry]) -> list[tuple[Ev, ...]]:
    """The rows as events, in runs that fit into a message."""
    left = list(entries)
    runs: list[tuple[Ev, ...]] = []
    while left:
        run = portion(left, PART_BYTES_MAX)
        runs.append(tuple(ev_of(entry) for entry in run))
        left = left[len(run) :]
    return runs
