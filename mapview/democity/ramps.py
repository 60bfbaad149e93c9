"""Ramps: between the elevated ring and the road below it, and between the motorway and the radials.

All are one-way and on the right; they join other roads only at their ends and where told.
"""

import math
from typing import Any, Final

import shapely

from mapview.democity.arterials import Arterials
from mapview.democity.plan import RAMP, XY, Street

_OFF_M: Final = (450.0, 170.0)  # before a crossing: leaves the ring, reaches the road below
_LOOP_HALF_M: Final = 430.0
_LOOP_OUT_M: Final = 120.0
_STEPS: Final = 12


def make_ramps(plan: Arterials) -> list[Street]:
    """All ramps of the city."""
    ramps: list[Street] = []
    for deck, below in zip(plan.elevated, plan.frontage, strict=True):
        for crossing in _crossings_of(deck, plan.radials):
            ramps += _slips(deck, below, crossing)
    for carriageway in plan.motorway:
        for pair in plan.radials:
            for crossing in _crossings_of(carriageway, [pair]):
                ramps.append(_loop(carriageway, crossing, pair))
    return ramps


def _crossings_of(ring: Street, radials: list[list[Street]]) -> list[float]:
    """Metres along the ring where its first carriageway meets each radial."""
    line = shapely.linestrings(ring.line)
    found = []
    for pair in radials:
        for street in pair[::2]:
            meet = shapely.get_parts(line.intersection(shapely.linestrings(street.line)))
            found += [float(line.project(point)) for point in meet]
    return found


def _slips(deck: Street, below: Street, crossing: float) -> list[Street]:
    top, ground = shapely.linestrings(deck.line), shapely.linestrings(below.line)
    leave, land = (_on(top, crossing - far) for far in _OFF_M)
    rise, merge = (_on(top, crossing + far) for far in reversed(_OFF_M))
    down = _slip([(deck, leave), (below, _beside(ground, land))])
    up = _slip([(below, _beside(ground, rise)), (deck, merge)])
    return [down, up]


def _slip(ends: list[tuple[Street, XY]]) -> Street:
    (_, start), (_, end) = ends
    tags = {"bridge": "yes", "layer": "1"}
    return Street([start, end], "trunk_link", "", "yes", RAMP, tags=tags, joins=ends)


def _loop(carriageway: Street, crossing: float, radial: list[Street]) -> Street:
    """Leaves the motorway, meets the radial at grade, joins the motorway again."""
    line = shapely.linestrings(carriageway.line)
    points = []
    for step in range(_STEPS + 1):
        t = (step / _STEPS * 2 - 1) * _LOOP_HALF_M
        here, ahead = _on(line, crossing + t), _on(line, crossing + t + 5)
        out = _LOOP_OUT_M * math.cos(math.pi * t / (2 * _LOOP_HALF_M)) ** 2
        length = math.dist(here, ahead)
        right = ((ahead[1] - here[1]) / length, -(ahead[0] - here[0]) / length)
        points.append((here[0] + right[0] * out, here[1] + right[1] * out))
    loop = Street(points, "motorway_link", "", "yes", RAMP)
    loop.joins = [(carriageway, points[0]), (carriageway, points[-1])]
    whole = shapely.linestrings(points)
    for street in radial:
        for meet in shapely.get_parts(whole.intersection(shapely.linestrings(street.line))):
            loop.joins.append((street, (float(meet.x), float(meet.y))))
    return loop


def _on(line: Any, far: float) -> XY:
    point = line.interpolate(far % line.length)
    return float(point.x), float(point.y)


def _beside(line: Any, point: XY) -> XY:
    return _on(line, line.project(shapely.Point(point)))
