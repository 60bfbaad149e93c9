"""Callers nobody answered, one entry a number: who has to be rung back, who tried, when to try again.

A call is off the list once its number was talked to later, in either direction, once a form was opened for
it, or once somebody wrote down what came of it. While the same caller rings or waits he is not missed yet.
"""

from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from dispatch.call_book import CallBook
from dispatch.distribution import FollowUp
from dispatch.floor import Floor, Ref
from dispatch.kinds import CallClass, CallResult, Direction
from dispatch.words import Call

MISSED_S = 60
"""So long a missed call may wait to be rung back, and an attempt nobody answered for the next one."""
HUNTED_MS = 5_000
"""The exchange rings the next seat within this; a caller who dials again takes longer."""
HIDDEN_MS = 60_000
"""A caller without number who rings again within this is the same."""


class Missed(Struct, frozen=True):
    """`call_id`: the last call of the number; `tries`: how often the caller tried since the first one.

    `attempts`: our calls back, oldest first; `calling`: one of them is going on. `due_at`: try (again) then.
    """

    call_id: str
    number: str
    name: str
    first_at: int
    last_at: int
    tries: int
    gave_up: bool
    attempts: tuple[Call, ...]
    calling: bool
    follow_up: FollowUp | None
    due_at: int


def missed(floor: Floor, missed_s: int = MISSED_S) -> tuple[Missed, ...]:
    """All of them, by a look at every call; who waits longest past his time comes first."""
    return MissedList(floor, missed_s).entries()


class MissedList:
    """The same, kept: after each change only the numbers it concerns are worked out anew."""

    def __init__(self, floor: Floor, missed_s: int = MISSED_S) -> None:
        self.book = CallBook(floor)
        self._floor, self._missed_s = floor, missed_s
        self._queued: set[str] = set()
        self._of: dict[str, tuple[Missed, ...]] = {}
        self._stale = {call.number for call in floor.calls.values() if _is_missed(call)}
        self._all: tuple[Missed, ...] = ()
        self._see_queues()

    def take(self, refs: Iterable[Ref]) -> None:
        """What `apply` has just changed."""
        self._stale |= self.book.take(refs)
        if any(table == "queues" for table, _ in refs):
            self._see_queues()

    def _see_queues(self) -> None:
        queued = {one.number for queue in self._floor.queues.values() for one in queue.calls}
        self._stale |= queued ^ self._queued
        self._queued = queued

    def entries(self) -> tuple[Missed, ...]:
        """Who waits longest past his time comes first."""
        if self._stale:
            for number in self._stale:
                self._of[number] = self._found(number)
                if not self._of[number]:
                    del self._of[number]
            self._stale = set()
            every = (one for found in self._of.values() for one in found)
            self._all = tuple(sorted(every, key=lambda one: (one.due_at, one.call_id)))
        return self._all

    def _found(self, number: str) -> tuple[Missed, ...]:
        own = self.book.of(number)
        lost = sorted((call for call in own if _is_missed(call)), key=_when)
        about = self.book.about(number) if lost else []
        back = sorted((call for call in about if self._rings_back(call)), key=_when)
        if not number:
            again = _rang_again(own)
            apart = ([call] for call in lost if call.id not in again)
            found = [
                _entry(one, [b for b in back if b.call_back_of == one[0].id], self._missed_s) for one in apart
            ]
        elif number in self._queued or any(map(_is_ringing, about)):
            return ()
        else:
            talked_at = max(map(_talked_at, about), default=-1)
            found = [_entry([call for call in lost if call.rang_at > talked_at], back, self._missed_s)]
        return tuple(one for one in found if one is not None)

    def _rings_back(self, call: Call) -> bool:
        return call.direction is Direction.OUTBOUND and call.call_back_of in self._floor.calls


def _is_missed(call: Call) -> bool:
    unanswered = call.direction is Direction.INBOUND and call.answered_at is None
    over = call.ended_at is not None and call.intake_id is None
    return unanswered and over and call.call_class is not CallClass.TEST


