"""One vehicle ordered by two sites, and every way a person may settle it."""

import pytest
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch import words
from dispatch.alarms import AlarmKind, overdue
from dispatch.decide_late import told
from dispatch.kinds import (
    CloseReason,
    ConflictChoice,
    IncidentState,
    MilestoneKind,
    MissionResult,
    OrderStatus,
    Role,
    VehicleState,
)
from dispatch.order import Late, Order
from dispatch.refusals import HeldElsewhere, NeedsReason, NeedsSecondPerson, WrongState
from dispatch.scopes import held_elsewhere, site_of_vehicle
from dispatch.sites import CITY, Authority, Conflict, Site
from tests.dispatch.trade import Centre120

GATEWAY = frozenset({Role.GATEWAY})
HUB = frozenset({Role.HUB})


class Apart:
    """City 01 sends a1 to i1, district 03 sends the same a1 to i2 and hears its keys; then they meet."""

    def __init__(self) -> None:
        self.city = Centre120()
        self.city.site = "01"
        self.district = self.city.apart("03")
        self.city.incident("i1")
        self.city.must(cmd.AssignVehicle("m1", "i1", "a1"))
        self.district.later(5)
        self.district.incident("i2")
        self.district.must(cmd.AssignVehicle("m2", "i2", "a1"))
        for kind in (MilestoneKind.ACKNOWLEDGED, MilestoneKind.DEPARTED):
            self.district.later(30)
            self.district.must(cmd.RecordVehicleKey("a1", kind, self.district.now), roles=GATEWAY)
        self.city.later(600)
        self.city.hand_in(self.district)
        (self.conflict,) = self.city.floor.conflicts.values()

    def settle(self, choice: ConflictChoice, **how: object) -> object:
        second = how.pop("second", None)
        order = cmd.SettleConflict(self.conflict.id, choice, "已核实", **how)
        return self.city.give(order, second=second)


@pytest.fixture
def apart() -> Apart:
    return Apart()


def test_one_conflict_with_all_that_followed(apart: Apart) -> None:
    conflict: Conflict = apart.conflict
    assert (conflict.from_site, conflict.rule, conflict.against) == ("03", "VehicleTaken", "m1")
    assert (conflict.vehicle_id, conflict.incident_id, conflict.mission_id) == ("a1", "i2", "m2")
    assert [dependent.kind for dependent in conflict.dependents] == ["RecordVehicleKey"] * 2
    assert apart.city.floor.missions["m1"].milestones[-1].kind is MilestoneKind.ASSIGNED


def test_the_incident_keeps_the_number_people_were_told(apart: Apart) -> None:
    told = apart.district.floor.incidents["i2"].number
    assert told.startswith("03-")
    assert apart.city.floor.incidents["i2"].number == told
    came = [event for event in apart.city.history if isinstance(event, ev.CameLate)]
    assert {event.site for event in came} == {"03"}


def test_ours_stays(apart: Apart) -> None:
    apart.settle(ConflictChoice.KEEP_OURS)
    assert apart.city.floor.vehicles["a1"].mission_id == "m1"
    settled = apart.city.floor.conflicts[apart.conflict.id].settled
    assert settled is not None
    assert (settled.choice, settled.remark) == (ConflictChoice.KEEP_OURS, "已核实")
    assert isinstance(apart.settle(ConflictChoice.BOTH), WrongState)


def test_the_late_one_takes_the_place_with_its_steps(apart: Apart) -> None:
    apart.settle(ConflictChoice.KEEP_LATE)
    floor = apart.city.floor
    assert floor.missions["m1"].result is MissionResult.ABORTED
    mission = floor.missions["m2"]
    told = apart.district.floor.missions["m2"]
    assert (mission.number, mission.ordered_at) == (told.number, told.ordered_at)
    assert (mission.late_from, mission.supersedes) == ("03", "m1")
    assert mission.stage is MilestoneKind.DEPARTED
    assert floor.vehicles["a1"].mission_id == "m2"


def test_both_happened_and_the_vehicle_is_not_blocked(apart: Apart) -> None:
    apart.settle(ConflictChoice.BOTH, empty_run=True)
    floor = apart.city.floor
    assert floor.vehicles["a1"].mission_id == "m1"
    mission = floor.missions["m2"]
    assert (mission.result, mission.stage) == (MissionResult.EMPTY_RUN, MilestoneKind.DEPARTED)
    assert floor.incidents["i2"].mission_ids == ("m2",)


def test_merging_two_emergencies_needs_a_second_person(apart: Apart) -> None:
    assert isinstance(apart.settle(ConflictChoice.MERGE), NeedsSecondPerson)
    apart.settle(ConflictChoice.MERGE, second="li")
    floor = apart.city.floor
    gone, kept = floor.incidents["i2"], floor.incidents["i1"]
    assert gone.state is IncidentState.CLOSED
    assert gone.closing is not None
    assert (gone.closing.reason, gone.closing.second_id) == (CloseReason.DUPLICATE, "li")
    assert len(kept.intake_ids) == 2
    assert all(floor.intakes[key].incident_id == "i1" for key in kept.intake_ids)


