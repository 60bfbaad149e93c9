"""From ring to close: who may end what, and what is refused with which words."""

import pytest

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.changes import FormChanges
from dispatch.decide_resources import ARCHIVED_MAX
from dispatch.kinds import (
    AbortReason,
    CallResult,
    CloseReason,
    EmptyRunReason,
    HoldReason,
    IncidentState,
    IncidentType,
    IntakeOutcome,
    MilestoneKind,
    MilestoneSource,
    RefuseReason,
    Role,
    Severity,
)
from dispatch.refusals import (
    MissionsOpen,
    NeedsPlace,
    NeedsReason,
    NeedsSecondPerson,
    NotPossible,
    StaleForm,
    WrongState,
)
from dispatch.words import Place
from tests.dispatch.trade import Centre120


def test_numbers_count_inside_site_and_local_day(centre: Centre120) -> None:
    first = centre.incident("i1")
    second = centre.incident("i2")
    centre.later(24 * 3600)
    third = centre.incident("i3")
    assert first.number.startswith("01-2026")
    assert [i.number[-4:] for i in (first, second, third)] == ["0001", "0002", "0001"]
    assert third.number[:11] != first.number[:11]


def test_an_incident_needs_at_least_words_to_go_by(centre: Centre120) -> None:
    centre.must(cmd.BeginIntake("in-1"))
    assert centre.give(cmd.OpenIncident("i1", "in-1")) == NeedsPlace()
    centre.must(cmd.ChangeIntake("in-1", 1, FormChanges(place=Place(address="老火车站附近"))))
    assert isinstance(centre.give(cmd.OpenIncident("i1", "in-1")), tuple)


def test_an_emergency_never_closes_without_vehicle_reason_and_second_person(centre: Centre120) -> None:
    centre.incident("i1")
    close = cmd.CloseIncident("i1", CloseReason.FALSE_ALARM)
    spoken = cmd.CloseIncident("i1", CloseReason.FALSE_ALARM, "来电人确认误报")
    assert centre.give(close) == NeedsReason()
    assert centre.give(spoken) == NeedsSecondPerson()
    assert centre.give(spoken, second="wang") == NeedsSecondPerson(), "the same person is not a second one"
    assert centre.give(spoken, second="nobody") == NeedsSecondPerson()
    centre.must(spoken, second="li")
    closing = centre.floor.incidents["i1"].closing
    assert closing is not None
    assert (closing.dispatcher_id, closing.second_id) == ("wang", "li")


def test_a_non_emergency_may_close_without_a_vehicle(centre: Centre120) -> None:
    centre.must(cmd.BeginIntake("in-1"))
    centre.must(cmd.ChangeIntake("in-1", 1, FormChanges(place=Place(address="中医院"))))
    centre.must(cmd.OpenIncident("i1", "in-1", IncidentType.GOING_HOME))
    centre.must(cmd.CloseIncident("i1", CloseReason.OTHER_PROVIDER))


def test_calling_an_emergency_something_else_needs_the_second_person_too(centre: Centre120) -> None:
    centre.incident("i1")
    renamed = cmd.ChangeIncident("i1", 1, type=IncidentType.GOING_HOME)
    assert centre.give(renamed) == NeedsSecondPerson()
    centre.must(renamed, second="li")
    centre.must(cmd.CloseIncident("i1", CloseReason.OTHER_PROVIDER))