def _is_ringing(call: Call) -> bool:
    unanswered = call.direction is Direction.INBOUND and call.answered_at is None
    return unanswered and call.ended_at is None and call.intake_id is None


def _talked_at(call: Call) -> int:
    """When somebody was talked to, or a form was opened for it; -1: never."""
    if call.answered_at is None and call.intake_id is None:
        return -1
    return call.answered_at or call.rang_at


def _when(call: Call) -> tuple[int, str]:
    return call.rang_at, call.id


def _done(call: Call) -> bool:
    return call.follow_up is not None and call.follow_up.next_at is None


def _entry(lost: list[Call], attempts: Iterable[Call], missed_s: int) -> Missed | None:
    """Of what was missed since it was last written off; None: nothing was."""
    since = max((at for at, call in enumerate(lost) if _done(call)), default=-1) + 1
    lost = lost[since:]
    if not lost:
        return None
    last = lost[-1]
    tried = tuple(one for one in attempts if one.rang_at >= lost[0].rang_at)
    noted = next((call.follow_up for call in reversed(lost) if call.follow_up is not None), None)
    return Missed(
        call_id=last.id,
        number=last.number,
        name=last.name,
        first_at=lost[0].rang_at,
        last_at=last.rang_at,
        tries=_tries(lost),
        gave_up=last.result is CallResult.GAVE_UP,
        attempts=tried,
        calling=any(one.ended_at is None for one in tried),
        follow_up=noted,
        due_at=_due(last, tried, noted, missed_s),
    )


def _tries(lost: Iterable[Call]) -> int:
    """A call that goes from seat to seat rings anew at once: nobody dials again so fast."""
    return 1 + sum(
        following.rang_at > (call.ended_at or call.rang_at) + HUNTED_MS for call, following in pairwise(lost)
    )


def other_tries(call: Call, earlier: Iterable[Call]) -> list[Call]:
    """Of earlier calls of the same number, newest first, one for each time the caller dialled before this."""
    found: list[Call] = []
    following = call
    for one in earlier:
        hunted = one.direction is Direction.INBOUND and one.answered_at is None
        if not hunted or following.rang_at > (one.ended_at or one.rang_at) + HUNTED_MS:
            found.append(one)
        following = one
    return found


def dialled(calls: Iterable[Call]) -> list[Call]:
    """One for each time somebody dialled, since its first ring: an inbound call rings at seat after seat."""
    found: list[Call] = []
    last: dict[str, int] = {}
    for call in sorted(calls, key=_when):
        at = last.get(call.number) if call.number else None
        before = None if at is None else found[at]
        if at is None or before is None or not _is_same(before, call):
            last[call.number] = len(found)
            found.append(call)
        elif before.answered_at is None:
            found[at] = replace(call, rang_at=before.rang_at)
    return found


def _is_same(before: Call, call: Call) -> bool:
    """True when both are rings of one call; it also rings at several seats at once, where one answers."""
    if before.answered_at is not None:
        return call.answered_at is None and call.rang_at <= before.answered_at
    return call.rang_at <= (before.ended_at or before.rang_at) + HUNTED_MS


def _due(last: Call, attempts: Iterable[Call], noted: FollowUp | None, missed_s: int) -> int:
    """A time somebody set counts, unless the caller has tried again since."""
    tried_at = max((one.ended_at or one.rang_at for one in attempts), default=0)
    ended_at = last.ended_at or last.rang_at
    if noted is not None and noted.next_at is not None and noted.at >= max(tried_at, ended_at):
        return noted.next_at
    return max(ended_at, tried_at) + missed_s * 1000


def _rang_again(calls: Iterable[Call]) -> set[str]:
    """Of callers without number those who rang again at once, and were answered or not or still ring."""
    came = sorted((call for call in calls if call.direction is Direction.INBOUND), key=_when)
    return {
        call.id
        for call, following in pairwise(came)
        if following.rang_at <= (call.ended_at or call.rang_at) + HIDDEN_MS
    }
