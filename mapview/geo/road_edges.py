"""Splits road runs at their junctions into shapes, and shapes into directed edges.

A shape is the geometry between two junctions, kept once; each permitted direction of it is an edge,
and edges are the nodes of the search graph, so that turns can cost and be forbidden.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapview.geo.projection import metres_per_degree
from mapview.geo.road_graph import DEGREE_UNITS
from mapview.geo.road_source import RoadRun, RoadSource
from mapview.geo.roads import Way

BEARING_M_MIN: Final = 10.0
"""A bearing is taken over at least this much road: the last metres before a junction are often crooked."""
LENGTH_M_MIN: Final = 0.01


@dataclass(slots=True)
class Shape:
    """Geometry between two junctions; bearings in degrees from north, in its own order of points."""

    run: RoadRun
    nodes: tuple[int, ...]
    points: NDArray[np.int32]
    length_m: float
    bearing_start: float
    bearing_end: float


@dataclass(slots=True)
class Edge:
    """One direction of a shape; bearings in degrees from north as it is driven."""

    shape: int
    backward: bool
    from_node: int
    to_node: int
    signal: bool
    way_id: int
    bearing_start: float
    bearing_end: float


def split_at_junctions(source: RoadSource) -> list[Shape]:
    """Shapes between nodes that more than one road uses, and the ends of roads."""
    uses = Counter(node for run in source.runs for node in run.nodes)
    lat = _middle_lat(source)
    shapes: list[Shape] = []
    for run in source.runs:
        last = len(run.nodes) - 1
        cuts = [i for i, node in enumerate(run.nodes) if i in (0, last) or uses[node] > 1]
        shapes.extend(_shape(run, a, b, lat) for a, b in pairwise(cuts))
    return shapes


def _middle_lat(source: RoadSource) -> float:
    if not source.runs:
        return 0.0
    return float(np.concatenate([run.points[:, 1] for run in source.runs]).mean()) / DEGREE_UNITS


def _shape(run: RoadRun, first: int, last: int, lat: float) -> Shape:
    points = run.points[first : last + 1]
    metres = points * (np.array(metres_per_degree(lat)) / DEGREE_UNITS)
    steps = np.hypot(*np.diff(metres, axis=0).T)
    length = max(float(steps.sum()), LENGTH_M_MIN)
    start = _bearing(metres[0], metres)
    end = (_bearing(metres[-1], metres[::-1]) + 180.0) % 360.0
    return Shape(run, run.nodes[first : last + 1], points, length, start, end)


def _bearing(origin: NDArray[np.float64], path: NDArray[np.float64]) -> float:
    """Towards the first point of the path that is far enough, else towards its last one."""
    offsets = path - origin
    far = np.flatnonzero(np.hypot(offsets[:, 0], offsets[:, 1]) >= BEARING_M_MIN)
    east, north = offsets[far[0] if far.size else -1]
    return float(np.degrees(np.arctan2(east, north))) % 360.0


def directed_edges(shapes: list[Shape], signals: set[int]) -> list[Edge]:
    """Edges of all shapes in every direction that may be driven."""
    edges = []
    for i, shape in enumerate(shapes):
        if shape.run.way is not Way.BACKWARD:
            edges.append(_forward(i, shape, signals))
        if shape.run.way is not Way.FORWARD:
            edges.append(_backward(i, shape, signals))
    return edges


def _forward(i: int, shape: Shape, signals: set[int]) -> Edge:
    first, last, stop = shape.nodes[0], shape.nodes[-1], not signals.isdisjoint(shape.nodes[1:])
    return Edge(i, False, first, last, stop, shape.run.way_id, shape.bearing_start, shape.bearing_end)


def _backward(i: int, shape: Shape, signals: set[int]) -> Edge:
    first, last, stop = shape.nodes[-1], shape.nodes[0], not signals.isdisjoint(shape.nodes[:-1])
    start, end = (shape.bearing_end + 180.0) % 360.0, (shape.bearing_start + 180.0) % 360.0
    return Edge(i, True, first, last, stop, shape.run.way_id, start, end)
