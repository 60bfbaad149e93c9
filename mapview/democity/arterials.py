"""The main roads: three rings, radials, two axes, bank roads and a warped grid, before they are joined.

One-way pairs are planned as one middle line and split into carriageways at the end; traffic keeps right.
"""

import math
from dataclasses import dataclass, field
from typing import Any, Final

import shapely

from mapview.democity.dice import Dice, Waves
from mapview.democity.names import BROOK, Names
from mapview.democity.plan import (
    ELEVATED,
    FRONTAGE_GAP_M,
    GROUND,
    HALF_GAP_M,
    HALF_M,
    INNER_RING_M,
    MIDDLE_RING_M,
    MOTORWAY,
    OUTER_RING_M,
    TOWN_M,
    XY,
    Street,
)
from mapview.democity.river import Water, offset

_BRIDGE_M_MAX: Final = 900.0  # a longer crossing of the corridor runs along the river: not bridged
_OVERSHOOT_M: Final = 1.5  # streets run this far past the road they end at; joining trims it
_GRID_M: Final = 820.0
_PARALLEL_M: Final = 120.0
_ALONG_M_MAX: Final = 380.0
_PIECE_M_MIN: Final = 260.0
_INTO_RING_M: Final = 12.0  # how far a road that ends at a ring reaches past its middle
_CENTRE_Y_M: Final = 350.0
_RADIALS: Final = 9
ROUNDABOUT_M: Final = 48.0


@dataclass(slots=True)
class Arterials:
    """`streets` are final (carriageways); `middles` are what blocks are cut from."""

    streets: list[Street] = field(default_factory=list)
    middles: list[list[XY]] = field(default_factory=list)
    elevated: list[Street] = field(default_factory=list)  # the pair of the middle ring: ccw, cw
    frontage: list[Street] = field(default_factory=list)
    motorway: list[Street] = field(default_factory=list)  # the pair of the outer ring: ccw, cw
    radials: list[list[Street]] = field(default_factory=list)
    town: Any = None  # shapely polygon: where streets and houses are
    roundabout: Any = None  # its disc: no other road runs through it


def make_arterials(seed: int, water: Water, names: Names) -> Arterials:
    """All roads above local streets."""
    dice = Dice(seed, "arterials")
    plan = Arterials(town=_town(dice))
    _add_rings(plan, dice)
    _add_radials(plan, dice, water, names)
    _add_banks(plan, water)
    _add_roundabout(plan, dice)
    _add_grid(plan, dice, water, names)
    return plan


def _town(dice: Dice) -> Any:
    rough = Waves(dice, 3_500)
    points = []
    for step in range(90):
        angle = step * math.tau / 90
        r = TOWN_M * (0.94 + 0.1 * rough.at(TOWN_M * math.cos(angle), TOWN_M * math.sin(angle)))
        points.append((r * math.cos(angle), r * math.sin(angle)))
    return shapely.polygons(points)


def _ring(radius: float, dice: Dice) -> list[XY]:
    """A closed, counter-clockwise, slightly square and uneven ring."""
    rough, turn = Waves(dice, radius * 1.5), dice.between(0, 0.6)
    points = []
    for step in range(120):
        angle = step * math.tau / 120
        x, y = math.cos(angle), math.sin(angle)
        r = radius * (1 - 0.05 * math.cos(4 * (angle - turn)) + 0.025 * rough.at(x * radius, y * radius))
        points.append((r * x, _CENTRE_Y_M + r * y))
    return [*points, points[0]]


def _around(ring: list[XY], gap: float) -> list[XY]:
    """A closed ring moved outwards by `gap` metres."""
    wrapped = [ring[-2], *ring, ring[1]]
    moved = offset(wrapped, [-gap] * len(wrapped))[1:-1]
    return [*moved[:-1], moved[0]]


def _ring_pair(middle: list[XY], gap: float, kind: str, name: str, level: int) -> list[Street]:
    """Outer carriageway counter-clockwise, inner one clockwise: keep right."""
    outer, inner = _around(middle, gap), _around(middle, -gap)[::-1]
    return [Street(line, kind, name, "yes", level, may_bridge=True) for line in (outer, inner)]


