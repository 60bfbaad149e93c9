"""Where the network says a caller is: as wide as it is unsure, quick to draw however near one looks."""

import time

import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from pytestqt.qtbot import QtBot

from dispatch.shapes import ArcBand, Circle, Ellipse, Polygon, Shape, Spot, centre_of, outline
from dispatch.words import Point
from mapview.canvas.areas import Areas, dashes
from mapview.canvas.marks import AreaLook, AreaMark
from mapview.canvas.palette import DAY, THEMES
from mapview.canvas.room import Room
from mapview.canvas.view import View
from mapview.geo.projection import pixel_of

AT = Point(120.6, 31.3)
WIDE, HIGH = 600, 400
FRAME_MS_MAX = 50


def mark(shape: Shape, look: AreaLook = AreaLook.OFFERED, text: str = "A-GPS ±200 m") -> AreaMark:
    middle = centre_of(shape)
    ring = tuple((point.lon, point.lat) for point in outline(shape))
    return AreaMark("a", ring, middle.lon, middle.lat, text, look)


def drawn(areas: list[AreaMark], zoom: float = 15, theme: str = "day") -> QImage:
    view = View(*pixel_of(AT.lon, AT.lat), zoom, WIDE, HIGH)
    ground = QPixmap(WIDE, HIGH)
    ground.fill(QColor(THEMES[theme].map.land))
    painter = QPainter(ground)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painted = Areas(THEMES[theme], 1.0)
    painted.shapes(painter, view, areas)
    painted.texts(painter, view, areas, Room())
    painter.end()
    return ground.toImage()


def strokes(picture: QImage, theme: str = "day") -> list[tuple[int, int]]:
    pin = QColor(THEMES[theme].map.pin).rgb()
    return [(x, y) for x in range(WIDE) for y in range(HIGH) if picture.pixel(x, y) == pin]


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize(
    "shape",
    [
        Spot(AT),
        Circle(AT, 200.0),
        Ellipse(AT, 300.0, 80.0, 45.0),
        ArcBand(AT, 150.0, 250.0, 20.0, 120.0),
        ArcBand(AT, 150.0, 250.0, 0.0, 360.0),
        Polygon((AT, Point(120.603, 31.302), Point(120.603, 31.298))),
    ],
)
def test_every_shape_is_wider_than_a_pin(qtbot: QtBot, shape: Shape, theme: str) -> None:
    seen = strokes(drawn([mark(shape, text="")], theme=theme), theme)
    assert max(x for x, _ in seen) - min(x for x, _ in seen) > 40
    assert max(y for _, y in seen) - min(y for _, y in seen) > 40


def test_a_circle_is_as_wide_as_it_is_unsure(qtbot: QtBot) -> None:
    view = View(*pixel_of(AT.lon, AT.lat), 15, WIDE, HIGH)
    seen = strokes(drawn([mark(Circle(AT, 200.0), AreaLook.TAKEN, text="")]))
    across = max(x for x, _ in seen) - min(x for x, _ in seen)
    assert across * view.metres_per_screen_px() == pytest.approx(400.0, abs=12.0)


def test_an_area_too_small_to_see_is_still_no_dot(qtbot: QtBot) -> None:
    seen = strokes(drawn([mark(Circle(AT, 5.0), AreaLook.TAKEN, text="")], zoom=12))
    assert max(x for x, _ in seen) - min(x for x, _ in seen) >= 26


def test_taken_is_a_whole_line_offered_dashes_another_dots(qtbot: QtBot) -> None:
    inked = [len(strokes(drawn([mark(Circle(AT, 200.0), look, text="")]))) for look in reversed(AreaLook)]
    assert inked == sorted(inked)
    assert inked[0] * 2 < inked[1] < inked[2]


def test_what_is_said_of_it_stays_in_the_window(qtbot: QtBot) -> None:
    for zoom in (11, 15, 18):
        bare = drawn([mark(Circle(AT, 200.0), text="")], zoom)
        assert drawn([mark(Circle(AT, 200.0))], zoom) != bare


def test_twenty_kilometres_seen_from_a_street_cost_no_frame(qtbot: QtBot) -> None:
    began = time.perf_counter()
    drawn([mark(ArcBand(AT, 100.0, 20_000.0, 0.0, 90.0)), mark(Circle(AT, 20_000.0))], zoom=19)
    assert (time.perf_counter() - began) * 1000 < FRAME_MS_MAX * 4


def test_dashes_go_on_round_a_corner_and_end_at_the_window() -> None:
    ring = [(10.0, 10.0), (110.0, 10.0), (110.0, 110.0)]
    lines = list(dashes(ring, 200, 200, 9.0, 6.0))
    assert sum(line.length() for line in lines) == pytest.approx(200 * 9 / 15, abs=9)
    far = list(dashes([(-1e6, 50.0), (1e6, 50.0)], 200, 200, 9.0, 6.0))
    assert all(-20 <= line.x1() <= line.x2() <= 220 for line in far)
    assert [line.length() for line in dashes([(0.0, 0.0), (0.0, 50.0)], 200, 200, 1.0, 0.0)] == [50.0]
    assert DAY.map.pin
