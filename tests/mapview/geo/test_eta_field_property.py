"""The field against an independent search that knows the restrictions by looking back along its path."""

import heapq
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapview.geo.driving import CIVIL
from mapview.geo.eta import EtaField, RoadNetwork
from mapview.geo.graph import graph_of
from mapview.geo.road_edges import Edge, directed_edges, split_at_junctions
from mapview.geo.road_source import Restriction
from mapview.geo.turn import Turn, turn_of

SIDE = 3
SPACING_M = 400.0
NODES = {y * SIDE + x + 1: (x * SPACING_M, y * SPACING_M) for y in range(SIDE) for x in range(SIDE)}
STREETS = [
    (a, b) for a in NODES for b in (a + 1, a + SIDE) if b in NODES and (b != a + 1 or a % SIDE)
]  # fmt: skip
LOOK_BACK = 3


@st.composite
def towns(draw: st.DrawFn) -> dict[int, tuple[tuple[int, int], dict[str, str]]]:
    kept = [street for street in STREETS if draw(st.integers(0, 9)) > 1]
    oneway = st.sampled_from(["no", "no", "no", "yes", "-1"])
    kind = st.sampled_from(["primary", "residential"])
    return {100 + i: (s, {"highway": draw(kind), "oneway": draw(oneway)}) for i, s in enumerate(kept)}


def chains(edges: list[Edge], length: int) -> Iterator[tuple[int, ...]]:
    """Every path of so many edges without turning round on the spot."""
    paths: list[tuple[int, ...]] = [(i,) for i in range(len(edges))]
    for _ in range(length - 1):
        paths = [
            (*p, j) for p in paths for j, e in enumerate(edges)
            if e.from_node == edges[p[-1]].to_node and e.shape not in {edges[i].shape for i in p}
        ]  # fmt: skip
    yield from paths


def rule_of(edges: list[Edge], chain: tuple[int, ...], only: bool) -> Restriction:
    ways = [edges[i].way_id for i in chain]
    via_node = edges[chain[0]].to_node if len(chain) == 2 else None
    return Restriction(only, "turn", (ways[0],), via_node, tuple(ways[1:-1]), (ways[-1],))


class SlowSearch:
    """Dijkstra forwards over (last edges of the path); what is forbidden is asked of the path itself."""

    def __init__(self, edges: list[Edge], seconds: Any, forks: dict[int, int], rule: Any, only: bool) -> None:
        self.edges, self.seconds, self.forks = edges, seconds, forks
        self.rule, self.only = rule, only

    def forbidden(self, path: tuple[int, ...], following: int) -> bool:
        if self.rule is None:
            return False
        if not self.only:
            return (*path, following)[-len(self.rule) :] == self.rule
        led = [k for k in range(1, len(self.rule)) if path[-k:] == self.rule[:k]]
        return any(following != self.rule[k] for k in led)

    def onward(self, path: tuple[int, ...]) -> Iterator[tuple[int, float]]:
        last = self.edges[path[-1]]
        leaving = [j for j, e in enumerate(self.edges) if e.from_node == last.to_node]
        ahead = [j for j in leaving if self.edges[j].shape != last.shape] or leaving
        for j in ahead:
            if not self.forbidden(path, j):
                yield j, CIVIL.turn_s[self.turn(last, self.edges[j])]

    def turn(self, last: Edge, following: Edge) -> Turn:
        if last.shape == following.shape:
            return Turn.U_TURN
        if self.forks[last.to_node] <= 2:
            return Turn.NONE
        return turn_of(last.bearing_end, following.bearing_start)

    def eta(self, start: tuple[int, float], goals: dict[int, float]) -> float:
        edge, fraction = start
        order = count()
        ways_on: list[tuple[float, int, tuple[int, ...], float]] = [(0.0, next(order), (edge,), fraction)]
        best, seen = float("inf"), set()
        while ways_on:
            spent, _, path, at = heapq.heappop(ways_on)
            if (path, at) in seen:
                continue
            seen.add((path, at))
            here = path[-1]
            if here in goals and goals[here] >= at:
                best = min(best, spent + (goals[here] - at) * self.seconds[here])
            at_end = spent + (1 - at) * self.seconds[here]
            for j, turn_s in self.onward(path):
                heapq.heappush(ways_on, (at_end + turn_s, next(order), (*path, j)[-LOOK_BACK:], 0.0))
        return best


def place(edge: Edge, fraction: float) -> tuple[float, float]:
    (x1, y1), (x2, y2) = NODES[edge.from_node], NODES[edge.to_node]
    return x1 + (x2 - x1) * fraction, y1 + (y2 - y1) * fraction


@settings(max_examples=120, deadline=None)
@given(data=st.data(), ways=towns(), only=st.booleans(), length=st.sampled_from([0, 2, 3]))
def test_every_time_is_that_of_the_slow_search(
    town: Callable[..., Any], data: st.DataObject, ways: Any, only: bool, length: int
) -> None:
    plain = town(NODES, ways).roads()
    edges = directed_edges(split_at_junctions(plain), set())
    rules = list(chains(edges, length)) if length else []
    rule = data.draw(st.sampled_from(rules)) if rules else None
    net = RoadNetwork(graph_of(town(NODES, ways).roads([rule_of(edges, rule, only)] if rule else [])), CIVIL)
    usable = [i for i in range(len(edges)) if i in net.snapper.edges_of(net.graph.edge_shape[i])]
    if not usable:
        return
    forks: dict[int, int] = {n: sum(n in street for street, _ in ways.values()) for n in NODES}
    slow = SlowSearch(edges, net.edge_s, forks, rule, only)
    inside = st.integers(10, 54).map(
        lambda n: n / 64
    )  # exact from either end: here or past it, never a hair off
    goal, goal_at = data.draw(st.sampled_from(usable)), data.draw(inside)
    car, car_at = data.draw(st.sampled_from(usable)), data.draw(inside)
    field = EtaField(net, *town.at(*place(edges[goal], goal_at)))
    got = field.eta(np.array([town.at(*place(edges[car], car_at))]))[0]
    goals = dict(both(edges, goal, goal_at, usable))
    expected = min(slow.eta(start, goals) for start in both(edges, car, car_at, usable))
    if np.isnan(got):
        assert expected == float("inf")
    else:
        assert got == pytest.approx(expected, abs=0.05, rel=1e-3)
        route = field.route(*town.at(*place(edges[car], car_at)))
        assert route.seconds == pytest.approx(got)
        assert sum(step.seconds for step in route.steps) == pytest.approx(got, abs=0.05)


def both(edges: list[Edge], edge: int, at: float, usable: list[int]) -> list[tuple[int, float]]:
    """The place on its edge, and on the opposite one where that may be driven."""
    twins = [i for i in usable if edges[i].shape == edges[edge].shape]
    return [(i, at if i == edge else 1 - at) for i in twins]
