"""From ring to close: who may end what, and what is refused with which words."""

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.changes import FormChanges
from dispatch.kinds import (
    AbortReason,
    CallResult,
    CloseReason,
    HoldReason,
    IncidentState,
    IncidentType,
    IntakeOutcome,
    MilestoneKind,
    MilestoneSource,
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


def test_once_a_vehicle_went_the_type_may_be_corrected_alone(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    renamed = cmd.ChangeIncident("i1", 1, type=IncidentType.GOING_HOME)
    assert centre.give(renamed) == NeedsSecondPerson(), "it could still be called back"
    centre.must(cmd.RecordMilestone("m1", MilestoneKind.DEPARTED, centre.now, MilestoneSource.SEAT))
    centre.must(renamed)


def test_a_step_entered_after_the_abort_does_not_count_as_a_vehicle(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.AbortMission("m1", AbortReason.BEFORE_DEPARTURE))
    centre.must(cmd.RecordMilestone("m1", MilestoneKind.DEPARTED, centre.now, MilestoneSource.SEAT))
    assert centre.give(cmd.CloseIncident("i1", CloseReason.OTHER, "x")) == NeedsSecondPerson()


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
