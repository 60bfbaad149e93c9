"""Scale bar, routes and the room of symbols."""

import pytest
from PySide6.QtGui import QPainter, QPixmap
from pytestqt.qtbot import QtBot

from mapview.canvas.marks import PlaceKind, PlaceMark, RouteMark
from mapview.canvas.overlay import SCALE_BAR_PX_MAX, Overlay, scale_bar
from mapview.canvas.palette import DAY
from mapview.canvas.room import Room
from mapview.canvas.view import View
from mapview.geo.projection import pixel_of

AT = (120.6, 31.3)


@pytest.mark.parametrize("zoom", [9, 11.3, 14, 16.5, 19])
def test_the_scale_bar_is_round_and_right(zoom: float) -> None:
    view = View(*pixel_of(*AT), zoom, 800, 600)
    metres, width = scale_bar(view)
    assert SCALE_BAR_PX_MAX / 3 < width <= SCALE_BAR_PX_MAX
    assert width * view.metres_per_screen_px() == pytest.approx(metres)
    assert str(metres).rstrip("0") in {"1", "2", "5"}


def test_a_station_at_its_hospital_stands_beside_it(qtbot: QtBot) -> None:
    view, room = View(*pixel_of(*AT), 15, 400, 300), Room()
    ground = QPixmap(400, 300)
    ground.fill(DAY.map.land)
    painter = QPainter(ground)
    places = [PlaceMark("s", PlaceKind.STATION, *AT), PlaceMark("h", PlaceKind.HOSPITAL, *AT)]
    Overlay(DAY, 1.0).places(painter, view, places, room)
    painter.end()
    shown = ground.toImage()
    on_it = {shown.pixelColor(x, y).name() for x in range(192, 209) for y in range(142, 159)}
    beside_it = {shown.pixelColor(x, y).name() for x in range(211, 228) for y in range(142, 159)}
    assert DAY.map.hospital in on_it - beside_it
    assert DAY.map.station in beside_it - on_it


def test_a_route_far_outside_the_window_costs_nothing_and_shows_nothing(qtbot: QtBot) -> None:
    view = View(*pixel_of(*AT), 18, 400, 300)
    ground = QPixmap(400, 300)
    ground.fill(DAY.map.land)
    before = ground.toImage()
    painter = QPainter(ground)
    overlay = Overlay(DAY, 1.0)
    far = RouteMark("far", ((121.0, 31.0), (121.1, 31.1)), "9 分")
    overlay.routes(painter, view, [far])
    overlay.route_texts(painter, view, [far])
    painter.end()
    assert ground.toImage() == before


def test_a_route_that_crosses_the_window_is_seen_even_without_a_corner_in_it(qtbot: QtBot) -> None:
    view = View(*pixel_of(*AT), 18, 400, 300)
    ground = QPixmap(400, 300)
    painter = QPainter(ground)
    Overlay(DAY, 1.0).routes(painter, view, [RouteMark("r", ((120.5, 31.3), (120.7, 31.3)))])
    painter.end()
    assert ground.toImage().pixelColor(200, 150).name() == DAY.map.route
