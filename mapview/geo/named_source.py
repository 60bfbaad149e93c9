"""Reads what has a name out of an .osm.pbf for the search: places, streets, house numbers."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium
from numpy.typing import NDArray

from mapview.geo.places import PlaceKind, place_kind
from mapview.geo.projection import distance_m
from mapview.geo.roads import plain_name, road_class
from mapview.geo.shapes import Rings, centre_of, polygons_of

SAME_PLACE_M: Final = 150.0
SAME_WATER_M: Final = 3000.0
SAME_DISTRICT_M: Final = 10_000.0
SAME_HOSPITAL_M: Final = 500.0  # a list often gives the gate, the map the middle of the grounds
NAME_CHARACTERS_MAX: Final = 60

_ALIASES: Final = (
    "alt_name",
    "short_name",
    "old_name",
    "official_name",
    "name:zh",
    "name:zh-Hans",
    "loc_name",
)
_NO_STREET: Final = frozenset(
    (
        "bus_stop", "steps", "corridor", "construction", "proposed", "platform", "services", "rest_area",
        "raceway", "elevator", "motorway_junction",
    )
)  # fmt: skip
_KEYS: Final = osmium.filter.KeyFilter("name", "addr:housenumber", "ref")
_NUMBER: Final = re.compile(r"\d{1,5}")


@dataclass(slots=True)
class NamedPlace:
    """A place with a point in degrees; `aliases` are further names it goes by."""

    name: str
    kind: PlaceKind
    lon: float
    lat: float
    aliases: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class StreetRun:
    """One way of a named street: node ids and points (n, 2) in degrees."""

    name: str
    drivable: bool
    nodes: tuple[int, ...]
    points: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A door: its street, the leading number and the number as it is written."""

    street: str
    number: int
    written: str
    lon: float
    lat: float


class Places:
    """Places as they are gathered: things of one name and kind that lie close together are one."""

    def __init__(self) -> None:
        self._by_name: dict[tuple[str, PlaceKind], list[NamedPlace]] = {}

    def add(self, place: NamedPlace, *, wins: bool = False) -> None:
        """`wins`: the point of this one counts if another of the same name is there already."""
        same = self._by_name.setdefault((place.name, place.kind), [])
        for other in same:
            if distance_m(place.lon, place.lat, other.lon, other.lat) <= _REACH_M.get(
                place.kind, SAME_PLACE_M
            ):
                other.aliases |= place.aliases
                if wins:
                    other.lon, other.lat = place.lon, place.lat
                return
        same.append(place)

    def all(self) -> list[NamedPlace]:
        return [place for same in self._by_name.values() for place in same]


_REACH_M: Final = {
    PlaceKind.WATER: SAME_WATER_M,
    PlaceKind.HOSPITAL: SAME_HOSPITAL_M,
    PlaceKind.DISTRICT: SAME_DISTRICT_M,
}


@dataclass(slots=True)
class NamedSource:
    """Everything with a name, as it stood in the file."""

    places: Places = field(default_factory=Places)
    streets: list[StreetRun] = field(default_factory=list)
    doors: list[HouseNumber] = field(default_factory=list)


def read_named(pbf: Path) -> NamedSource:
    """One pass; what cannot be assembled for missing references is left out."""
    source = NamedSource()
    for thing in osmium.FileProcessor(str(pbf)).with_areas(_KEYS).with_filter(_KEYS):
        tags = dict(thing.tags)
        if thing.is_way() and "highway" in tags:
            _take_street(source, tags, thing)
        elif thing.is_area() and not thing.from_way():
            _take_area(source, tags, polygons_of(thing))
        elif thing.is_node() or thing.is_way():
            point = _point_of(thing)
            if point is not None:
                _take_place(source, tags, *point)
    return source


def _take_area(source: NamedSource, tags: dict[str, str], polygons: list[Rings]) -> None:
    """An area of a relation; closed ways are taken as ways, whether their area assembles or not."""
    if polygons and tags.get("boundary") != "administrative":
        _take_place(source, tags, *centre_of(polygons[0][0]))


def _take_street(source: NamedSource, tags: dict[str, str], way: Any) -> None:
    name = plain_name(tags.get("name", ""))
    if not name or tags["highway"] in _NO_STREET:
        return
    valid = [(n.ref, n.lon, n.lat) for n in way.nodes if n.location.valid()]
    if len(valid) > 1:
        nodes = tuple(ref for ref, _, _ in valid)
        points = np.array([(lon, lat) for _, lon, lat in valid])
        source.streets.append(StreetRun(name, road_class(tags) is not None, nodes, points))


def _point_of(thing: Any) -> tuple[float, float] | None:
    """A node itself, the mean of a way's corners; `None` when all of them are missing."""
    if thing.is_node():
        return (thing.lon, thing.lat) if thing.location.valid() else None
    corners = [(n.lon, n.lat) for n in thing.nodes if n.location.valid()]
    if not corners:
        return None
    lon, lat = np.mean(corners[:-1] or corners, axis=0)
    return float(lon), float(lat)


def _take_place(source: NamedSource, tags: dict[str, str], lon: float, lat: float) -> None:
    written = tags.get("addr:housenumber", "")
    number, street = _NUMBER.search(written), plain_name(tags.get("addr:street", ""))
    if number and street:
        source.doors.append(HouseNumber(street, int(number[0]), written.removesuffix("号"), lon, lat))
    name, kind = plain_name(_named(tags))[:NAME_CHARACTERS_MAX], place_kind(tags)
    if name and kind is not None:
        source.places.add(NamedPlace(name, kind, lon, lat, _aliases(tags, name)))


def _named(tags: dict[str, str]) -> str:
    """Metro exits are known by their letter or number beside the station's name."""
    name, ref = tags.get("name", ""), tags.get("ref", "")
    if tags.get("railway") == "subway_entrance" and name and ref and ref not in name:
        return f"{name}{ref}口"
    return name


def _aliases(tags: dict[str, str], name: str) -> set[str]:
    given = {part.strip() for key in _ALIASES for part in tags.get(key, "").split(";")}
    return {plain_name(alias)[:NAME_CHARACTERS_MAX] for alias in given} - {"", name}
