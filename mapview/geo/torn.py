"""What is left of relations that an extract has cut: their lines, and lines run on to the border.

Rivers and administrative borders are both rebuilt from these pieces.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import osmium
import shapely

from mapview.geo import shapes
from mapview.geo.projection import FloatArray

DegreeBox = tuple[float, float, float, float]  # west, south, east, north

_REACH_MAX: Final = 0.1  # of the box's longer side: how far a loose end may be from the border


class TornRelation(msgspec.Struct, frozen=True, eq=False):
    """A relation with missing members. Lines are (n, 2) degrees."""

    id: int
    name: str
    outer: list[FloatArray]
    inner: list[FloatArray]


def read_torn(source: Path, relations: Iterable[int]) -> list[TornRelation]:
    """The relations with the pieces of those members that are in the file."""
    wanted = set(relations)
    roles: dict[int, list[tuple[int, str]]] = defaultdict(list)
    names: dict[int, str] = {}
    for thing in osmium.FileProcessor(str(source), osmium.osm.RELATION):
        if thing.id in wanted:
            names[thing.id] = thing.tags.get("name", "")
            for member in thing.members:
                if member.type == "w":
                    roles[member.ref].append((thing.id, member.role))
    pieces: dict[tuple[int, bool], list[FloatArray]] = defaultdict(list)
    for way in osmium.FileProcessor(str(source)).with_locations().with_filter(osmium.filter.IdFilter(roles)):
        if way.is_way():
            runs = shapes.runs_of(way)
            for relation, role in roles[way.id]:
                pieces[relation, role == "inner"].extend(runs)
    return [
        TornRelation(number, name, pieces[number, False], pieces[number, True])
        for number, name in names.items()
    ]


def run_on(line: Any, frame: Any) -> Any:
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
