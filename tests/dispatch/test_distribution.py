"""The queue on the floor, callers nobody answered, and how long a seat was in which state."""

from dispatch import commands as cmd
from dispatch import distribution as dis
from dispatch.alarms import AlarmKind, overdue
from dispatch.distribution import MissedOutcome, PauseReason, QueuedCall
from dispatch.kinds import CallResult, Direction, Role, SeatState
from dispatch.missed import missed, other_tries
from dispatch.refusals import NotAllowed, WrongState
from dispatch.seat_times import midnight, today, together
from tests.dispatch.trade import NOW, Centre120

MACHINE = frozenset({Role.SEAT})
S = SeatState


def lost(centre: Centre120, key: str = "c1", number: str = "13900000001", seat: str = "seat-1") -> None:
    """Rang for 20 s and hung up."""
    centre.must(cmd.ReportRinging(key, number), seat=seat)
    centre.later(20)
    centre.must(cmd.ReportCallEnded(key, CallResult.NOT_ANSWERED, ended_by_caller=True), seat=seat)


def waiting(count: int, since: int = NOW) -> tuple[QueuedCall, ...]:
    return tuple(QueuedCall(f"k{n}", f"139{n:08}", since + n) for n in range(count))


# --- the queue -------------------------------------------------------------------------------------


def test_the_first_seat_that_sees_the_queue_tells_it_and_the_others_say_nothing_new(centre: Centre120):
    assert centre.must(dis.ReportQueue("120", 0), roles=MACHINE) == ()
    assert len(centre.must(dis.ReportQueue("120", 2, waiting(2)), roles=MACHINE)) == 1
    assert centre.must(dis.ReportQueue("120", 2, waiting(2)), seat="seat-2", roles=MACHINE) == ()
    queue = centre.floor.queues["01:120"]
    assert (queue.depth, queue.calls, queue.seat_id) == (2, waiting(2), "seat-1")
    centre.later(10)
    assert len(centre.must(dis.ReportQueue("120", 2, waiting(2)), seat="seat-2", roles=MACHINE)) == 1
    assert centre.floor.queues["01:120"].at == centre.now, "seen again: screens know how old it is"
    assert len(centre.must(dis.ReportQueue("120", 0), roles=MACHINE)) == 1
    assert centre.must(dis.ReportQueue("120", 0), seat="seat-2", roles=MACHINE) == ()


def test_an_older_sight_of_the_queue_changes_nothing(centre: Centre120):
    centre.later(5)
    centre.must(dis.ReportQueue("120", 1, waiting(1)), roles=MACHINE)
    assert centre.must(dis.ReportQueue("120", 3, waiting(3)), roles=MACHINE, at=centre.now - 1000) == ()


def test_a_long_queue_is_a_number_and_its_first_twenty(centre: Centre120):
    centre.must(dis.ReportQueue("120", 500, waiting(500)), roles=MACHINE)
    assert (centre.floor.queues["01:120"].depth, len(centre.floor.queues["01:120"].calls)) == (500, 20)


def test_the_deepest_of_each_hour_is_kept(centre: Centre120):
    for depth in (1, 4, 2):
        centre.later(1)
        centre.must(dis.ReportQueue("120", depth, waiting(depth)), roles=MACHINE)
    centre.later(3600)
    centre.must(dis.ReportQueue("120", 3, waiting(3)), roles=MACHINE)
    peaks = centre.floor.queues["01:120"].peaks
    assert sorted(peaks.values()) == [3, 4]
    centre.later(24 * 3600)
    centre.must(dis.ReportQueue("120", 1, waiting(1)), roles=MACHINE)
    assert list(centre.floor.queues["01:120"].peaks.values()) == [1], "another day"


# --- who gave up, who was not answered ----------------------------------------------------------------


def test_who_gave_up_waiting_is_a_call_once(centre: Centre120):
    gave_up = dis.ReportGaveUp("g1", "120", "13900000001", centre.now - 45_000, centre.now)
    assert len(centre.must(gave_up, roles=MACHINE)) == 2
    assert centre.must(gave_up, seat="seat-2", roles=MACHINE) == ()
    call = centre.floor.calls["g1"]
    assert (call.result, call.queue, call.seat_id) == (CallResult.GAVE_UP, "120", None)
    [entry] = missed(centre.floor)
    assert (entry.gave_up, entry.tries) == (True, 1)


