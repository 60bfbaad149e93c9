"""The shapes of RFC 5491 5 (GML 3.1.1 and GeoShape 1.0) from their XML. Axis order is latitude, longitude."""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from dispatch.shapes import ArcBand, Circle, Ellipse, Polygon, Shape, Spot
from dispatch.words import Point
from telephony.location.safe_xml import UnreadableError, Why, local, named, number_of, text_of

METRE = "urn:ogc:def:uom:EPSG::9001"
DEGREE = "urn:ogc:def:uom:EPSG::9102"
CRS = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:[0-9.]*:?(4326|4979)$", re.IGNORECASE)
SIZE_M_MAX = 2_000_000.0
POLYGON_CORNERS_MAX = 512


def is_shape(element: Element) -> bool:
    return local(element) in _READERS


def read_shape(element: Element) -> Shape:
    """One of the shapes; solids are seen from above. Raises `UnreadableError`."""
    _check_crs(element)
    return _READERS[local(element)](element)


def _check_crs(element: Element) -> None:
    """EPSG 4326 (lat lon) and 4979 (lat lon height) are all RFC 5491 5 allows; no name is taken as 4326."""
    name = element.get("srsName", "")
    if name and CRS.fullmatch(name.strip()) is None:
        raise UnreadableError(Why.UNKNOWN_CRS, name)


def _spot(element: Element) -> Shape:
    return Spot(_centre(element))


def _circle(element: Element) -> Shape:
    return Circle(_centre(element), _metres(element, "radius"))


def _ellipse(element: Element) -> Shape:
    major_m, minor_m = _metres(element, "semiMajorAxis"), _metres(element, "semiMinorAxis")
    return Ellipse(_centre(element), major_m, minor_m, _degrees(element, "orientation") % 360.0)


def _arc_band(element: Element) -> Shape:
    inner_m = _metres(element, "innerRadius", at_least=0.0)
    outer_m = _metres(element, "outerRadius")
    if inner_m >= outer_m:
        raise UnreadableError(Why.BAD_SHAPE, f"inner radius {inner_m} m, outer {outer_m} m")
    start_deg, opening_deg = _degrees(element, "startAngle") % 360.0, _degrees(element, "openingAngle")
    if not 0.0 < opening_deg <= 360.0:
        raise UnreadableError(Why.BAD_SHAPE, f"opening angle {opening_deg}")
    return ArcBand(_centre(element), inner_m, outer_m, start_deg, opening_deg)


def _polygon(element: Element) -> Shape:
    exterior = next(named(element, "exterior", "outerBoundaryIs"), element)
    corners: list[Point] = []
    for part in named(exterior, "pos", "posList"):
        corners += _points(part.text or "", _dimension(part, element))
        if len(corners) > POLYGON_CORNERS_MAX:
            raise UnreadableError(Why.TOO_LARGE, "corners")
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        raise UnreadableError(Why.BAD_SHAPE, f"{len(corners)} corners")
    return Polygon(tuple(corners))


def _dimension(part: Element, polygon: Element) -> int:
    """Numbers to a position: as said, else three in a CRS with height."""
    said = part.get("srsDimension", "")
    return {"2": 2, "3": 3}.get(said, 3 if polygon.get("srsName", "").endswith("4979") else 2)


def _points(text: str, dimension: int) -> list[Point]:
    numbers = text.split()
    if len(numbers) % dimension or len(numbers) > 3 * POLYGON_CORNERS_MAX + 3:
        raise UnreadableError(Why.BAD_SHAPE, text[:80])
    return [_point(numbers[at], numbers[at + 1]) for at in range(0, len(numbers), dimension)]


def _centre(element: Element) -> Point:
    text = text_of(next(named(element, "pos"), None))
    numbers = text.split()
    if len(numbers) not in (2, 3):
        raise UnreadableError(Why.BAD_SHAPE, text)
    return _point(numbers[0], numbers[1])


def _point(lat: str, lon: str) -> Point:
    return Point(number_of(lon, -180.0, 180.0), number_of(lat, -90.0, 90.0))


def _metres(element: Element, name: str, *, at_least: float = 0.001) -> float:
    return _measure(element, name, METRE, at_least, SIZE_M_MAX)


def _degrees(element: Element, name: str) -> float:
    return _measure(element, name, DEGREE, -360.0, 360.0)


def _measure(element: Element, name: str, unit: str, low: float, high: float) -> float:
    measure = next(named(element, name), None)
    if measure is None:
        raise UnreadableError(Why.BAD_SHAPE, f"no {name}")
    if measure.get("uom", unit) != unit:
        raise UnreadableError(Why.BAD_SHAPE, f"{name} in {measure.get('uom')}")
    return number_of(text_of(measure), low, high)


_READERS: dict[str, Callable[[Element], Shape]] = {
    "Point": _spot,
    "Circle": _circle,
    "Sphere": _circle,
    "Ellipse": _ellipse,
    "Ellipsoid": _ellipse,
    "ArcBand": _arc_band,
    "Polygon": _polygon,
    "Prism": _polygon,
}
