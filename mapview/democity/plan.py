"""Where the demo city lies and how large things are; its streets and areas as plain structs.

The plan is flat: metres east (x) and north (y) of the city's centre. It lies in an empty desert inside
the GCJ-02 area, so that no place on it can be taken for a real one and a wrong datum shows.
"""

import math
from dataclasses import dataclass, field
from typing import Final

XY = tuple[float, float]

CENTRE_LON_DEG: Final = 101.9
CENTRE_LAT_DEG: Final = 40.2
HALF_M: Final = 10_000.0  # the map is a square of twice this
TOWN_M: Final = 7_600.0  # streets and houses reach about this far from the centre
CITY_NAME: Final = "铃江市"

INNER_RING_M: Final = 2_300.0
MIDDLE_RING_M: Final = 4_900.0
OUTER_RING_M: Final = 8_500.0
HALF_GAP_M: Final = 11.0  # from the middle of a road to either carriageway
FRONTAGE_GAP_M: Final = 24.0  # the same beside the elevated ring

_LAT = math.radians(CENTRE_LAT_DEG)
M_PER_LON_DEG: Final = 111412.84 * math.cos(_LAT) - 93.5 * math.cos(3 * _LAT)
M_PER_LAT_DEG: Final = 111132.92 - 559.82 * math.cos(2 * _LAT)


def degrees(point: XY) -> tuple[float, float]:
    """WGS-84 lon, lat of a point of the plan, rounded like OpenStreetMap (1e-7 degree)."""
    lon = CENTRE_LON_DEG + point[0] / M_PER_LON_DEG
    lat = CENTRE_LAT_DEG + point[1] / M_PER_LAT_DEG
    return round(lon, 7), round(lat, 7)


# Levels: streets join only where their levels are the same.
GROUND: Final = 0
ELEVATED: Final = 1
MOTORWAY: Final = 2
RAMP: Final = 3  # joins only where it is told to


@dataclass(slots=True, eq=False)
class Street:
    """One street from end to end. `joins`: explicit points where a ramp meets another street."""

    line: list[XY]
    kind: str  # value of the tag highway
    name: str = ""
    oneway: str = ""  # "", "yes", "-1"
    level: int = GROUND
    may_bridge: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    joins: list[tuple["Street", XY]] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        return self.line[0] == self.line[-1]


@dataclass(slots=True, eq=False)
class Area:
    """A closed shape with tags: outer ring and holes, first point repeated."""

    outer: list[XY]
    tags: dict[str, str]
    holes: list[list[XY]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Spot:
    """A point with tags."""

    at: XY
    tags: dict[str, str]