def test_who_rang_at_a_seat_before_he_gave_up_is_not_there_twice(centre: Centre120):
    came_at = centre.now
    centre.later(5)
    lost(centre)
    gave_up = dis.ReportGaveUp("g1", "120", "13900000001", came_at, centre.now)
    assert centre.must(gave_up, roles=MACHINE) == ()


def test_a_missed_call_waits_a_minute_and_is_an_alarm_until_somebody_rings_back(centre: Centre120):
    lost(centre)
    centre.later(59)
    assert AlarmKind.MISSED_WAITING not in {alarm.kind for alarm in overdue(centre.floor, centre.now)}
    centre.later(1)
    assert [a.id for a in overdue(centre.floor, centre.now) if a.kind is AlarmKind.MISSED_WAITING] == ["c1"]
    back = cmd.ReportRinging("o1", "13900000001", Direction.OUTBOUND, call_back_of="c1")
    centre.must(back, seat="seat-2")
    [entry] = missed(centre.floor)
    assert (entry.calling, [one.seat_id for one in entry.attempts]) == (True, ["seat-2"])
    assert AlarmKind.MISSED_WAITING not in {alarm.kind for alarm in overdue(centre.floor, centre.now)}
    centre.later(30)
    centre.must(cmd.ReportCallEnded("o1", CallResult.NOT_ANSWERED), seat="seat-2")
    [entry] = missed(centre.floor)
    assert (entry.calling, entry.due_at) == (False, centre.now + 60_000)
    centre.must(cmd.ReportRinging("o2", "13900000001", Direction.OUTBOUND, call_back_of="c1"), seat="seat-2")
    centre.later(4)
    centre.must(cmd.ReportAnswered("o2"), seat="seat-2")
    assert missed(centre.floor) == ()


def test_a_call_that_goes_from_seat_to_seat_is_one_try(centre: Centre120):
    lost(centre)
    centre.later(1)
    lost(centre, "c2", seat="seat-2")
    assert [(one.call_id, one.tries) for one in missed(centre.floor)] == [("c2", 1)]


def test_what_a_caller_dialled_before_is_not_each_seat_that_rang(centre: Centre120):
    lost(centre)
    centre.later(1)
    lost(centre, "c2", seat="seat-2")
    calls = centre.floor.calls
    assert other_tries(calls["c2"], [calls["c1"]]) == []
    centre.later(60)
    lost(centre, "c3")
    assert [call.id for call in other_tries(calls["c3"], [calls["c2"], calls["c1"]])] == ["c2"]


def test_a_caller_who_gets_through_is_missed_no_longer(centre: Centre120):
    lost(centre)
    centre.later(20)
    lost(centre, "c2", seat="seat-2")
    assert [(one.call_id, one.tries) for one in missed(centre.floor)] == [("c2", 2)]
    centre.must(cmd.ReportRinging("c3", "13900000001"))
    assert missed(centre.floor) == (), "he rings right now"
    centre.later(2)
    centre.must(cmd.ReportAnswered("c3"))
    assert missed(centre.floor) == ()


def test_who_waits_in_the_queue_is_not_missed_yet(centre: Centre120):
    lost(centre)
    centre.must(
        dis.ReportQueue("120", 1, (QueuedCall("k", "13900000001", centre.now - 20_000),)), roles=MACHINE
    )
    assert missed(centre.floor) == ()
    centre.must(dis.ReportQueue("120", 0), roles=MACHINE)
    assert len(missed(centre.floor)) == 1


def test_what_came_of_it_is_written_down_with_who_and_when_again(centre: Centre120):
    lost(centre)
    centre.must(dis.FollowUpMissed("c1", MissedOutcome.NO_ANSWER, 600, "关机"), seat="seat-2")
    [entry] = missed(centre.floor)
    assert entry.due_at == centre.now + 600_000
    assert entry.follow_up is not None
    assert (entry.follow_up.dispatcher_id, entry.follow_up.remark) == ("li", "关机")
    centre.later(601)
    assert AlarmKind.MISSED_WAITING in {alarm.kind for alarm in overdue(centre.floor, centre.now)}
    centre.must(dis.FollowUpMissed("c1", MissedOutcome.POLICE, remark="三次未接通"))
    assert missed(centre.floor) == ()
    assert isinstance(centre.give(dis.FollowUpMissed("c1", MissedOutcome.REACHED)), WrongState)
    centre.later(300)
    lost(centre, "c2")
    assert [(one.call_id, one.tries) for one in missed(centre.floor)] == [("c2", 1)], "he tries again"


