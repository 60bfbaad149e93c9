"""Districts whose border leaves the extract: closed again along the edge of the map.

The border lines that are there and the edge of the map make faces; a face belongs to the district whose
lines surround most of it. A face that two districts surround equally belongs to neither.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import osmium
import shapely

from mapview.geo.places import DISTRICT_LEVEL
from mapview.geo.roads import plain_name
from mapview.geo.shapes import runs_of

MARGIN_DEG: Final = 0.002
LEAD_MIN: Final = 1.02
"""The district that gets a face surrounds at least this much more of it than the next one."""

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class CutDistrict:
    """A district of the file and the ways of its border."""

    name: str
    ways: set[int]
    lines: list[shapely.LineString] = field(default_factory=list)


def close_districts(pbf: Path, whole: set[str], extent: Box) -> dict[str, shapely.Geometry]:
    """Areas, within the extent, of the districts that are not in `whole`."""
    cut = _cut_districts(pbf, whole)
    if not cut:
        return {}
    _read_lines(pbf, cut)
    edge = shapely.box(*extent).buffer(MARGIN_DEG, join_style="mitre").exterior
    lines = {line.wkb: line for district in cut for line in district.lines}
    ends = [_to_edge(point, edge) for point in _loose_ends(lines)]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([*lines.values(), *ends, edge])]))
    found: dict[str, list[shapely.Geometry]] = defaultdict(list)
    borders = {district.name: shapely.MultiLineString(district.lines) for district in cut}
    for face in faces:
        owner = _owner(face, borders)
        if owner:
            found[owner].append(face)
    return {name: shapely.union_all(parts) for name, parts in found.items()}


def _cut_districts(pbf: Path, whole: set[str]) -> list[CutDistrict]:
    relations = osmium.FileProcessor(str(pbf), osmium.osm.RELATION)
    relations.with_filter(osmium.filter.TagFilter(("boundary", "administrative")))
    cut = []
    for relation in relations:
        name = plain_name(relation.tags.get("name", ""))
        if relation.tags.get("admin_level") == str(DISTRICT_LEVEL) and name and name not in whole:
            cut.append(CutDistrict(name, {m.ref for m in relation.members if m.type == "w"}))
    return cut


def _read_lines(pbf: Path, cut: list[CutDistrict]) -> None:
    wanted = osmium.filter.IdFilter({ref for district in cut for ref in district.ways})
    ways = osmium.FileProcessor(str(pbf), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for way in ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(wanted):
        for run in runs_of(way):
            line = shapely.LineString(run)
            for district in cut:
                if way.id in district.ways:
                    district.lines.append(line)


def _loose_ends(lines: Mapping[bytes, shapely.LineString]) -> list[tuple[float, float]]:
    ends = Counter(end for line in lines.values() for end in (line.coords[0], line.coords[-1]))
    return [(end[0], end[1]) for end, times in ends.items() if times == 1]


def _to_edge(point: tuple[float, float], edge: shapely.LinearRing) -> shapely.LineString:
    return shapely.shortest_line(shapely.Point(point), edge)


def _owner(face: shapely.Polygon, borders: Mapping[str, shapely.MultiLineString]) -> str:
    rim = face.exterior
    around = {name: float(shapely.intersection(rim, border).length) for name, border in borders.items()}
    first, second = np.sort([0.0, 0.0, *around.values()])[-1:-3:-1]
    return max(around, key=lambda name: around[name]) if first > second * LEAD_MIN else ""