def test_once_a_vehicle_came_the_type_may_be_corrected_alone(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    renamed = cmd.ChangeIncident("i1", 1, type=IncidentType.GOING_HOME)
    centre.must(cmd.RecordMilestone("m1", MilestoneKind.DEPARTED, centre.now, MilestoneSource.SEAT))
    assert centre.give(renamed) == NeedsSecondPerson(), "it could still be called back"
    centre.must(cmd.RecordMilestone("m1", MilestoneKind.ON_SCENE, centre.now, MilestoneSource.SEAT))
    centre.must(renamed)


FALSE_ALARM = cmd.CloseIncident("i1", CloseReason.FALSE_ALARM, "误报")


@pytest.mark.parametrize("left", [False, True])
def test_a_mission_called_off_before_the_scene_served_nobody(centre: Centre120, left: bool) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    if left:
        key(centre, "a1", MilestoneKind.DEPARTED)
    centre.must(cmd.AbortMission("m1", AbortReason.OTHER))
    assert centre.give(FALSE_ALARM) == NeedsSecondPerson()


def test_a_mission_refused_on_the_way_served_nobody(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    key(centre, "a1", MilestoneKind.DEPARTED)
    centre.must(cmd.RefuseMission("m1", RefuseReason.FAULT), second="li")
    assert centre.give(FALSE_ALARM) == NeedsSecondPerson()


def test_a_vehicle_taken_for_another_incident_leaves_an_emergency_behind(centre: Centre120) -> None:
    centre.incident("i1")
    centre.incident("i2")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    key(centre, "a1", MilestoneKind.DEPARTED)
    centre.must(cmd.AssignVehicle("m2", "i2", "a1", supersedes="m1"))
    assert centre.give(FALSE_ALARM) == NeedsSecondPerson()


@pytest.mark.parametrize("kind", [MilestoneKind.DEPARTED, MilestoneKind.ON_SCENE, MilestoneKind.RETURNED])
def test_what_is_entered_after_the_end_serves_nobody(centre: Centre120, kind: MilestoneKind) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.AbortMission("m1", AbortReason.BEFORE_DEPARTURE))
    centre.later(60)
    key(centre, "a1", kind)
    centre.must(cmd.RecordMilestone("m1", MilestoneKind.AT_HOSPITAL, centre.now, MilestoneSource.SEAT))
    assert centre.give(FALSE_ALARM) == NeedsSecondPerson()


def test_completed_without_ever_leaving_served_nobody(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.RecordMilestone("m1", MilestoneKind.COMPLETED, centre.now, MilestoneSource.SEAT))
    assert centre.give(FALSE_ALARM) == NeedsSecondPerson()


@pytest.mark.parametrize("kind", [MilestoneKind.DEPARTED, MilestoneKind.ON_SCENE])
def test_an_empty_run_or_a_vehicle_at_the_scene_is_enough(centre: Centre120, kind: MilestoneKind) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    key(centre, "a1", kind)
    if kind is MilestoneKind.ON_SCENE:
        centre.must(cmd.AbortMission("m1", AbortReason.OTHER))
    else:
        centre.must(cmd.EndEmptyRun("m1", EmptyRunReason.NOBODY_THERE))
    centre.must(FALSE_ALARM)


def key(centre: Centre120, vehicle: str, kind: MilestoneKind) -> None:
    centre.must(cmd.RecordVehicleKey(vehicle, kind, centre.now), roles=frozenset({Role.GATEWAY}))


def test_closing_asks_about_every_running_mission(centre: Centre120) -> None:
    incident = centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.AssignVehicle("m2", "i1", "a2"))
    refused = centre.give(cmd.CloseIncident("i1", CloseReason.COMPLETED))
    assert refused == MissionsOpen((f"{incident.number}.1", f"{incident.number}.2"))


def test_hold_needs_an_alarm_ahead_and_an_order_resumes_it(centre: Centre120) -> None:
    centre.incident("i1")
    past = cmd.HoldIncident("i1", HoldReason.NO_VEHICLE, centre.now)
    assert centre.give(past) == NotPossible("alarm_time_is_past")
    centre.must(cmd.HoldIncident("i1", HoldReason.NO_VEHICLE, centre.now + 60_000))
    assert centre.floor.incidents["i1"].state is IncidentState.HELD
    happened = centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    assert [type(event) for event in happened] == [ev.IncidentResumed, ev.VehicleAssigned]


def test_a_repeat_caller_joins_and_both_intakes_hang_on_the_incident(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.ReportRinging("call-2", "13700000000"), seat="seat-2")
    centre.must(cmd.ReportAnswered("call-2"), seat="seat-2")
    centre.must(cmd.BeginIntake("in-2", "call-2"), seat="seat-2")
    centre.must(cmd.JoinIncident("in-2", "i1", IntakeOutcome.CHASE), seat="seat-2")
    assert centre.floor.incidents["i1"].intake_ids == ("in-i1", "in-2")
    assert centre.floor.calls["call-2"].incident_id == "i1"
    assert centre.floor.intakes["in-2"].number == 2
    assert isinstance(centre.give(cmd.JoinIncident("in-2", "i1")), WrongState)


def test_the_first_intake_speaks_for_the_incident(centre: Centre120) -> None:
    centre.incident("i1")
    changes = FormChanges(severity=Severity.CRITICAL, chief_complaint="胸痛")
    centre.must(cmd.ChangeIntake("in-i1", 2, changes))
    incident = centre.floor.incidents["i1"]
    assert (incident.severity, incident.complaint, incident.rev) == (Severity.CRITICAL, "胸痛", 2)


def test_edits_of_different_fields_merge_and_of_one_field_do_not(centre: Centre120) -> None:
    centre.must(cmd.BeginIntake("in-1"))
    centre.must(cmd.ChangeIntake("in-1", 1, FormChanges(contact_name="张")))
    centre.must(cmd.ChangeIntake("in-1", 1, FormChanges(remark="三楼")), seat="seat-2")
    clash = centre.give(cmd.ChangeIntake("in-1", 1, FormChanges(contact_name="章")), seat="seat-2")
    assert clash == StaleForm("in-1", 3, ("contact_name",))
    assert centre.floor.intakes["in-1"].form.contact_name == "张"
    centre.must(cmd.ChangeIntake("in-1", 3, FormChanges(contact_name="章")), seat="seat-2")


def test_an_intake_that_sends_nobody_says_why(centre: Centre120) -> None:
    centre.must(cmd.BeginIntake("in-1"))
    assert centre.give(cmd.EndIntake("in-1", IntakeOutcome.CONSULTATION)) == NeedsReason()
    assert centre.give(cmd.EndIntake("in-1", IntakeOutcome.DISPATCHED)) == NotPossible(
        "outcome_needs_incident"
    )
    centre.must(cmd.EndIntake("in-1", IntakeOutcome.CONSULTATION, "问药"))