def test_only_missed_calls_are_followed_up_and_only_by_people(centre: Centre120):
    centre.incident("i1")
    assert isinstance(centre.give(dis.FollowUpMissed("call-i1", MissedOutcome.REACHED)), WrongState)
    lost(centre)
    refused = centre.give(dis.FollowUpMissed("c1", MissedOutcome.REACHED), roles=MACHINE)
    assert refused == NotAllowed("FollowUpMissed")


def test_a_form_for_a_missed_call_takes_it_off_the_list(centre: Centre120):
    lost(centre)
    centre.must(cmd.BeginIntake("in", "c1"))
    assert missed(centre.floor) == ()


def test_callers_without_number_are_one_while_they_try_again_at_once(centre: Centre120):
    lost(centre, "c1", "")
    centre.later(30)
    lost(centre, "c2", "")
    assert [one.call_id for one in missed(centre.floor)] == ["c2"]
    centre.later(30)
    centre.must(cmd.ReportRinging("c3", ""))
    centre.must(cmd.ReportAnswered("c3"))
    assert missed(centre.floor) == ()
    centre.later(600)
    lost(centre, "c4", "")
    assert [one.call_id for one in missed(centre.floor)] == ["c4"]


# --- states of seats ----------------------------------------------------------------------------------


def state(centre: Centre120, wanted: SeatState, reason: str = "", seat: str = "seat-1") -> None:
    centre.must(cmd.SetSeatState(seat, wanted, reason), seat=seat)


def test_each_state_says_how_long_the_one_before_lasted_and_whose_it_was(centre: Centre120):
    centre.later(100)
    [event] = centre.must(cmd.SetSeatState("seat-1", S.PAUSED, PauseReason.MEAL))
    assert (event.ended.state, event.ended.lasted_ms, event.ended.dispatcher_id) == (S.READY, 100_000, "wang")
    assert event.by_seat == "seat-1"
    [event] = centre.must(cmd.SetSeatState("seat-1", S.PAUSED, PauseReason.REST))
    assert event.ended.lasted_ms == 0, "another reason is another pause"
    assert centre.must(cmd.SetSeatState("seat-1", S.PAUSED)) == ()


def test_the_day_of_a_seat_is_summed_up_by_state(centre: Centre120):
    for seconds, wanted in ((60, S.INTAKE), (90, S.AFTER_CALL), (15, S.READY), (30, S.AWAY)):
        centre.later(seconds)
        state(centre, wanted)
    centre.later(7)
    spent = today(centre.floor.seats["seat-1"], centre.now)
    wanted = {S.READY: 90_000, S.INTAKE: 90_000, S.AFTER_CALL: 15_000, S.AWAY: 7_000}
    assert {key: spent[key] for key in wanted} == wanted
    every = together(centre.floor.seats.values(), centre.now)
    assert every[S.READY] == 90_000 + 202_000
    centre.must(cmd.RegisterSeat(centre.floor.seats["seat-1"]), roles=frozenset({Role.HUB}))
    assert today(centre.floor.seats["seat-1"], centre.now) == spent, "master data never touches it"


def test_a_state_over_midnight_counts_from_midnight(centre: Centre120):
    centre.now = midnight(centre.now) + 24 * 3600_000 - 10_000
    state(centre, S.PAUSED, PauseReason.MEAL)
    centre.later(30)
    assert today(centre.floor.seats["seat-1"], centre.now) == {S.PAUSED: 20_000}
    state(centre, S.READY)
    assert today(centre.floor.seats["seat-1"], centre.now) == {S.PAUSED: 20_000}


def test_who_logs_out_takes_the_time_along(centre: Centre120):
    centre.later(50)
    [event] = centre.must(cmd.LogOut("seat-1"))
    assert (event.ended.state, event.ended.lasted_ms, event.ended.dispatcher_id) == (S.READY, 50_000, "wang")