def test_words_are_needed(apart: Apart) -> None:
    order = cmd.SettleConflict(apart.conflict.id, ConflictChoice.KEEP_OURS, " ")
    assert isinstance(apart.city.give(order), NeedsReason)


def test_a_vehicle_nobody_else_used_is_simply_merged() -> None:
    city = Centre120()
    district = city.apart("03")
    district.incident("i2")
    district.must(cmd.AssignVehicle("m2", "i2", "a1"))
    district.later(20)
    district.must(cmd.ReportOrderDelivered("m2"), roles=GATEWAY)
    city.later(60)
    city.hand_in(district)
    assert city.floor.conflicts == {}
    mission = city.floor.missions["m2"]
    assert (mission.late_from, mission.order_status) == ("03", OrderStatus.DELIVERED)
    assert mission.ordered_at == district.floor.missions["m2"].ordered_at


def test_an_order_nobody_knows_to_be_delivered_is_not_sent_again_by_itself() -> None:
    city = Centre120()
    district = city.apart("03")
    district.incident("i2")
    district.must(cmd.AssignVehicle("m2", "i2", "a1"))
    city.hand_in(district)
    assert city.floor.missions["m2"].order_status is OrderStatus.TIMED_OUT


def test_late_log_ins_move_nobody() -> None:
    city = Centre120()
    district = city.apart("03")
    district.must(cmd.LogIn("seat-2", "wang"), roles=HUB)
    city.hand_in(district)
    assert city.floor.seats["seat-1"].dispatcher_id == "wang"


# --- what must not happen while settling -----------------------------------------------------------


def test_an_empty_run_of_the_other_site_leaves_the_emergency_without_a_vehicle(apart: Apart) -> None:
    """Its vehicle was ours all the time: nobody came to i2, it still alarms and is not closed by one."""
    apart.settle(ConflictChoice.BOTH, empty_run=True)
    city = apart.city
    city.later(3600)
    waiting = {alarm.id for alarm in overdue(city.floor, city.now) if alarm.kind is AlarmKind.NO_VEHICLE}
    assert "i2" in waiting
    closed = city.give(cmd.CloseIncident("i2", CloseReason.OTHER, "已核实"))
    assert isinstance(closed, NeedsSecondPerson)


def test_merging_keeps_what_the_vehicle_did(apart: Apart) -> None:
    apart.settle(ConflictChoice.MERGE, second="li")
    assert apart.city.floor.missions["m1"].stage is MilestoneKind.DEPARTED
    assert all(conflict.settled for conflict in apart.city.floor.conflicts.values())


def test_what_comes_after_its_conflict_was_settled_is_a_conflict_of_its_own(apart: Apart) -> None:
    apart.settle(ConflictChoice.KEEP_OURS)
    apart.district.accepted.clear()
    apart.district.incident("i3")
    apart.district.must(cmd.AssignVehicle("m3", "i3", "a1", supersedes="m2"))
    apart.city.hand_in(apart.district)
    (left,) = (one for one in apart.city.floor.conflicts.values() if one.settled is None)
    assert (left.kind, left.mission_id) == ("AssignVehicle", "m3")


def test_ours_stays_whatever_a_newer_program_wrote(apart: Apart) -> None:
    unread = replace(apart.conflict, order=b"\x81\xa1x\x01", dependents=())
    apart.city.floor.conflicts[apart.conflict.id] = unread
    assert isinstance(apart.settle(ConflictChoice.KEEP_OURS), tuple)


def test_an_emergency_of_theirs_is_not_given_up_by_one_person_alone(apart: Apart) -> None:
    apart.city.floor.conflicts[apart.conflict.id] = replace(apart.conflict, kind="OpenIncident")
    assert isinstance(apart.settle(ConflictChoice.KEEP_OURS), NeedsSecondPerson)
    assert isinstance(apart.settle(ConflictChoice.KEEP_OURS, second="li"), tuple)


def test_a_wrong_clock_there_does_not_move_a_mission_into_the_future() -> None:
    city = Centre120()
    city.site = "01"
    district = city.apart("03")
    city.incident("i1")
    city.must(cmd.AssignVehicle("m1", "i1", "a1"))
    district.incident("i2")
    given = district.now
    district.must(cmd.AssignVehicle("m2", "i2", "a1"), at=given + 5 * 3600_000)
    order, events = district.accepted[-1]
    district.accepted.pop()
    city.hand_in(district)
    numbers, mission_id = told(events)
    city.take(replace(order, late=Late("03", 1, 99, given << 16, numbers, mission_id)))
    city.later(60)
    (conflict,) = city.floor.conflicts.values()
    assert conflict.given_at == given
    city.must(cmd.SettleConflict(conflict.id, ConflictChoice.KEEP_LATE, "核对"))
    assert city.floor.missions["m2"].ordered_at == given


