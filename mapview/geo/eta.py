"""Travel times of every vehicle to one incident, and their routes, from one backwards Dijkstra.

`RoadNetwork` is the graph with driving times and closures; `EtaField` is the time from the start of every
edge to one target. A vehicle on edge e at fraction f arrives after field[e] - f x time[e]; the one
exception is a vehicle that has just passed the target on its own edge and must come round again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from mapview.geo.driving import EMERGENCY, Driving
from mapview.geo.road_graph import Flags, Floats, Ints, RoadGraph
from mapview.geo.route import Route
from mapview.geo.route_path import PathEdge, compose_route
from mapview.geo.snap import Snapper
from mapview.geo.turn import Turn

TARGET_EDGES_MAX: Final = 4
OFF_ROAD_M_S: Final = 12 / 3.6
"""From a road that is not the nearest one the crew loses time, as if creeping the difference at 12 km/h."""
_JUST_PASSED: Final = 1e-9


class RoadNetwork:
    """Driving times over a road graph. Closing roads makes a new version; fields know theirs.

    `edge_s` and `edge_m` have one entry more than there are edges, so that -1, no edge, can be looked up.
    """

    def __init__(self, graph: RoadGraph, driving: Driving = EMERGENCY) -> None:
        self.graph = graph
        self.snapper = Snapper(graph)
        self.edge_s = np.append(driving.edge_seconds(graph), 0.0)
        self.edge_m = np.append(graph.shape_length_m[graph.edge_shape], 0.0)
        self.edge_count = len(graph.edge_shape)
        self.closed: Flags = np.zeros(self.edge_count + 1, np.bool_)
        self.version = 0
        self._index_turns(driving.arc_seconds(graph))

    def _index_turns(self, turn_s: Floats) -> None:
        """Turns by the edge they leave (as stored), and by the edge they enter, each turn once."""
        graph, count = self.graph, self.edge_count
        self.turn_s = turn_s
        self.leaving = np.searchsorted(graph.arc_from, np.arange(count + 1))
        self._by_entry = np.lexsort((graph.arc_from, graph.arc_to))
        entered = graph.arc_to[self._by_entry]
        self.entry_ptr = np.searchsorted(entered, np.arange(count + 1)).astype(np.int32)
        self.entry_from = graph.arc_from[self._by_entry]
        self._weigh()

    def _weigh(self) -> None:
        """Turn plus the whole edge before it; inf, which the search takes as absent, for a closed edge."""
        through_s = np.where(self.closed, np.inf, self.edge_s)
        self.entry_s = self.turn_s[self._by_entry] + through_s[self.entry_from]

    def set_closed(self, edges: Iterable[int]) -> None:
        """Close exactly these edges to traffic that only passes through. A target on one is still served."""
        self.closed = np.append(np.isin(self.graph.edge_base, np.fromiter(edges, np.int64)), False)
        self.version += 1
        self._weigh()

    def edges_at(self, lon: float, lat: float) -> list[int]:
        """The edges of the nearest road at this point, both directions; empty far from any road."""
        near = self.snapper.nearest(np.array([[lon, lat]]))
        return [int(edge) for edge in self.snapper.edges_of(near.shape)[0] if edge >= 0]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where vehicles stand and what is before them: `edge` -1 and `seconds` nan mean unreachable.

    `after` is the edge to go on to for those who must leave their edge first, else -1.
    """

    edge: Ints
    fraction: Floats
    seconds: Floats
    metres: Floats
    after: Ints


