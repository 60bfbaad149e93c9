"""One vehicle, one mission; milestones in order; every other end with its reason."""

import pytest
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.kinds import (
    AbortReason,
    CloseReason,
    EmptyRunReason,
    MilestoneKind,
    MilestoneSource,
    MissionResult,
    OrderStatus,
    RefuseReason,
    Role,
    SceneReason,
    SeatState,
    SuspendReason,
    VehicleState,
)
from dispatch.refusals import (
    NeedsReason,
    NeedsSecondPerson,
    NotAllowed,
    NotFound,
    NotPossible,
    VehicleNotCallable,
    VehicleTaken,
    WrongState,
)
from dispatch.stages import milestone
from tests.dispatch.trade import Centre120

GATEWAY = frozenset({Role.GATEWAY})
K = MilestoneKind


def key(centre: Centre120, kind: K, vehicle: str = "a1") -> object:
    centre.later(10)
    return centre.give(cmd.RecordVehicleKey(vehicle, kind, centre.now, "13900000001"), roles=GATEWAY)


def test_the_second_seat_is_told_who_has_the_vehicle(centre: Centre120) -> None:
    incident = centre.incident("i1")
    centre.incident("i2", seat="seat-2")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    refused = centre.give(cmd.AssignVehicle("m2", "i2", "a1"), seat="seat-2")
    assert refused == VehicleTaken("急1", "m1", incident.number, "1", "王敏", centre.now)


def test_from_order_to_station_by_the_keys_of_the_terminal(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.ReportOrderDelivered("m1"), roles=GATEWAY)
    assert centre.floor.missions["m1"].order_status is OrderStatus.DELIVERED
    for kind in (K.ACKNOWLEDGED, K.DEPARTED, K.ON_SCENE, K.PATIENT_ABOARD, K.AT_HOSPITAL):
        key(centre, kind)
        assert centre.floor.missions["m1"].stage is kind
        assert centre.floor.vehicles["a1"].state is VehicleState.BUSY
    key(centre, K.COMPLETED)
    mission, vehicle = centre.floor.missions["m1"], centre.floor.vehicles["a1"]
    assert (mission.result, mission.order_status) == (MissionResult.COMPLETED, OrderStatus.ACCEPTED)
    assert (vehicle.state, vehicle.mission_id) == (VehicleState.ON_ROAD, None)
    key(centre, K.RETURNED)
    assert centre.floor.vehicles["a1"].state is VehicleState.IN_STATION
    centre.must(cmd.CloseIncident("i1", CloseReason.COMPLETED))


def test_a_late_key_is_kept_flagged_and_moves_nothing(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    key(centre, K.ON_SCENE)
    key(centre, K.DEPARTED)
    mission = centre.floor.missions["m1"]
    assert mission.stage is K.ON_SCENE
    assert [(step.kind, step.late) for step in mission.milestones[1:]] == [
        (K.ON_SCENE, False),
        (K.DEPARTED, True),
    ]
    assert isinstance(key(centre, K.ON_SCENE), WrongState), "the same key twice from the same source"


def test_a_returned_vehicle_on_its_next_mission_is_not_disturbed_by_old_keys(centre: Centre120) -> None:
    centre.incident("i1")
    centre.incident("i2")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    key(centre, K.DEPARTED)
    key(centre, K.COMPLETED)
    centre.must(cmd.AssignVehicle("m2", "i2", "a1"))
    old = cmd.RecordMilestone("m1", K.RETURNED, centre.now, MilestoneSource.SEAT)
    centre.must(old)
    assert centre.floor.vehicles["a1"].mission_id == "m2"
    assert centre.floor.vehicles["a1"].state is VehicleState.BUSY
    assert centre.floor.missions["m2"].from_road


def test_reassignment_names_the_running_mission(centre: Centre120) -> None:
    centre.incident("i1")
    centre.incident("i2")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.AssignVehicle("m2", "i2", "a1", supersedes="m1"))
    old = centre.floor.missions["m1"]
    assert (old.result, old.reason) == (MissionResult.ABORTED, AbortReason.REASSIGNED)
    assert centre.floor.vehicles["a1"].mission_id == "m2"


def test_with_a_patient_aboard_no_reassignment(centre: Centre120) -> None:
    centre.incident("i1")
    centre.incident("i2")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    key(centre, K.PATIENT_ABOARD)
    assert isinstance(centre.give(cmd.AssignVehicle("m2", "i2", "a1", supersedes="m1")), WrongState)


@pytest.mark.parametrize(
    ("reached", "command", "after"),
    [
        (None, cmd.AbortMission("m1", AbortReason.BEFORE_DEPARTURE), VehicleState.IN_STATION),
        (K.DEPARTED, cmd.AbortMission("m1", AbortReason.ON_THE_WAY), VehicleState.ON_ROAD),
        (K.ON_SCENE, cmd.EndEmptyRun("m1", EmptyRunReason.NOBODY_THERE), VehicleState.ON_ROAD),
        (K.ON_SCENE, cmd.EndAtScene("m1", SceneReason.TREATED), VehicleState.ON_ROAD),
    ],
)
def test_other_ends(centre: Centre120, reached: K | None, command: cmd.Command, after: VehicleState) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    if reached:
        key(centre, reached)
    centre.must(command)
    vehicle = centre.floor.vehicles["a1"]
    assert (vehicle.state, vehicle.mission_id) == (after, None)
    assert isinstance(centre.give(command), WrongState)


