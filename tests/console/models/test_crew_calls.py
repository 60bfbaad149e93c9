"""A crew that calls is loud until a dispatcher has spoken with it."""

from PySide6.QtCore import Qt

from console.models import alarm_rows, rows
from dispatch import commands as cmd
from dispatch.kinds import CrewCall
from tests.console.busy import busy


def test_a_crew_that_calls_is_on_top_and_answered_by_key(seat, show):
    shown = show(seat)
    busy(seat)
    seat.hub.as_hub(cmd.ReportCrewCall("v3", CrewCall.SOS, seat.clock()))
    seat.pump()
    seat.pass_time(1_000)
    shown.settle()
    first = alarm_rows.alarms(seat.desk, seat.clock())[0]
    assert (first.words, first.target, first.loud) == ("紧急报警", "A03 → 0003", True)
    assert "A03 紧急报警" in shown.text("banner")
    assert shown.find("strip").property("tone") == "fault"
    assert any(row.calls for row in rows.vehicles(seat.desk, seat.clock()))
    assert any(line.abnormal and "A03" in line.text for line in seat.desk.latest)

    shown.key(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert seat.desk.incident_id() == "e2", "the dispatcher sees the incident while speaking"
    assert seat.desk.floor.vehicles["v3"].crew_call is CrewCall.SOS, "a slip of a finger answers nobody"
    shown.key(Qt.Key.Key_Return)
    assert seat.desk.floor.vehicles["v3"].crew_call is None
    assert "A03 紧急报警" not in shown.text("banner")
    seat.pass_time(1_000)
    assert not any(row.loud for row in alarm_rows.alarms(seat.desk, seat.clock()))


def test_a_crew_in_its_station_is_answered_by_command_line(seat, show):
    shown = show(seat)
    seat.hub.as_hub(cmd.ReportCrewCall("v8", CrewCall.ASSISTANCE, seat.clock()))
    seat.pump()
    seat.pass_time(1_000)
    shown.settle()
    assert shown.window.doing.run("/yd 08")
    shown.settle()
    shown.key(Qt.Key.Key_2)
    shown.key(Qt.Key.Key_Return)
    assert seat.desk.floor.vehicles["v8"].crew_call is None
    assert "已用电话通话" in seat.desk.latest[-1].text


def test_nobody_calls(seat, show):
    shown = show(seat)
    shown.key(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert "没有车组呼叫" in shown.text("notice.text")