def test_an_intake_of_an_incident_cannot_be_waved_away(centre: Centre120) -> None:
    centre.incident("i1")
    refused = centre.give(cmd.EndIntake("in-i1", IntakeOutcome.SPECIAL, "误拨"))
    assert refused == NotPossible("incident_must_be_closed")


def test_a_call_that_was_answered_was_talked(centre: Centre120) -> None:
    centre.must(cmd.ReportRinging("c", "1"))
    centre.must(cmd.ReportAnswered("c"))
    centre.must(cmd.ReportCallEnded("c", CallResult.NOT_ANSWERED, ended_by_caller=True))
    assert centre.floor.calls["c"].result is CallResult.TALKED
    assert isinstance(centre.give(cmd.ReportAnswered("c")), WrongState)


def test_reopening_needs_words(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.CloseIncident("i1", CloseReason.FALSE_ALARM, "误报"), second="li")
    assert centre.give(cmd.ReopenIncident("i1", " ")) == NeedsReason()
    centre.must(cmd.ReopenIncident("i1", "又来电"))
    assert centre.floor.incidents["i1"].state is IncidentState.OPEN


def test_archiving_takes_whole_incidents_only(centre: Centre120) -> None:
    from dispatch.kinds import Role

    hub = frozenset({Role.HUB})
    centre.incident("i1")
    centre.incident("i2")
    centre.must(cmd.ReportCallEnded("call-i1", CallResult.TALKED))
    centre.must(cmd.CloseIncident("i1", CloseReason.FALSE_ALARM, "误报"), second="li")
    centre.later(25 * 3600)
    centre.must(cmd.ArchiveEnded(centre.now), roles=hub)
    assert set(centre.floor.incidents) == {"i1", "i2"}, "the intake of i1 is still open"
    centre.must(cmd.EndIntake("in-i1", IntakeOutcome.DISPATCHED))
    centre.later(1)
    centre.must(cmd.ArchiveEnded(centre.now), roles=hub)
    assert (set(centre.floor.incidents), set(centre.floor.intakes), set(centre.floor.calls)) == (
        {"i2"},
        {"in-i2"},
        {"call-i2"},
    )
    assert isinstance(centre.give(cmd.ArchiveEnded(centre.now), roles=hub), tuple)


def test_an_emptied_address_does_not_take_the_place_from_the_incident(centre: Centre120) -> None:
    place = centre.incident("i1").place
    centre.must(cmd.ChangeIntake("in-i1", 2, FormChanges(place=Place(), chief_complaint="胸痛")))
    incident = centre.floor.incidents["i1"]
    assert (incident.place, incident.complaint) == (place, "胸痛")


def test_a_late_record_of_an_archived_day_gets_a_number_of_its_own(centre: Centre120) -> None:
    first = centre.incident("i1")
    yesterday = centre.now
    centre.must(cmd.EndIntake("in-i1", IntakeOutcome.HELD))
    centre.must(cmd.ReportCallEnded("call-i1", CallResult.TALKED))
    centre.must(FALSE_ALARM, second="li")
    centre.later(25 * 3600)
    centre.must(cmd.ArchiveEnded(centre.now - 24 * 3_600_000), roles=frozenset({Role.HUB}))
    assert not centre.floor.incidents
    centre.must(cmd.BeginIntake("in-2"))
    centre.must(cmd.ChangeIntake("in-2", 1, FormChanges(place=Place(address="北郊"))))
    centre.must(cmd.OpenIncident("i2", "in-2"), at=yesterday + 60_000)
    assert centre.floor.incidents["i2"].number == first.number[:-1] + "2"


@pytest.mark.parametrize("at", [0, -(2**62)])
def test_a_clock_that_is_years_behind_is_not_believed(centre: Centre120, at: int) -> None:
    centre.must(cmd.BeginIntake("in-1"), at=at)
    assert centre.floor.intakes["in-1"].begun_at == centre.now


def test_a_long_quiet_floor_is_archived_in_small_steps(centre: Centre120) -> None:
    for n in range(ARCHIVED_MAX + 5):
        centre.must(cmd.ReportRinging(f"k{n}", "139"))
        centre.must(cmd.ReportCallEnded(f"k{n}", CallResult.NOT_ANSWERED))
    centre.later(60)
    archive = cmd.ArchiveEnded(centre.now)
    centre.must(archive, roles=frozenset({Role.HUB}))
    assert len(centre.floor.calls) == 5
    centre.must(archive, roles=frozenset({Role.HUB}))
    assert not centre.floor.calls


def test_a_refused_order_needs_a_second_person(centre: Centre120) -> None:
    centre.must(cmd.BeginIntake("in-1"))
    refuse = cmd.EndIntake("in-1", IntakeOutcome.REFUSED, "非急救")
    assert centre.give(refuse) == NeedsSecondPerson()
    centre.must(refuse, second="li")
    assert centre.floor.intakes["in-1"].second_id == "li"
