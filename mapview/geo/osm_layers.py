"""Import step 1: everything that is drawn, from one pass over the .osm.pbf.

Broken references never stop it: ways are cut at missing nodes, broken areas are shut where possible,
clipped rivers are rebuilt from their banks; every loss is counted.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium
import shapely

from mapview.geo import borders, city_schema, rivers, shapes, tags
from mapview.geo.layers import LayerWriter, area_minzoom
from mapview.geo.projection import FloatArray, degrees_of, pixels_of
from mapview.geo.steps import ImportReport, StepProgress
from mapview.geo.torn import read_torn

_AREA_KEYS: Final = ("building", "natural", "landuse", "leisure", "amenity", "water", "waterway", "boundary")
_LINE_KEYS: Final = ("highway", "railway", "place")
_PROGRESS_EVERY: Final = 4000  # objects


class Sheet:
    """Features in degrees on their way into the store; projected together, because one numpy call for
    all is a hundred times cheaper than one each."""

    def __init__(self) -> None:
        self._looks: list[tuple[tags.Look, str, int]] = []  # look, name, number of parts
        self._parts: list[FloatArray] = []

    def add(self, look: tags.Look, name: str, parts: list[FloatArray]) -> None:
        self._looks.append((look, name, len(parts)))
        self._parts += parts

    def lines(self, layer: str, kind: str) -> list[FloatArray]:
        """Parts of one class that are on the sheet already."""
        out, at = [], 0
        for look, _, count in self._looks:
            if (look.layer, look.kind) == (layer, kind):
                out += self._parts[at : at + count]
            at += count
        return out

    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of everything on the sheet."""
        if not self._parts:
            return None
        low = np.min([part.min(axis=0) for part in self._parts], axis=0)
        high = np.max([part.max(axis=0) for part in self._parts], axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def write(self, city: sqlite3.Connection, report: ImportReport) -> None:
        if not self._looks:
            return
        points = np.concatenate(self._parts)
        x, y = pixels_of(points[:, 0], points[:, 1])
        pixels = np.rint(np.stack([x, y], axis=1)).astype(np.int64)
        ends = np.cumsum([len(part) for part in self._parts])
        split = np.split(pixels, ends[:-1])
        writer, at = LayerWriter(city), 0
        for look, name, count in self._looks:
            parts = split[at : at + count]
            at += count
            zoom = area_minzoom(parts) if look.minzoom is None else look.minzoom
            writer.add(look.layer, look.kind, zoom, name, look.flags, parts)
            report.count(f"layer.{look.layer}")
        writer.flush()


def build(source: Path, city: sqlite3.Connection, report: ImportReport, progress: StepProgress) -> None:
    """The layers step; see `steps.Step`."""
    sheet = Sheet()
    torn = _read(source, sheet, report, progress)
    progress(0.6)
    _mend(source, torn, sheet, report)
    sheet.write(city, report)
    date = _source_date(source)
    if date:
        city.execute("INSERT INTO meta VALUES ('source_date', ?)", (date,))


def _mend(source: Path, torn: dict[int, tags.Look], sheet: Sheet, report: ImportReport) -> None:
    """Rebuild rivers and districts that leave the extract; `torn`: relations that did not assemble."""
    box = sheet.box()
    if not torn or box is None:
        return
    pieces = read_torn(source, torn)
    wet = [one for one in pieces if torn[one.id].layer == "water"]
    centres, houses = sheet.lines("waterline", "river"), sheet.lines("building", "building")
    for name, rings in rivers.rebuild(wet, box, centres, houses, report):
        sheet.add(tags.Look("water", "river", flags=city_schema.REPAIRED), name, rings)
    for look in sorted({look for look in torn.values() if look.layer == "boundary"}):
        level = [one for one in pieces if torn[one.id] == look]
        try:
            done = borders.rebuild(level, sheet.lines("boundary", look.kind), shapely.box(*box))
        except shapely.errors.GEOSException as error:  # lines that cross where no lines can
            report.lose("borders not rebuilt", len(level), str(error))
            continue
        report.count("borders rebuilt", len(done))
        for one in level:
            for rings in done.get(one.id, []):
                sheet.add(look._replace(flags=look.flags | city_schema.REPAIRED), one.name, rings)


def _read(source: Path, sheet: Sheet, report: ImportReport, progress: StepProgress) -> dict[int, tags.Look]:
    """Fill the sheet; returns the relations that did not assemble."""
    keys = osmium.filter.KeyFilter(*_AREA_KEYS, *_LINE_KEYS)
    reader = osmium.FileProcessor(str(source)).with_areas(osmium.filter.KeyFilter(*_AREA_KEYS))
    wanted: dict[int, tags.Look] = {}
    whole: set[int] = set()  # an area comes as soon as its last way does, before its relation
    for number, thing in enumerate(reader.with_filter(keys)):
        if number % _PROGRESS_EVERY == 0:
            progress(min(0.6, 0.6 * number / (number + 40_000)))
        if thing.is_node():
            _take_point(thing, sheet)
        elif thing.is_way():
            _take_way(thing, sheet, report)
        elif thing.is_area():
            if _take_area(thing, sheet) and not thing.from_way():
                whole.add(thing.orig_id())
        else:
            look = tags.area_look(thing.tags)
            if look is not None and thing.tags.get("type") in ("multipolygon", "boundary"):
                wanted[thing.id] = look
    torn = {relation: look for relation, look in wanted.items() if relation not in whole}
    for relation, look in torn.items():
        report.lose(f"area not assembled: {look.layer}", example=f"relation {relation}")
    return torn


def _take_point(node: Any, sheet: Sheet) -> None:
    look = tags.point_look(node.tags)
    name = node.tags.get("name") or node.tags.get("ref", "")
    if look is not None and name and node.location.valid():
        sheet.add(look, name, [np.array([[node.lon, node.lat]])])


def _take_way(way: Any, sheet: Sheet, report: ImportReport) -> None:
    look = tags.line_look(way.tags)
    if look is None:
        _shut_broken_area(way, sheet, report)
        return
    name = way.tags.get("name", "")
    line = shapes.line_of(way)
    if line is not None:
        sheet.add(look, name, [line])
        return
    runs = shapes.runs_of(way)
    missing = sum(not node.location.valid() for node in way.nodes)
    report.lose("way nodes missing", missing, f"way {way.id}")
    if runs:
        sheet.add(look, name, runs)
    else:
        report.lose("ways with no piece left", example=f"way {way.id}")


def _shut_broken_area(way: Any, sheet: Sheet, report: ImportReport) -> None:
    if not way.is_closed() or all(node.location.valid() for node in way.nodes):
        return  # the area assembler takes care of whole ones
    look = tags.area_look(way.tags)
    if look is None:
        return
    ring = shapes.closed_of(way)
    if ring is None:
        report.lose("areas with no piece left", example=f"way {way.id}")
        return
    report.lose("areas shut over missing nodes", example=f"way {way.id}")
    sheet.add(look._replace(flags=look.flags | city_schema.REPAIRED), way.tags.get("name", ""), [ring])


def _take_area(area: Any, sheet: Sheet) -> bool:
    """Add the polygons of an area; False where it could not be assembled (or is not drawn)."""
    look = tags.area_look(area.tags)
    polygons = shapes.polygons_of(area) if look is not None else []
    for rings in polygons:
        assert look is not None
        sheet.add(look, area.tags.get("name", ""), rings)
    return bool(polygons)


def _source_date(source: Path) -> str:
    """The data date the header tells, as YYYY-MM-DD; "" where it does not."""
    header = osmium.io.Reader(str(source)).header()
    stamp: str = header.get("osmosis_replication_timestamp") or header.get("timestamp") or ""
    try:
        return datetime.fromisoformat(stamp).astimezone(UTC).date().isoformat() if stamp else ""
    except ValueError:
        return ""


def extent_of(city: sqlite3.Connection) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of all roads; of the whole world's centre if there are none."""
    row = city.execute("SELECT min(minx), max(maxy), max(maxx), min(miny) FROM box_road").fetchone()
    if row[0] is None:
        return (0.0, 0.0, 0.0, 0.0)
    return (*degrees_of(row[0], row[1]), *degrees_of(row[2], row[3]))
