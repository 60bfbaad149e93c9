"""Reserve seats as transcripts: ordered, shown, checked, ready, in service, handed back, stood down."""

import pytest
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch import refusals as no
from dispatch import reserve_commands as reserve
from dispatch.activation import held_by, role_at, running_turn, shortfall, stage_of, to_call_out
from dispatch.alarms import AlarmKind, overdue
from dispatch.apply import apply
from dispatch.decide import decide
from dispatch.floor import Floor
from dispatch.kinds import (
    AbortReason,
    CallOutAnswer,
    CheckItem,
    CheckResult,
    CloseReason,
    ConflictChoice,
    IntakeOutcome,
    ReserveRole,
    ReserveStage,
    Role,
    SeatKind,
    SuspendReason,
)
from dispatch.order import Order
from dispatch.reserve import Check, SeatOrder
from dispatch.words import Seat
from tests.dispatch.reserve_centre import ALL_WELL, HUB, LEADER, Reserve
from tests.dispatch.trade import NOW


@pytest.fixture
def centre() -> Reserve:
    return Reserve()


def test_a_real_activation_takes_a_leader_a_second_person_and_a_reason(centre: Reserve) -> None:
    seats = (SeatOrder("r1", ReserveRole.FULL),)
    order = reserve.OrderActivation("act", seats, "大面积停电")
    assert isinstance(centre.give(order), no.NotAllowed)
    assert isinstance(centre.give(order, roles=LEADER), no.NeedsSecondPerson)
    assert isinstance(centre.give(order, roles=LEADER, second="wang"), no.NeedsSecondPerson), (
        "the same person"
    )
    blank = reserve.OrderActivation("act", seats, " ")
    assert isinstance(centre.give(blank, roles=LEADER, second="li"), no.NeedsReason)
    centre.must(order, roles=LEADER, second="li")
    assert centre.floor.activations["act"].second_id == "li"
    centre.must(
        reserve.OrderActivation("d", (SeatOrder("r2", ReserveRole.FULL),), "月度演练", True), roles=LEADER
    )


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        (reserve.OrderActivation("a", (), "演练", True), no.NotPossible("no_seats")),
        (
            reserve.OrderActivation("a", (SeatOrder("seat-1", ReserveRole.FULL),), "演练", True),
            no.NotPossible("not_a_reserve_seat"),
        ),
        (
            reserve.OrderActivation("a", (SeatOrder("r9", ReserveRole.FULL),), "演练", True),
            no.NotFound("seat", "r9"),
        ),
        (
            reserve.OrderActivation("a", (SeatOrder("r1", ReserveRole.FULL),), "演练", True, NOW),
            no.NotPossible("until_is_past"),
        ),
        (
            reserve.OrderActivation("a", (SeatOrder("r1", ReserveRole.FULL),), "演练", True, None, ("x",)),
            no.NotFound("dispatcher", "x"),
        ),
    ],
)
def test_what_cannot_be_ordered(centre: Reserve, order: cmd.Command, refusal: no.Refusal) -> None:
    assert centre.give(order, roles=LEADER) == refusal


def test_a_seat_is_in_one_activation_at_a_time(centre: Reserve) -> None:
    centre.activate("r1")
    again = reserve.OrderActivation("two", (SeatOrder("r1", ReserveRole.FULL),), "又", True)
    assert centre.give(again, roles=LEADER) == no.NotPossible("seat_already_activated")


def test_a_calm_reserve_seat_reads_but_does_not_order(centre: Reserve) -> None:
    centre.log_in("r1", "zhao")
    centre.incident("i1")
    for command in (
        cmd.AssignVehicle("m1", "i1", "a1"),
        cmd.BeginIntake("n1"),
        cmd.TakeIncident("i1"),
        cmd.CloseIncident("i1", CloseReason.OTHER),
    ):
        assert centre.by("r1", command) == no.NotPossible("reserve_calm"), command
    assert isinstance(centre.by("r1", cmd.LogOut("r1")), tuple)


