"""Every limit fires at its second and not before."""

import pytest

from dispatch import commands as cmd
from dispatch.alarms import AlarmKind, overdue
from dispatch.changes import FormChanges
from dispatch.kinds import (
    AbortReason,
    CallResult,
    CloseReason,
    CrewCall,
    Direction,
    HoldReason,
    MilestoneKind,
    Role,
    Severity,
)
from tests.dispatch.trade import Centre120

GATEWAY = frozenset({Role.GATEWAY})


def kinds(centre: Centre120) -> set[AlarmKind]:
    return {alarm.kind for alarm in overdue(centre.floor, centre.now)}


def after(centre: Centre120, seconds: float) -> set[AlarmKind]:
    centre.later(seconds - 0.1)
    before = kinds(centre)
    centre.later(0.1)
    return kinds(centre) - before


def test_ringing(centre: Centre120) -> None:
    centre.must(cmd.ReportRinging("c", "139"))
    assert after(centre, 10) == {AlarmKind.RINGING}
    centre.must(cmd.ReportAnswered("c"))
    assert not kinds(centre)


def test_a_call_that_is_up_for_an_hour_since_its_answer(centre: Centre120) -> None:
    centre.must(cmd.ReportRinging("c", "139"))
    centre.later(5)
    centre.must(cmd.ReportAnswered("c"))
    assert after(centre, 3600) == {AlarmKind.CALL_LONG}
    centre.must(cmd.ReportCallEnded("c", CallResult.TALKED))
    assert AlarmKind.CALL_LONG not in kinds(centre), "the words of a seat that was cut off end it"


def test_a_call_of_ours_that_nobody_ends(centre: Centre120) -> None:
    centre.must(cmd.ReportRinging("c", "139", Direction.OUTBOUND))
    assert after(centre, 3600) == {AlarmKind.CALL_LONG}


def test_a_long_intake(centre: Centre120) -> None:
    centre.must(cmd.BeginIntake("in"))
    assert after(centre, 90) == {AlarmKind.INTAKE_LONG}


@pytest.mark.parametrize(("severity", "seconds"), [(Severity.CRITICAL, 60), (Severity.MILD, 300)])
def test_nobody_sent(centre: Centre120, severity: Severity, seconds: int) -> None:
    centre.incident("i1")
    centre.must(cmd.ChangeIntake("in-i1", 2, FormChanges(severity=severity)))
    assert AlarmKind.NO_VEHICLE in after(centre, seconds)
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    assert AlarmKind.NO_VEHICLE not in kinds(centre)


def test_an_incident_that_lost_its_vehicle_is_an_alarm_again(centre: Centre120) -> None:
    centre.incident("i1")
    centre.later(400)
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.AbortMission("m1", AbortReason.OTHER))
    assert AlarmKind.NO_VEHICLE in after(centre, 300)


def test_a_reopened_incident_waits_for_a_vehicle_again(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    for kind in (MilestoneKind.DEPARTED, MilestoneKind.ON_SCENE, MilestoneKind.COMPLETED):
        centre.must(cmd.RecordVehicleKey("a1", kind, centre.now), roles=GATEWAY)
    centre.later(400)
    assert AlarmKind.NO_VEHICLE not in kinds(centre), "served"
    centre.must(cmd.CloseIncident("i1", CloseReason.COMPLETED))
    centre.must(cmd.ReopenIncident("i1", "病情变化"))
    assert AlarmKind.NO_VEHICLE in after(centre, 300)
    centre.must(cmd.AssignVehicle("m2", "i1", "a2"))
    assert AlarmKind.NO_VEHICLE not in kinds(centre)


def test_a_crew_that_drives_without_confirming_is_no_alarm(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.RecordVehicleKey("a1", MilestoneKind.DEPARTED, centre.now), roles=GATEWAY)
    centre.later(60)
    assert not kinds(centre)


def test_an_order_nobody_confirmed_and_a_vehicle_that_does_not_leave(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    assert after(centre, 20) == {AlarmKind.ORDER_UNCONFIRMED}
    centre.must(cmd.RecordVehicleKey("a1", MilestoneKind.ACKNOWLEDGED, centre.now), roles=GATEWAY)
    assert not kinds(centre)
    assert after(centre, 180) == {AlarmKind.NOT_DEPARTED}


def test_a_hold_comes_back(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.HoldIncident("i1", HoldReason.APPOINTMENT, centre.now + 60_000))
    assert after(centre, 60) == {AlarmKind.HOLD_DUE}


def test_a_crew_that_calls_stays_an_alarm_until_somebody_answers(centre: Centre120) -> None:
    centre.must(cmd.ReportCrewCall("a1", CrewCall.ASSISTANCE, centre.now), roles=GATEWAY)
    centre.must(cmd.ReportCrewCall("a1", CrewCall.SOS, centre.now), roles=GATEWAY)
    assert centre.must(cmd.ReportCrewCall("a1", CrewCall.CANNOT_GO, centre.now), roles=GATEWAY) == ()
    assert centre.floor.vehicles["a1"].crew_call is CrewCall.SOS
    assert kinds(centre) == {AlarmKind.CREW_CALL}
    centre.must(cmd.AnswerCrewCall("a1", "已通话"))
    assert not kinds(centre)
