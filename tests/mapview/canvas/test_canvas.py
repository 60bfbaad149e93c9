"""The widget: what it shows, what hands and keys do to it, and that nothing else moves it."""

import random
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mapview.canvas.baker import BakeTile, Oven, TileBaked
from mapview.canvas.canvas import MapCanvas
from mapview.canvas.fleet import LOST_MS
from mapview.canvas.marks import IncidentMark, PlaceKind, PlaceMark, RouteMark, VehicleMark
from mapview.canvas.names import names_of
from mapview.canvas.palette import THEMES, VEHICLE_SIGNS
from mapview.canvas.pins import UP_PX
from mapview.canvas.sheets import BlockKey, Cartographer, Label, LayerSource, TileKey

NOW = 1_800_000_000_000
ZOOM = 15.0


class OnTheSpot(Cartographer):
    """Draws at once, in this process."""

    def __init__(self, source: LayerSource, folder: Path) -> None:
        self._source = source
        self._oven = Oven(source, folder)
        self.stopped = False

    def on_tile(self, key: TileKey, path: str) -> None: ...
    def on_block(self, key: BlockKey, labels: list[Label]) -> None: ...

    def want(self, tiles: Sequence[TileKey], blocks: Sequence[BlockKey], theme: str, ratio: float) -> None:
        for key in tiles:
            answer = self._oven.carry_out(BakeTile(key, theme, ratio))
            assert isinstance(answer, TileBaked)
            self.on_tile(key, answer.path)
        for block in blocks:
            self.on_block(block, names_of(self._source, block))

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def canvas(qtbot: QtBot, middle: tuple[float, float]) -> Iterator[MapCanvas]:
    widget = MapCanvas(attribution="© somebody", clock=lambda: NOW)
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    widget.show()
    widget.propose([middle])
    yield widget
    widget.close_map()


def vehicle(name: str, lon: float, lat: float, look: str = "departed", age_ms: int = 0) -> VehicleMark:
    return VehicleMark(name, f"N{name}", lon, lat, look, NOW - age_ms, 45.0, 30.0)


def picture(canvas: MapCanvas) -> QImage:
    return canvas.grab().toImage()


def wheel(canvas: MapCanvas, at: QPoint, turned: int) -> None:
    place = QPointF(at)
    event = QWheelEvent(
        place,
        QPointF(canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def drag(qtbot: QtBot, canvas: MapCanvas, start: QPoint, by: QPoint) -> None:
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, start + by / 2)
    qtbot.mouseMove(canvas, start + by)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + by)


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


# --- picking -----------------------------------------------------------------------------------


def test_a_vehicle_is_picked_where_it_was_painted(qtbot: QtBot, canvas: MapCanvas) -> None:
    canvas.set_vehicles([vehicle("a", 120.60, 31.30), vehicle("b", 120.605, 31.30)])
    picture(canvas)
    x, y = canvas.view.screen_of_degrees(120.605, 31.30)
    with qtbot.waitSignal(canvas.vehicle_picked) as picked:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert picked.args == ["b"]
    assert canvas.pick(5, 5) is None


def test_an_incident_is_picked_by_its_head(qtbot: QtBot, canvas: MapCanvas) -> None:
    canvas.set_incidents([IncidentMark("i", "0412", 120.602, 31.301, 1, "胸痛", True)])
    picture(canvas)
    x, y = canvas.view.screen_of_degrees(120.602, 31.301)
    head = QPoint(round(x), round(y - UP_PX))
    with qtbot.waitSignal(canvas.incident_picked) as picked:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=head)
    assert picked.args == ["i"]
    assert canvas.tip_at(head.x(), head.y()) == "0412 · 危重 · 胸痛"


def test_dragging_over_a_vehicle_does_not_pick_it(qtbot: QtBot, canvas: MapCanvas) -> None:
    canvas.set_vehicles([vehicle("a", *canvas.view.degrees_at(480, 250))])
    picture(canvas)
    with qtbot.assertNotEmitted(canvas.vehicle_picked):
        drag(qtbot, canvas, QPoint(480, 250), QPoint(50, 0))


def test_a_removed_vehicle_cannot_be_picked(canvas: MapCanvas) -> None:
    canvas.set_vehicles([vehicle("a", 120.60, 31.30)])
    picture(canvas)
    x, y = canvas.view.screen_of_degrees(120.60, 31.30)
    canvas.set_vehicles([vehicle("b", 120.7, 31.4)])
    assert canvas.pick(x, y) is None


def test_the_tip_tells_number_state_speed_and_age(canvas: MapCanvas) -> None:
    canvas.set_vehicles([vehicle("a", 120.60, 31.30, age_ms=8_000)])
    picture(canvas)
    x, y = canvas.view.screen_of_degrees(120.60, 31.30)
    assert canvas.tip_at(x, y) == "Na · 驶向现场 · 30 公里/时 · 8 秒前"
    assert canvas.tip_at(2, 2) == ""


