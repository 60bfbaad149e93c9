"""How long a seat was in each state today: summed up as each state ends, with what still runs added.

A state that began before midnight counts from midnight; the whole of it is in the event that ended it.
"""

from collections.abc import Iterable
from datetime import datetime

from dispatch.distribution import StateEnded
from dispatch.kinds import SeatState
from dispatch.moments import BEIJING, local_day
from dispatch.words import Seat


def ended(seat: Seat, at: int) -> StateEnded:
    """What ends when this seat's state changes at `at` (ms)."""
    return StateEnded(seat.state, max(0, at - seat.state_since), seat.dispatcher_id)


def counted(seat: Seat, over: StateEnded | None, at: int) -> dict[str, object]:
    """The seat's fields after a state that was over at `at`; none for events of before."""
    if over is None:
        return {}
    day = local_day(at)
    spent = dict(seat.spent) if seat.spent_day == day else {}
    today_ms = min(over.lasted_ms, max(0, at - midnight(at)))
    spent[over.state.value] = spent.get(over.state.value, 0) + today_ms
    return {"spent": spent, "spent_day": day}


def today(seat: Seat, now: int) -> dict[SeatState, int]:
    """Milliseconds in each state since midnight (UTC+8), the running one included."""
    spent = dict(seat.spent) if seat.spent_day == local_day(now) else {}
    since = max(seat.state_since, midnight(now))
    spent[seat.state.value] = spent.get(seat.state.value, 0) + max(0, now - since)
    return {SeatState(state): ms for state, ms in spent.items() if ms}


def together(seats: Iterable[Seat], now: int) -> dict[SeatState, int]:
    """The same of several seats."""
    found: dict[SeatState, int] = {}
    for seat in seats:
        for state, ms in today(seat, now).items():
            found[state] = found.get(state, 0) + ms
    return found


def midnight(at: int) -> int:
    """The start of the local (UTC+8) day, ms."""
    local = datetime.fromtimestamp(at / 1000, BEIJING)
    return int(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
