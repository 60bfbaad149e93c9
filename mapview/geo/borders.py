"""Districts whose borders leave the extract: which side of the lines that are left is theirs?

The border lines of one level and the box cut the map into faces. Crossing a line of a district's border
changes sides, so a district is one of two sets of faces, each the other's rest. Districts tile the land:
the choice is the one under which every face belongs to as nearly one district as possible.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.ops import linemerge, polygonize

from mapview.geo.projection import FloatArray
from mapview.geo.torn import TornRelation, run_on

_ON_LINE_DEG: Final = 1e-9
_ALL_CHOICES_MAX: Final = 10  # districts: up to here every choice is tried, above it one by one
_ROUNDS_MAX: Final = 20

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def rebuild(
    torn: Sequence[TornRelation], whole: Sequence[FloatArray], frame: Any
) -> dict[int, list[list[FloatArray]]]:
    """Polygons (rings in degrees) inside `frame` per relation id; those that do not work out are absent.

    `whole`: outer rings of districts of the same level that the file holds whole.
    """
    lines = {one.id: _lines_of(one, frame) for one in torn}
    edges = shapely.get_parts(shapely.unary_union([*_flat(lines.values()), frame.exterior]))
    faces = [face for face in polygonize(edges) if frame.contains(face.representative_point())]
    if not faces:
        return {}
    sides = {}
    for relation, own in lines.items():
        side = _side_of(own, edges, faces)
        if side is not None:
            sides[relation] = side
    chosen = _choose(list(sides.values()), faces, [shapely.polygons(ring) for ring in whole])
    return {
        relation: _rings(shapely.unary_union([face for face, mine in zip(faces, side, strict=True) if mine]))
        for relation, side in zip(sides, chosen, strict=True)
        if side.any()
    }


def _flat(groups: Any) -> list[Any]:
    return [line for group in groups for line in group]


def _lines_of(one: TornRelation, frame: Any) -> list[Any]:
    if not one.outer:
        return []
    merged = linemerge([shapely.linestrings(line) for line in one.outer])
    inside = [part for part in shapely.get_parts(merged) if part.intersects(frame)]
    return [run_on(part, frame) for part in inside]


def _side_of(own: list[Any], edges: Any, faces: list[Any]) -> Bools | None:
    """True for the faces on one side of a border, False for the other; None if the border leaks."""
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    crosses = np.zeros(len(edges), bool)
    if own:
        crosses = shapely.distance(shapely.union_all(own), middles) < _ON_LINE_DEG
    rims = np.array([face.boundary for face in faces])
    owner, middle = shapely.STRtree(rims).query(middles, predicate="dwithin", distance=_ON_LINE_DEG)[::-1]
    beside: dict[int, list[int]] = defaultdict(list)
    for face, edge in zip(owner.tolist(), middle.tolist(), strict=True):
        beside[edge].append(face)
    doors: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for edge, pair in beside.items():
        if len(pair) == 2:
            doors[pair[0]].append((pair[1], bool(crosses[edge])))
            doors[pair[1]].append((pair[0], bool(crosses[edge])))
    return _coloured(doors, len(faces))


def _coloured(doors: dict[int, list[tuple[int, bool]]], count: int) -> Bools | None:
    side = np.zeros(count, bool)
    seen, waiting = {0}, [0]
    while waiting:
        here = waiting.pop()
        for there, flips in doors[here]:
            if there not in seen:
                seen.add(there)
                side[there] = side[here] ^ flips
                waiting.append(there)
            elif side[there] != side[here] ^ flips:
                return None
    return side if len(seen) == count else None


def _choose(sides: list[Bools], faces: list[Any], whole: list[Any]) -> list[Bools]:
    """For each district its side or the other one, so that faces are covered once."""
    if not sides:
        return []
    areas = np.array([face.area for face in faces])
    spots = np.array([face.representative_point() for face in faces])
    taken = np.zeros(len(faces), np.int64)
    for polygon in whole:
        taken += shapely.contains(polygon, spots)
    both = np.array([[side, ~side] for side in sides]).astype(np.int64)
    start = np.array([int(areas[side].sum() > areas[~side].sum()) for side in sides])

    def misfit(flips: Any) -> float:
        cover = taken + both[np.arange(len(sides)), flips].sum(axis=0)
        return float((np.abs(cover - 1) * areas).sum())

    flips = _all_choices(start, misfit) if len(sides) <= _ALL_CHOICES_MAX else _one_by_one(start, misfit)
    return [both[number, flip].astype(bool) for number, flip in enumerate(flips)]


def _all_choices(start: Any, misfit: Any) -> Any:
    count = len(start)
    every = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    return min(every, key=misfit)


def _one_by_one(start: Any, misfit: Any) -> Any:
    best, flips = misfit(start), start.copy()
    for _ in range(_ROUNDS_MAX):
        before = best
        for number in range(len(flips)):
            flips[number] ^= 1
            now = misfit(flips)
            if now < best:
                best = now
            else:
                flips[number] ^= 1
        if best == before:
            break
    return flips


def _rings(shape: Any) -> list[list[FloatArray]]:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [[np.asarray(ring.coords) for ring in (p.exterior, *p.interiors)] for p in polygons]
