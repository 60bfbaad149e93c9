"""Import step 4: the tables of the place search (`gaz_*`), from map, poi table and boundary layer.

Names are numbered so that the better answer to an equal match has the smaller number: the search may
stop after the first rows of an index. Crossings, doors and posts are looked up by key, not by text.
"""

import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
import shapely

from mapview.geo.address import code_of, normal
from mapview.geo.districts import District, Districts, read_boundaries
from mapview.geo.named_source import HouseNumber, NamedPlace, NamedSource, read_named
from mapview.geo.pinyin import readings
from mapview.geo.places import KIND_RANK, PlaceKind
from mapview.geo.spelling import endings, initials, sounds_like, units_of
from mapview.geo.steps import ImportReport, StepProgress
from mapview.geo.streets import Crossing, crossings_of, join_streets, samples_of

TABLES: Final = (
    """CREATE TABLE gaz_place (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL,
        lon REAL NOT NULL, lat REAL NOT NULL, district TEXT NOT NULL)""",
    """CREATE TABLE gaz_name (id INTEGER PRIMARY KEY, place INTEGER NOT NULL, name TEXT NOT NULL,
        py TEXT NOT NULL)""",
    "CREATE INDEX gaz_name_name ON gaz_name (name)",
    """CREATE VIRTUAL TABLE gaz_text USING fts5
        (c, py, ini, snd, content='', tokenize='unicode61 remove_diacritics 0', prefix='1 2 3')""",
    """CREATE TABLE gaz_crossing (first TEXT, second TEXT, lon REAL, lat REAL, district TEXT)""",
    "CREATE INDEX gaz_crossing_pair ON gaz_crossing (first, second)",
    "CREATE TABLE gaz_door (street TEXT, number INTEGER, written TEXT, lon REAL, lat REAL, district TEXT)",
    "CREATE INDEX gaz_door_number ON gaz_door (street, number)",
    """CREATE TABLE gaz_post (kind TEXT, code TEXT, edoc TEXT, name TEXT, road TEXT, route TEXT, km REAL,
        lon REAL, lat REAL, district TEXT)""",
    "CREATE INDEX gaz_post_code ON gaz_post (code)",
    "CREATE INDEX gaz_post_edoc ON gaz_post (edoc)",
    "CREATE INDEX gaz_post_km ON gaz_post (road, route, km) WHERE km IS NOT NULL",
    "CREATE VIRTUAL TABLE gaz_box USING rtree(id, west, east, south, north)",
    "CREATE VIRTUAL TABLE gaz_street_box USING rtree(id, west, east, south, north, +name TEXT)",
    "CREATE VIRTUAL TABLE gaz_crossing_box USING rtree(id, west, east, south, north)",
    "CREATE VIRTUAL TABLE gaz_door_box USING rtree(id, west, east, south, north)",
)
"""`py` of a name: hong'qi'da'jie, further readings after a blank. `edoc` is a code backwards; `route` is
what stands before the kilometre in a milestone's code, e.g. a road number and a direction."""

_POI_KINDS: Final = {
    "hospital": PlaceKind.HOSPITAL,
    "station": PlaceKind.STATION,
    "aed": PlaceKind.AED,
    "fire": PlaceKind.FIRE,
    "police": PlaceKind.POLICE,
}
_KILOMETRE_END: Final = re.compile(r"\s*k?\d+(?:[+.]\d+)?$")
_POST_KINDS: Final = {"lamp": PlaceKind.LAMP, "milestone": PlaceKind.MILESTONE}


def build(source: Path, city: sqlite3.Connection, report: ImportReport, progress: StepProgress) -> None:
    """Read the names at `source` and the table `poi`, write the tables `gaz_*`."""
    named = read_named(source)
    progress(0.3)
    _prepare(city)
    boundaries = read_boundaries(city)
    districts = Districts(boundaries)
    _add_own_places(city, named)
    _add_boundaries(boundaries, named)
    places = [*named.places.all(), *_street_places(named)]
    _write_places(city, places, districts)
    progress(0.7)
    crossings = crossings_of(named.streets)
    _write_crossings(city, crossings, districts)
    _write_doors(city, named.doors, districts)
    posts = _write_posts(city, districts)
    _write_reverse(city, named)
    report.count("gazetteer.places", len(places))
    report.count("gazetteer.crossings", len(crossings))
    report.count("gazetteer.doors", len(named.doors))
    report.count("gazetteer.posts", posts)
    report.count("gazetteer.districts", len(boundaries))


def _prepare(city: sqlite3.Connection) -> None:
    for table in ("place", "name", "text", "crossing", "door", "post"):
        city.execute(f"DROP TABLE IF EXISTS gaz_{table}")
    for box in ("box", "street_box", "crossing_box", "door_box"):
        city.execute(f"DROP TABLE IF EXISTS gaz_{box}")
    for table in TABLES:
        city.execute(table)


