"""Villages outside the motorway: a short ladder of streets across each road out of town."""

import math
from dataclasses import dataclass
from typing import Any, Final

import shapely

from mapview.democity.arterials import Arterials
from mapview.democity.blocks import Block
from mapview.democity.dice import Dice
from mapview.democity.names import Names
from mapview.democity.plan import HALF_M, XY, Spot, Street
from mapview.democity.river import Water

_BACK_M: Final = (560.0, 1_000.0)  # from the edge of the map back towards the town
_STEP_M: Final = 170.0
_WIDE_M: Final = 340.0
_OVERSHOOT_M: Final = 1.5
_FROM_MOTORWAY_M: Final = 550.0


@dataclass(slots=True)
class Village:
    """Its streets, blocks and name."""

    streets: list[Street]
    blocks: list[Block]
    spot: Spot


def make_villages(plan: Arterials, water: Water, seed: int, names: Names) -> list[Village]:
    """One village on each radial where there is room for it."""
    dice = Dice(seed, "villages")
    motorway = shapely.linestrings(plan.motorway[0].line).buffer(_FROM_MOTORWAY_M)
    keep_off = shapely.union_all([motorway, water.corridor, water.brook_corridor])
    villages = []
    for pair in plan.radials:
        line = shapely.linestrings(max(pair, key=lambda street: _reach(street.line)).line)
        if _reach(list(line.coords)[:1]) > _reach(list(line.coords)[-1:]):
            line = shapely.reverse(line)
        village = _village(line, dice.between(*_BACK_M), dice, names, keep_off)
        if village is not None:
            villages.append(village)
    return villages


def _reach(line: list[XY]) -> float:
    return max(math.hypot(x, y) for x, y in line)


def _village(line: Any, back_m: float, dice: Dice, names: Names, keep_off: Any) -> Village | None:
    here, ahead = line.interpolate(line.length - back_m), line.interpolate(line.length - back_m + 50)
    out = ((ahead.x - here.x) / 50, (ahead.y - here.y) / 50)

    def at(along_m: float, aside_m: float) -> XY:
        return here.x + out[0] * along_m + out[1] * aside_m, here.y + out[1] * along_m - out[0] * aside_m

    rungs = [0.0, _STEP_M * dice.between(0.8, 1.2), _STEP_M * dice.between(1.8, 2.3)]
    sides = [-_WIDE_M, -_WIDE_M * dice.between(0.4, 0.6), _WIDE_M * dice.between(0.4, 0.6), _WIDE_M]
    corners = [at(along, aside) for along in (rungs[0], rungs[-1]) for aside in (sides[0], sides[-1])]
    ground = shapely.convex_hull(shapely.multipoints(corners))
    if ground.intersects(keep_off) or max(max(map(abs, corner)) for corner in corners) > HALF_M - 60:
        return None
    past = _OVERSHOOT_M
    lines = [("tertiary", at(r, sides[0] - past), at(r, sides[-1] + past)) for r in rungs]
    lines += [("residential", at(rungs[0] - past, s), at(rungs[-1] + past, s)) for s in sides]
    streets = [Street([a, b], kind, names.road(kind)) for kind, a, b in lines]
    blocks = []
    for low, high in ((rungs[0], rungs[1]), (rungs[1], rungs[2])):
        for left, right in ((sides[0], sides[1]), (sides[1], 0.0), (0.0, sides[2]), (sides[2], sides[3])):
            shape = shapely.polygons([at(low, left), at(low, right), at(high, right), at(high, left)])
            blocks.append(Block(shape, math.hypot(here.x, here.y)))
    return Village(streets, blocks, Spot(at(0, 30), {"place": "village", "name": names.other("村")}))
