"""Districts and sub-districts: cells around seeds, their borders shared by both neighbours."""

import math
from dataclasses import dataclass, field
from typing import Any, Final

import shapely

from mapview.democity.dice import Dice
from mapview.democity.names import DISTRICTS, ZONE_LAST, Names
from mapview.democity.plan import CITY_NAME, HALF_M, XY

_SUBDISTRICTS: Final = 38
_WIGGLE: Final = 0.09


@dataclass(slots=True)
class Zone:
    """One administrative area: `borders` are numbers of shared border lines, `shape` its cell."""

    name: str
    level: int
    borders: list[int] = field(default_factory=list)
    shape: Any = None
    district: str = ""


@dataclass(slots=True)
class Zones:
    """All zones and the lines their borders are made of."""

    lines: list[list[XY]]
    zones: list[Zone]

    def district_of(self, at: XY) -> str:
        """The district a point lies in; "" outside all."""
        point = shapely.Point(at)
        return next((z.district for z in self.zones if z.level == 8 and z.shape.intersects(point)), "")


def make_zones(seed: int, names: Names) -> Zones:
    """The city, its districts and sub-districts."""
    dice = Dice(seed, "districts")
    seeds = _seeds(dice)
    frame = shapely.box(-HALF_M, -HALF_M, HALF_M, HALF_M)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=frame))
    cells = [cell.intersection(frame) for cell in cells]
    cells.sort(key=lambda cell: (round(cell.centroid.x), round(cell.centroid.y)))
    heads = _heads(cells)
    plain = list(shapely.get_parts(_borders(cells)))
    plain.sort(key=lambda line: tuple(round(value) for value in line.bounds))
    lines = [_uneven(line, dice) for line in plain]
    sub = []
    for cell, head in zip(cells, heads, strict=True):
        zone = Zone(names.other(dice.pick(ZONE_LAST)), 8, shape=cell, district=DISTRICTS[head])
        zone.borders = [n for n, line in enumerate(plain) if cell.boundary.buffer(1).contains(line)]
        sub.append(zone)
    return Zones(lines, [*sub, *_joined(sub)])


def _seeds(dice: Dice) -> list[XY]:
    """Points that keep apart, denser in the middle."""
    seeds: list[XY] = []
    while len(seeds) < _SUBDISTRICTS:
        r, angle = HALF_M * 1.25 * dice.between(0, 1) ** 0.75, dice.between(0, math.tau)
        at = (r * math.cos(angle), r * math.sin(angle))
        apart = 1_150 + 0.14 * r
        if max(map(abs, at)) < HALF_M and all(math.dist(at, other) > apart for other in seeds):
            seeds.append(at)
    return seeds


def _heads(cells: list[Any]) -> list[int]:
    """The district of each cell: one in the middle, the others around it by bearing."""
    out = []
    around = len(DISTRICTS) - 1
    for cell in cells:
        x, y = cell.centroid.x, cell.centroid.y
        turn = (math.atan2(y, x) / math.tau + 1.05) % 1.0
        out.append(0 if math.hypot(x, y) < 2_600 else 1 + int(turn * around))
    return out


def _borders(cells: list[Any]) -> Any:
    """Border lines between every two neighbours, and between cells and the outside."""
    whole = shapely.line_merge(shapely.unary_union([cell.boundary for cell in cells]))
    return shapely.node(whole) if whole.geom_type != "MultiLineString" else whole


def _uneven(line: Any, dice: Dice) -> list[XY]:
    """The line with a few bends; the ends stay. Lines on the frame stay straight."""
    points = [(float(x), float(y)) for x, y in line.coords]
    (ax, ay), (bx, by) = points[0], points[-1]
    on_frame = max(abs(ax), abs(ay)) > HALF_M - 1 and max(abs(bx), abs(by)) > HALF_M - 1
    if on_frame or len(points) > 2:
        return points
    out = [points[0]]
    for share in (0.2, 0.4, 0.6, 0.8):
        off = _WIGGLE * dice.between(-1, 1) * min(share, 1 - share) * 2
        out.append((ax + (bx - ax) * share - (by - ay) * off, ay + (by - ay) * share + (bx - ax) * off))
    return [*out, points[-1]]


def _joined(sub: list[Zone]) -> list[Zone]:
    """Districts from their sub-districts: borders that only one member has."""
    out = []
    for name in DISTRICTS:
        members = [zone for zone in sub if zone.district == name]
        used = [border for zone in members for border in zone.borders]
        borders = [border for border in used if used.count(border) == 1]
        if borders:
            out.append(Zone(name, 6, borders, district=name))
    used = [border for zone in out for border in zone.borders]
    out.append(Zone(CITY_NAME, 5, [border for border in used if used.count(border) == 1]))
    return out
