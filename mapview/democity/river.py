"""Water: the river with its island, the brook that joins it.

The corridor is the strip between the bank roads; ordinary streets end there, few roads bridge it.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import shapely

from mapview.democity.dice import Dice, Waves
from mapview.democity.plan import HALF_M, XY

_STEP_M: Final = 80.0
_BANK_ROAD_M: Final = 65.0
_BROOK_HALF_M: Final = 20.0
_BROOK_ROAD_M: Final = 48.0
ISLAND_X_M: Final = 3_700.0


@dataclass(slots=True)
class Water:
    """`corridor`, `brook_corridor`: shapely strips between bank roads. Lines run west-east, north-south."""

    middle: list[XY]
    river: Any
    island: list[XY]
    corridor: Any
    banks: tuple[list[XY], list[XY]]  # bank roads, north and south
    brook_middle: list[XY]
    brook: Any
    brook_corridor: Any
    brook_banks: tuple[list[XY], list[XY]]


def make_water(seed: int) -> Water:
    """All water of the city."""
    dice = Dice(seed, "river")
    middle = _river_middle(dice)
    wide = Waves(dice, 5_000)
    half = [_half_width(x, y, wide) for x, y in middle]
    north, south = offset(middle, half), offset(middle, [-h for h in half])
    road_n = offset(middle, [h + _BANK_ROAD_M for h in half])
    road_s = offset(middle, [-h - _BANK_ROAD_M for h in half])
    brook = _brook_middle(dice, middle)
    sides = [offset(brook, [gap] * len(brook)) for gap in (_BROOK_HALF_M, -_BROOK_HALF_M)]
    roads = [offset(brook, [gap] * len(brook)) for gap in (_BROOK_ROAD_M, -_BROOK_ROAD_M)]
    return Water(
        middle=middle,
        river=strip(north, south),
        island=_island(middle, dice),
        corridor=strip(road_n, road_s),
        banks=(road_n, road_s),
        brook_middle=brook,
        brook=strip(*sides),
        brook_corridor=strip(*roads),
        brook_banks=(roads[0], roads[1]),
    )


def strip(one: list[XY], other: list[XY]) -> Any:
    """The polygon between two lines that run the same way."""
    return shapely.polygons([*one, *reversed(other), one[0]]).buffer(0)


def offset(line: list[XY], gaps: list[float]) -> list[XY]:
    """The line moved to its left by a gap per point (negative: to the right)."""
    out = []
    for number, ((x, y), gap) in enumerate(zip(line, gaps, strict=True)):
        x0, y0 = line[max(0, number - 1)]
        x1, y1 = line[min(len(line) - 1, number + 1)]
        length = math.hypot(x1 - x0, y1 - y0)
        out.append((x - (y1 - y0) / length * gap, y + (x1 - x0) / length * gap))
    return out


def _river_middle(dice: Dice) -> list[XY]:
    phase, small = dice.between(0.2, 0.9), dice.between(0.5, 1.5)
    count = int(2 * (HALF_M + 200) / _STEP_M)
    xs = [-HALF_M - 200 + _STEP_M * number for number in range(count + 1)]
    return [
        (x, -1_750 - 0.04 * x + 620 * math.sin(x / 3_300 + phase) + 190 * math.sin(x / 1_250 + small))
        for x in xs
    ]


def _half_width(x: float, y: float, wide: Waves) -> float:
    island = 190 * math.exp(-(((x - ISLAND_X_M) / 1_000) ** 2))
    return 150 + 28 * wide.at(x, y) + island


def _island(middle: list[XY], dice: Dice) -> list[XY]:
    core = [(x, y) for x, y in middle if abs(x - ISLAND_X_M) < 1_050]
    rough = Waves(dice, 500)
    half = [150 * (1 - ((x - ISLAND_X_M) / 1_050) ** 2) ** 0.7 + 12 * rough.at(x, y) for x, y in core[1:-1]]
    upper, lower = offset(core[1:-1], half), offset(core[1:-1], [-h for h in half])
    return [core[0], *upper, core[-1], *reversed(lower), core[0]]


def _brook_middle(dice: Dice, river: list[XY]) -> list[XY]:
    mouth_x = -3_000.0
    mouth_y = min(river, key=lambda p: abs(p[0] - mouth_x))[1]
    phase = dice.between(0, 2)
    count = int((HALF_M + 200 - mouth_y) / _STEP_M)
    ys = [mouth_y + _STEP_M * number for number in range(count + 1)]
    top = HALF_M - mouth_y
    points = [
        (mouth_x - 900 * up / top + 380 * math.sin(up / 1_500 + phase) * min(1, up / 900), mouth_y + up)
        for up in (y - mouth_y for y in ys)
    ]
    return points[::-1]
