"""Callers the line lost: what is found by the kept groups of calls is what a look at every call finds."""

from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from console.models.desk import Desk
from console.models.dropped import KEPT_MS, dropped
from console.models.line import Line
from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.floor import Floor
from dispatch.kinds import CallResult, Direction
from dispatch.missed import MissedList
from telephony import messages as phone
from tests.console.busy import Seatful
from tests.dispatch.any_calls import SEATS, AnyCalls, directions, numbers, picks

SEAT = SEATS[0]


class SmallDesk:
    """As much of a desk as callers are lost at; the floor and the telephone may each know more."""

    def __init__(self, floor: Floor, unanswered: MissedList) -> None:
        self.floor, self.line, self.distribution = floor, Line("01"), self
        self.unanswered = unanswered

    def own_seat_id(self) -> str:
        return SEAT


class DroppedCalls(AnyCalls):
    """What hub and telephone say of calls, in any order, each perhaps without the other."""

    STEP_MS = KEPT_MS // 20

    def __init__(self) -> None:
        super().__init__()
        self.desk = SmallDesk(self.floor, self.kept)

    def told(self, event: phone.AnyEvent) -> None:
        self.desk.line.take(event)
        self.now += 1_000

    @rule(number=numbers, direction=directions, back=st.none() | picks)
    def rings_here(self, number: str, direction: Direction, back: int | None) -> None:
        call = self.new_call(number, direction, back)
        self.desk.line.calls[call.id] = call
        self.happens(ev.CallRang(call))

    @rule(number=numbers)
    def rings_without_hub(self, number: str) -> None:
        self.told(phone.CallRinging(f"{next(self.minted):04}", "desk", number, "", "120", "x", self.now, 0))

    @rule(at=picks)
    def hub_hears_of_it_late(self, at: int) -> None:
        if (key := self.pick(at, self.desk.line.calls)) is not None and key not in self.floor.calls:
            self.happens(ev.CallRang(self.desk.line.calls[key]))

    @rule(at=picks, result=st.sampled_from([CallResult.LINE_FAULT, CallResult.TALKED]))
    def ends(self, at: int, result: CallResult) -> None:
        """By the line, half of them: none else is lost here."""
        super().ends(at, result)

    @rule(at=picks, by=st.sampled_from([phone.EndedBy.NETWORK, phone.EndedBy.FAR_END]))
    def ends_without_hub(self, at: int, by: phone.EndedBy) -> None:
        if (key := self.pick(at, self.desk.line.calls)) is not None:
            self.told(phone.CallEnded(key, by, 0, "", False, self.now))

    @invariant()
    def who_is_found_is_lost(self) -> None:
        found = [(it.call, it.attempts, it.tried_at) for it in dropped(cast(Desk, self.desk), self.now)]
        assert found == looked_up(self.desk, self.now)


def looked_up(desk: SmallDesk, now: int) -> list[Any]:
    """The same with a look at every call for every call."""
    every = list(desk.line.known(desk.floor, desk.floor.calls))
    found = []
    for lost in every:
        ours = lost.id in desk.line.calls or lost.seat_id == SEAT
        fault = lost.result is CallResult.LINE_FAULT and lost.direction is Direction.INBOUND and lost.number
        if not (ours and fault) or now - (lost.ended_at or 0) > KEPT_MS:
            continue
        tried = [call for call in every if call.call_back_of == lost.id]
        again = [c for c in every if c.number == lost.number and c.direction is Direction.INBOUND]
        here = [c for c in again if c.rang_at > lost.rang_at and (not c.ended_at or c.answered_at)]
        if not here and not any(call.answered_at for call in tried):
            found.append((lost, len(tried), max((call.rang_at for call in tried), default=None)))
    return sorted(found, key=lambda it: (it[0].ended_at or 0, it[0].id))


TestDroppedCalls = DroppedCalls.TestCase
TestDroppedCalls.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


def test_a_call_of_the_seat_that_died_with_it_is_ended_and_to_be_rung_back() -> None:
    again = Seatful()
    for key, number in (("up", "13904510001"), ("other", "13904510002")):
        at_seat = "s1" if key == "up" else "s2"
        again.hub.as_hub(cmd.ReportRinging(key, number), seat_id=at_seat, person="d2")
        again.hub.as_hub(cmd.ReportAnswered(key), seat_id=at_seat, person="d2")
    again.pump()
    again.log_in()
    calls = again.desk.floor.calls
    assert calls["up"].result == "line_fault"
    assert calls["other"].ended_at is None, "another seat's call goes on"
    assert [one.call.id for one in dropped(again.desk, again.clock())] == ["up"]
    assert "13904510001" in again.desk.notices[-1].what
    again.phone.ring("13904510003")
    again.pump()
    again.hub.load()
    again.pump()
    assert again.desk.line.ringing(), "what rings now is ours"
