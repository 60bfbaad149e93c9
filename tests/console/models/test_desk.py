"""The desk without a window: messages in, orders out."""

import pytest

from console.models import acts, call_rows, mission_rows, reasons, rows
from console.models.state import Topic
from console.ports import Expired, HubMode, Link, LogInNeeded, Moved, VerdictCame
from dispatch import commands as cmd
from dispatch.kinds import (
    TERMINAL_REFUSED,
    CallResult,
    HowPlaced,
    IncidentState,
    IntakeOutcome,
    MilestoneKind,
    OrderStatus,
    VehicleState,
)
from dispatch.refusals import VehicleNotCallable
from dispatch.words import Place, Point
from tests.console.busy import CENTRE, Seatful, busy

OTHER = {"seat_id": "s2", "person": "d2"}


def begin(seat: Seatful) -> None:
    acts.new_intake(seat.desk)
    seat.pump()
    seat.desk.type(place=Place("中山路 1 号", CENTRE, HowPlaced.SEARCH))
    seat.pass_time(500)


def test_one_act_opens_orders_and_ends_the_intake(seat):
    begin(seat)
    seat.desk.advise()
    acts.order(seat.desk)
    seat.pump()
    intake = seat.desk.intake()
    assert intake.outcome is IntakeOutcome.DISPATCHED
    assert seat.desk.incident().mission_ids
    assert seat.desk.pending == {}


def test_pressing_twice_sends_one_vehicle(seat):
    begin(seat)
    seat.desk.advise()
    seat.hub.holding = True
    acts.order(seat.desk)
    acts.order(seat.desk)
    seat.hub.release()
    seat.pump()
    assert len(seat.desk.incident().mission_ids) == 1


def test_the_proposal_does_not_change_under_the_finger(seat):
    begin(seat)
    seat.desk.advise()
    first = seat.desk.hand.vehicle_id
    other = next(v for v in seat.desk.floor.vehicles if v != first)
    seat.desk.take(Moved(other, CENTRE.lon, CENTRE.lat, seat.clock()))
    seat.pass_time(6_000)
    seat.desk.advise()
    assert seat.desk.recommendation.picks[0].id == other
    assert seat.desk.hand.vehicle_id == first


def test_a_vehicle_lost_to_another_seat_is_let_go(seat):
    begin(seat)
    seat.desk.advise()
    first = seat.desk.hand.vehicle_id
    seat.hub.as_hub(cmd.SetVehicleState(first, VehicleState.OFF_DUTY), **OTHER)
    seat.pump()
    seat.desk.advise()
    assert seat.desk.hand.vehicle_id not in {first, None}


def test_a_running_vehicle_is_only_diverted_by_name(seat):
    busy(seat)
    acts.choose_vehicle(seat.desk, "v5")
    acts.order(seat.desk)
    assert "Shift+F4" in seat.desk.notices[-1].do
    acts.divert(seat.desk)
    seat.pump()
    assert seat.desk.floor.missions["m4"].reason == "reassigned"
    assert seat.desk.floor.vehicles["v5"].mission_id == seat.desk.incident().mission_ids[0]


def test_hold_opens_the_incident_and_ends_the_intake(seat):
    begin(seat)
    ask = reasons.hold_or_resume(seat.desk)
    ask.then("no_vehicle", "全部外出", 10)
    seat.pump()
    assert seat.desk.incident().state is IncidentState.HELD
    assert seat.desk.intake().outcome is IntakeOutcome.NO_VEHICLE
    assert reasons.hold_or_resume(seat.desk) is None
    seat.pump()
    assert seat.desk.incident().state is IncidentState.OPEN


def test_a_call_that_needs_nobody_ends_with_its_class(seat):
    call = seat.phone.ring("13800000000")
    seat.pump()
    acts.answer(seat.desk)
    seat.pump()
    intake = seat.desk.hand.intake_id
    ask = reasons.close(seat.desk)
    ask.then("nuisance", "", 0)
    seat.pump()
    assert seat.desk.floor.intakes[intake].outcome is IntakeOutcome.SPECIAL
    assert seat.desk.floor.calls[call].call_class == "nuisance"
    assert seat.desk.hand.intake_id is None


def test_a_second_call_waits_until_the_first_has_ended(seat):
    seat.phone.ring("1")
    seat.pump()
    acts.answer(seat.desk)
    seat.pump()
    seat.phone.ring("2")
    seat.pump()
    acts.answer(seat.desk)
    seat.pump()
    assert len(seat.desk.line.ringing()) == 1
    assert seat.desk.notices[-1].verb == "answer_second"


def test_answering_without_a_telephone_says_what_to_do(seat):
    seat.phone.ring("1")
    seat.pump()
    seat.phone.die("gone")
    acts.answer(seat.desk)
    assert seat.desk.notices


def test_milestones_in_order_and_back_home(seat):
    begin(seat)
    seat.desk.advise()
    acts.order(seat.desk)
    seat.pump()
    mission = seat.desk.incident().mission_ids[0]
    for kind in list(MilestoneKind)[1:]:
        if kind is MilestoneKind.ROAD_STANDBY:
            continue
        seat.clock.now += 1_000
        acts.record(seat.desk, seat.desk.floor.missions[mission], kind)
        seat.pump()
        assert seat.desk.floor.missions[mission].stage is kind
    vehicle = seat.desk.floor.missions[mission].vehicle_id
    assert seat.desk.floor.vehicles[vehicle].state is VehicleState.IN_STATION


