"""Rivers whose banks leave the extract: rebuilt from the bank lines that are left.

A big river is a relation; when the extract was cut its members outside are missing and no area
assembles. The banks are run on to the border of the box, box and banks are polygonised, and the faces
that hold the river's centre line and hardly any buildings are the water; islands are taken out of it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import shapely
from shapely.ops import linemerge, polygonize, unary_union

from mapview.geo.projection import FloatArray
from mapview.geo.steps import ImportReport
from mapview.geo.torn import DegreeBox, TornRelation, run_on

_INSIDE_MIN_DEG: Final = 1e-3  # of centre line within a face, about 100 m: more than a crossing tip
_BUILDINGS_MAX_PER_DEG2: Final = 200_000  # about 20 per square kilometre: a face with more is town
_SHARE_MAX: Final = 0.4  # of the box: a face larger than this is land around a pond


def rebuild(
    torn: Iterable[TornRelation],
    box: DegreeBox,
    centre_lines: list[FloatArray],
    buildings: list[FloatArray],
    report: ImportReport,
) -> Iterator[tuple[str, list[FloatArray]]]:
    """Name and rings of every water polygon that could be rebuilt."""
    centres = shapely.MultiLineString(centre_lines)
    town = shapely.MultiPoint([ring[0] for ring in buildings])
    frame = shapely.box(*box)
    for one in torn:
        try:
            water = river_area(one.outer, one.inner, frame, centres, town)
        except shapely.errors.GEOSException:  # lines that cross where no lines can
            water = []
        for polygon in water:
            report.count("rivers rebuilt")
            rings = [polygon.exterior, *polygon.interiors]
            yield one.name, [np.asarray(ring.coords) for ring in rings]
        if not water:
            report.lose("river not rebuilt", example=f"relation {one.id}")


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
    walls = [run_on(piece, frame) for piece in shapely.get_parts(banks)]
    if not any(wall.intersects(frame.exterior) for wall in walls):
        return []
    faces = polygonize(unary_union([*walls, frame.exterior]))
    wet = [face for face in faces if _is_river(face, frame, centres, town)]
    shut = [ring for ring in inner if len(ring) > 3 and (ring[0] == ring[-1]).all()]
    islands = [shapely.make_valid(shapely.polygons(ring)) for ring in shut]
    water = unary_union(wet).difference(unary_union(islands)) if islands else unary_union(wet)
    return [part for part in shapely.get_parts(water) if part.geom_type == "Polygon"]


def _is_river(face: Any, frame: Any, centres: Any, town: Any) -> bool:
    if face.area > _SHARE_MAX * frame.area or face.intersection(centres).length < _INSIDE_MIN_DEG:
        return False
    houses = len(shapely.get_parts(face.intersection(town)))
    return bool(houses <= _BUILDINGS_MAX_PER_DEG2 * face.area)
