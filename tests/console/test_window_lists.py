"""Lists, help, layout and themes of the seat window, by keys only."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTableView

from console import i18n
from console.models import acts
from console.panels.help import PAGES
from console.verbs import VERBS
from dispatch import commands as cmd
from dispatch.kinds import IncidentState, MilestoneKind, Need
from dispatch.words import Recording
from tests.console.busy import START, Seatful, busy
from tests.console.clipping import clipped

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


def test_the_help_overlay_lists_every_verb(seat, show):
    shown = show(seat)
    for _ in PAGES:
        shown.key(Key.Key_F1)
    assert sorted(shown.window._help.names) == sorted(verb.id for verb in VERBS)
    assert shown.find("help").isVisible()
    shown.key(Key.Key_Escape)
    assert not shown.find("help").isVisible()


def test_f1_turns_the_pages_of_the_help_and_closes_it(seat, show):
    shown = show(seat)
    for at in range(len(PAGES)):
        shown.key(Key.Key_F1)
        assert shown.window._help._pages.currentIndex() == at
    shown.key(Key.Key_F1)
    assert not shown.find("help").isVisible()


def test_rows_do_not_move_under_the_pointer(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    table = shown.window._incidents.table
    before = [row.id for row in table.rows_model.rows]
    fresh = list(reversed(table.rows_model.rows))
    table.underMouse = lambda: True
    table.show_rows(fresh)
    assert [row.id for row in table.rows_model.rows] == before
    del table.underMouse
    table.show_rows(fresh)
    assert [row.id for row in table.rows_model.rows] == [row.id for row in fresh]


def test_a_parked_pointer_never_keeps_the_ranking_of_another_place(seat, show):
    shown = show(seat)
    busy(seat)
    table = shown.window._advice.table
    acts.show(seat.desk, "e4")
    shown.settle()
    table.rows_model.put(list(reversed(table.rows_model.rows)))
    table.underMouse = lambda: True
    acts.show(seat.desk, "e5")
    shown.settle()
    assert [row.id for row in table.rows_model.rows] == [p.id for p in seat.desk.recommendation.picks]


def test_the_next_key_walks_through_what_waits(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    first = seat.desk.hand.intake_id
    shown.key(Key.Key_F5)
    assert seat.desk.incident_id() == "e5"
    shown.key(Key.Key_F5)
    assert seat.desk.hand.intake_id == first


def test_layout_and_theme_come_back_for_the_same_person(seat, show):
    shown = show(seat)
    shown.window._columns.setSizes([600, 700, 584])
    sizes = shown.window._columns.sizes()
    shown.key(Key.Key_D, CTRL)
    shown.window._save_layout()
    again = show(seat)
    again.window._restore_layout()
    again.settle()
    assert again.window._theme.name == "night"
    assert abs(again.window._columns.sizes()[0] - sizes[0]) < 12


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scene", ["busy", "mission", "help", "help again", "idle"])
def test_nothing_is_clipped(show, language, scene):
    i18n.use(language)
    seat = Seatful()
    seat.pump()
    seat.log_in()
    busy(seat)
    if scene == "idle":
        seat.desk.take_in_hand()
    if scene == "mission":
        acts.show(seat.desk, "e0")
    shown = show(seat)
    for _ in range(scene.count("help") + scene.count("again")):
        shown.key(Key.Key_F1)
    shown.settle()
    assert clipped(shown.window) == []


def test_every_input_has_a_name(seat, show):
    shown = show(seat)
    for kind in (QPushButton, QLineEdit, QTableView):
        nameless = [widget for widget in shown.window.findChildren(kind) if not widget.objectName()]
        assert [w for w in nameless if w.isVisible()] == []


def test_chips_add_and_take_back(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    QTest.mouseClick(shown.find("form.needs.stretcher"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(shown.find("form.infectious.yes"), Qt.MouseButton.LeftButton)
    shown.wait_pause()
    form = seat.desk.form()
    assert form.needs == {Need.STRETCHER}
    assert form.infectious
    QTest.mouseClick(shown.find("form.needs.stretcher"), Qt.MouseButton.LeftButton)
    assert seat.desk.form().needs == frozenset()
    assert seat.clock.now > START


def test_two_incidents_closed_one_after_the_other(seat, show):
    """The second question once pressed the buttons of the first: they still carried their names."""
    shown = show(seat)
    busy(seat)
    shown.settle()
    for at, vehicle in ((0, "v1"), (1, "v2")):
        seat.hub.as_hub(cmd.RecordVehicleKey(vehicle, MilestoneKind.COMPLETED, seat.clock()))
        shown.settle()
        shown.key(Key.Key_Slash, CTRL)
        shown.type(f"close {at + 1:04}")
        shown.key(Key.Key_Return)
        QTest.mouseClick(shown.find("reason.completed"), Qt.MouseButton.LeftButton)
        QTest.mouseClick(shown.find("reason.confirm"), Qt.MouseButton.LeftButton)
        shown.settle()
        assert seat.desk.floor.incidents[f"e{at}"].state is IncidentState.CLOSED


def test_recordings_are_listed_and_played_or_said_why_not(seat, show):
    shown = show(seat)
    call = seat.phone.ring("13904510001")
    shown.settle()
    shown.key(Key.Key_F3)
    shown.key(Key.Key_F10)
    recording = Recording("r1", f"2026/{call}.wav", "ab" * 32, 61_000, 100_000)
    seat.hub.as_hub(cmd.KeepRecording(call, recording), seat_id="s1", person="d1")
    shown.settle()
    shown.key(Key.Key_L, ALT)
    assert shown.find("calls_of.table").isVisible()
    assert "1:01" in shown.window._records.rows_model.rows[0].length
    shown.key(Key.Key_P, CTRL)
    assert "不在本机" in shown.text("notice.text")


def test_the_hospital_of_a_mission_is_chosen_by_digit(seat, show):
    shown = show(seat)
    busy(seat)
    acts.show(seat.desk, "e2")
    shown.settle()
    shown.key(Key.Key_H, CTRL)
    assert shown.find("reason").isVisible()
    shown.key(Key.Key_2)
    shown.key(Key.Key_Return)
    assert seat.desk.floor.missions["m2"].hospital_id is not None


def test_vehicles_by_state_and_by_time(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    QTest.mouseClick(shown.find("vehicles.free"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(shown.find("vehicles.by_time"), Qt.MouseButton.LeftButton)
    rows = shown.window._vehicles.table.rows_model.rows
    assert all(row.callable for row in rows)
    times = [row.eta_s for row in rows if row.eta_s is not None]
    assert times == sorted(times)
    assert len(times) > 10


def test_walking_through_a_list_keeps_the_keyboard_in_it(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    shown.key(Key.Key_W, ALT)
    table = shown.find("incidents.table")
    assert table.hasFocus()
    shown.key(Key.Key_Down)
    first = seat.desk.incident_id()
    shown.key(Key.Key_Down)
    assert table.hasFocus()
    assert seat.desk.incident_id() not in {None, first}
