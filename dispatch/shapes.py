"""Where somebody may be, as a shape on WGS-84 with its size in metres: what a map draws, not a bare pin.

The five horizontal shapes of RFC 5491 5; angles are degrees clockwise from north. Pure and total.
"""

import math
from collections.abc import Callable, Iterator

import msgspec
from msgspec import Struct

from dispatch.points import Point

EARTH_EQUATOR_M = 6_378_137.0
EARTH_ECCENTRICITY_SQUARED = 0.006_694_379_990_14
OUTLINE_POINTS = 72
COSINE_MIN = 1e-6  # at the poles one step east is no step at all


class _Shape(Struct, frozen=True, tag_field="is", tag=True):
    """Base of all shapes; the tag on the wire is the class name."""


class Spot(_Shape, frozen=True):
    """A point of which nobody said how exact it is: that is not the same as exact."""

    centre: Point


class Circle(_Shape, frozen=True):
    centre: Point
    radius_m: float


class Ellipse(_Shape, frozen=True):
    """`bearing_deg`: where the longer axis points."""

    centre: Point
    semi_major_m: float
    semi_minor_m: float
    bearing_deg: float


class ArcBand(_Shape, frozen=True):
    """Part of a ring around a mast: from `start_deg` clockwise over `opening_deg`."""

    centre: Point
    inner_m: float
    outer_m: float
    start_deg: float
    opening_deg: float


class Polygon(_Shape, frozen=True):
    """At least three corners; the first is not repeated at the end."""

    ring: tuple[Point, ...]


Shape = Spot | Circle | Ellipse | ArcBand | Polygon


def outline(shape: Shape) -> tuple[Point, ...]:
    """The ring to draw, not closed by a repeated point; a single point for a `Spot`."""
    match shape:
        case Spot(centre):
            return (centre,)
        case Circle(centre, radius_m):
            return tuple(moved(centre, radius_m, bearing) for bearing in _all_round())
        case Ellipse():
            return tuple(_ellipse_points(shape))
        case ArcBand():
            return tuple(_band_points(shape))
        case Polygon(ring):
            return ring


def centre_of(shape: Shape) -> Point:
    """Where to put the mark and look for the nearest vehicle: the middle of the place, not of the mast."""
    match shape:
        case ArcBand(centre, inner_m, outer_m, start_deg, opening_deg):
            if opening_deg >= 360.0:
                return centre
            return moved(centre, (inner_m + outer_m) / 2, start_deg + opening_deg / 2)
        case Polygon(ring):
            return _middle(ring)
        case _:
            return shape.centre


def reach_m(shape: Shape) -> float | None:
    """The radius of a circle around `centre_of` that holds the whole shape; None: nobody knows."""
    match shape:
        case Spot():
            return None
        case Circle(_, radius_m):
            return radius_m
        case Ellipse(_, semi_major_m, semi_minor_m, _):
            return max(semi_major_m, semi_minor_m)
        case _:
            centre = centre_of(shape)
            return max(distance_m(centre, corner) for corner in outline(shape))


def converted(shape: Shape, convert: Callable[[Point], Point]) -> Shape:
    """The same shape with its points moved, e.g. from GCJ-02 to WGS-84; sizes and angles stay."""
    if isinstance(shape, Polygon):
        return Polygon(tuple(convert(corner) for corner in shape.ring))
    return msgspec.structs.replace(shape, centre=convert(shape.centre))


def moved(start: Point, metres: float, bearing_deg: float) -> Point:
    """From `start` so far that way on the ellipsoid's tangent plane: 0.3 % off at 35 km, exact close by."""
    north_m, east_m = _metres_per_degree(start.lat)
    bearing = math.radians(bearing_deg)
    lat = start.lat + metres * math.cos(bearing) / north_m
    lon = start.lon + metres * math.sin(bearing) / east_m
    return Point((lon + 180.0) % 360.0 - 180.0, max(-90.0, min(90.0, lat)))


def distance_m(a: Point, b: Point) -> float:
    """On the tangent plane at `a`: for distances of a town."""
    north_m, east_m = _metres_per_degree(a.lat)
    east_deg = (b.lon - a.lon + 180.0) % 360.0 - 180.0
    return math.hypot((b.lat - a.lat) * north_m, east_deg * east_m)


def _metres_per_degree(lat: float) -> tuple[float, float]:
    sine = math.sin(math.radians(lat))
    flat = 1.0 - EARTH_ECCENTRICITY_SQUARED * sine * sine
    meridian_m = EARTH_EQUATOR_M * (1.0 - EARTH_ECCENTRICITY_SQUARED) / flat**1.5
    parallel_m = EARTH_EQUATOR_M / math.sqrt(flat) * max(COSINE_MIN, math.cos(math.radians(lat)))
    return math.radians(meridian_m), math.radians(parallel_m)


def _all_round() -> Iterator[float]:
    return (360.0 * step / OUTLINE_POINTS for step in range(OUTLINE_POINTS))


def _ellipse_points(shape: Ellipse) -> Iterator[Point]:
    for angle_deg in _all_round():
        along = shape.semi_major_m * math.cos(math.radians(angle_deg))
        across = shape.semi_minor_m * math.sin(math.radians(angle_deg))
        turn_deg = math.degrees(math.atan2(across, along))
        yield moved(shape.centre, math.hypot(along, across), shape.bearing_deg + turn_deg)


def _band_points(shape: ArcBand) -> Iterator[Point]:
    """The outer edge clockwise, then the inner edge back."""
    steps = max(2, math.ceil(OUTLINE_POINTS * min(shape.opening_deg, 360.0) / 360.0))
    bearings = [shape.start_deg + shape.opening_deg * step / steps for step in range(steps + 1)]
    for bearing in bearings:
        yield moved(shape.centre, shape.outer_m, bearing)
    if shape.inner_m <= 0.0:
        if shape.opening_deg < 360.0:
            yield shape.centre
        return
    for bearing in reversed(bearings):
        yield moved(shape.centre, shape.inner_m, bearing)


def _middle(ring: tuple[Point, ...]) -> Point:
    """The centroid by area on the tangent plane; the mean of the corners where there is no area."""
    origin = ring[0]
    north_m, east_m = _metres_per_degree(origin.lat)
    plane = [((p.lon - origin.lon) * east_m, (p.lat - origin.lat) * north_m) for p in ring]
    twice_area = east = north = 0.0
    for (x1, y1), (x2, y2) in zip(plane, [*plane[1:], plane[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        twice_area += cross
        east += (x1 + x2) * cross
        north += (y1 + y2) * cross
    if abs(twice_area) < 1e-6:
        east = sum(x for x, _ in plane) / len(plane)
        north = sum(y for _, y in plane) / len(plane)
    else:
        east, north = east / (3 * twice_area), north / (3 * twice_area)
    return Point(origin.lon + east / east_m, origin.lat + north / north_m)
