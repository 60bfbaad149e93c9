"""The navigator: travel times, routes and place search in a supervised child process of the seat.

messages   requests and answers between seat and child
away       the answers while the child is away: straight lines, marked as estimated
fields     the travel-time fields of the open incidents, newest kept
desk       answers one request: everything the child knows, without the pipe
seat_side  `Navigator`: what a seat holds
__main__   the child itself, `python -m mapview.navigator city.sqlite`

The parent side never imports the heavy libraries of the child.
"""

from mapview.navigator.messages import (
    AddressNamed,
    Answer,
    PlacesFound,
    Rank,
    Ranked,
    Request,
    Reverse,
    Routed,
    RouteTo,
    Search,
    Spell,
    Spelled,
    VehiclePoint,
    VehicleTime,
)
from mapview.navigator.seat_side import Navigator

__all__ = [
    "AddressNamed",
    "Answer",
    "Navigator",
    "PlacesFound",
    "Rank",
    "Ranked",
    "Request",
    "Reverse",
    "RouteTo",
    "Routed",
    "Search",
    "Spell",
    "Spelled",
    "VehiclePoint",
    "VehicleTime",
]
