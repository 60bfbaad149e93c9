"""Cuts the faces between main roads into local streets and blocks, again and again until small enough.

Cutting across the longer side with some unevenness gives the T-junctions and odd blocks of a grown town;
how small depends on the distance from the centre.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.ops import polygonize, split

from mapview.democity.dice import Dice
from mapview.democity.names import Names
from mapview.democity.plan import XY, Street

_CENTRE_BLOCK_M2: Final = 24_000.0
_EDGE_BLOCK_M2: Final = 85_000.0
_BIG_FACE_M2: Final = 500_000.0
_OVERSHOOT_M: Final = 1.5
_TRIES: Final = 8
_CORE_M: Final = 420.0
_THIN: Final = 0.028  # area / perimeter^2 of a block that is too thin to keep


@dataclass(slots=True, eq=False)
class Block:
    """Ground between streets; `shape` is bounded by their middle lines."""

    shape: Any
    far_m: float  # from the centre


def faces_of(middles: list[list[XY]], extra: list[list[XY]], town: Any, wet: Any) -> list[Any]:
    """The faces between main roads inside the town and outside the river's corridor."""
    lines = [shapely.linestrings(line) for line in (*middles, *extra)]
    faces = []
    for face in polygonize(shapely.unary_union([*lines, town.exterior])):
        spot = face.representative_point()
        if town.contains(spot) and not wet.contains(spot) and face.area > 4_000:
            faces.append(face)
    return sorted(faces, key=lambda face: (round(face.centroid.x), round(face.centroid.y)))


def cut_faces(faces: list[Any], seed: int, names: Names) -> tuple[list[Block], list[Street]]:
    """Blocks and local streets of all faces."""
    dice = Dice(seed, "blocks")
    blocks: list[Block] = []
    streets: list[Street] = []
    for face in faces:
        kind = "tertiary" if face.area > _BIG_FACE_M2 else "residential"
        _cut(face, kind, dice, names, blocks, streets)
    return blocks, streets


def _cut(face: Any, kind: str, dice: Dice, names: Names, blocks: list[Block], streets: list[Street]) -> None:
    far = math.hypot(face.centroid.x, face.centroid.y)
    goal = _CENTRE_BLOCK_M2 + (_EDGE_BLOCK_M2 - _CENTRE_BLOCK_M2) * min(1.0, far / 7_500) ** 1.3
    found = _halves(face, dice) if face.area > goal * dice.between(0.75, 1.7) else None
    if found is None:
        blocks.append(Block(face, far))
        return
    line, halves = found
    core = far < _CORE_M and kind == "residential"
    kind = "pedestrian" if core else kind
    name = names.road(kind)
    streets.append(Street(line, kind, name, oneway=_oneway(kind, dice)))
    for half in halves:
        _cut(half, "residential", dice, names, blocks, streets)


def _oneway(kind: str, dice: Dice) -> str:
    if kind != "residential" or not dice.chance(0.06):
        return ""
    return "-1" if dice.chance(0.3) else "yes"


def _halves(face: Any, dice: Dice) -> tuple[list[XY], list[Any]] | None:
    """A cutting street and the parts on both sides; None where no fair cut was found."""
    box = shapely.oriented_envelope(face)
    corners = [(float(x), float(y)) for x, y in box.exterior.coords][:4]
    a, b, c, d = corners
    if math.dist(a, b) < math.dist(b, c):
        a, b, c, d = b, c, d, a
    for attempt in range(_TRIES):
        if attempt == _TRIES // 2:  # no fair cut across the longer side: try the other one
            a, b, c, d = b, c, d, a
        share, slant, bow = dice.between(0.38, 0.62), dice.between(-0.07, 0.07), dice.between(-0.04, 0.04)
        low = _between(a, b, share + slant)
        high = _between(d, c, share - slant)
        line = shapely.linestrings(_bowed(low, high, bow))
        halves = list(split(face, line).geoms)
        if len(halves) >= 2 and all(half.area / half.length**2 > _THIN for half in halves):
            street = _longest(line.intersection(face))
            return _stretched(street), halves
    return None


def _between(a: XY, b: XY, share: float) -> XY:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _bowed(low: XY, high: XY, bow: float) -> list[XY]:
    """A line with a slight bend, reaching past both ends."""
    start, end = _between(low, high, -0.05), _between(low, high, 1.05)
    x, y = _between(low, high, 0.5)
    dx, dy = high[0] - low[0], high[1] - low[1]
    return [start, (x - dy * bow, y + dx * bow), end]


def _longest(shape: Any) -> list[XY]:
    part = max(shapely.get_parts(shape), key=lambda p: p.length)
    return [(float(x), float(y)) for x, y in part.coords]


def _stretched(line: list[XY]) -> list[XY]:
    first = _away(line[1], line[0])
    last = _away(line[-2], line[-1])
    return [first, *line[1:-1], last]


def _away(inner: XY, end: XY) -> XY:
    length = math.dist(inner, end)
    return _between(inner, end, 1 + _OVERSHOOT_M / length)
