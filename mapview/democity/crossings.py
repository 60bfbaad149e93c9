"""What happens at crossings: where streets are cut into ways, bridges, signals, turn restrictions."""

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely

from mapview.democity.dice import Dice
from mapview.democity.names import BRIDGES
from mapview.democity.network import Network
from mapview.democity.plan import GROUND, MOTORWAY, XY

_RANK: Final = {"motorway": 6, "trunk": 5, "primary": 4, "secondary": 3, "tertiary": 2, "residential": 1}
_SIGNAL_SHARE: Final = 0.55
_LEFT_BANS: Final = 60
_U_TURN_BANS: Final = 12
_STRAIGHT_ONLY: Final = 10
_VIA_WAY_BANS: Final = 4
_WIDE_RIVER_M: Final = 200.0


@dataclass(slots=True)
class Way:
    """A piece of one street: node numbers along it, and whether it is a bridge (and which)."""

    street: int
    nodes: list[int]
    bridge: bool = False
    bridge_name: str = ""


@dataclass(slots=True)
class Ban:
    """A turn restriction between ways, over one node or one way."""

    kind: str
    come: int  # number of the way
    via: tuple[str, int]  # ("n", node) or ("w", way)
    go: int


@dataclass(slots=True)
class _Turn:
    """A restriction planned before streets are cut. `via`: one node, or two on the street between."""

    kind: str
    come: int
    via: tuple[int, ...]
    between: int
    go: int
    goes_forward: bool


@dataclass(slots=True)
class Crossings:
    """The finished ways, bans and the nodes with traffic lights."""

    ways: list[Way]
    bans: list[Ban]
    signals: list[int]


def make_crossings(network: Network, wet: Any, river: Any, seed: int) -> Crossings:
    """Cut streets into ways and set signals and restrictions."""
    dice = Dice(seed, "crossings")
    turns = _plan_turns(network, dice)
    cuts: dict[int, set[int]] = defaultdict(set)
    for turn in turns:
        for street in (turn.come, turn.go, turn.between):
            cuts[street].update(turn.via)
    ways = _cut_ways(network, wet, cuts)
    _name_bridges(network, ways, river)
    return Crossings(ways, _bans(turns, ways), _signals(network, dice))


def _signals(network: Network, dice: Dice) -> list[int]:
    out = []
    for node in network.crossings():
        streets = {network.streets[number] for number in network.users[node]}
        ranks = sorted(_RANK.get(street.kind, 0) for street in streets if street.level == GROUND)
        if len(ranks) > 1 and ranks[-1] >= 3 and ranks[-2] >= 2 and dice.chance(_SIGNAL_SHARE):
            out.append(node)
    return out


def _cut_ways(network: Network, wet: Any, cuts: dict[int, set[int]]) -> list[Way]:
    over = _bridge_edges(network, wet)
    ways: list[Way] = []
    for number, path in enumerate(network.paths):
        way = Way(number, [path[0]], over[path[0], path[1]])
        for here, there in pairwise(path):
            bridge = over[here, there]
            if bridge != way.bridge or (here in cuts[number] and len(way.nodes) > 1):
                ways.append(way)
                way = Way(number, [here], bridge)
            way.nodes.append(there)
        ways.append(way)
    return ways


def _bridge_edges(network: Network, wet: Any) -> dict[tuple[int, int], bool]:
    """Which edges of which paths run over water, or as motorway over another road."""
    edges = [(a, b, s) for s, path in enumerate(network.paths) for a, b in pairwise(path)]
    ends = np.array([(network.points[a], network.points[b]) for a, b, _ in edges])
    lines = shapely.linestrings(ends)
    shapely.prepare(wet)
    over = shapely.intersects(wet, lines)
    level = np.array([network.streets[s].level for _, _, s in edges])
    fast, ground = np.flatnonzero(level == MOTORWAY), np.flatnonzero(level == GROUND)
    hit, _ = shapely.STRtree(lines[ground]).query(lines[fast], predicate="intersects")
    over[fast[hit]] = True
    return {(a, b): bool(o) for (a, b, _), o in zip(edges, over, strict=True)}


def _name_bridges(network: Network, ways: list[Way], river: Any) -> None:
    """Bridges of two carriageways over the river share a name; small ones stay without."""
    sites: list[tuple[XY, str]] = []
    left = list(BRIDGES)
    for way in ways:
        line = shapely.linestrings([network.points[node] for node in way.nodes])
        over = line.intersection(river)
        if not way.bridge or over.length < _WIDE_RIVER_M:
            continue
        at = (float(over.centroid.x), float(over.centroid.y))
        near = [name for place, name in sites if math.dist(place, at) < 250]
        if near:
            way.bridge_name = near[0]
        elif left:
            way.bridge_name = left.pop(0)
            sites.append((at, way.bridge_name))


