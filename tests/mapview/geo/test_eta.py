"""The field on towns small enough to reckon by hand: 45 km/h is 12.5 m/s, so 100 m are 8 s."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mapview.geo import graph
from mapview.geo.driving import CIVIL, EMERGENCY
from mapview.geo.eta import EtaField, RoadNetwork
from mapview.geo.road_graph import load_graph
from mapview.geo.route import RouteTurn
from mapview.geo.steps import ImportReport

S_PER_M = 1 / 12.5
ROAD = {"highway": "primary", "name": "红旗大街"}
CROSS_NODES = {1: (0, 0), 2: (0, -400), 3: (400, 0), 4: (0, 400), 5: (-400, 0)}
CROSS_WAYS = {
    12: ((2, 1), {"highway": "primary", "name": "南路"}),
    13: ((1, 3), {"highway": "primary", "name": "东路"}),
    14: ((1, 4), {"highway": "primary", "name": "北路"}),
    15: ((1, 5), {"highway": "primary", "name": "西路"}),
}
SQUARE = {1: (0, 0), 2: (400, 0), 3: (400, 400), 4: (0, 400)}

Build = Callable[..., RoadNetwork]


@pytest.fixture
def network(write_town: Callable[..., Path]) -> Build:
    """A network through the whole import: .osm.pbf, city file, arrays."""

    def build(*args: Any, driving: Any = CIVIL, **kwargs: Any) -> RoadNetwork:
        db = sqlite3.connect(":memory:")
        graph.build(write_town(*args, **kwargs), db, ImportReport(), lambda share: None)
        return RoadNetwork(load_graph(db), driving)

    return build


@pytest.fixture
def at(town: Any) -> Callable[[float, float], tuple[float, float]]:
    return town.at


def seconds(net: RoadNetwork, target: tuple[float, float], *vehicles: tuple[float, float]) -> list[float]:
    return EtaField(net, *target).eta(np.array(vehicles)).tolist()


def test_a_straight_road_both_ways(network: Build, at: Any) -> None:
    net = network({1: (0, 0), 2: (1000, 0)}, {10: ((1, 2), ROAD)})
    etas = seconds(net, at(800, 5), at(300, -8), at(950, 0), at(800, 0))
    assert etas == pytest.approx([500 * S_PER_M, 150 * S_PER_M, 0], abs=0.05)


@pytest.mark.parametrize(
    ("nodes", "oneway"), [((1, 2, 3, 4, 1), {"oneway": "yes"}), ((1, 4, 3, 2, 1), {"oneway": "-1"})]
)
def test_a_one_way_ring_and_the_vehicle_that_has_just_passed(
    network: Build, at: Any, nodes: tuple[int, ...], oneway: dict[str, str]
) -> None:
    net = network(SQUARE, {10: (nodes, ROAD | oneway)})
    before, passed = seconds(net, at(200, 0), at(100, 0), at(300, 0))
    assert before == pytest.approx(100 * S_PER_M, abs=0.05)
    assert passed == pytest.approx(1500 * S_PER_M, abs=0.3)


@pytest.mark.parametrize("tags", [{"junction": "roundabout"}, {"highway": "motorway"}])
def test_roundabouts_and_motorways_are_one_way_unsaid(network: Build, at: Any, tags: dict[str, str]) -> None:
    net = network(SQUARE, {10: ((1, 2, 3, 4, 1), ROAD | tags)})
    route = EtaField(net, *at(200, 0)).route(*at(300, 0))
    assert route is not None
    assert route.metres == pytest.approx(1500, rel=1e-3)


@pytest.mark.parametrize(("arm", "turn_s"), [((-200, 0), 12.0), ((200, 0), 4.0), ((0, 200), 1.5)])
def test_turns_at_a_crossing_cost(network: Build, at: Any, arm: tuple[float, float], turn_s: float) -> None:
    net = network(CROSS_NODES, CROSS_WAYS)
    assert seconds(net, at(*arm), at(0, -200)) == pytest.approx([400 * S_PER_M + turn_s], abs=0.05)


def test_a_road_that_merely_goes_on_costs_no_turn(network: Build, at: Any) -> None:
    net = network({1: (0, 0), 2: (300, 0), 3: (300, 300)}, {10: ((1, 2), ROAD), 11: ((2, 3), ROAD)})
    assert seconds(net, at(300, 200), at(100, 0)) == pytest.approx([400 * S_PER_M], abs=0.05)


def test_a_light_costs_whether_at_the_junction_or_before_it(network: Build, at: Any) -> None:
    nodes = {1: (0, 0), 2: (300, 0), 3: (600, 0), 4: (900, 0)}
    ways = {10: ((1, 2, 3), ROAD), 11: ((3, 4), ROAD)}
    lights = {2: {"highway": "traffic_signals"}, 3: {"highway": "traffic_signals"}}
    net = network(nodes, ways, lights)
    assert seconds(net, at(800, 0), at(0, 0)) == pytest.approx([800 * S_PER_M + 8], abs=0.05)


def test_a_forbidden_left_turn_sends_the_vehicle_to_the_next_dead_end(network: Build, at: Any) -> None:
    ban = {20: ([("w", 12, "from"), ("n", 1, "via"), ("w", 15, "to")],
                {"type": "restriction", "restriction": "no_left_turn"})}  # fmt: skip
    net = network(CROSS_NODES, CROSS_WAYS, relations=ban)
    # North (1.5 s), round at its end (20 s), then right into the west arm (4 s).
    expected = (200 + 400 + 400 + 200) * S_PER_M + 1.5 + 20 + 4
    assert seconds(net, at(-200, 0), at(0, -200)) == pytest.approx([expected], abs=0.1)
    assert seconds(net, at(200, 0), at(0, -200)) == pytest.approx([400 * S_PER_M + 4], abs=0.05)


def test_only_straight_on_forbids_every_other_turn(network: Build, at: Any) -> None:
    only = {20: ([("w", 12, "from"), ("n", 1, "via"), ("w", 14, "to")],
                 {"type": "restriction", "restriction": "only_straight_on"})}  # fmt: skip
    net = network(CROSS_NODES, CROSS_WAYS, relations=only)
    assert seconds(net, at(0, 200), at(0, -200)) == pytest.approx([400 * S_PER_M + 1.5], abs=0.05)
    round_trip = (200 + 400 + 400 + 200) * S_PER_M + 1.5 + 20
    assert seconds(net, at(200, 0), at(0, -200)) == pytest.approx([round_trip + 12], abs=0.1)


DUAL_NODES = {1: (-400, 0), 2: (0, 0), 3: (400, 0), 4: (400, 30), 5: (0, 30), 6: (-400, 30)}
DUAL_WAYS = {
    10: ((1, 2), {"highway": "primary", "oneway": "yes"}),
    11: ((2, 3), {"highway": "primary", "oneway": "yes"}),
    12: ((3, 4), {"highway": "primary", "oneway": "yes"}),
    13: ((4, 5), {"highway": "primary", "oneway": "yes"}),
    14: ((5, 6), {"highway": "primary", "oneway": "yes"}),
    15: ((6, 1), {"highway": "primary", "oneway": "yes"}),
    16: ((2, 5), {"highway": "primary"}),
    17: ((5, 7), {"highway": "primary"}),
}


def _dual(network: Build, word: str | None) -> RoadNetwork:
    members = [("w", 10, "from"), ("w", 16, "via"), ("w", 14, "to")]
    rule = {20: (members, {"type": "restriction", "restriction": word})} if word else {}
    return network(DUAL_NODES | {7: (0, 400)}, DUAL_WAYS, relations=rule)


def test_a_u_turn_over_a_via_way_is_forbidden_to_those_who_come_from_there_only(
    network: Build, at: Any
) -> None:
    west = at(-200, 32)
    free = EtaField(_dual(network, None), *west).route(*at(-200, -2))
    banned = EtaField(_dual(network, "no_u_turn"), *west).route(*at(-200, -2))
    assert free is not None
    assert banned is not None
    assert free.metres == pytest.approx(200 + 30 + 200, rel=1e-2)
    # On to the east end and back: the dead end in the north is nearer, but turning round there is slower.
    assert banned.metres == pytest.approx(200 + 400 + 30 + 400 + 200, rel=1e-2)
    north = EtaField(_dual(network, "no_u_turn"), *at(2, 200)).route(*at(-200, -2))
    assert north is not None
    assert north.metres == pytest.approx(200 + 200, rel=1e-2)


def test_an_only_restriction_over_a_via_way_leads_all_the_way(network: Build, at: Any) -> None:
    members = [("w", 10, "from"), ("w", 16, "via"), ("w", 14, "to")]
    only = {20: (members, {"type": "restriction", "restriction": "only_u_turn"})}
    outer = {8: (-400, 600), 9: (400, 600), 7: (0, 400)}
    ways = DUAL_WAYS | {18: ((6, 8, 9, 4), {"highway": "primary"})}
    net = network(DUAL_NODES | outer, ways, relations=only)
    route = EtaField(net, *at(200, -2)).route(*at(-200, -2))
    assert route is not None
    there_and_round = 200 + 30 + 400 + (570 + 800 + 570) + 400 + 30 + 200
    assert route.metres == pytest.approx(there_and_round, rel=1e-2)


def test_a_target_between_two_carriageways_is_served_from_both(network: Build, at: Any) -> None:
    net = _dual(network, None)
    near, far = seconds(net, at(200, 14), at(100, 0), at(300, 30))
    assert near == pytest.approx(100 * S_PER_M, abs=0.1)
    # The other side is 2 m farther off: 2 m at 12 km/h.
    assert far == pytest.approx(100 * S_PER_M + 2 * 0.3, abs=0.1)


def test_a_point_far_from_any_road_is_unreachable(network: Build, at: Any) -> None:
    net = network({1: (0, 0), 2: (1000, 0)}, {10: ((1, 2), ROAD)})
    assert np.isnan(seconds(net, at(500, 0), at(500, 3000))).all()
    assert np.isnan(seconds(net, at(500, 3000), at(500, 0))).all()
    assert EtaField(net, *at(500, 0)).route(*at(500, 3000)) is None
    assert seconds(net, at(500, 0)) == []
    assert np.isnan(seconds(net, at(500, 0), (float("nan"), float("inf")))).all()
    assert np.isnan(seconds(net, (float("nan"), 45.0), at(500, 0))).all()


def test_a_cut_off_island_is_never_snapped_to(network: Build, at: Any) -> None:
    nodes = {1: (0, 0), 2: (1000, 0), 3: (2000, 0), 4: (0, 300), 5: (200, 300)}
    net = network(nodes, {10: ((1, 2), ROAD), 11: ((2, 3), ROAD), 12: ((4, 5), ROAD | {"oneway": "yes"})})
    assert seconds(net, at(500, 0), at(100, 290)) == pytest.approx([400 * S_PER_M], abs=0.05)


BRIDGE_NODES = {1: (0, 0), 2: (400, 0), 3: (800, 0), 4: (400, 300), 5: (800, 300)}
BRIDGE_WAYS = {
    10: ((1, 2), ROAD),
    11: ((2, 3), ROAD | {"name": "大桥", "bridge": "yes"}),
    12: ((2, 4), ROAD),
    13: ((4, 5), ROAD),
    14: ((5, 3), ROAD),
    15: ((3, 6), ROAD),
}


def test_a_closure_sends_round_and_spares_those_who_go_there(network: Build, at: Any) -> None:
    net = network(BRIDGE_NODES | {6: (1200, 0)}, BRIDGE_WAYS)
    start, beyond, on_it = at(200, 0), at(1000, 0), at(600, 0)
    open_s = seconds(net, beyond, start)[0]
    field = EtaField(net, *beyond)
    net.set_closed(net.edges_at(*on_it))
    assert field.version != net.version
    detour = EtaField(net, *beyond).route(*start)
    assert detour is not None
    assert detour.seconds > open_s
    assert detour.metres == pytest.approx(200 + 300 + 400 + 300 + 200, rel=1e-3)
    assert seconds(net, on_it, start) == pytest.approx([400 * S_PER_M + 1.5], abs=0.1)
    assert seconds(net, beyond, on_it) == pytest.approx([400 * S_PER_M + 1.5], abs=0.1)
    net.set_closed(())
    assert seconds(net, beyond, start) == pytest.approx([open_s])


def test_behind_a_closed_only_bridge_nobody_can_be_reached(network: Build, at: Any) -> None:
    nodes = {1: (0, 0), 2: (400, 0), 3: (800, 0), 4: (1200, 0), 5: (400, 200), 6: (800, 200)}
    lines = {10: (1, 2), 11: (2, 3), 12: (3, 4), 13: (2, 5), 14: (3, 6)}
    ways = {ref: (line, ROAD) for ref, line in lines.items()}
    net = network(nodes, ways)
    net.set_closed(net.edges_at(*at(600, 0)))
    assert np.isnan(seconds(net, at(1000, 0), at(200, 0))).all()
    assert EtaField(net, *at(1000, 0)).route(*at(200, 0)) is None


def test_a_route_has_line_names_and_turn_words(network: Build, at: Any) -> None:
    net = network(CROSS_NODES, CROSS_WAYS)
    field = EtaField(net, *at(-200, 0))
    route = field.route(*at(0, -300))
    assert route is not None
    assert [(s.turn, s.name) for s in route.steps] == [(RouteTurn.DEPART, "南路"), (RouteTurn.LEFT, "西路")]
    assert [s.metres for s in route.steps] == pytest.approx([300, 200], rel=1e-3)
    assert sum(s.seconds for s in route.steps) == pytest.approx(route.seconds)
    assert np.array(route.polyline) == pytest.approx(np.array([at(0, -300), at(0, 0), at(-200, 0)]), abs=1e-6)
    standing = field.stand(np.array([at(0, -300)]))
    assert standing.metres[0] == pytest.approx(route.metres)
    assert not route.estimated


def test_the_siren_is_faster(network: Build, at: Any) -> None:
    trip = at(-200, 0), at(0, -200)
    civil = seconds(network(CROSS_NODES, CROSS_WAYS), *trip)
    siren = seconds(network(CROSS_NODES, CROSS_WAYS, driving=EMERGENCY), *trip)
    assert siren[0] < civil[0]


def test_two_roads_between_the_same_junctions_do_not_add_up(network: Build, at: Any) -> None:
    nodes = {1: (0, 0), 2: (300, 0), 3: (600, 0), 4: (450, 200), 5: (900, 0)}
    ways = {10: ((1, 2), ROAD), 11: ((2, 3), ROAD), 12: ((2, 4, 3), ROAD), 13: ((3, 5), ROAD)}
    assert seconds(network(nodes, ways), at(800, 0), at(100, 0)) == pytest.approx(
        [700 * S_PER_M + 2 * 1.5], abs=0.05
    )


def test_a_city_without_roads_answers_nothing(network: Build, at: Any) -> None:
    net = network({1: (0, 0), 2: (300, 0)}, {10: ((1, 2), {"highway": "footway"})})
    assert np.isnan(seconds(net, at(0, 0), at(100, 0))).all()
    assert net.edges_at(*at(0, 0)) == []
