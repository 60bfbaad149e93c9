"""Marks on the widget: what shows of them, and what is picked where it was painted."""

import random
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from mapview.canvas.canvas import MapCanvas
from mapview.canvas.fleet import LOST_MS
from mapview.canvas.marks import IncidentMark, PlaceKind, PlaceMark, RouteMark
from mapview.canvas.palette import THEMES, VEHICLE_SIGNS
from mapview.canvas.pins import UP_PX
from tests.mapview.canvas.map_hands import drag, picture, vehicle


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


def test_a_hospital_is_picked_by_its_sign_and_a_vehicle_before_it(qtbot: QtBot, canvas: MapCanvas) -> None:
    canvas.set_places([PlaceMark("h", PlaceKind.HOSPITAL, 120.602, 31.301, "市第一医院")])
    picture(canvas)
    x, y = (round(value) for value in canvas.view.screen_of_degrees(120.602, 31.301))
    with qtbot.waitSignal(canvas.site_picked) as picked:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    assert picked.args == ["h"]
    assert canvas.pick(x + 40, y) is None
    canvas.set_vehicles([vehicle("a", 120.602, 31.301)])
    picture(canvas)
    assert canvas.pick(x, y) == ("vehicle", "a")


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
