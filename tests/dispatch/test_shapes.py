"""Shapes: sizes and angles on the ground."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.shapes import (
    ArcBand,
    Circle,
    Ellipse,
    Polygon,
    Shape,
    Spot,
    centre_of,
    converted,
    distance_m,
    moved,
    outline,
    reach_m,
)
from dispatch.words import Point

HARBIN = Point(126.6177, 45.7732)
points = st.builds(Point, st.floats(-179.9, 179.9), st.floats(-85, 85))
sizes = st.floats(1, 50_000)
angles = st.floats(0, 360)
shapes = st.one_of(
    st.builds(Spot, points),
    st.builds(Circle, points, sizes),
    st.builds(Ellipse, points, sizes, sizes, angles),
    st.builds(
        lambda c, i, w, s, o: ArcBand(c, i, i + w, s, o), points, sizes, sizes, angles, st.floats(1, 360)
    ),
    st.builds(lambda p: Polygon(tuple(p)), st.lists(points, min_size=3, max_size=6)),
)


def test_one_degree_of_latitude_is_111_km() -> None:
    assert distance_m(Point(126, 45), Point(126, 46)) == pytest.approx(111_131, abs=30)
    assert distance_m(Point(126, 45), Point(127, 45)) == pytest.approx(78_847, abs=10)


@given(points, st.floats(0, 20_000), angles)
def test_moved_is_as_far_away_as_told(start: Point, metres: float, bearing: float) -> None:
    assert distance_m(start, moved(start, metres, bearing)) == pytest.approx(metres, abs=0.01)


def test_angles_are_clockwise_from_north() -> None:
    north, east = moved(HARBIN, 100, 0), moved(HARBIN, 100, 90)
    assert north.lat > HARBIN.lat
    assert north.lon == pytest.approx(HARBIN.lon)
    assert east.lon > HARBIN.lon


def test_a_circle_is_round() -> None:
    ring = outline(Circle(HARBIN, 500))
    assert {round(distance_m(HARBIN, p), 3) for p in ring} == {500.0}
    assert reach_m(Circle(HARBIN, 500)) == 500


def test_an_ellipse_is_longest_along_its_bearing() -> None:
    ring = outline(Ellipse(HARBIN, 1000, 200, 90))
    far = max(ring, key=lambda p: distance_m(HARBIN, p))
    assert distance_m(HARBIN, far) == pytest.approx(1000, abs=1)
    assert abs(far.lat - HARBIN.lat) < 1e-6
    assert min(distance_m(HARBIN, p) for p in ring) == pytest.approx(200, abs=1)


def test_an_arc_band_stands_away_from_its_mast() -> None:
    band = ArcBand(HARBIN, 3594, 4148, 20, 20)
    assert all(3593 < distance_m(HARBIN, p) < 4149 for p in outline(band))
    middle = centre_of(band)
    assert distance_m(HARBIN, middle) == pytest.approx(3871, abs=1)
    east_m = distance_m(HARBIN, Point(middle.lon, HARBIN.lat))
    assert east_m == pytest.approx(3871 * math.sin(math.radians(30)), abs=5)
    assert centre_of(ArcBand(HARBIN, 0, 100, 0, 360)) == HARBIN


def test_a_spot_is_of_unknown_size() -> None:
    assert reach_m(Spot(HARBIN)) is None
    assert outline(Spot(HARBIN)) == (HARBIN,)


def test_the_middle_of_a_square() -> None:
    square = Polygon((Point(126.0, 45.0), Point(126.1, 45.0), Point(126.1, 45.1), Point(126.0, 45.1)))
    middle = centre_of(square)
    assert (middle.lon, middle.lat) == (pytest.approx(126.05), pytest.approx(45.05))
    flat = Polygon((Point(126.0, 45.0), Point(126.2, 45.0), Point(126.1, 45.0)))
    assert centre_of(flat).lon == pytest.approx(126.1)


@given(shapes)
def test_every_shape_can_be_drawn_sent_and_shifted(shape: Shape) -> None:
    ring = outline(shape)
    assert all(-180 <= p.lon <= 180 and -90 <= p.lat <= 90 for p in ring)
    reach = reach_m(shape)
    assert reach is None or (math.isfinite(reach) and reach >= 0)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(shape), type=Shape) == shape
    assert converted(shape, lambda p: p) == shape