def test_every_time_of_a_seat_that_is_put_into_service(centre: Reserve) -> None:
    centre.activate("r1")
    assert stage_of(centre.turn) is ReserveStage.ORDERED
    centre.later(1)
    centre.by("r1", reserve.ReportActivationShown("act"))
    centre.later(1)
    centre.by("r1", reserve.ReportActivationShown("act"))
    assert centre.turn.shown_at == NOW + 1000, "the first time stays"
    red = Check(CheckItem.PHONE, CheckResult.FAULT, "未注册", "检查网线")
    centre.by("r1", reserve.ReportReadiness("act", (red, *ALL_WELL[:1])))
    centre.later(3)
    assert centre.by("r1", reserve.BecomeReady("act")) != (), "nobody sits there"
    centre.log_in("r1", "zhao")
    centre.by("r1", reserve.ConfirmActivation("act"))
    missing = centre.by("r1", reserve.BecomeReady("act"))
    assert isinstance(missing, no.NotReady)
    assert CheckItem.PHONE in missing.items
    assert CheckItem.MAP in missing.items, "not reported is not well"
    centre.later(2)
    centre.by("r1", reserve.ReportReadiness("act", ALL_WELL))
    phone = next(one for one in centre.turn.checked if one.check.item is CheckItem.PHONE)
    assert (phone.first_at, phone.cured_at) == (NOW + 2000, NOW + 7000)
    centre.by("r1", reserve.BecomeReady("act"))
    assert stage_of(centre.turn) is ReserveStage.READY
    assert (centre.turn.seen_at, centre.turn.ready_at) == (NOW + 5000, NOW + 7000)
    centre.later(4)
    centre.take_a_call("r1", "1")
    assert centre.turn.first_call_at == NOW + 11000


def test_red_items_are_overridden_by_words_only(centre: Reserve) -> None:
    centre.activate("r1")
    centre.log_in("r1", "zhao")
    red = tuple(Check(item, CheckResult.FAULT) for item in (CheckItem.MAP,))
    centre.by("r1", reserve.ReportReadiness("act", (*ALL_WELL, *red)))
    assert isinstance(centre.by("r1", reserve.BecomeReady("act")), no.NotReady)
    assert isinstance(centre.by("r1", reserve.BecomeReady("act", "地图损坏，用纸图")), tuple)
    assert (centre.turn.override, centre.turn.override_by) == ("地图损坏，用纸图", "zhao")


def test_who_is_not_qualified_serves_only_by_a_leaders_word(centre: Reserve) -> None:
    centre.activate("r1")
    centre.log_in("r1", "old")
    centre.by("r1", reserve.ReportReadiness("act", ALL_WELL))
    assert centre.by("r1", reserve.BecomeReady("act")) == no.NotReady((CheckItem.PERSON,))
    assert isinstance(centre.by("r1", reserve.BecomeReady("act", "人手不足")), no.NotAllowed)
    led = centre.give(reserve.BecomeReady("act", "人手不足", "r1"), roles=LEADER)
    assert isinstance(led, tuple)
    assert centre.turn.override_by == "wang"


def test_another_seat_is_not_made_ready_by_a_dispatcher(centre: Reserve) -> None:
    centre.activate("r1")
    assert isinstance(centre.give(reserve.BecomeReady("act", "快", "r1")), no.NotAllowed)


def test_a_full_seat_does_everything(centre: Reserve) -> None:
    centre.activate("r1")
    centre.serve()
    centre.take_a_call("r1", "1")
    assert isinstance(centre.by("r1", cmd.OpenIncident("i1", "n1")), tuple)
    assert isinstance(centre.by("r1", cmd.AssignVehicle("m1", "i1", "a1")), tuple)


def test_an_answering_seat_opens_incidents_and_sends_nobody(centre: Reserve) -> None:
    centre.activate("r1", role=ReserveRole.ANSWER_ONLY)
    centre.serve()
    centre.take_a_call("r1", "1")
    assert isinstance(centre.by("r1", cmd.OpenIncident("i1", "n1")), tuple)
    assert centre.by("r1", cmd.AssignVehicle("m1", "i1", "a1")) == no.NotPossible("answer_only")
    assert centre.by("r1", cmd.CloseIncident("i1", CloseReason.OTHER)) == no.NotPossible("answer_only")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))


def test_a_consulting_seat_only_consults(centre: Reserve) -> None:
    centre.activate("r1", role=ReserveRole.CONSULT_ONLY)
    centre.serve()
    centre.take_a_call("r1", "1")
    assert centre.by("r1", cmd.OpenIncident("i1", "n1")) == no.NotPossible("consult_only")
    refused = cmd.EndIntake("n1", IntakeOutcome.REFUSED, "无车")
    assert centre.by("r1", refused) == no.NotPossible("consult_only")
    assert isinstance(centre.by("r1", cmd.EndIntake("n1", IntakeOutcome.CONSULTATION, "用药")), tuple)
    centre.must(cmd.BeginIntake("n2"))


