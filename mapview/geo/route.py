"""What a route is to everybody else: a line, its time and length, and the turns in words.

Known to processes without the road graph, so nothing heavy is imported here.
"""

from enum import StrEnum

import msgspec


class RouteTurn(StrEnum):
    """What the driver does to get onto the road of a step."""

    DEPART = "出发"
    STRAIGHT = "直行"
    RIGHT = "右转"
    LEFT = "左转"
    U_TURN = "掉头"


class RouteStep(msgspec.Struct, frozen=True):
    """One road of the route: the turn onto it, its name, how far and how long to stay on it."""

    turn: RouteTurn
    name: str
    metres: float
    seconds: float


class Route(msgspec.Struct, frozen=True):
    """`polyline`: (lon, lat) in WGS-84 degrees from vehicle to incident. `estimated`: no road was found or
    asked, it is a straight line and must be shown as 估算."""

    polyline: tuple[tuple[float, float], ...]
    seconds: float
    metres: float
    steps: tuple[RouteStep, ...] = ()
    estimated: bool = False