def test_positions_that_are_no_numbers_cost_nothing(canvas: MapCanvas, middle: tuple[float, float]) -> None:
    nan, inf, before = float("nan"), float("inf"), canvas.view
    canvas.set_vehicles([vehicle("a", nan, nan), vehicle("b", inf, 31.3), vehicle("c", *middle)])
    canvas.set_places([PlaceMark("p", PlaceKind.CALLER, nan, nan, "", 500.0)])
    canvas.set_incidents([IncidentMark("i", "0001", nan, nan, 1, "x")])
    for odd in ("a", "b"):
        canvas.select_vehicle(odd)
        canvas.follow(odd)
        picture(canvas)
    canvas.follow(None)
    canvas.show_point(nan, nan)
    canvas.fit([(nan, nan)])
    picture(canvas)
    assert canvas.view == before
    canvas.fit([(nan, nan), middle])
    assert canvas.view.centre == pytest.approx(middle)


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


# --- marks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", list(THEMES))
def test_marks_of_every_kind_show(canvas: MapCanvas, theme: str) -> None:
    canvas.set_theme(theme)
    canvas.show_point(120.6, 31.3, 16)
    empty = picture(canvas)
    canvas.set_places(
        [
            PlaceMark(
                kind, kind, 120.598 + number * 0.001, 31.301, str(kind), 60.0 if kind == "pin" else None
            )
            for number, kind in enumerate(PlaceKind)
        ]
    )
    with_places = picture(canvas)
    canvas.set_incidents(
        [IncidentMark(str(p), f"04{p}", 120.597 + p * 0.001, 31.299, p, "", p == 1) for p in range(1, 5)]
    )
    canvas.select_incident("2")
    with_incidents = picture(canvas)
    canvas.set_routes([RouteMark("r", ((120.597, 31.298), (120.604, 31.302)), "6 分")])
    with_route = picture(canvas)
    canvas.set_vehicles(
        [vehicle(str(n), 120.597 + n * 0.0006, 31.3, sign[0]) for n, sign in enumerate(VEHICLE_SIGNS)]
    )
    canvas.select_vehicle("4")
    shots = [empty, with_places, with_incidents, with_route, picture(canvas)]
    for one, other in combinations(shots, 2):
        assert one != other
    colours = {shots[-1].pixelColor(x, y).name() for x in range(900) for y in range(150, 450)}
    palette = THEMES[theme]
    assert {look.fill for look in palette.priorities.values()} <= colours
    assert {palette.map.hospital, palette.map.station, palette.map.aed, palette.map.pin} <= colours
    assert {palette.map.route, palette.map.selection} <= colours


def test_an_old_position_is_grey_and_a_lost_one_carries_an_alarm(canvas: MapCanvas) -> None:
    shots = []
    for age_ms in (0, 61_000, LOST_MS + 1):
        canvas.set_vehicles([vehicle("a", *canvas.view.degrees_at(450, 300), age_ms=age_ms)])
        shot = picture(canvas)
        shots.append({shot.pixelColor(x, y).name() for x in range(430, 470) for y in range(280, 320)})
    day = THEMES["day"]
    assert day.vehicle("departed").fill in shots[0]
    assert day.map.stale in shots[1]
    assert day.window.warning not in shots[1]
    assert day.window.warning in shots[2]


def test_numbers_of_a_crowd_do_not_overlap(canvas: MapCanvas, middle: tuple[float, float]) -> None:
    dice = random.Random(7)
    marks = [
        vehicle(f"{n:03}", dice.gauss(middle[0], 0.004), dice.gauss(middle[1], 0.003)) for n in range(120)
    ]
    canvas.set_vehicles(marks)
    picture(canvas)
    rects = canvas.tag_rects()
    assert len(rects) > 5
    for one, other in combinations(rects, 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_numbers_stay_with_their_vehicles_while_they_move(canvas: MapCanvas) -> None:
    spots = [(120.6 + n * 0.0004, 31.3) for n in range(30)]
    canvas.set_vehicles([vehicle(f"{n:02}", *spot) for n, spot in enumerate(spots)])
    picture(canvas)
    before = canvas.tagged
    assert before
    canvas.update_vehicles([vehicle(f"{n:02}", lon + 1e-6, lat) for n, (lon, lat) in enumerate(spots)])
    picture(canvas)
    assert canvas.tagged == before


def test_vehicles_elsewhere_show_no_number(canvas: MapCanvas) -> None:
    canvas.set_vehicles([vehicle("far", 100.0, 20.0)])
    picture(canvas)
    assert canvas.tagged == []
