"""The kept list of callers nobody answered says what a look at every call says, whatever happens."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from msgspec.structs import replace

from dispatch import events as ev
from dispatch.distribution import (
    FollowUp,
    MissedFollowedUp,
    MissedOutcome,
    QueuedCall,
    QueueSeen,
)
from dispatch.floor import Floor
from dispatch.kinds import CallClass, CallResult, Direction
from dispatch.missed import HIDDEN_MS, MISSED_S, missed
from dispatch.words import Call, Intake
from tests.dispatch.any_calls import AnyCalls, numbers, picks

Said = tuple[int, int, bool, tuple[Call, ...]]
"""How often he tried, when to ring back, whether somebody does, and who did."""


class MissedCalls(AnyCalls):
    """Events as they may reach a seat."""

    STEP_MS = 7_000

    @rule(at=picks, number=numbers)
    def is_told_anew(self, at: int, number: str) -> None:
        if (key := self.pick(at)) is not None:
            self.happens(ev.CallRang(replace(self.floor.calls[key], number=number)))

    @rule(at=picks)
    def is_a_test(self, at: int) -> None:
        if (key := self.pick(at)) is not None:
            self.happens(ev.CallClassified(key, CallClass.TEST))

    @rule(at=picks)
    def gets_a_form(self, at: int) -> None:
        if (key := self.pick(at)) is not None:
            self.happens(ev.IntakeBegun(Intake(f"i{key}", "01", self.now, "s", "d", key)))

    @rule(at=picks, again=st.booleans())
    def is_worked_off(self, at: int, again: bool) -> None:
        if (key := self.pick(at)) is not None:
            outcome, due = MissedOutcome.NO_ANSWER, self.now + 50_000 if again else None
            self.happens(MissedFollowedUp(key, FollowUp(outcome, self.now, next_at=due)))

    @rule(number=numbers, there=st.booleans())
    def is_queued(self, number: str, there: bool) -> None:
        calls = (QueuedCall("k", number, self.now),) if there else ()
        self.happens(QueueSeen(site="01", name="120", at=self.now, depth=len(calls), calls=calls))

    @invariant()
    def what_is_kept_is_true(self) -> None:
        entries = self.kept.entries()
        kept = {one.call_id: (one.tries, one.due_at, one.calling, one.attempts) for one in entries}
        assert kept == looked_up(self.floor)
        assert entries == missed(self.floor), "as if it were made anew"
        assert [one.due_at for one in entries] == sorted(one.due_at for one in entries)

    @invariant()
    def every_call_lives_or_has_ended(self) -> None:
        book, calls = self.kept.book, self.floor.calls.values()
        assert set(book.live) == {call.id for call in calls if call.ended_at is None}
        assert book.ended == sorted((call.ended_at, call.id) for call in calls if call.ended_at is not None)


def looked_up(floor: Floor) -> dict[str, Said]:
    """The list by its definition, with a look at every call for every call."""
    found: dict[str, Said] = {}
    every = sorted(floor.calls.values(), key=lambda call: call.id)
    lost = [call for call in every if is_lost(call) and not is_dealt_with(floor, call)]
    for last in lost:
        same = [call for call in lost if call is last or (last.number and call.number == last.number)]
        done = max((at for at, call in enumerate(same) if is_written_off(call)), default=-1)
        mine = same[done + 1 :]
        if mine and last is mine[-1]:
            tried = tuple(
                call
                for call in every
                if call.direction is Direction.OUTBOUND and call.rang_at >= mine[0].rang_at
                if is_back_of(floor, call, last)
            )
            noted = [call.follow_up for call in mine if call.follow_up is not None]
            found[last.id] = (
                len(mine),
                due(last, tried, noted),
                any(c.ended_at is None for c in tried),
                tried,
            )
    return found


def is_lost(call: Call) -> bool:
    over = call.answered_at is None and call.intake_id is None and call.ended_at is not None
    return over and call.direction is Direction.INBOUND and call.call_class is not CallClass.TEST


def is_written_off(call: Call) -> bool:
    return call.follow_up is not None and call.follow_up.next_at is None


def is_back_of(floor: Floor, call: Call, lost: Call) -> bool:
    """Of somebody without number: of that very call."""
    meant = floor.calls.get(call.call_back_of or "")
    return meant is not None and (meant.number == lost.number if lost.number else meant is lost)


def is_dealt_with(floor: Floor, lost: Call) -> bool:
    if not lost.number:
        until = (lost.ended_at or 0) + HIDDEN_MS
        inbound = [c for c in floor.calls.values() if c.direction is Direction.INBOUND and not c.number]
        return any((lost.rang_at, lost.id) < (c.rang_at, c.id) and c.rang_at <= until for c in inbound)
    if any(one.number == lost.number for queue in floor.queues.values() for one in queue.calls):
        return True
    for call in floor.calls.values():
        meant = floor.calls.get(call.call_back_of or "", call)
        if meant.number != lost.number:
            continue
        heard = call.answered_at is not None or call.intake_id is not None
        if heard and (call.answered_at or call.rang_at) >= lost.rang_at:
            return True
        if not heard and call.ended_at is None and call.direction is Direction.INBOUND:
            return True
    return False


def due(last: Call, tried: tuple[Call, ...], noted: list[FollowUp]) -> int:
    after = max([last.ended_at or 0, *(call.ended_at or call.rang_at for call in tried)])
    put_off = noted and noted[-1].next_at is not None and noted[-1].at >= after
    return noted[-1].next_at or 0 if put_off else after + MISSED_S * 1000


TestMissedCalls = MissedCalls.TestCase
TestMissedCalls.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def test_a_call_back_to_a_call_that_is_archived_is_one_to_the_number_it_dialled() -> None:
    it = MissedCalls()
    for number in ("13900000001", "13900000002"):
        it.rings(number, Direction.INBOUND, None)
        it.ends(0, CallResult.NOT_ANSWERED)
    it.rings("13900000002", Direction.OUTBOUND, 1)  # back to the first, who is reached there too
    it.is_answered(0, "seat-1")
    assert [one.number for one in it.kept.entries()] == ["13900000002"]
    it.is_archived(2)
    assert it.kept.entries() == ()
    it.what_is_kept_is_true()
