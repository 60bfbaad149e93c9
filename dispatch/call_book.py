"""Which calls of a floor belong together: those of a number, those that ring one back, those the line ended.

A whole floor is filed once; after that each change costs its own few calls, however many the floor holds.
"""

from collections.abc import Iterable

from dispatch.floor import Floor, Ref
from dispatch.kinds import CallResult, Direction
from dispatch.words import Call

Filed = tuple[str, str | None]
"""What a call is filed under: its number, and the call it rings back."""


class CallBook:
    """Ids, of calls that are on the floor. Whoever changes the floor tells `take` what changed."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.numbers: dict[str, tuple[str, ...]] = {}
        self.backs: dict[str, tuple[str, ...]] = {}
        """Calls by the one they ring back, which need not be on the floor any more."""
        self.faults: dict[str, None] = {}
        """Callers whose call the line or the telephone ended."""
        self._filed: dict[str, Filed] = {}
        for call in floor.calls.values():
            self._enter(call.id, (call.number, call.call_back_of))
            self._note_fault(call.id, call)

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

    def about(self, number: str) -> list[Call]:
        """Every call of this number, and those that ring it back."""
        own = self.numbers.get(number, ())
        backs = (one for call_id in own for one in self.backs.get(call_id, ()))
        calls = (self.floor.calls[call_id] for call_id in dict.fromkeys((*own, *backs)))
        return [call for call in calls if self.number_of(call) == number]

    def _touches(self, call_id: str) -> set[str]:
        """Its number, that of the call it rings back, and those of calls that ring it back."""
        number, lost_id = self._filed.get(call_id, ("", None))
        around = (lost_id or "", *self.backs.get(call_id, ()))
        return {number, *(self._filed[one][0] for one in around if one in self._filed)}

    def _file(self, call_id: str) -> None:
        call = self.floor.calls.get(call_id)
        was, now = self._filed.get(call_id), (call.number, call.call_back_of) if call else None
        if was != now:
            self._strike(call_id, was)
            self._enter(call_id, now)
        self._note_fault(call_id, call)

    def _note_fault(self, call_id: str, call: Call | None) -> None:
        if call is not None and call.result is CallResult.LINE_FAULT and call.direction is Direction.INBOUND:
            self.faults[call_id] = None
        else:
            self.faults.pop(call_id, None)

    def _enter(self, call_id: str, filed: Filed | None) -> None:
        if filed is None:
            return
        self._filed[call_id] = filed
        number, lost_id = filed
        self.numbers[number] = (*self.numbers.get(number, ()), call_id)
        if lost_id is not None:
            self.backs[lost_id] = (*self.backs.get(lost_id, ()), call_id)

    def _strike(self, call_id: str, filed: Filed | None) -> None:
        if filed is None:
            return
        del self._filed[call_id]
        number, lost_id = filed
        _without(self.numbers, number, call_id)
        if lost_id is not None:
            _without(self.backs, lost_id, call_id)


def _without(groups: dict[str, tuple[str, ...]], key: str, call_id: str) -> None:
    left = tuple(one for one in groups[key] if one != call_id)
    if left:
        groups[key] = left
    else:
        del groups[key]
