"""Composes the route that people see from a path of edges: the line, and steps by road name."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from mapview.geo.projection import metres_per_degree
from mapview.geo.road_graph import DEGREE_UNITS, Floats, RoadGraph
from mapview.geo.roads import LINK_CLASSES
from mapview.geo.route import Route, RouteStep, RouteTurn
from mapview.geo.turn import Turn, turn_of

UNNAMED: Final = "无名路"
LINK: Final = "匝道"

_WORDS: Final = {
    Turn.NONE: RouteTurn.STRAIGHT,
    Turn.STRAIGHT: RouteTurn.STRAIGHT,
    Turn.RIGHT: RouteTurn.RIGHT,
    Turn.LEFT: RouteTurn.LEFT,
    Turn.U_TURN: RouteTurn.U_TURN,
}


@dataclass(frozen=True, slots=True)
class PathEdge:
    """One edge of a path, driven from fraction `start` to `end`, after a turn that cost `turn_s`."""

    edge: int
    start: float
    end: float
    edge_s: float
    turn: Turn
    turn_s: float


def compose_route(graph: RoadGraph, path: Sequence[PathEdge], seconds: float) -> Route:
    """`seconds` is the field's own figure; the steps add up to it but for the way beside the road."""
    lines = [_line(graph, part) for part in path]
    points = [lines[0][:1], *(line[1:] for line in lines)]
    polyline = tuple((float(x), float(y)) for x, y in np.concatenate(points).round(7))
    steps = _steps(graph, path)
    return Route(polyline, seconds, sum(step.metres for step in steps), steps)


def _line(graph: RoadGraph, part: PathEdge) -> Floats:
    """The driven part of one edge in degrees, in the direction of travel."""
    points = graph.points_of(int(graph.edge_shape[part.edge])) / DEGREE_UNITS
    if graph.edge_backward[part.edge]:
        points = points[::-1]
    if part.start <= 0.0 and part.end >= 1.0:
        return np.asarray(points)
    lengths = np.hypot(*(np.diff(points, axis=0) * metres_per_degree(float(points[0, 1]))).T)
    share = np.concatenate([[0.0], np.cumsum(lengths)]) / max(float(lengths.sum()), 1e-9)
    inner = points[(share > part.start) & (share < part.end)]
    return np.concatenate([_at(part.start, share, points), inner, _at(part.end, share, points)])


def _at(fraction: float, share: Floats, points: Floats) -> Floats:
    return np.array([[np.interp(fraction, share, points[:, axis]) for axis in (0, 1)]])


def _steps(graph: RoadGraph, path: Sequence[PathEdge]) -> tuple[RouteStep, ...]:
    """A new step begins with a turn or another name; straight on without a name is still the same road."""
    groups: list[list[PathEdge]] = []
    for part in path:
        turned = part.turn in {Turn.LEFT, Turn.RIGHT, Turn.U_TURN}
        renamed = groups and _name(graph, part) not in {UNNAMED, _name(graph, groups[-1][0])}
        if not groups or turned or renamed:
            groups.append([])
        groups[-1].append(part)
    turns = [RouteTurn.DEPART]
    turns += [_turn(graph, before[-1], after[0]) for before, after in pairwise(groups)]
    return tuple(_step(graph, turn, group) for turn, group in zip(turns, groups, strict=True))


def _step(graph: RoadGraph, turn: RouteTurn, group: Sequence[PathEdge]) -> RouteStep:
    metres = sum(_metres(graph, part) for part in group)
    seconds = sum(part.turn_s + part.edge_s * (part.end - part.start) for part in group)
    return RouteStep(turn, _name(graph, group[0]), metres, seconds)


def _metres(graph: RoadGraph, part: PathEdge) -> float:
    return float(graph.shape_length_m[graph.edge_shape[part.edge]]) * (part.end - part.start)


def _name(graph: RoadGraph, part: PathEdge) -> str:
    shape = graph.edge_shape[part.edge]
    name = graph.names[graph.shape_name[shape]]
    return name or (LINK if int(graph.shape_class[shape]) in LINK_CLASSES else UNNAMED)


def _turn(graph: RoadGraph, before: PathEdge, after: PathEdge) -> RouteTurn:
    """Where the road merely goes on under another name the bearing decides, else the turn that was paid."""
    if after.turn is not Turn.NONE:
        return _WORDS[after.turn]
    return _WORDS[turn_of(_end_bearing(graph, before.edge), _start_bearing(graph, after.edge))]


def _start_bearing(graph: RoadGraph, edge: int) -> float:
    shape = graph.edge_shape[edge]
    if graph.edge_backward[edge]:
        return float(graph.shape_bearing_end[shape] + 180.0)
    return float(graph.shape_bearing_start[shape])


def _end_bearing(graph: RoadGraph, edge: int) -> float:
    shape = graph.edge_shape[edge]
    if graph.edge_backward[edge]:
        return float(graph.shape_bearing_start[shape] + 180.0)
    return float(graph.shape_bearing_end[shape])
