"""The lines of the latest changes that are about seats' states and missed calls."""

from collections.abc import Callable
from typing import Any

from console.i18n import say
from console.models.commanding import who
from console.models.labels import word
from console.models.latest_reserve import Words
from console.models.queue_words import reason_word
from dispatch.distribution import MissedFollowedUp
from dispatch.events import SeatStateChanged
from dispatch.floor import Floor
from dispatch.kinds import SeatState

TOLD = frozenset({SeatState.PAUSED, SeatState.AWAY})
"""The others follow the telephone by themselves."""


def state_words(event: SeatStateChanged) -> str:
    """`暂停·用餐`."""
    return word(event.state) + (f"·{reason_word(event.reason)}" if event.reason else "")


def set_by(event: SeatStateChanged, floor: Floor) -> str:
    """Seat and person that set another seat's state; "" where a seat set its own."""
    seat = floor.seats.get(event.by_seat or "")
    if seat is None or seat.id == event.seat_id:
        return ""
    return f"{say('{seat} 台', seat=seat.number)} {who(floor, seat.dispatcher_id)}"


def _state(event: SeatStateChanged, floor: Floor) -> Words | None:
    seat, by = floor.seats.get(event.seat_id), set_by(event, floor)
    if seat is None or (event.state not in TOLD and not by):
        return None
    words = say("{seat} 台 {state}", seat=seat.number, state=state_words(event))
    if by:
        words = say("{words}（{who} 代设）", words=words, who=by)
    return event.at, words, None, False


def _followed_up(event: MissedFollowedUp, floor: Floor) -> Words:
    call, done = floor.calls[event.call_id], event.follow_up
    number = call.number or say("号码未显示")
    person = who(floor, done.dispatcher_id)
    text = say("未接 {number}：{outcome}（{who}）", number=number, outcome=word(done.outcome), who=person)
    return done.at, text, None, False


DISTRIBUTION_LINES: dict[type, Callable[[Any, Floor], Words | None]] = {
    SeatStateChanged: _state,
    MissedFollowedUp: _followed_up,
}
