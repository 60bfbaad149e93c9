"""The way back of a site that commanded while another did, pure: (state, message, now) -> what to do.

It finds the last row both journals share, hands in what it accepted after it, one order after the other with
its own id, and only then goes back to that row and follows. It may begin anew at any point: the holder knows
every order by its id. Nothing is thrown away before the holder has everything.
"""

from collections.abc import Callable
from enum import StrEnum
from itertools import islice

from msgspec import Struct

from store.core.site_messages import Hashes, HashReq, Late, LateDone

PROBES = 16
"""Rows compared in one question."""
WINDOW = 32
"""Orders on their way at once; each names the one before it, so that none is decided out of order."""
ASK_AGAIN_MS = 1_000


class Phase(StrEnum):
    FINDING = "finding"  # the last row both share
    READING = "reading"  # the owner reads the tail and keeps a copy of it
    HANDING_IN = "handing_in"
    REWINDING = "rewinding"  # the owner goes back to the fork
    DONE = "done"
    STUCK = "stuck"  # the journals share no row: a person has to look


class Ask(Struct, frozen=True):
    """To the holder."""

    message: HashReq | Late


class ReadTail(Struct, frozen=True):
    """Read the orders after row `fork` and keep a copy of all of it; answer with `on_tail`."""

    fork: int


class Rewind(Struct, frozen=True):
    """Everything is handed in: keep the tail apart and go back to row `fork`; answer with `on_rewound`."""

    fork: int
    results: dict[str, str]


Step = Ask | ReadTail | Rewind


class Rejoin:
    """One way back. `hash_at` gives the hash of an own row, `start` the first row this journal knows."""

    def __init__(self, start: int, head_seq: int, hash_at: Callable[[int], bytes | None]) -> None:
        self.phase = Phase.FINDING
        self.fork = 0
        self.results: dict[str, str] = {}
        """What became of each order: merged, repeated or conflict."""
        self.total = 0
        self._hash_at = hash_at
        self._shared = 0 if start == 0 else None  # the highest row known to be the same
        self._low = 0 if start == 0 else start - 1  # nothing up to here is worth asking for
        self._high = head_seq + 1  # the lowest row known to differ, or one after the end
        self._asked: tuple[int, ...] = ()
        self._asked_at: int | None = None
        self._waiting: dict[str, Late] = {}
        self._sent: dict[str, int] = {}

    # --- what comes ---------------------------------------------------------------------------------

    def start(self, now: int) -> list[Step]:
        """Connected (again) to the holder: ask for what is missing, send again what has no answer."""
        self._sent.clear()
        self._asked_at = None
        return self.on_time(now)

    def on_time(self, now: int) -> list[Step]:
        """Ask again for what did not come."""
        if self.phase is Phase.FINDING and (self._asked_at is None or now - self._asked_at >= ASK_AGAIN_MS):
            return self._probe(now)
        if self.phase is Phase.HANDING_IN:
            return self._send_due(now)
        return []

    def on_hashes(self, hashes: Hashes, now: int) -> list[Step]:
        """Compare, narrow, ask on; `head_seq` bounds what can be shared.

        A row asked for that is not there lies before the beginning of their journal.
        """
        if self.phase is not Phase.FINDING or hashes.asked != self._asked:
            return []  # an answer that was overtaken by another question
        self._high = min(self._high, hashes.head_seq + 1)
        theirs = dict(hashes.rows)
        for seq in self._asked:
            if seq not in theirs and seq <= hashes.head_seq:
                self._low = max(self._low, seq)
            elif seq in theirs and self._hash_at(seq) == theirs[seq]:
                self._shared = max(self._shared or 0, seq)
                self._low = max(self._low, seq)
            else:
                self._high = min(self._high, seq)
        return self._probe(now)

    def on_tail(self, orders: list[Late], now: int) -> list[Step]:
        """The orders after the fork, in order."""
        if self.phase is not Phase.READING:
            return []
        before: str | None = None
        for late in orders:
            self._waiting[late.cid] = _following(late, before)
            before = late.cid
        self.total = len(orders)
        self.phase = Phase.HANDING_IN
        return self._send_due(now)

    def on_late_done(self, done: LateDone, now: int) -> list[Step]:
        """One order has its place at the holder."""
        if self.phase is not Phase.HANDING_IN or self._waiting.pop(done.cid, None) is None:
            return []
        self.results.setdefault(done.cid, done.result)
        return self._send_due(now)

    def on_rewound(self) -> None:
        """The store ends with the fork: from here on it is followed."""
        self.phase = Phase.DONE

    # --- inside -------------------------------------------------------------------------------------

    def _probe(self, now: int) -> list[Step]:
        """Rows between the highest shared and the lowest different one; none left: that is the fork."""
        between = range(self._low + 1, self._high)
        if not between:
            return self._found()
        step = max(1, -(-len(between) // PROBES))
        self._asked = tuple(sorted({*between[::step], between[-1]}))
        self._asked_at = now
        return [Ask(HashReq(seqs=self._asked))]

    def _found(self) -> list[Step]:
        if self._shared is None or self._shared != self._low:
            self.phase = Phase.STUCK
            return []
        self.fork = self._shared
        self.phase = Phase.READING
        return [ReadTail(self.fork)]

    def _send_due(self, now: int) -> list[Step]:
        if not self._waiting:
            self.phase = Phase.REWINDING
            return [Rewind(self.fork, dict(self.results))]
        steps: list[Step] = []
        for late in islice(self._waiting.values(), WINDOW):
            sent_at = self._sent.get(late.cid)
            if sent_at is None or now - sent_at >= ASK_AGAIN_MS:
                self._sent[late.cid] = now
                steps.append(Ask(late))
        return steps


def _following(late: Late, before: str | None) -> Late:
    return Late(
        cid=late.cid,
        order=late.order,
        site=late.site,
        term=late.term,
        seq=late.seq,
        hlc=late.hlc,
        numbers=late.numbers,
        mission_id=late.mission_id,
        after=before,
    )