def _add_rings(plan: Arterials, dice: Dice) -> None:
    inner, middle, outer = (_ring(r, dice) for r in (INNER_RING_M, MIDDLE_RING_M, OUTER_RING_M))
    plan.streets += _ring_pair(inner, HALF_GAP_M, "primary", "内环路", GROUND)
    plan.frontage = _ring_pair(middle, FRONTAGE_GAP_M, "secondary", "中环路", GROUND)
    plan.elevated = _ring_pair(middle, 8.0, "trunk", "中环高架路", ELEVATED)
    plan.motorway = _ring_pair(outer, HALF_GAP_M, "motorway", "绕城高速公路", MOTORWAY)
    for street in plan.elevated:
        street.tags |= {"bridge": "viaduct", "layer": "1", "lanes": "3", "maxspeed": "80"}
    for street in plan.motorway:
        street.tags |= {"ref": "G1201", "lanes": "3", "maxspeed": "100"}
    plan.streets += [*plan.frontage, *plan.elevated, *plan.motorway]
    plan.middles += [inner, middle]


def split_pair(line: list[XY], kind: str, name: str) -> list[Street]:
    """An open middle line as two one-way carriageways, keeping right."""
    gaps = [HALF_GAP_M] * len(line)
    right, left = offset(line, [-g for g in gaps]), offset(line, gaps)[::-1]
    return [Street(side, kind, name, "yes", may_bridge=True) for side in (right, left)]


def _add_radials(plan: Arterials, dice: Dice, water: Water, names: Names) -> None:
    turn = dice.between(-0.1, 0.1)
    bearings = [
        turn + (number + dice.between(-0.12, 0.12)) * math.tau / _RADIALS for number in range(_RADIALS)
    ]
    for number, bearing in enumerate(bearings):
        bend, phase = dice.between(0.04, 0.1), dice.between(0, 6)
        line = []
        for far in range(int(INNER_RING_M * 0.9), int(HALF_M * 1.5), 160):
            angle = bearing + bend * math.sin(far / 2_600 + phase)
            line.append((far * math.cos(angle), _CENTRE_Y_M + far * math.sin(angle)))
        _add_radial(plan, line, "trunk" if number % 3 == 0 else "primary", water, names)
    sway, within = dice.between(0, 6), shapely.polygons(plan.middles[1]).buffer(_INTO_RING_M)
    for kind, name, across in (("primary", "中央大街", False), ("primary", "人民中路", True)):
        line = [(70 * math.sin(v / 900 + sway), float(v)) for v in range(-5_600, 6_100, 150)]
        line = _turned(line) if across else line
        (line,) = _pieces(shapely.linestrings(line).intersection(within))
        plan.streets += _paired(line, kind, name, plan, water)


def _turned(line: list[XY]) -> list[XY]:
    return [(y, _CENTRE_Y_M - 200 + x) for x, y in line]


def _add_radial(plan: Arterials, line: list[XY], kind: str, water: Water, names: Names) -> None:
    inside = shapely.box(-HALF_M, -HALF_M, HALF_M, HALF_M)
    inside = inside.difference(shapely.polygons(plan.middles[0]).buffer(-_INTO_RING_M))
    kept = _pieces(shapely.linestrings(line).intersection(inside))
    name = names.road(kind)
    pair = [s for piece in kept for s in _paired(piece, kind, name, plan, water)]
    plan.streets += pair
    plan.radials.append(pair)


def _paired(line: list[XY], kind: str, name: str, plan: Arterials, water: Water) -> list[Street]:
    out = []
    for piece in cut_at_river(line, water, may_bridge=True):
        plan.middles.append(piece)
        out += split_pair(piece, kind, name)
    return out


def cut_at_river(line: list[XY], water: Water, may_bridge: bool) -> list[list[XY]]:
    """The line without what lies in the river's corridor, except crossings that may be bridges."""
    whole = shapely.linestrings(line)
    wet = shapely.get_parts(whole.intersection(water.corridor))
    drop = [part for part in wet if not (may_bridge and part.length <= _BRIDGE_M_MAX)]
    if not drop:
        return [line]
    inner = water.corridor.buffer(-_OVERSHOOT_M)
    gone = shapely.union_all([part.buffer(3, cap_style="flat") for part in drop]).intersection(inner)
    return _pieces(whole.difference(gone))


