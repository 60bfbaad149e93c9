"""Joins streets where they cross: every crossing becomes one node that all its streets pass through.

Streets are drawn a little too long on purpose; what sticks out past the last crossing is cut off here.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely

from mapview.democity.plan import RAMP, XY, Street

_SAME_M: Final = 9.0  # crossings of one level nearer than this are one
_TAIL_M: Final = 32.0  # a shorter free end past a crossing is cut off
_SHAPE_M: Final = 7.0  # shape points nearer than this to a crossing are dropped
_LENGTH_M_MIN: Final = 18.0


@dataclass(slots=True)
class Network:
    """`points`: all road nodes. `paths`: per street the node numbers along it. `users`: streets per node."""

    streets: list[Street]
    points: list[XY] = field(default_factory=list)
    paths: list[list[int]] = field(default_factory=list)
    users: dict[int, list[int]] = field(default_factory=dict)

    def crossings(self) -> list[int]:
        """Nodes that more than one street uses, in order."""
        return sorted(node for node, users in self.users.items() if len(set(users)) > 1)


class _Crossings:
    """Crossings found so far, by level and a coarse grid."""

    def __init__(self, points: list[XY]) -> None:
        self._points = points
        self._cells: dict[tuple[int, int, int], list[int]] = defaultdict(list)

    def at(self, x: float, y: float, level: int) -> int:
        """The crossing at this place, made if there is none near enough."""
        column, row = int(x // _SAME_M), int(y // _SAME_M)
        for i in (column, column - 1, column + 1):
            for j in (row, row - 1, row + 1):
                for node in self._cells.get((level, i, j), ()):
                    if math.dist(self._points[node], (x, y)) < _SAME_M:
                        return node
        self._points.append((x, y))
        self._cells[level, column, row].append(len(self._points) - 1)
        return len(self._points) - 1


def join(streets: list[Street]) -> Network:
    """The network of all streets; those with nothing left after trimming are dropped."""
    network = Network([])
    lines = np.array([shapely.linestrings(street.line) for street in streets])
    stops: list[dict[int, float]] = [{} for _ in streets]  # node -> metres along, per street
    crossings = _Crossings(network.points)
    for i, j, x, y in _meetings(streets, lines):
        node = crossings.at(x, y, streets[i].level)
        for number in (i, j):
            stops[number].setdefault(node, lines[number].project(shapely.Point(x, y)))
    _add_joins(streets, lines, stops, crossings)
    for street, line, along in zip(streets, lines, stops, strict=True):
        path = _path(street, line, along, network.points)
        if path:
            network.streets.append(street)
            network.paths.append(path)
    for number, path in enumerate(network.paths):
        for node in path:
            network.users.setdefault(node, []).append(number)
    return network


def _meetings(streets: list[Street], lines: Any) -> list[tuple[int, int, float, float]]:
    """Pairs of streets of one level and the places where they meet, in a fixed order."""
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    level = np.array([street.level for street in streets])
    use = (first < second) & (level[first] == level[second]) & (level[first] != RAMP)
    order = np.lexsort((second[use], first[use]))
    first, second = first[use][order], second[use][order]
    shapes, owner = shapely.get_parts(shapely.intersection(lines[first], lines[second]), return_index=True)
    out = []
    for shape, pair in zip(shapes, owner, strict=True):
        x, y = shape.coords[0]
        out.append((int(first[pair]), int(second[pair]), float(x), float(y)))
    return out


def _add_joins(
    streets: list[Street], lines: Any, stops: list[dict[int, float]], crossings: _Crossings
) -> None:
    numbers = {id(street): number for number, street in enumerate(streets)}
    for number, ramp in enumerate(streets):
        for other, (x, y) in ramp.joins:
            at = numbers[id(other)]
            node = crossings.at(x, y, other.level)
            stops[at].setdefault(node, lines[at].project(shapely.Point(x, y)))
            stops[number].setdefault(node, lines[number].project(shapely.Point(x, y)))


def _path(street: Street, line: Any, along: dict[int, float], points: list[XY]) -> list[int]:
    marks = sorted((far, node) for node, far in along.items())
    start, end = 0.0, float(line.length)
    if marks and not street.closed:
        start = marks[0][0] if marks[0][0] < _TAIL_M else start
        end = marks[-1][0] if end - marks[-1][0] < _TAIL_M else end
    if end - start < _LENGTH_M_MIN:
        return []
    shape = _shape_points(street, marks, start, end)
    for far, point in shape:
        points.append(point)
        marks.append((far, len(points) - 1))
    path = [node for _, node in sorted(marks)]
    path = [node for k, node in enumerate(path) if k == 0 or node != path[k - 1]]
    if street.closed:
        path = [*path, path[0]] if path[0] != path[-1] else path
    return path if len(path) > 1 else []


def _shape_points(
    street: Street, marks: list[tuple[float, int]], start: float, end: float
) -> list[tuple[float, XY]]:
    """Points of the drawn line that are worth a node of their own."""
    out, far, last = [], 0.0, street.line[0]
    taken = [mark for mark, _ in marks]
    count = len(street.line) - (1 if street.closed else 0)
    for point in street.line[:count]:
        far += math.dist(last, point)
        last = point
        if start <= far <= end and all(abs(far - mark) > _SHAPE_M for mark in taken):
            out.append((far, point))
    return out