def _add_own_places(city: sqlite3.Connection, named: NamedSource) -> None:
    """The city's own list knows better where its stations and hospitals are than the map does."""
    kinds = ", ".join(f"'{kind}'" for kind in _POI_KINDS)
    for kind, code, name, lon, lat in city.execute(
        f"SELECT kind, code, name, lon, lat FROM poi WHERE kind IN ({kinds}) AND name <> ''"
    ):
        aliases = {code} if code else set()
        named.places.add(NamedPlace(name, _POI_KINDS[kind], lon, lat, aliases), wins=True)


def _add_boundaries(boundaries: Iterable[District], named: NamedSource) -> None:
    for boundary in boundaries:
        middle = shapely.point_on_surface(boundary.area)
        named.places.add(NamedPlace(boundary.name, PlaceKind.DISTRICT, middle.x, middle.y), wins=True)


def _street_places(named: NamedSource) -> list[NamedPlace]:
    return [NamedPlace(s.name, PlaceKind.ROAD, s.lon, s.lat) for s in join_streets(named.streets)]


def _write_places(city: sqlite3.Connection, places: list[NamedPlace], districts: Districts) -> None:
    own = districts.of([(place.lon, place.lat) for place in places])
    rows = [(i, p.name, p.kind, p.lon, p.lat, d) for i, (p, d) in enumerate(zip(places, own, strict=True), 1)]
    city.executemany("INSERT INTO gaz_place VALUES (?, ?, ?, ?, ?, ?)", rows)
    boxes = [(i, lon, lon, lat, lat) for i, _, kind, lon, lat, _ in rows if kind != PlaceKind.ROAD]
    city.executemany("INSERT INTO gaz_box VALUES (?, ?, ?, ?, ?)", boxes)
    names = [
        (n, p.kind, i) for i, p in enumerate(places, 1) for n in {normal(p.name), *map(normal, p.aliases)}
    ]
    names.sort(key=lambda row: (len(row[0]), KIND_RANK[row[1]], row[0]))
    for number, (name, _, place) in enumerate(names, 1):
        _write_name(city, number, place, name)


def _write_name(city: sqlite3.Connection, number: int, place: int, name: str) -> None:
    known = readings(name)
    py = _joined(endings(list(reading)) for reading in known)
    ini = _joined(endings(list(initials(reading))) for reading in known)
    snd = _joined(endings([sounds_like(syllable) for syllable in reading]) for reading in known)
    city.execute(
        "INSERT INTO gaz_name VALUES (?, ?, ?, ?)", (number, place, name, " ".join(map("'".join, known)))
    )
    text = (number, " ".join(units_of(name)), py, ini, snd)
    city.execute("INSERT INTO gaz_text (rowid, c, py, ini, snd) VALUES (?, ?, ?, ?, ?)", text)


def _joined(parts: Iterable[list[str]]) -> str:
    return " ".join(sorted({word for words in parts for word in words}))


def _write_crossings(city: sqlite3.Connection, crossings: list[Crossing], districts: Districts) -> None:
    own = districts.of([(c.lon, c.lat) for c in crossings])
    rows = [(c.first, c.second, c.lon, c.lat, d) for c, d in zip(crossings, own, strict=True)]
    city.executemany("INSERT INTO gaz_crossing VALUES (?, ?, ?, ?, ?)", rows)
    city.execute("INSERT INTO gaz_crossing_box SELECT rowid, lon, lon, lat, lat FROM gaz_crossing")


def _write_doors(city: sqlite3.Connection, doors: list[HouseNumber], districts: Districts) -> None:
    own = districts.of([(door.lon, door.lat) for door in doors])
    rows = [(x.street, x.number, x.written, x.lon, x.lat, d) for x, d in zip(doors, own, strict=True)]
    city.executemany("INSERT INTO gaz_door VALUES (?, ?, ?, ?, ?, ?)", rows)
    city.execute("INSERT INTO gaz_door_box SELECT rowid, lon, lon, lat, lat FROM gaz_door")


def _write_posts(city: sqlite3.Connection, districts: Districts) -> int:
    kinds = ", ".join(f"'{kind}'" for kind in _POST_KINDS)
    posts = city.execute(
        f"SELECT kind, code, name, lon, lat, attributes FROM poi WHERE kind IN ({kinds}) AND code <> ''"
    ).fetchall()
    own = districts.of([(post[3], post[4]) for post in posts])
    rows = []
    for (kind, code, road, lon, lat, attributes), district in zip(posts, own, strict=True):
        key, km = code_of(code), msgspec.json.decode(attributes).get("km")
        route = _KILOMETRE_END.sub("", normal(code))
        rows.append((_POST_KINDS[kind], key, key[::-1], code, normal(road), route, km, lon, lat, district))
    city.executemany("INSERT INTO gaz_post VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return len(rows)


def _write_reverse(city: sqlite3.Connection, named: NamedSource) -> None:
    points = [
        (lon, lon, lat, lat, run.name)
        for run in named.streets
        if run.drivable
        for lon, lat in samples_of(run).tolist()
    ]
    insert = "INSERT INTO gaz_street_box (west, east, south, north, name) VALUES (?, ?, ?, ?, ?)"
    city.executemany(insert, points)