@pytest.mark.parametrize(
    ("reached", "command"),
    [
        (None, cmd.EndEmptyRun("m1", EmptyRunReason.NOBODY_THERE)),
        (K.DEPARTED, cmd.EndAtScene("m1", SceneReason.TREATED)),
        (K.PATIENT_ABOARD, cmd.AbortMission("m1", AbortReason.OTHER)),
    ],
)
def test_ends_that_cannot_be_at_this_stage(
    centre: Centre120, reached: K | None, command: cmd.Command
) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    if reached:
        key(centre, reached)
    assert isinstance(centre.give(command), WrongState)


def test_a_refused_mission_needs_a_confirming_person_and_suspends_the_vehicle(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    refuse = cmd.RefuseMission("m1", RefuseReason.FAULT, "爆胎")
    assert centre.give(refuse) == NeedsSecondPerson()
    centre.must(refuse, second="li")
    assert centre.floor.vehicles["a1"].state is VehicleState.SUSPENDED
    assert centre.give(cmd.AssignVehicle("m2", "i1", "a1")) == VehicleNotCallable(
        "急1", VehicleState.SUSPENDED
    )
    close = cmd.CloseIncident("i1", CloseReason.OTHER, "x")
    assert centre.give(close) == NeedsSecondPerson(), "nobody really went"


def test_a_correction_keeps_the_original(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    key(centre, K.DEPARTED)
    key(centre, K.ON_SCENE)
    original = milestone(centre.floor.missions["m1"], K.DEPARTED)
    assert original is not None
    assert centre.give(cmd.CorrectMilestone("m1", K.DEPARTED, original.at - 1000, "")) == NeedsReason()
    too_late = cmd.CorrectMilestone("m1", K.DEPARTED, centre.now + 1, "x")
    assert centre.give(too_late) == NotPossible("time_out_of_order")
    centre.must(cmd.CorrectMilestone("m1", K.DEPARTED, original.at - 1000, "补按"))
    centre.must(cmd.CorrectMilestone("m1", K.DEPARTED, original.at - 2000, "再次核对"))
    corrected = milestone(centre.floor.missions["m1"], K.DEPARTED)
    assert corrected is not None
    assert (corrected.at, corrected.original_at, corrected.corrected_by) == (
        original.at - 2000,
        original.at,
        "wang",
    )


def test_a_terminal_may_press_keys_but_not_send_vehicles(centre: Centre120) -> None:
    centre.incident("i1")
    assert centre.give(cmd.AssignVehicle("m1", "i1", "a1"), roles=GATEWAY) == NotAllowed("AssignVehicle")
    observer = frozenset({Role.OBSERVER})
    assert centre.give(cmd.TakeIncident("i1"), roles=observer) == NotAllowed("TakeIncident")


def test_a_vehicle_on_a_mission_cannot_be_put_elsewhere(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    assert isinstance(centre.give(cmd.SuspendVehicle("a1", SuspendReason.FUEL)), WrongState)
    centre.must(cmd.SuspendVehicle("a2", SuspendReason.FUEL, remark="加油"))
    centre.must(cmd.SetVehicleState("a2", VehicleState.IN_STATION))
    assert centre.floor.vehicles["a2"].suspended_for is None


def test_the_home_key_of_the_last_run_does_not_end_an_order_nobody_has_followed(centre: Centre120) -> None:
    """A vehicle on its way home is sent again; the crew presses 回站 for the run before."""
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    for kind in (K.DEPARTED, K.ON_SCENE, K.COMPLETED):
        key(centre, kind)
    centre.incident("i2")
    centre.must(cmd.AssignVehicle("m2", "i2", "a1"))
    key(centre, K.RETURNED)
    mission = centre.floor.missions["m2"]
    assert mission.active
    assert mission.stage is K.ASSIGNED
    assert mission.milestones[-1].late, "kept, flagged"
    key(centre, K.DEPARTED)
    key(centre, K.RETURNED)
    assert not centre.floor.missions["m2"].active


def test_a_key_from_before_the_order_does_not_move_the_mission(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    ordered_at = centre.now
    centre.later(5)
    centre.must(cmd.RecordVehicleKey("a1", K.AT_HOSPITAL, ordered_at - 600_000), roles=GATEWAY)
    assert centre.floor.missions["m1"].stage is K.ASSIGNED
    centre.must(cmd.RecordVehicleKey("a1", K.DEPARTED, ordered_at - 10_000), roles=GATEWAY)
    assert centre.floor.missions["m1"].stage is K.DEPARTED, "a terminal's clock may be a little slow"


def test_a_person_cannot_enter_a_time_before_the_order(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    early = cmd.RecordMilestone("m1", K.DEPARTED, centre.now - 600_000, MilestoneSource.SEAT)
    assert centre.give(early) == NotPossible("time_out_of_order")


def test_nobody_enters_a_step_in_another_name(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    forged = cmd.RecordMilestone("m1", K.DEPARTED, centre.now, MilestoneSource.TERMINAL)
    assert centre.give(forged) == NotPossible("source_is_not_a_person")
    centre.must(cmd.RecordMilestone("m1", K.DEPARTED, centre.now, MilestoneSource.SEAT, by="li"))
    step = milestone(centre.floor.missions["m1"], K.DEPARTED)
    assert step is not None
    assert step.by == "wang"


def test_a_late_entry_can_be_corrected_too(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.later(300)
    key(centre, K.ON_SCENE)
    key(centre, K.DEPARTED)
    late = milestone(centre.floor.missions["m1"], K.DEPARTED)
    assert late is not None
    assert late.late
    centre.must(cmd.CorrectMilestone("m1", K.DEPARTED, late.at - 100_000, "漏按"))
    corrected = milestone(centre.floor.missions["m1"], K.DEPARTED)
    assert corrected is not None
    assert (corrected.at, corrected.original_at, corrected.late) == (late.at - 100_000, late.at, True)


def test_a_vehicle_diverted_on_the_road_is_on_the_road_when_called_off(centre: Centre120) -> None:
    centre.incident("i1")
    centre.incident("i2")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    key(centre, K.DEPARTED)
    centre.must(cmd.AssignVehicle("m2", "i2", "a1", supersedes="m1"))
    assert centre.floor.missions["m2"].from_road
    centre.must(cmd.AbortMission("m2", AbortReason.OTHER))
    assert centre.floor.vehicles["a1"].state is VehicleState.ON_ROAD


@pytest.mark.parametrize(
    ("reason", "suspended_for"),
    [
        (RefuseReason.FAULT, SuspendReason.FAULT),
        (RefuseReason.CREW, SuspendReason.CREW_INCOMPLETE),
        (RefuseReason.ROAD, SuspendReason.OTHER),
    ],
)
def test_a_refusal_suspends_for_its_own_reason(
    centre: Centre120, reason: RefuseReason, suspended_for: SuspendReason
) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.RefuseMission("m1", reason), second="li")
    assert centre.floor.vehicles["a1"].suspended_for is suspended_for


def test_an_order_names_a_hospital_that_exists(centre: Centre120) -> None:
    centre.incident("i1")
    order = cmd.AssignVehicle("m1", "i1", "a1", hospital_id="nowhere")
    assert centre.give(order) == NotFound("hospital", "nowhere")


def test_master_data_cannot_make_a_vehicle_busy_or_a_seat_taken(centre: Centre120) -> None:
    vehicle = replace(centre.floor.vehicles["a1"], id="a9", state=VehicleState.BUSY, mission_id="m9")
    centre.must(cmd.RegisterVehicle(vehicle), roles=frozenset({Role.HUB}))
    assert centre.floor.vehicles["a9"].state is VehicleState.IN_STATION
    seat = replace(centre.floor.seats["seat-1"], id="seat-9")
    centre.must(cmd.RegisterSeat(seat), roles=frozenset({Role.HUB}))
    assert centre.floor.seats["seat-9"].dispatcher_id is None
    assert centre.floor.seats["seat-9"].state is SeatState.LOGGED_OUT


def test_a_dispatcher_logs_out_only_at_the_own_seat(centre: Centre120) -> None:
    assert centre.give(cmd.LogOut("seat-2")) == NotAllowed("LogOut")
    assert centre.give(cmd.SetSeatState("seat-2", SeatState.AWAY)) == NotAllowed("SetSeatState")
    centre.must(cmd.LogOut("seat-2"), roles=frozenset({Role.SHIFT_LEADER}))


def test_an_order_given_by_voice_is_recorded_with_its_time_and_goes_to_no_terminal(centre: Centre120) -> None:
    centre.incident("i1")
    spoken_at = centre.now
    centre.later(300)
    centre.must(cmd.AssignVehicle("m1", "i1", "a1", manual=True), at=spoken_at)
    mission = centre.floor.missions["m1"]
    assert mission.manual
    assert (mission.ordered_at, mission.order_status) == (spoken_at, OrderStatus.ACCEPTED)


def test_an_intake_written_down_without_a_hub_says_when_it_came(centre: Centre120) -> None:
    begun_at = centre.now
    centre.must(cmd.BeginIntake("in-1"), at=begun_at)
    centre.later(300)
    centre.must(cmd.BeginIntake("in-2"), at=begun_at)
    first, late = centre.floor.intakes["in-1"], centre.floor.intakes["in-2"]
    assert (first.begun_at, first.entered_at) == (begun_at, None)
    assert (late.begun_at, late.entered_at) == (begun_at, centre.now)
