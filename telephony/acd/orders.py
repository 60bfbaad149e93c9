"""The orders of `AcdLink` as values, so that sessions can be tested as transcripts."""

from msgspec import Struct

from dispatch.kinds import SeatState
from telephony.acd.port import MonitorMode


class LogIn(Struct, frozen=True):
    """The seat takes part."""


class LogOut(Struct, frozen=True):
    """The seat takes part no more."""


class SetState(Struct, frozen=True):
    state: SeatState
    reason: str = ""


class AskQueue(Struct, frozen=True):
    """A full list, please."""


class ForceHangup(Struct, frozen=True):
    call: str


class Monitor(Struct, frozen=True):
    seat: str
    mode: MonitorMode


AcdOrder = LogIn | LogOut | SetState | AskQueue | ForceHangup | Monitor


def one_line(text: str, chars_max: int = 200) -> str:
    """Nothing that could begin another line of a text protocol."""
    return "".join(c for c in text if c.isprintable())[:chars_max]


def is_word(text: str) -> bool:
    """Names of seats, queues and calls as they may stand in a command."""
    return (
        bool(text)
        and len(text) <= 128
        and all(c.isalnum() or c in "@._-/:+*#" for c in text)
        and text.isascii()
    )