class EtaField:
    """The field of one target, WGS-84 degrees."""

    def __init__(self, network: RoadNetwork, lon: float, lat: float) -> None:
        self._network = network
        self.version = network.version
        self._virtual = network.edge_count
        self._target_fraction = np.full(network.edge_count + 1, np.nan)
        self._search(self._entrances(lon, lat))
        self._metres = self._metres_to_target()

    def _entrances(self, lon: float, lat: float) -> list[tuple[int, float]]:
        """(edge, seconds from its start to the target) of the roads that serve the target, copies too."""
        network, near = self._network, self._network.snapper.around(lon, lat)
        found: list[tuple[int, float]] = []
        for shape, along, off_m in zip(near.shape, near.fraction, near.off_m, strict=True):
            extra_s = (off_m - near.off_m[0]) / OFF_ROAD_M_S
            for backward, edge in enumerate(network.snapper.edges_of(shape)):
                if edge < 0 or len(found) >= TARGET_EDGES_MAX:
                    continue
                fraction = 1.0 - along if backward else along
                self._target_fraction[edge] = fraction
                found.append((int(edge), float(network.edge_s[edge] * fraction + extra_s)))
        return [(int(copy), cost) for edge, cost in found for copy in self._copies(edge)]

    def _copies(self, edge: int) -> Ints:
        copies = np.flatnonzero(self._network.graph.edge_base == edge).astype(np.int32)
        self._target_fraction[copies] = self._target_fraction[edge]
        return copies

    def _search(self, entrances: list[tuple[int, float]]) -> None:
        """One run from a virtual node over the reversed turns; `_next` is the edge to take after each."""
        network = self._network
        size = self._virtual + 1
        indptr = np.append(network.entry_ptr, network.entry_ptr[-1] + len(entrances)).astype(np.int32)
        indices = np.append(network.entry_from, [edge for edge, _ in entrances]).astype(np.int32)
        weights = np.append(network.entry_s, [cost for _, cost in entrances])
        reversed_turns = csr_matrix((weights, indices, indptr), shape=(size, size))
        seconds, before = dijkstra(reversed_turns, indices=[self._virtual], return_predecessors=True)
        self._seconds, self._next = seconds[0], before[0]
        self._seconds[-1] = np.inf  # looked up as edge -1: nowhere

    def _metres_to_target(self) -> Floats:
        """Metres from the start of every edge along its fastest way; each round doubles the look ahead."""
        target = self._virtual
        metres, after = self._network.edge_m.copy(), self._next.copy()
        last = np.flatnonzero(self._next == target)
        metres[last] *= self._target_fraction[last]
        after[after < 0] = target
        while (after != target).any():
            metres = metres + metres[after]
            after = after[after]
        return metres

    def eta(self, points: Floats) -> Floats:
        """Seconds from each point (n, 2) in degrees; nan where no road leads to the target."""
        return self.stand(points).seconds

    def stand(self, points: Floats) -> Standing:
        """Each point on the better direction of its nearest road."""
        network = self._network
        near = network.snapper.nearest(points)
        edge = network.snapper.edges_of(near.shape)
        fraction = np.stack([near.fraction, 1.0 - near.fraction], axis=1)
        seconds = self._seconds[edge] - fraction * network.edge_s[edge]
        metres = self._metres[edge] - fraction * network.edge_m[edge]
        after = np.full_like(edge, -1)
        for i, j in np.argwhere(self._must_leave(edge, fraction)):
            rest = 1.0 - fraction[i, j]
            after[i, j], on_s = self._way_out(edge[i, j])
            seconds[i, j] = rest * network.edge_s[edge[i, j]] + on_s
            metres[i, j] = rest * network.edge_m[edge[i, j]] + self._metres[after[i, j]]
        better = (np.arange(len(points)), seconds.argmin(axis=1))
        times, lengths = seconds[better], metres[better]
        lost = np.isinf(times)
        times[lost] = lengths[lost] = np.nan
        return Standing(
            np.where(lost, -1, edge[better]),
            fraction[better],
            np.maximum(times, 0.0),
            np.maximum(lengths, 0.0),
            after[better],
        )

    def _must_leave(self, edge: Ints, fraction: Floats) -> Flags:
        """Past the target on its own edge, or on a closed edge that one may only drive off."""
        ends_here = self._next[edge] == self._virtual
        passed = ends_here & (fraction > self._target_fraction[edge] + _JUST_PASSED)
        return np.asarray((edge >= 0) & (passed | (~ends_here & self._network.closed[edge])))

    def _way_out(self, edge: int) -> tuple[int, float]:
        """The best edge after this one, and seconds from this one's end to the target."""
        network = self._network
        turns = slice(network.leaving[edge], network.leaving[edge + 1])
        onward = network.graph.arc_to[turns]
        if not len(onward):
            return -1, np.inf
        costs = network.turn_s[turns] + self._seconds[onward]
        best = int(costs.argmin())
        return int(onward[best]), float(costs[best])

    def route(self, lon: float, lat: float) -> Route | None:
        """The fastest way from a point in degrees; `None` where no road leads to the target."""
        standing = self.stand(np.array([[lon, lat]]))
        edge, after = int(standing.edge[0]), int(standing.after[0])
        if edge < 0:
            return None
        path, here = [edge], after if after >= 0 else int(self._next[edge])
        while here != self._virtual:
            path.append(here)
            here = int(self._next[here])
        starts = [float(standing.fraction[0]), *([0.0] * (len(path) - 1))]
        ends = [*([1.0] * (len(path) - 1)), float(self._target_fraction[path[-1]])]
        turns = [(Turn.NONE, 0.0), *map(self._turn_between, path, path[1:])]
        edges = [
            PathEdge(e, start, end, float(self._network.edge_s[e]), turn, turn_s)
            for e, start, end, (turn, turn_s) in zip(path, starts, ends, turns, strict=True)
        ]
        return compose_route(self._network.graph, edges, float(standing.seconds[0]))

    def _turn_between(self, edge: int, following: int) -> tuple[Turn, float]:
        network = self._network
        first, last = network.leaving[edge], network.leaving[edge + 1]
        arc = first + int(np.flatnonzero(network.graph.arc_to[first:last] == following)[0])
        return Turn(network.graph.arc_turn[arc]), float(network.turn_s[arc])
