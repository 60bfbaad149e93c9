"""Which edge may follow which, and what the turn costs a driver.

A restriction over a via node removes turns. One over via ways cannot be said by turns alone: the via
edges are copied for those who come from its `from` road, and only the copies lose (or keep) turns.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from mapview.geo.road_edges import Edge, Shape
from mapview.geo.road_source import Restriction
from mapview.geo.turn import Turn, turn_of

VIA_EDGES_MAX: Final = 20
_TURN_WORDS: Final = {
    "left_turn": Turn.LEFT,
    "right_turn": Turn.RIGHT,
    "straight_on": Turn.STRAIGHT,
    "u_turn": Turn.U_TURN,
}
Chain = tuple[int, ...]


@dataclass(slots=True)
class TurnTable:
    """`follow[e]` are the edges that may follow e; `base[e]` is the edge that e is a copy of, or e."""

    follow: list[list[int]]
    base: list[int]


def permitted_turns(edges: list[Edge], restrictions: list[Restriction]) -> TurnTable:
    """All turns but U-turns (except where there is no other way on), less the restricted ones."""
    leaving: dict[int, list[int]] = defaultdict(list)
    by_way: dict[int, list[int]] = defaultdict(list)
    for i, edge in enumerate(edges):
        leaving[edge.from_node].append(i)
        by_way[edge.way_id].append(i)
    follow = [_onward(edges, i, leaving[edge.to_node]) for i, edge in enumerate(edges)]
    table = TurnTable(follow, list(range(len(edges))))
    for rule in restrictions:
        for chain in _chains(edges, by_way, rule):
            goals = _goals(edges, by_way, rule, chain[-1])
            for state in [i for i, base in enumerate(table.base) if base == chain[0]]:
                _restrict(table, state, chain, goals, rule.only)
    return table


def _onward(edges: list[Edge], i: int, leaving: list[int]) -> list[int]:
    """Everything but the way back; a ring leads into itself again."""
    return [j for j in leaving if j == i or edges[j].shape != edges[i].shape] or leaving


def _chains(edges: list[Edge], by_way: dict[int, list[int]], rule: Restriction) -> Iterator[Chain]:
    """Every (from edge, via edges …) after which the restriction has something to say."""
    starts = [i for way in rule.from_ways for i in by_way[way]]
    if rule.via_node is not None:
        yield from ((i,) for i in starts if edges[i].to_node == rule.via_node)
        return
    via = {j for way in rule.via_ways for j in by_way[way]}
    for start in starts:
        yield from _via_chains(edges, start, via, lambda last: bool(_goals(edges, by_way, rule, last)))


def _via_chains(
    edges: list[Edge], start: int, via: set[int], arrived: Callable[[int], bool]
) -> Iterator[Chain]:
    """Depth first along the via edges, no shape twice; a branch ends where a `to` edge begins."""
    waiting: list[Chain] = [(start,)]
    while waiting:
        chain = waiting.pop()
        if len(chain) > 1 and arrived(chain[-1]):
            yield chain
            continue
        used = {edges[j].shape for j in chain}
        end = edges[chain[-1]].to_node
        if len(chain) <= VIA_EDGES_MAX:
            onward = (j for j in via if edges[j].from_node == end and edges[j].shape not in used)
            waiting.extend((*chain, j) for j in onward)


def _goals(edges: list[Edge], by_way: dict[int, list[int]], rule: Restriction, last: int) -> set[int]:
    """The `to` edges that leave where edge `last` ends."""
    goals = set()
    for way in rule.to_ways:
        leaving = [j for j in by_way[way] if edges[j].from_node == edges[last].to_node]
        goals.update(_meant(edges, rule, last, leaving) if len(leaving) > 1 else leaving)
    return goals


def _meant(edges: list[Edge], rule: Restriction, last: int, leaving: list[int]) -> list[int]:
    """Where a `to` way runs through the junction on both sides, the word of the restriction decides."""
    wanted = _TURN_WORDS.get(rule.turn)
    turn = {j: turn_of(edges[last].bearing_end, edges[j].bearing_start) for j in leaving}
    return [j for j in leaving if turn[j] is wanted] or leaving


def _restrict(table: TurnTable, state: int, chain: Chain, goals: set[int], only: bool) -> None:
    if not _leads_through(table, state, chain):
        return
    for there in chain[1:]:
        successor = next(j for j in table.follow[state] if table.base[j] == there)
        copy = _copy(table, successor)
        kept = [] if only else [j for j in table.follow[state] if j != successor]
        table.follow[state] = [*kept, copy]
        state = copy
    left = [j for j in table.follow[state] if (table.base[j] in goals) == only]
    # An order to make a U-turn permits the U-turn, which is not in the table otherwise.
    table.follow[state] = left or (sorted(goals) if only else [])


def _leads_through(table: TurnTable, state: int, chain: Chain) -> bool:
    """False when an earlier restriction already cut the chain: there is nothing left to say."""
    for there in chain[1:]:
        onward = [j for j in table.follow[state] if table.base[j] == there]
        if not onward:
            return False
        state = onward[0]
    return True


def _copy(table: TurnTable, edge: int) -> int:
    table.follow.append(list(table.follow[edge]))
    table.base.append(table.base[edge])
    return len(table.base) - 1


def turn_kinds(table: TurnTable, edges: list[Edge], shapes: list[Shape]) -> list[tuple[int, int, Turn]]:
    """(edge, next edge, turn) of every permitted turn, ordered by edge."""
    ends = Counter(node for shape in shapes for node in (shape.nodes[0], shape.nodes[-1]))
    turns: list[tuple[int, int, Turn]] = []
    for i, onward in enumerate(table.follow):
        edge = edges[table.base[i]]
        junction = ends[edge.to_node] > 2
        turns.extend((i, j, _kind(edge, edges[table.base[j]], junction)) for j in sorted(onward))
    return turns


def _kind(edge: Edge, following: Edge, junction: bool) -> Turn:
    if edge.shape == following.shape and edge.backward != following.backward:
        return Turn.U_TURN
    if not junction:
        return Turn.NONE
    kind = turn_of(edge.bearing_end, following.bearing_start)
    return Turn.LEFT if kind is Turn.U_TURN else kind  # a hairpin between two roads