def test_stand_down_leaves_nothing_without_owner(centre: Reserve) -> None:
    centre.activate("r1", "r2")
    centre.serve("r1", "zhao")
    centre.serve("r2", "sun")
    centre.take_a_call("r1", "1")
    centre.by("r1", cmd.OpenIncident("i1", "n1"))
    centre.later(60)
    centre.must(reserve.StandDown("act"), roles=LEADER)
    assert centre.floor.activations["act"].turn("r2").stood_down_at == centre.now, "it held nothing"
    holds = centre.by("r1", reserve.FinishStandDown("act"))
    assert isinstance(holds, no.HoldsWork)
    assert (len(holds.incident_numbers), holds.intakes, holds.calls) == (1, 1, 1)
    centre.by("r1", cmd.ReportCallEnded("c1", cmd.CallResult.TALKED))
    assert isinstance(centre.by("r1", cmd.EndIntake("n1", IntakeOutcome.HELD, "交班")), tuple)
    centre.later(5)
    centre.must(cmd.TakeIncident("i1"))
    (back,) = centre.turn.handed_back
    assert (back.incident_id, back.to_seat_id, back.dispatcher_id, back.at) == (
        "i1",
        "seat-1",
        "wang",
        centre.now,
    )
    assert not held_by(centre.floor, "r1")
    centre.by("r1", reserve.FinishStandDown("act"))
    assert centre.floor.activations["act"].ended_at == centre.now
    assert running_turn(centre.floor, "r1") is None
    assert centre.by("r1", cmd.BeginIntake("n9")) == no.NotPossible("reserve_calm")


def test_what_was_done_in_service_counts_when_it_comes_late(centre: Reserve) -> None:
    centre.activate("r1")
    centre.serve()
    centre.later(60)
    given = centre.now
    centre.later(60)
    centre.must(reserve.StandDown("act"), roles=LEADER)
    assert role_at(centre.floor, "r1", given) is ReserveRole.FULL
    assert isinstance(centre.by("r1", cmd.BeginIntake("late"), at=given), tuple)
    for moves in (
        cmd.SuspendVehicle("v1", SuspendReason.FUEL),
        cmd.AbortMission("m1", AbortReason.BEFORE_DEPARTURE),
    ):
        assert centre.by("r1", moves, at=given) == no.NotPossible("reserve_calm"), "a time anybody can write"
    centre.later(60)
    assert centre.by("r1", cmd.BeginIntake("too late")) == no.NotPossible("reserve_calm")


def test_the_shortfall_counts_seats_nobody_is_coming_to(centre: Reserve) -> None:
    called = to_call_out(centre.floor, frozenset({"02"}), NOW)
    assert [person.id for person in called] == ["zhao", "sun"], "on call first; 周平 is not qualified"
    centre.activate("r1", "r2")
    activation = centre.floor.activations["act"]
    assert shortfall(centre.floor, activation) == 2
    centre.later(30)
    centre.must(reserve.RecordCallOut("act", "zhao", CallOutAnswer.COMING, "10 分钟"))
    activation = centre.floor.activations["act"]
    assert shortfall(centre.floor, activation) == 1
    assert (activation.called_out[0].called_at, activation.called_out[0].answered_at) == (NOW, NOW + 30_000)
    centre.log_in("r1", "zhao")
    assert shortfall(centre.floor, centre.floor.activations["act"]) == 1, "the same person"
    centre.log_in("r2", "sun")
    assert shortfall(centre.floor, centre.floor.activations["act"]) == 0


def test_the_test_before_a_shift_is_kept_with_who_sat_there(centre: Reserve) -> None:
    city = next(s for s in centre.floor.seats.values() if s.kind is SeatKind.CITY and s.dispatcher_id)
    centre.by(city.id, reserve.ReportSelfTest(ALL_WELL))
    test = centre.floor.seats[city.id].self_test
    assert test is not None
    assert (test.passed, test.dispatcher_id) == (True, city.dispatcher_id)
    assert (AlarmKind.SELF_TEST_DUE, city.id) not in {
        (alarm.kind, alarm.id) for alarm in overdue(centre.floor, NOW + 48 * 3600 * 1000)
    }, "nobody is alarmed for it: its people are reminded when they sit down"


