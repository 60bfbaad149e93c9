"""Which calls of a floor belong together: of a number, ringing one back, live, ended last, ended by the line.

A whole floor is filed once; after that each change costs its own few calls, however many the floor holds.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable

from dispatch.floor import Floor, Ref
from dispatch.kinds import CallResult, Direction
from dispatch.words import Call


class CallBook:
    """Ids, of calls that are on the floor. Whoever changes the floor tells `take` what changed."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.numbers: dict[str, tuple[str, ...]] = {}
        self.backs: dict[str, tuple[str, ...]] = {}
        """Calls by the one they ring back, which need not be on the floor any more."""
        self.faults: dict[str, None] = {}
        """Callers whose call the line or the telephone ended."""
        self.live: dict[str, None] = {}
        self._filed: dict[str, Call] = {}
        """As they were when they were filed."""
        for call in floor.calls.values():
            self._enter(call)
        self.ended = sorted(
            (call.ended_at, key) for key, call in floor.calls.items() if call.ended_at is not None
        )
        """When each of the others ended (ms), the last one at the end."""

    def take(self, refs: Iterable[Ref]) -> set[str]:
        """File what changed; the numbers it may concern."""
        touched: set[str] = set()
        for table, call_id in refs:
            if table == "calls":
                touched |= self._touches(call_id)
                self._file(call_id)
                touched |= self._touches(call_id)
        return touched

    def number_of(self, call: Call) -> str:
        """Whose call it is: one that rings back is about the number of the call it rings back."""
        lost = self.floor.calls.get(call.call_back_of or "")
        return call.number if lost is None else lost.number

    def of(self, number: str) -> list[Call]:
        """The calls of this number."""
        return [self.floor.calls[call_id] for call_id in self.numbers.get(number, ())]

    def about(self, number: str) -> list[Call]:
        """Every call of this number, and those that ring it back."""
        own = self.numbers.get(number, ())
        backs = (one for call_id in own for one in self.backs.get(call_id, ()))
        calls = (self.floor.calls[call_id] for call_id in dict.fromkeys((*own, *backs)))
        return [call for call in calls if self.number_of(call) == number]

    def _touches(self, call_id: str) -> set[str]:
        """Its number, that of the call it rings back, and those of calls that ring it back."""
        filed = self._filed.get(call_id)
        lost_id = filed.call_back_of if filed is not None else None
        around = (call_id, lost_id or "", *self.backs.get(call_id, ()))
        return {self._filed[one].number for one in around if one in self._filed}

    def _file(self, call_id: str) -> None:
        was, now = self._filed.get(call_id), self.floor.calls.get(call_id)
        if was is not None:
            self._strike(was)
        if now is not None:
            self._enter(now)
            if now.ended_at is not None:
                insort(self.ended, (now.ended_at, call_id))

    def _enter(self, call: Call) -> None:
        """Everywhere but among those that ended."""
        self._filed[call.id] = call
        self.numbers[call.number] = (*self.numbers.get(call.number, ()), call.id)
        if call.call_back_of is not None:
            self.backs[call.call_back_of] = (*self.backs.get(call.call_back_of, ()), call.id)
        if call.ended_at is None:
            self.live[call.id] = None
        elif call.result is CallResult.LINE_FAULT and call.direction is Direction.INBOUND:
            self.faults[call.id] = None

    def _strike(self, call: Call) -> None:
        del self._filed[call.id]
        _without(self.numbers, call.number, call.id)
        if call.call_back_of is not None:
            _without(self.backs, call.call_back_of, call.id)
        if call.ended_at is not None:
            del self.ended[bisect_left(self.ended, (call.ended_at, call.id))]
        self.live.pop(call.id, None)
        self.faults.pop(call.id, None)


def _without(groups: dict[str, tuple[str, ...]], key: str, call_id: str) -> None:
    left = tuple(one for one in groups[key] if one != call_id)
    if left:
        groups[key] = left
    else:
        del groups[key]