def _plan_turns(network: Network, dice: Dice) -> list[_Turn]:
    left: list[_Turn] = []
    straight: list[_Turn] = []
    for node in dice.shuffled(network.crossings()):
        for come in sorted(set(network.users[node])):
            for go in sorted(set(network.users[node])):
                turn = _turn_at(network, node, come, go)
                if turn is None:
                    continue
                if len(left) < _LEFT_BANS and turn.kind == "no_left_turn":
                    left.append(turn)
                elif len(straight) < _STRAIGHT_ONLY and turn.kind == "only_straight_on":
                    straight.append(turn)
    return _spread([*left, *straight, *_u_turns(network)])


def _turn_at(network: Network, node: int, come: int, go: int) -> _Turn | None:
    """A restriction that would make sense from one street into another at this node."""
    a, b = network.streets[come], network.streets[go]
    if a.level != GROUND or b.level != GROUND or a.oneway != "yes" or a.closed or b.oneway == "-1":
        return None
    before, _ = _neighbours(network.paths[come], node)
    behind, ahead = _neighbours(network.paths[go], node)
    if before is None or _RANK.get(a.kind, 0) < 3 or b.closed:
        return None
    if come == go:
        main = ahead is not None and _RANK[a.kind] >= 4
        return _Turn("only_straight_on", come, (node,), come, come, goes_forward=True) if main else None
    if b.kind not in ("tertiary", "secondary"):
        return None
    for there, forward in ((ahead, True), (behind, False)):
        open_way = forward or b.oneway == ""
        if there is not None and open_way and 45 < _bearing_change(network.points, before, node, there) < 135:
            return _Turn("no_left_turn", come, (node,), go, go, goes_forward=forward)
    return None


def _neighbours(path: list[int], node: int) -> tuple[int | None, int | None]:
    at = path.index(node)
    return (path[at - 1] if at else None), (path[at + 1] if at + 1 < len(path) else None)


def _bearing_change(points: list[XY], a: int, b: int, c: int) -> float:
    """Degrees turned to the left when going a, b, c."""
    one = math.atan2(points[b][1] - points[a][1], points[b][0] - points[a][0])
    two = math.atan2(points[c][1] - points[b][1], points[c][0] - points[b][0])
    return (math.degrees(two - one) + 180) % 360 - 180


def _u_turns(network: Network) -> list[_Turn]:
    """From one carriageway over a cross street back into the other: over a way, or at one node."""
    out: list[_Turn] = []
    for number, path in enumerate(network.paths):
        street = network.streets[number]
        if street.oneway or street.level != GROUND or street.closed:
            continue
        for here, there in pairwise(path):
            pair = _pair_between(network, here, there)
            if pair is not None and len(out) < _VIA_WAY_BANS:
                out.append(_Turn("no_u_turn", pair[0], (here, there), number, pair[1], goes_forward=True))
    for number, path in enumerate(network.paths):
        street = network.streets[number]
        if street.kind == "secondary" and not street.oneway and not street.closed and len(path) > 4:
            node = path[len(path) // 2]
            out.append(_Turn("no_u_turn", number, (node,), number, number, goes_forward=False))
    return out[: _VIA_WAY_BANS + _U_TURN_BANS]


def _pair_between(network: Network, here: int, there: int) -> tuple[int, int] | None:
    """The two carriageways of one road met at these two nodes, in driving order."""
    for come in network.users[here]:
        for go in network.users[there]:
            a, b = network.streets[come], network.streets[go]
            if come != go and a.name == b.name and a.oneway == b.oneway == "yes" and a.name and not a.closed:
                return come, go
    return None


def _spread(turns: list[_Turn]) -> list[_Turn]:
    """At most one restriction a node, so that none contradicts another."""
    used: set[int] = set()
    out = []
    for turn in turns:
        if not used.intersection(turn.via):
            used.update(turn.via)
            out.append(turn)
    return out


def _bans(turns: list[_Turn], ways: list[Way]) -> list[Ban]:
    ends: dict[tuple[int, int], int] = {}
    starts: dict[tuple[int, int], int] = {}
    for number, way in enumerate(ways):
        starts.setdefault((way.street, way.nodes[0]), number)
        ends.setdefault((way.street, way.nodes[-1]), number)
    bans = []
    for turn in turns:
        come = ends.get((turn.come, turn.via[0]))
        go = (starts if turn.goes_forward else ends).get((turn.go, turn.via[-1]))
        via = ("n", turn.via[0])
        if len(turn.via) > 1:
            between = starts.get((turn.between, turn.via[0]))
            via = ("w", between if between is not None else -1)
        if come is not None and go is not None and via[1] >= 0:
            bans.append(Ban(turn.kind, come, via, go))
    return bans
