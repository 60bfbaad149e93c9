"""What may be heard of calls, in any order, for lists that are kept as it comes."""

from itertools import count
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from dispatch import events as ev
from dispatch.apply import apply
from dispatch.floor import Floor
from dispatch.kinds import CallResult, Direction
from dispatch.missed import MissedList
from dispatch.words import Call

SEATS = ("seat-1", "seat-2")
numbers = st.sampled_from(["13900000001", "13900000002", ""])
picks = st.integers(0, 4)
directions = st.sampled_from(Direction)
results = st.sampled_from([CallResult.NOT_ANSWERED, CallResult.GAVE_UP, CallResult.LINE_FAULT])


class AnyCalls(RuleBasedStateMachine):
    """Calls to be rung back may be unknown, archived or our own. `STEP_MS`: from one event to the next."""

    STEP_MS: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor()
        self.kept = MissedList(self.floor)
        self.minted, self.now = count(1), 1_000_000

    def happens(self, event: ev.Event) -> None:
        self.kept.take(apply(self.floor, event))
        self.now += self.STEP_MS

    def pick(self, at: int, table: dict[str, Call] | None = None) -> str | None:
        """The call that is so many before the last one, of the floor where no table is named."""
        ids = sorted(self.floor.calls if table is None else table)
        return ids[-1 - at % len(ids)] if ids else None

    def new_call(self, number: str, direction: Direction, back: int | None) -> Call:
        lost = None if back is None else self.pick(back) or "gone"
        return Call(f"{next(self.minted):04}", "01", direction, number, self.now, call_back_of=lost)

    @rule(number=numbers, direction=directions, back=st.none() | picks)
    def rings(self, number: str, direction: Direction, back: int | None) -> None:
        self.happens(ev.CallRang(self.new_call(number, direction, back)))

    @rule(at=picks, seat=st.sampled_from(SEATS))
    def is_answered(self, at: int, seat: str) -> None:
        if (key := self.pick(at)) is not None:
            self.happens(ev.CallAnswered(key, self.now, seat, "d"))

    @rule(at=picks, result=results)
    def ends(self, at: int, result: CallResult) -> None:
        if (key := self.pick(at)) is not None:
            self.happens(ev.CallEnded(key, self.now, result))

    @rule(at=picks)
    def is_archived(self, at: int) -> None:
        if (key := self.pick(at)) is not None:
            self.happens(ev.Archived((key,), (), (), (), ()))
