"""Rivers whose banks leave the extract: rebuilt from the bank lines that are left.

A big river is a relation; when the extract was cut its members outside are missing and no area
assembles. The banks are run on to the border of the box, box and banks are polygonised, and the faces
that hold the river's centre line and hardly any buildings are the water; islands are taken out of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium
import shapely
from shapely.ops import linemerge, polygonize, unary_union

from mapview.geo import shapes
from mapview.geo.projection import FloatArray
from mapview.geo.steps import ImportReport

DegreeBox = tuple[float, float, float, float]  # west, south, east, north

_REACH_MAX: Final = 0.1  # of the box's longer side: how far a bank's loose end may be from the border
_INSIDE_MIN_DEG: Final = 1e-3  # of centre line within a face, about 100 m: more than a crossing tip
_BUILDINGS_MAX_PER_DEG2: Final = 200_000  # about 20 per square kilometre: a face with more is town
_SHARE_MAX: Final = 0.4  # of the box: a face larger than this is land around a pond


def rebuild(
    source: Path,
    relations: Iterable[int],
    box: DegreeBox,
    centre_lines: list[FloatArray],
    buildings: list[FloatArray],
    report: ImportReport,
) -> Iterator[tuple[str, list[FloatArray]]]:
    """Name and rings of every water polygon that could be rebuilt."""
    centres = shapely.multilinestrings([shapely.linestrings(line) for line in centre_lines])
    town = shapely.multipoints([ring[0] for ring in buildings])
    frame = shapely.box(*box)
    for relation, name, outer, inner in _members(source, set(relations)):
        water = river_area(outer, inner, frame, centres, town)
        for polygon in water:
            report.count("rivers rebuilt")
            rings = [polygon.exterior, *polygon.interiors]
            yield name, [np.asarray(ring.coords) for ring in rings]
        if not water:
            report.lose("river not rebuilt", example=f"relation {relation}")


def river_area(
    outer: list[FloatArray], inner: list[FloatArray], frame: Any, centres: Any, town: Any
) -> list[Any]:
    """The water polygons between bank lines (degrees) inside `frame`.

    A face is water if it holds a part of `centres` (river centre lines) and hardly a point of `town`.
    Empty where no bank reaches the border of the frame: then it is a broken pond, not a cut river.
    """
    banks = linemerge([shapely.linestrings(line) for line in outer]) if outer else None
    if banks is None or banks.is_empty:
        return []
    walls = [_run_on(piece, frame) for piece in shapely.get_parts(banks)]
    if not any(wall.intersects(frame.exterior) for wall in walls):
        return []
    faces = polygonize(unary_union([*walls, frame.exterior]))
    wet = [face for face in faces if _is_river(face, frame, centres, town)]
    islands = [shapely.polygons(ring) for ring in inner if len(ring) > 3 and (ring[0] == ring[-1]).all()]
    water = unary_union(wet).difference(unary_union(islands)) if islands else unary_union(wet)
    return [part for part in shapely.get_parts(water) if part.geom_type == "Polygon"]


def _is_river(face: Any, frame: Any, centres: Any, town: Any) -> bool:
    if face.area > _SHARE_MAX * frame.area or face.intersection(centres).length < _INSIDE_MIN_DEG:
        return False
    houses = len(shapely.get_parts(face.intersection(town)))
    return bool(houses <= _BUILDINGS_MAX_PER_DEG2 * face.area)


def _run_on(line: Any, frame: Any) -> Any:
    """The line with loose ends near the frame moved straight on to its nearest side."""
    points = [tuple(point) for point in np.asarray(line.coords)]
    if points[0] == points[-1]:
        return line
    return shapely.linestrings([*_border(points[0], frame), *points, *_border(points[-1], frame)])


def _border(point: tuple[float, float], frame: Any) -> list[tuple[float, float]]:
    (x, y), (west, south, east, north) = point, frame.bounds
    sides = [(x - west, (west, y)), (east - x, (east, y)), (y - south, (x, south)), (north - y, (x, north))]
    gap, border = min(sides)
    return [border] if 0 < gap < _REACH_MAX * max(east - west, north - south) else []


def _members(source: Path, relations: set[int]) -> list[tuple[int, str, list[FloatArray], list[FloatArray]]]:
    """Per relation its name, the pieces of present outer members and those of inner members."""
    roles: dict[int, tuple[int, str]] = {}
    names: dict[int, str] = {}
    pieces: dict[tuple[int, bool], list[FloatArray]] = defaultdict(list)
    for thing in osmium.FileProcessor(str(source), osmium.osm.RELATION):
        if thing.id in relations:
            names[thing.id] = thing.tags.get("name", "")
            roles.update({m.ref: (thing.id, m.role) for m in thing.members if m.type == "w"})
    for way in osmium.FileProcessor(str(source)).with_locations().with_filter(osmium.filter.IdFilter(roles)):
        if way.is_way():
            relation, role = roles[way.id]
            pieces[relation, role == "inner"].extend(shapes.runs_of(way))
    return [(number, name, pieces[number, False], pieces[number, True]) for number, name in names.items()]
