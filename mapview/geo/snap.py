"""Puts points onto roads: a KD-tree over the middles of road pieces of at most 20 m.

Only roads of the main part of the graph take part, so that a point beside a cut-off stub is not lost.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from mapview.geo.projection import metres_per_degree
from mapview.geo.road_graph import DEGREE_UNITS, Flags, Floats, Ints, RoadGraph

PIECE_M_MAX: Final = 20.0
SNAP_M_MAX: Final = 1000.0
"""A point farther than this from any road is on no road."""
SPREAD_M: Final = 20.0
"""An incident may be served from every road that is at most this much farther than the nearest one."""
_NOWHERE_M: Final = 1e9
_NEIGHBOURS: Final = 5
_NEIGHBOURS_WIDE: Final = 32


@dataclass(frozen=True, slots=True)
class Snapped:
    """Per point: the shape (-1: no road near), how far along it (0..1 in its order) and metres off it."""

    shape: Ints
    fraction: Floats
    off_m: Floats


class Snapper:
    """Nearest roads of a graph."""

    def __init__(self, graph: RoadGraph) -> None:
        self._shape_edges = _usable_edges(graph)
        self._origin = _middle(graph)
        self._scale = np.array(metres_per_degree(float(self._origin[1])))
        self._cut(graph, np.asarray((self._shape_edges[:-1] >= 0).any(axis=1)))
        self._tree = cKDTree(self._middle) if len(self._middle) else None

    def _cut(self, graph: RoadGraph, usable: Flags) -> None:
        """Straight pieces of the usable shapes: start, vector, shape, share of the shape before and in it."""
        degrees = graph.shape_points / DEGREE_UNITS
        metres = (degrees - self._origin) * self._scale
        shape = np.repeat(np.arange(len(usable)), np.diff(graph.shape_start))
        inner = (shape[:-1] == shape[1:]) & usable[shape[:-1]]
        first, shape = metres[:-1][inner], shape[:-1][inner]
        vector = metres[1:][inner] - first
        length = np.hypot(vector[:, 0], vector[:, 1])
        before = np.cumsum(length) - length
        begins = np.searchsorted(shape, shape)  # pieces lie in the order of their shapes
        before -= before[begins] if len(before) else 0.0
        whole = np.maximum(np.bincount(shape, length, len(usable))[shape], 1e-9)
        parts = np.maximum(np.ceil(length / PIECE_M_MAX), 1).astype(np.int64)
        index = np.repeat(np.arange(len(parts)), parts)
        nth = np.arange(len(index)) - np.repeat(np.cumsum(parts) - parts, parts)
        share = nth / parts[index]
        step = vector[index] / parts[index, None]
        start = first[index] + vector[index] * share[:, None]
        self._middle = start + step / 2
        self._step, self._start = np.ascontiguousarray(step.T), np.ascontiguousarray(start.T)
        self._square = np.maximum((step**2).sum(axis=1), 1e-12)
        self._shape = shape[index].astype(np.int32)
        self._share = (length / parts / whole)[index]
        self._before = (before / whole)[index] + nth * self._share

    def edges_of(self, shape: Ints) -> Ints:
        """The edges forward and backward along each shape (…, 2), -1 where it cannot be driven so."""
        return self._shape_edges[shape]

    def nearest(self, points: Floats) -> Snapped:
        """The nearest road of each point; `points` (n, 2) in degrees."""
        shape, fraction, off_m = self._candidates(points, _NEIGHBOURS)
        best = (np.arange(len(points)), off_m.argmin(axis=1))
        off_m = off_m[best]
        return Snapped(np.where(off_m <= SNAP_M_MAX, shape[best], -1), fraction[best], off_m)

    def around(self, lon: float, lat: float) -> Snapped:
        """The nearest roads of one point, nearest first, each once; empty when none is near enough."""
        shape, fraction, off_m = (
            row[0] for row in self._candidates(np.array([[lon, lat]]), _NEIGHBOURS_WIDE)
        )
        order = np.argsort(off_m, kind="stable")
        near = order[off_m[order] <= min(SNAP_M_MAX, off_m[order[0]] + SPREAD_M)]
        _, firsts = np.unique(shape[near], return_index=True)
        kept = near[np.sort(firsts)]
        return Snapped(shape[kept], fraction[kept], off_m[kept])

    def _candidates(self, points: Floats, count: int) -> tuple[Ints, Floats, Floats]:
        """Shape, fraction and metres off, each (n, count); metres are inf where there is no candidate."""
        if self._tree is None or not len(points):
            nothing = np.zeros((len(points), count))
            return np.full(nothing.shape, -1, np.int32), nothing, np.full(nothing.shape, np.inf)
        metres = (points - self._origin) * self._scale
        metres[~np.isfinite(metres)] = _NOWHERE_M  # a broken fix is on no road
        reach = SNAP_M_MAX + PIECE_M_MAX
        _, piece = self._tree.query(metres, k=count, distance_upper_bound=reach)
        missing = piece == len(self._shape)
        piece = np.where(missing, 0, piece)
        # East and north apart: sums over an axis of two are several times slower.
        east, north = (metres[:, axis, None] - self._start[axis][piece] for axis in (0, 1))
        step_east, step_north = (self._step[axis][piece] for axis in (0, 1))
        along = (east * step_east + north * step_north) / self._square[piece]
        along = np.minimum(np.maximum(along, 0.0), 1.0)
        off_m = np.hypot(east - step_east * along, north - step_north * along)
        off_m[missing] = np.inf
        fraction = np.minimum(self._before[piece] + along * self._share[piece], 1.0)
        return self._shape[piece], fraction, off_m


def _usable_edges(graph: RoadGraph) -> Ints:
    main = np.zeros(len(graph.edge_shape), np.bool_)
    np.logical_or.at(main, graph.edge_base, graph.edge_main)
    own = np.flatnonzero(main & (graph.edge_base == np.arange(len(main))))
    none = len(graph.shape_length_m)  # one row more, so that shape -1 has no edges either
    edges = np.full((none + 1, 2), -1, np.int32)
    edges[graph.edge_shape[own], graph.edge_backward[own].astype(np.int64)] = own
    return edges


def _middle(graph: RoadGraph) -> Floats:
    if not len(graph.shape_points):
        return np.zeros(2)
    return np.asarray(graph.shape_points.mean(axis=0) / DEGREE_UNITS)