def test_two_missions_of_an_incident_never_have_the_same_number() -> None:
    """The other site sent a1 (in conflict) and a2 (taken in); the next one here is not a second .2."""
    city = Centre120()
    city.incident("i1")
    district = city.apart("03")
    city.incident("i2")
    city.must(cmd.AssignVehicle("m0", "i2", "a1"))
    district.must(cmd.AssignVehicle("m1", "i1", "a1"))
    district.must(cmd.AssignVehicle("m2", "i1", "a2"))
    city.hand_in(district)
    city.must(cmd.AssignVehicle("m3", "i1", "a3"))
    numbers = [mission.number for mission in city.floor.missions.values()]
    assert len(numbers) == len(set(numbers))


# --- whose vehicle -------------------------------------------------------------------------------


@pytest.fixture
def divided() -> Centre120:
    """District 江北 (site 03) commands its own vehicle a3; the rest is the city's, 01."""
    centre = Centre120()
    centre.must(cmd.RegisterSite(Site("03", "江北", ("江北区",))), roles=HUB)
    station = words.Station("st3", "03", "江北站", words.Point(110.0, 30.0), "江北区")
    centre.must(cmd.RegisterStation(station), roles=HUB)
    vehicle = words.Vehicle("a9", "急9", "鄂A0009", centre.floor.vehicles["a1"].kind, "st3")
    centre.must(cmd.RegisterVehicle(vehicle), roles=HUB)
    authority = Authority("03", "03", 2, centre.now, "wang", "li", "中心失联", "1")
    centre.must(cmd.MoveAuthority(authority), roles=HUB)
    return centre


def refusal(centre: Centre120, command: cmd.Command, site: str, scope: str) -> HeldElsewhere | None:
    order = Order("c", command, centre.now, "seat", frozenset({Role.DISPATCHER}))
    return held_elsewhere(centre.floor, order, site, scope)


def test_each_vehicle_is_ordered_where_it_is_commanded(divided: Centre120) -> None:
    assert site_of_vehicle(divided.floor, "a9") == "03"
    ours, theirs = cmd.AssignVehicle("m", "i", "a1"), cmd.AssignVehicle("m", "i", "a9")
    assert refusal(divided, ours, "01", CITY) is None
    assert refusal(divided, theirs, "01", CITY) == HeldElsewhere("03", "03", 2, divided.now)
    assert refusal(divided, theirs, "03", "03") is None
    assert isinstance(refusal(divided, ours, "03", "03"), HeldElsewhere)


def test_what_happened_is_recorded_anywhere(divided: Centre120) -> None:
    divided.incident("i1")
    assert refusal(divided, cmd.ReportRinging("k", "139"), "03", "03") is None
    assert refusal(divided, cmd.TakeIncident("i1"), "03", "03") is None, "opened after command was divided"
    key = cmd.RecordVehicleKey("a9", MilestoneKind.DEPARTED, divided.now)
    order = Order("c", key, divided.now, "gateway", GATEWAY)
    assert held_elsewhere(divided.floor, order, "01", CITY) is None


def test_a_term_never_goes_back(divided: Centre120) -> None:
    older = Authority("03", "01", 1, divided.now)
    assert isinstance(divided.give(cmd.MoveAuthority(older), roles=HUB), WrongState)
    divided.must(cmd.MoveAuthority(Authority("03", "01", 3, divided.now)), roles=HUB)
    assert refusal(divided, cmd.SetVehicleState("a9", VehicleState.REPAIR), "01", CITY) is None


def test_a_vehicle_of_another_site_is_not_sent_by_settling(apart: Apart) -> None:
    """Keeping the late order sends its vehicle: that is decided where it is commanded."""
    floor = apart.city.floor
    station = floor.stations[floor.vehicles["a1"].station_id]
    floor.stations[station.id] = replace(station, district="江北区")
    floor.sites["03"] = Site("03", "江北", ("江北区",))
    floor.authorities["03"] = Authority("03", "03", 2, apart.city.now)
    keep = cmd.SettleConflict(apart.conflict.id, ConflictChoice.KEEP_LATE, "已核实")
    assert isinstance(refusal(apart.city, keep, "01", CITY), HeldElsewhere)
    leave = cmd.SettleConflict(apart.conflict.id, ConflictChoice.KEEP_OURS, "已核实")
    assert refusal(apart.city, leave, "01", CITY) is None


def test_a_settled_conflict_leaves_the_floor_in_time_an_open_one_never(apart: Apart) -> None:
    apart.city.later(10)
    apart.city.must(cmd.ArchiveEnded(apart.city.now), roles=HUB)
    assert apart.city.floor.conflicts
    apart.settle(ConflictChoice.KEEP_OURS)
    apart.city.later(10)
    apart.city.must(cmd.ArchiveEnded(apart.city.now), roles=HUB)
    assert not apart.city.floor.conflicts
