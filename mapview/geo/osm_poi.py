"""Import step 2: points of interest, from the user's CSV files first and from the map after them.

A hospital appears in the map as node, way and relation, and in the user's list too: things of one kind
and name within 150 m are one, and the user's row wins because it carries the code.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import osmium

from mapview.geo import resources, shapes, tags
from mapview.geo.csv_rows import Located, Table
from mapview.geo.layers import LayerWriter, Poi
from mapview.geo.projection import distance_m, pixel_of
from mapview.geo.steps import ImportReport, StepProgress

_SAME_M_MAX: Final = 150.0
_CSV_SAME_M_MAX: Final = 500.0  # a list often gives the gate, the map the middle of the campus
_KEYS: Final = ("amenity", "emergency", "highway")
_MINZOOM: Final = {
    "hospital": 11,
    "station": 11,
    "fire": 12,
    "police": 13,
    "aed": 15,
    "lamp": 17,
    "milestone": 15,
}
_ATTRIBUTES: Final = ("phone", "emergency", "beds", "addr:street", "addr:housenumber", "operator", "indoor")


def build(
    source: Path,
    city: sqlite3.Connection,
    report: ImportReport,
    progress: StepProgress,
    csv_paths: Mapping[str, Path] | None = None,
) -> None:
    """The poi step; see `steps.Step`. `csv_paths`: kind of list -> file, as `importer.CSV_KINDS`."""
    listed = list(_from_lists(csv_paths or {}, report))
    progress(0.3)
    kept = _without_doubles(listed, _from_map(source))
    _write(kept, city, report)


def _from_lists(csv_paths: Mapping[str, Path], report: ImportReport) -> Iterator[Poi]:
    readers: dict[str, Callable[[Path], Table[Any]]] = {
        "stations": resources.read_stations,
        "hospitals": resources.read_hospitals,
        "aeds": resources.read_aeds,
        "vehicles": resources.read_vehicles,
        "posts": resources.read_posts,
    }
    for name, path in csv_paths.items():
        table = readers[name](path)
        report.count(f"rows.{name}", len(table.rows))
        for fault in table.faults:
            report.lose(f"rows of {name}", example=f"{fault.file} line {fault.line}: {fault.why}")
        for row in table.rows:
            if not isinstance(row, resources.VehicleRow):
                yield _poi_of(row)


_KIND_OF_ROW: Final = {
    resources.StationRow: "station",
    resources.HospitalRow: "hospital",
    resources.AedRow: "aed",
}
ListRow = resources.StationRow | resources.HospitalRow | resources.AedRow | resources.PostRow


def _poi_of(row: ListRow) -> Poi:
    attributes = msgspec.to_builtins(row)
    for column in ("code", "name", "place", "kind"):
        attributes.pop(column, None)
    place: Located = row.place
    if place.raw != place.point:
        attributes |= {"raw_lon": place.raw.lon, "raw_lat": place.raw.lat, "raw_datum": place.raw_datum}
    if isinstance(row, resources.PostRow):
        return Poi(row.kind, row.code, row.road, place.point.lon, place.point.lat, attributes)
    return Poi(_KIND_OF_ROW[type(row)], row.code, row.name, place.point.lon, place.point.lat, attributes)


def _from_map(source: Path) -> Iterator[Poi]:
    keys = osmium.filter.KeyFilter(*_KEYS)
    for thing in osmium.FileProcessor(str(source)).with_areas(keys).with_filter(keys):
        kind = tags.poi_kind(thing.tags) if thing.is_node() or thing.is_area() else None
        point = _point_of(thing) if kind else None
        if kind and point:
            attributes = {key: thing.tags[key] for key in _ATTRIBUTES if key in thing.tags}
            name = thing.tags.get("name") or thing.tags.get("operator", "")
            yield Poi(kind, thing.tags.get("ref", ""), name, *point, attributes)


def _point_of(thing: Any) -> tuple[float, float] | None:
    if thing.is_node():
        return (thing.lon, thing.lat) if thing.location.valid() else None
    polygons = shapes.polygons_of(thing)
    return shapes.centre_of(polygons[0][0]) if polygons else None


def _without_doubles(listed: list[Poi], mapped: Iterable[Poi]) -> list[Poi]:
    kept = list(listed)
    codes = {(poi.kind, poi.code) for poi in listed if poi.code}
    named: dict[tuple[str, str], list[Poi]] = {}
    for poi in listed:
        named.setdefault((poi.kind, poi.name), []).append(poi)
    for poi in mapped:
        if poi.kind == "hospital" and not poi.name:
            continue  # nobody can be sent to a hospital without a name
        same = named.setdefault((poi.kind, poi.name), [])
        if (poi.kind, poi.code) in codes or any(_is_same(poi, other) for other in same):
            continue
        same.append(poi)
        kept.append(poi)
    return kept


def _is_same(poi: Poi, other: Poi) -> bool:
    if poi.code and other.code:
        return poi.code == other.code
    limit = _CSV_SAME_M_MAX if other.code else _SAME_M_MAX
    return distance_m(poi.lon, poi.lat, other.lon, other.lat) <= limit


def _write(pois: list[Poi], city: sqlite3.Connection, report: ImportReport) -> None:
    writer = LayerWriter(city)
    for poi in pois:
        report.count(f"poi.{poi.kind}")
        x, y = pixel_of(poi.lon, poi.lat)
        zoom = _MINZOOM[poi.kind]
        label = poi.code if poi.kind in ("lamp", "milestone") else poi.name
        writer.add("place", poi.kind, zoom, label, 0, [np.array([[round(x), round(y)]], np.int64)])
    writer.flush()
    city.executemany(
        "INSERT INTO poi (kind, code, name, lon, lat, attributes) VALUES (?,?,?,?,?,?)",
        [(p.kind, p.code, p.name, p.lon, p.lat, msgspec.json.encode(p.attributes).decode()) for p in pois],
    )