def test_alarms_for_seats_that_come_late_and_tests_that_are_overdue(centre: Reserve) -> None:
    def kinds(at: int) -> set[tuple[AlarmKind, str]]:
        return {(alarm.kind, alarm.id) for alarm in overdue(centre.floor, at)}

    assert kinds(NOW) == set()
    assert (AlarmKind.SELF_TEST_DUE, "r1") in kinds(NOW + 26 * 3600 * 1000)
    centre.by("r1", reserve.ReportSelfTest(ALL_WELL))
    assert centre.floor.seats["r1"].self_test.passed
    centre.must(cmd.RegisterSeat(Seat("r1", "R1", "02", SeatKind.RESERVE)), roles=HUB)
    assert centre.floor.seats["r1"].self_test is not None, "the list read again changes nothing"
    centre.activate("r1")
    assert (AlarmKind.SEAT_NOT_READY, "r1") in kinds(NOW + 301_000)
    centre.must(reserve.ExtendActivation("act", NOW + 600_000), roles=LEADER)
    assert (AlarmKind.ACTIVATION_DUE, "act") in kinds(NOW + 600_000)


def test_an_ended_activation_is_archived_and_the_floor_is_the_fold_of_its_events(centre: Reserve) -> None:
    centre.activate("r1", drill=True)
    centre.serve()
    centre.must(reserve.StandDown("act"), roles=LEADER)
    again = Floor()
    for event in centre.history:
        apply(again, event)
    assert again.activations == centre.floor.activations
    centre.later(2)
    centre.must(cmd.ArchiveEnded(centre.now), roles=HUB)
    assert centre.floor.activations == {}


def test_a_reserve_dispatcher_in_service_is_not_stopped_in_the_middle_of_a_call(centre: Reserve) -> None:
    """By a leader's word, or because the qualification ran out at midnight: who is rung may answer."""
    reserve_dispatcher = frozenset({Role.RESERVE_DISPATCHER})
    centre.floor.dispatchers["old"] = replace(centre.floor.dispatchers["old"], roles=reserve_dispatcher)
    centre.activate("r1")
    centre.log_in("r1", "old")
    answering = Order("x1", cmd.ReportRinging("k", "139"), NOW, "r1", reserve_dispatcher, "r1", "old")
    assert decide(centre.floor, answering, NOW) == no.NotPossible("not_qualified")
    ready = reserve.BecomeReady("act", "人手不足", "r1")
    leader = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER})
    centre.must(ready, roles=leader)
    assert isinstance(decide(centre.floor, answering, NOW), tuple)


def test_neither_a_calm_nor_an_answering_seat_sends_a_vehicle_by_settling_a_conflict(centre: Reserve) -> None:
    settle = cmd.SettleConflict("x", ConflictChoice.KEEP_LATE, "核对")
    centre.log_in("r1", "zhao")
    assert centre.by("r1", settle) == no.NotPossible("reserve_calm")
    centre.activate("r1", role=ReserveRole.ANSWER_ONLY)
    centre.serve()
    assert centre.by("r1", settle) == no.NotPossible("answer_only")


def test_a_seat_whose_phone_rings_is_not_out_of_service_before_the_call_is_taken_in(centre: Reserve) -> None:
    centre.activate("r1")
    centre.serve()
    centre.by("r1", cmd.ReportRinging("c1", "139"))
    centre.must(reserve.StandDown("act"), roles=LEADER)
    centre.by("r1", cmd.ReportAnswered("c1"))
    assert isinstance(centre.by("r1", cmd.BeginIntake("n1", "c1")), tuple)


def test_those_who_are_kept_for_reserve_seats_are_called_out(centre: Reserve) -> None:
    centre.floor.dispatchers["sun"] = replace(
        centre.floor.dispatchers["sun"], roles=frozenset({Role.RESERVE_DISPATCHER})
    )
    assert "sun" in {person.id for person in to_call_out(centre.floor, frozenset({"02"}), NOW)}


def test_the_first_call_of_a_seat_that_was_cut_off_counts_when_it_comes_late(centre: Reserve) -> None:
    centre.activate("r1")
    centre.serve()
    district = centre.apart("02")
    district.later(20)
    roles = frozenset({Role.DISPATCHER})
    for number, command in enumerate((cmd.ReportRinging("k", "139"), cmd.ReportAnswered("k"))):
        district.take(Order(f"late{number}", command, district.now, "r1", roles, "r1", "zhao"))
    answered_at = district.now
    centre.later(600)
    centre.hand_in(district)
    assert centre.turn.first_call_at == answered_at
