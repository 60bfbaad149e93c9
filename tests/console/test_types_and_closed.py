"""The type of an incident, what was closed today, and opening it again."""

from PySide6.QtCore import Qt

from console.models import acts, rows
from dispatch import commands as cmd
from dispatch.kinds import CloseReason, IncidentState, IncidentType, MilestoneKind
from tests.console.busy import MIN, busy

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def test_the_type_is_chosen_before_and_after_the_order(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    shown.type("中山路")
    shown.key(Key.Key_Y, CTRL)
    shown.key(Key.Key_2)
    shown.key(Key.Key_Return)
    assert "医院转诊" in shown.window._form._place_state.text()
    shown.wait_pause()
    shown.key(Key.Key_1, CTRL)
    shown.key(Key.Key_F4)
    assert seat.desk.incident().type is IncidentType.HOSPITAL_TRANSFER
    assert seat.desk.types == {}
    shown.window.doing.run("/类型")
    shown.settle()
    shown.key(Key.Key_4)
    shown.key(Key.Key_Return)
    assert seat.desk.incident().type is IncidentType.LONG_DISTANCE
    assert "长途" in shown.window._form._place_state.text()


def closed_one(seat):
    busy(seat)
    seat.hub.as_hub(cmd.RecordVehicleKey("v1", MilestoneKind.COMPLETED, seat.clock()))
    seat.hub.as_hub(cmd.CloseIncident("e0", CloseReason.COMPLETED), seat_id="s2", person="d2")
    seat.pump()


def test_what_was_closed_today_is_listed_shown_and_reopened(seat, show):
    shown = show(seat)
    closed_one(seat)
    shown.settle()
    shown.key(Key.Key_E, ALT)
    table = shown.find("incidents.table")
    assert [row.id for row in table.rows_model.rows] == ["e0"]
    assert table.hasFocus()
    shown.key(Key.Key_Down)
    assert seat.desk.incident_id() == "e0"
    shown.key(Key.Key_F4)
    assert "已结束" in shown.text("notice.text")
    assert "F2" in shown.text("notice.text")
    assert "Ctrl+O" in shown.text("notice.text")
    shown.key(Key.Key_O, CTRL)
    shown.key(Key.Key_3)
    shown.key(Key.Key_Return)
    assert seat.desk.floor.incidents["e0"].state is IncidentState.OPEN
    assert "病情变化" in seat.desk.latest[-1].text
    shown.key(Key.Key_E, ALT)
    assert "e0" in [row.id for row in table.rows_model.rows]


def test_closed_yesterday_is_not_today(seat):
    closed_one(seat)
    assert rows.closed_today(seat.desk, seat.clock())
    assert rows.closed_today(seat.desk, seat.clock() + 24 * 60 * MIN) == []


def test_reopening_by_command_line_finds_closed_ones_only(seat, show):
    shown = show(seat)
    closed_one(seat)
    assert not shown.window.doing.run("/重开 0002")
    assert shown.window.doing.run("/重开 1")
    assert shown.find("reason").isVisible()
    assert seat.desk.incident_id() == "e0"


def test_nothing_is_held_or_closed_twice(seat, show):
    shown = show(seat)
    closed_one(seat)
    acts.show(seat.desk, "e0")
    shown.settle()
    for key in (Key.Key_F9, Key.Key_F12):
        shown.key(key)
        assert not shown.find("reason").isVisible()
        assert "已结束" in shown.text("notice.text")