@pytest.mark.parametrize("value", ["aborted:before_departure", "refused:fault"])
def test_other_ends_of_a_mission(seat, value):
    begin(seat)
    seat.desk.advise()
    acts.order(seat.desk)
    seat.pump()
    ask = reasons.stop_mission(seat.desk)
    assert value in {choice.value for choice in ask.choices}
    assert not any("reassigned" in choice.value for choice in ask.choices)
    ask.then(value, "测试", 0)
    seat.pump()
    if value.startswith("refused"):
        assert isinstance(seat.desk.wants_second, cmd.RefuseMission)
        seat.hub.log_in("0900", "wang", second=True)
        token = next(m.token for m in seat.hub.drain() if getattr(m, "token", b""))
        acts.confirm_second(seat.desk, token)
        seat.pump()
    assert not seat.desk.floor.missions[seat.desk.incident().mission_ids[0]].active


def test_no_answer_from_the_hub_is_told_and_decided_by_a_person(seat):
    begin(seat)
    seat.desk.advise()
    seat.hub.holding = True
    acts.order(seat.desk)
    cid = next(
        cid for cid, waiting in seat.desk.pending.items() if isinstance(waiting.command, cmd.AssignVehicle)
    )
    seat.desk.take(Expired(cid))
    assert "结果不明" in seat.desk.notices[-1].what
    assert cid not in seat.desk.pending


def test_a_refusal_of_an_order_from_before_the_restart_is_told(seat):
    seat.desk.take(VerdictCame("unknown", VehicleNotCallable("A01", VehicleState.REPAIR)))
    assert "A01" in seat.desk.notices[-1].what


def test_log_in_needed_is_told_once(seat):
    seat.desk.take(LogInNeeded())
    seat.desk.take(LogInNeeded())
    assert len(seat.desk.notices) == 1


@pytest.mark.parametrize(("why", "words"), [("no_answer", "超时"), (TERMINAL_REFUSED, "车载终端拒绝")])
def test_an_order_that_does_not_reach_its_crew_shows_as_fault(seat, why, words):
    begin(seat)
    seat.desk.advise()
    acts.order(seat.desk)
    seat.pump()
    mission = seat.desk.incident().mission_ids[0]
    seat.hub.as_hub(cmd.ReportOrderTimedOut(mission, why))
    seat.pump()
    assert seat.desk.floor.missions[mission].order_status is OrderStatus.TIMED_OUT
    row = mission_rows.missions(seat.desk, seat.clock())[0]
    assert row.order_tone == "fault"
    assert words in row.order
    assert "电台" in row.order
    assert words in seat.desk.latest[-1].text
    assert seat.desk.latest[-1].abnormal


def test_a_call_that_rang_at_another_seat_just_now_is_the_callers_first(seat):
    who = {"seat_id": "s2", "person": "d2"}
    seat.hub.as_hub(cmd.ReportRinging("o1", "13904510001"), **who)
    seat.hub.as_hub(cmd.ReportCallEnded("o1", CallResult.NOT_ANSWERED), **who)
    seat.pass_time(1_000)
    seat.phone.ring("13904510001")
    seat.pump()
    row = next(row for row in call_rows.calls(seat.desk, seat.clock()) if row.state == "ringing")
    assert row.history == "首次来电"


def test_rows_of_a_busy_floor(seat):
    busy(seat)
    now = seat.clock()
    calls = call_rows.calls(seat.desk, now)
    assert [call.state for call in calls[:2]] == ["ringing", "talking"]
    assert "第 2 次来电" in calls[0].history
    found = rows.incidents(seat.desk, now)
    assert [row.waiting for row in found] == [True, True, False, False, False, False, False]
    assert rows.waiting(seat.desk, now) == [found[0].id, "e5"]
    vehicles = {row.number: row for row in rows.vehicles(seat.desk, now)}
    assert vehicles["A06"].old
    assert not vehicles["A30"].callable
    seat.desk.advise()
    advised = rows.advice(seat.desk)
    assert [row.key for row in advised[:10]] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    assert any("任务中可改派" in row.cautions for row in advised)


def test_straight_lines_are_marked_until_the_navigator_answers(seat):
    acts.new_intake(seat.desk)
    seat.pump()
    seat.desk.type(place=Place("x", Point(126.6, 45.7)))
    picks = seat.desk.advise().picks
    assert picks[0].travel.estimated
    seat.pass_time(500)
    assert not seat.desk.advise().picks[0].travel.estimated


def test_topics_are_handed_out_once(seat):
    seat.desk.changes()
    seat.desk.take(Link(HubMode.SLOW))
    assert seat.desk.changes() == {Topic.STATUS, Topic.LINK}
    assert seat.desk.changes() == set()


def test_a_mission_at_the_hospital_can_only_be_completed(seat):
    busy(seat)
    acts.show(seat.desk, "e1")
    assert reasons.stop_mission(seat.desk) is None
    assert "F6" in seat.desk.notices[-1].do


def test_a_corrected_time_keeps_the_first(seat):
    busy(seat)
    acts.show(seat.desk, "e1")
    ask = reasons.correct_milestone(seat.desk)
    before = seat.desk.floor.missions["m1"].milestones[-1]
    ask.then(ask.choices[0].value, "司机忘按", (seat.clock() - before.at) // 60_000 - 1)
    seat.pump()
    after = seat.desk.floor.missions["m1"].milestones[-1]
    assert after.kind is before.kind
    assert after.original_at == before.at
    assert mission_rows.missions(seat.desk, seat.clock())[0].steps[6].corrected


def test_the_seat_says_that_it_takes_a_call(seat):
    seat.phone.ring("1")
    seat.pump()
    acts.answer(seat.desk)
    seat.pump()
    assert seat.desk.floor.seats["s1"].state == "intake"
    acts.hang_up(seat.desk)
    seat.pump()
    assert seat.desk.floor.seats["s1"].state == "ready"
