"""The widget: its ground, what hands and keys do to it, and that nothing else moves it."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from mapview.canvas.canvas import MapCanvas
from mapview.canvas.marks import IncidentMark, RouteMark
from mapview.canvas.palette import THEMES
from mapview.canvas.sheets import LayerSource
from tests.mapview.canvas.map_hands import OnTheSpot, drag, picture, vehicle, wheel

# --- ground ------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", list(THEMES))
def test_ground_and_names_are_drawn(
    qtbot: QtBot, town: LayerSource, tmp_path: Path, middle: tuple[float, float], theme: str
) -> None:
    cartographer = OnTheSpot(town, tmp_path)
    canvas = MapCanvas(cartographer, theme=theme)
    qtbot.addWidget(canvas)
    canvas.resize(700, 500)
    canvas.propose([middle])
    canvas.show()
    qtbot.waitUntil(lambda: canvas.is_ground_complete)
    shown = picture(canvas)
    colours = {shown.pixelColor(x, y).name() for x in range(0, 700, 3) for y in range(0, 500, 3)}
    palette = THEMES[theme].map
    assert {palette.green, palette.building, palette.road_fill["primary"]} <= colours
    canvas.close_map()
    assert cartographer.stopped


def test_the_theme_changes_at_run_time(
    qtbot: QtBot, town: LayerSource, tmp_path: Path, middle: tuple[float, float]
) -> None:
    canvas = MapCanvas(OnTheSpot(town, tmp_path), theme="day")
    qtbot.addWidget(canvas)
    canvas.resize(700, 500)
    canvas.propose([middle])
    canvas.show()
    qtbot.waitUntil(lambda: canvas.is_ground_complete)
    day = picture(canvas)
    canvas.set_theme("night")
    assert canvas.theme == "night"
    qtbot.waitUntil(lambda: canvas.is_ground_complete)
    night = picture(canvas)
    assert day.pixelColor(350, 20).lightness() > 150 > night.pixelColor(350, 20).lightness()
    canvas.close_map()


def test_zooming_shows_the_old_ground_at_once(
    qtbot: QtBot, town: LayerSource, tmp_path: Path, middle: tuple[float, float]
) -> None:
    canvas = MapCanvas(OnTheSpot(town, tmp_path))
    qtbot.addWidget(canvas)
    canvas.resize(700, 500)
    canvas.show()
    canvas.show_point(*middle, 15)
    qtbot.waitUntil(lambda: canvas.is_ground_complete)
    wheel(canvas, QPoint(350, 250), 120)
    assert not canvas.is_ground_complete
    colours = {picture(canvas).pixelColor(x, 200).name() for x in range(0, 700, 2)}
    assert len(colours) > 5
    qtbot.waitUntil(lambda: canvas.is_ground_complete)
    canvas.close_map()


def test_attribution_is_always_visible(canvas: MapCanvas) -> None:
    corner = picture(canvas).copy(830, 582, 70, 18)
    tag = QColor(THEMES["day"].map.note)
    dark = sum(
        abs(corner.pixelColor(x, y).lightness() - tag.lightness()) < 40 for x in range(70) for y in range(18)
    )
    assert dark > 30


# --- hands -------------------------------------------------------------------------------------


def test_the_wheel_zooms_about_the_cursor(canvas: MapCanvas) -> None:
    at = QPoint(700, 100)
    before = canvas.view.degrees_at(700, 100)
    zoom = canvas.view.zoom
    wheel(canvas, at, 120)
    assert canvas.view.zoom == zoom + 0.5
    assert canvas.view.screen_of_degrees(*before) == pytest.approx((700, 100), abs=0.1)
    wheel(canvas, at, 30)
    assert canvas.view.zoom == pytest.approx(zoom + 0.62, abs=0.01)
    wheel(canvas, at, -240)
    assert canvas.view.zoom == zoom


def test_dragging_moves_the_ground_with_the_hand(qtbot: QtBot, canvas: MapCanvas) -> None:
    before = canvas.view.degrees_at(400, 300)
    drag(qtbot, canvas, QPoint(400, 300), QPoint(80, -50))
    assert canvas.view.screen_of_degrees(*before) == pytest.approx((480, 250), abs=1)


def test_keys_pan_and_zoom(qtbot: QtBot, canvas: MapCanvas) -> None:
    start = canvas.view
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.view.x > start.x
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.view.y > start.y
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.view.zoom == start.zoom + 0.5
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.view.zoom == start.zoom


def test_clicking_does_not_take_the_keyboard(canvas: MapCanvas) -> None:
    assert not canvas.focusPolicy() & Qt.FocusPolicy.ClickFocus


# --- view lock ---------------------------------------------------------------------------------


def test_a_refresh_never_moves_the_view(canvas: MapCanvas, middle: tuple[float, float]) -> None:
    before = canvas.view
    canvas.set_vehicles([vehicle("a", 120.7, 31.4)])
    canvas.set_incidents([IncidentMark("i", "1", 120.7, 31.4, 1)])
    canvas.set_routes([RouteMark("r", ((120.6, 31.3), (120.7, 31.4)))])
    canvas.select_vehicle("a")
    canvas.select_incident("i")
    picture(canvas)
    assert canvas.view == before


def test_any_gesture_locks_and_one_key_unlocks(qtbot: QtBot, canvas: MapCanvas) -> None:
    home = canvas.view
    with qtbot.waitSignal(canvas.view_locked, check_params_cb=bool):
        wheel(canvas, QPoint(100, 100), 120)
    assert canvas.is_locked
    taken = canvas.view
    canvas.propose([(120.0, 31.0), (120.2, 31.2)])
    assert canvas.view == taken
    qtbot.keyClick(canvas, Qt.Key.Key_T)
    assert not canvas.is_locked
    assert canvas.view == home.fitted([(120.0, 31.0), (120.2, 31.2)])


def test_what_the_user_asks_for_is_shown_even_when_locked(canvas: MapCanvas) -> None:
    wheel(canvas, QPoint(100, 100), 120)
    canvas.show_point(120.62, 31.31)
    assert canvas.view.centre == pytest.approx((120.62, 31.31))
    canvas.fit([(120.5, 31.2), (120.7, 31.4)])
    assert canvas.view.centre == pytest.approx((120.6, 31.3), abs=1e-3)
    assert canvas.is_locked


# --- following ---------------------------------------------------------------------------------


def test_following_keeps_a_vehicle_in_the_middle_until_a_gesture(qtbot: QtBot, canvas: MapCanvas) -> None:
    canvas.set_vehicles([vehicle("a", 120.60, 31.30), vehicle("b", 120.61, 31.30)])
    canvas.follow("a")
    canvas.update_vehicles([vehicle("a", 120.602, 31.302)])
    assert canvas.view.centre == pytest.approx((120.602, 31.302))
    assert canvas.following == "a"
    drag(qtbot, canvas, QPoint(400, 300), QPoint(60, 0))
    assert canvas.following is None
    moved = canvas.view
    canvas.update_vehicles([vehicle("a", 120.61, 31.31)])
    assert canvas.view == moved


def test_following_a_vehicle_that_leaves_is_no_error(canvas: MapCanvas) -> None:
    canvas.set_vehicles([vehicle("a", 120.60, 31.30)])
    canvas.follow("a")
    canvas.remove_vehicle("a")
    picture(canvas)
    canvas.follow("never seen")
    picture(canvas)


# --- the pin -----------------------------------------------------------------------------------


def test_a_double_click_sets_the_place(qtbot: QtBot, canvas: MapCanvas) -> None:
    with qtbot.waitSignal(canvas.place_picked) as placed:
        qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert placed.args is not None
    assert canvas.view.screen_of_degrees(*placed.args) == pytest.approx((300, 200), abs=0.5)


def test_pin_mode_by_keyboard_alone(qtbot: QtBot, canvas: MapCanvas) -> None:
    qtbot.keyClick(canvas, Qt.Key.Key_P)
    assert canvas.is_pinning
    picture(canvas)
    with qtbot.waitSignal(canvas.place_picked) as placed:
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert placed.args is not None
    assert tuple(placed.args) == pytest.approx(canvas.view.centre)
    assert not canvas.is_pinning


def test_pin_mode_takes_one_click_or_is_left_with_escape(qtbot: QtBot, canvas: MapCanvas) -> None:
    canvas.set_vehicles([vehicle("a", *canvas.view.degrees_at(300, 200))])
    picture(canvas)
    canvas.set_pin_mode(True)
    with qtbot.waitSignal(canvas.place_picked), qtbot.assertNotEmitted(canvas.vehicle_picked):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    canvas.set_pin_mode(True)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.is_pinning
