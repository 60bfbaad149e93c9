"""The estimate where there is no road time: straight line x 1.35 at 30 km/h, always marked estimated."""

import math
from typing import Final

from mapview.geo.projection import distance_m
from mapview.geo.route import Route

DETOUR_FACTOR: Final = 1.35
SPEED_KMH: Final = 30.0


def straight_line(lon: float, lat: float, to_lon: float, to_lat: float) -> Route:
    """The estimated way between two WGS-84 points in degrees; endless where one of them is no number."""
    known = all(map(math.isfinite, (lon, lat, to_lon, to_lat)))
    metres = distance_m(lon, lat, to_lon, to_lat) * DETOUR_FACTOR if known else math.inf
    seconds = metres / (SPEED_KMH / 3.6)
    return Route(((lon, lat), (to_lon, to_lat)), seconds, metres, estimated=True)