def _pieces(shape: Any) -> list[list[XY]]:
    parts = shapely.get_parts(shape)
    return [
        [(float(x), float(y)) for x, y in part.coords]
        for part in parts
        if part.geom_type == "LineString" and part.length > _PIECE_M_MIN
    ]


def _add_banks(plan: Arterials, water: Water) -> None:
    inside = plan.town.buffer(900)
    for line, name, kind in (
        (water.banks[0], "沿江北路", "secondary"),
        (water.banks[1], "沿江南路", "secondary"),
        (water.brook_banks[0], f"{BROOK}东路", "tertiary"),
        (water.brook_banks[1], f"{BROOK}西路", "tertiary"),
    ):
        dry = shapely.linestrings(line).intersection(inside)
        if kind == "tertiary":
            dry = dry.difference(water.corridor.buffer(-_OVERSHOOT_M))
        for piece in _pieces(dry):
            plan.middles.append(piece)
            plan.streets.append(Street(piece, kind, name))


def _add_roundabout(plan: Arterials, dice: Dice) -> None:
    """A roundabout on the northern end of the main axis, where single roads meet it."""
    x, y = dice.between(-200, 200), _CENTRE_Y_M + INNER_RING_M + 1_350
    ring = [
        (x + ROUNDABOUT_M * math.cos(a * math.tau / 24), y + ROUNDABOUT_M * math.sin(a * math.tau / 24))
        for a in range(24)
    ]
    plan.roundabout = shapely.Point(x, y).buffer(ROUNDABOUT_M - _OVERSHOOT_M)
    tags = {"junction": "roundabout"}
    plan.streets.append(Street([*ring, ring[0]], "tertiary", "钟楼环岛", "yes", tags=tags))
    plan.middles.append([*ring, ring[0]])
    for number in range(4):
        angle = (number + 0.35) * math.tau / 4
        near, far = ROUNDABOUT_M - _OVERSHOOT_M, dice.between(650, 800)
        line = [(x + r * math.cos(angle), y + r * math.sin(angle)) for r in (near, (near + far) / 2, far)]
        plan.streets.append(
            Street(line, "tertiary", ("钟楼东街", "钟楼北街", "钟楼西街", "钟楼南街")[number])
        )
        plan.middles.append(line)


def _add_grid(plan: Arterials, dice: Dice, water: Water, names: Names) -> None:
    """Through roads of the second order: a turned and warped grid with gaps."""
    warp_x, warp_y = Waves(dice, 5_200), Waves(dice, 5_200)
    turn = dice.between(0.05, 0.16)
    free = shapely.multilinestrings([shapely.linestrings(m) for m in plan.middles]).buffer(_PARALLEL_M)
    count = int(TOWN_M / _GRID_M) + 1
    for number in range(-count, count + 1):
        for across in (False, True):
            u = number * _GRID_M + dice.between(-130, 130)
            line = []
            for v in range(-9_000, 9_001, 150):
                a, b = (v, u) if across else (u, v)
                x, y = a * math.cos(turn) - b * math.sin(turn), a * math.sin(turn) + b * math.cos(turn)
                line.append((x + 190 * warp_x.at(x, y), y + 190 * warp_y.at(x, y)))
            _add_grid_line(plan, line, free, dice, water, names, bridge=not across and number in (-3, 2))


def _add_grid_line(
    plan: Arterials, line: list[XY], free: Any, dice: Dice, water: Water, names: Names, bridge: bool
) -> None:
    kind = "secondary" if dice.chance(0.45) else "tertiary"
    inside = shapely.linestrings(line).intersection(plan.town).difference(plan.roundabout)
    along = [p for p in shapely.get_parts(inside.intersection(free)) if p.length > _ALONG_M_MAX]
    clear = inside.difference(shapely.union_all([p.buffer(2, cap_style="flat") for p in along]))
    for piece in _pieces(clear):
        name = names.road(kind)
        for dry in cut_at_river(piece, water, may_bridge=bridge):
            plan.middles.append(dry)
            plan.streets.append(Street(dry, kind, name, may_bridge=bridge))
            name = names.road(kind)
