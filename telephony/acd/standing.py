"""A seat's state and how long it lasted, as facts for the hub: pure, the table of what follows what.

Our own phone is believed before the ACD: a seat that talks is talking whatever the exchange thinks.
"""

from enum import StrEnum

from msgspec import Struct

from dispatch.kinds import SeatState

WRAP_UP_MS = 15_000


class Happening(StrEnum):
    """What changes a seat's state."""

    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    TALKS = "talks"  # a call was answered, or placed and answered
    TALKED = "talked"  # the last call ended
    WRAPPED_UP = "wrapped_up"  # by key, or by the clock
    READIED = "readied"
    PAUSED = "paused"
    LEFT = "left"


S = SeatState
NEXT: dict[Happening, dict[SeatState, SeatState]] = {
    Happening.LOGGED_IN: {S.LOGGED_OUT: S.READY},
    Happening.LOGGED_OUT: {s: S.LOGGED_OUT for s in SeatState if s is not S.LOGGED_OUT},
    Happening.TALKS: {s: S.INTAKE for s in SeatState if s not in (S.INTAKE, S.LOGGED_OUT)},
    Happening.TALKED: {S.INTAKE: S.AFTER_CALL},
    Happening.WRAPPED_UP: {S.AFTER_CALL: S.READY},
    Happening.READIED: dict.fromkeys((S.AFTER_CALL, S.PAUSED, S.AWAY), S.READY),
    Happening.PAUSED: dict.fromkeys((S.READY, S.AFTER_CALL, S.AWAY), S.PAUSED),
    Happening.LEFT: dict.fromkeys((S.READY, S.AFTER_CALL, S.PAUSED), S.AWAY),
}


class Standing(Struct, frozen=True):
    """Where a seat is and since when. `then`: what it goes back to after the call and its wrap-up."""

    state: SeatState = SeatState.LOGGED_OUT
    since_ms: int = 0
    reason: str = ""
    then: SeatState = SeatState.READY
    then_reason: str = ""


class StateChanged(Struct, frozen=True, tag=True):
    """One row of the seat-state log: what ended, how long it lasted, what began."""

    before: SeatState
    after: SeatState
    at_ms: int
    lasted_ms: int
    reason: str = ""


def after(
    old: Standing, happening: Happening, at_ms: int, reason: str = ""
) -> tuple[Standing, StateChanged | None]:
    """The new standing and its row; the old one and None where nothing follows.

    A pause or leave ordered during a call begins when the call is over; a paused seat that took a call goes
    back to its pause.
    """
    if old.state is SeatState.INTAKE and happening in _LATER:
        wanted = _LATER[happening]
        return _with(old, then=wanted, then_reason=reason), None
    state = NEXT[happening].get(old.state)
    if state is None:
        return old, None
    then, then_reason = old.then, old.then_reason
    if happening is Happening.TALKS:
        kept = old.state if old.state in (SeatState.PAUSED, SeatState.AWAY) else SeatState.READY
        then, then_reason = kept, old.reason if kept is old.state else ""
    elif happening is Happening.WRAPPED_UP:
        state, reason = old.then, old.then_reason
    new = Standing(state, at_ms, reason, then, then_reason)
    return new, StateChanged(old.state, state, at_ms, max(0, at_ms - old.since_ms), reason)


def wrap_up_is_over(standing: Standing, now_ms: int, wrap_up_ms: int = WRAP_UP_MS) -> bool:
    """True when the clock ends the wrap-up: then `WRAPPED_UP` happens."""
    return standing.state is SeatState.AFTER_CALL and now_ms - standing.since_ms >= wrap_up_ms


_LATER = {
    Happening.READIED: SeatState.READY,
    Happening.PAUSED: SeatState.PAUSED,
    Happening.LEFT: SeatState.AWAY,
}


def _with(standing: Standing, *, then: SeatState, then_reason: str) -> Standing:
    return Standing(standing.state, standing.since_ms, standing.reason, then, then_reason)
