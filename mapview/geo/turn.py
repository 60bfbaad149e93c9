"""The kinds of turn from one road to the next, by the change of bearing."""

from enum import IntEnum
from typing import Final

TURN_DEG: Final = 45.0
"""A change of bearing beyond this is a turn to the left or right."""
U_TURN_DEG: Final = 160.0


class Turn(IntEnum):
    """The turn from one edge to the next."""

    NONE = 0  # no junction: the road merely goes on
    STRAIGHT = 1
    RIGHT = 2
    LEFT = 3
    U_TURN = 4


def turn_of(bearing_before: float, bearing_after: float) -> Turn:
    """The turn a change of bearing makes; bearings in degrees clockwise from north."""
    change = (bearing_after - bearing_before + 180.0) % 360.0 - 180.0
    if abs(change) > U_TURN_DEG:
        return Turn.U_TURN
    if change > TURN_DEG:
        return Turn.RIGHT
    return Turn.LEFT if change < -TURN_DEG else Turn.STRAIGHT
