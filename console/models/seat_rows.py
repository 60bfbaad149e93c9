"""The seats of the centre: who sits where, in which state since when, and what became of the day."""

from msgspec import Struct

from console.i18n import say
from console.models.ages import age, span
from console.models.desk import Desk
from console.models.labels import word
from console.models.queue_rows import SIGNS, TONES
from console.models.queue_words import reason_word
from console.models.shift_tests import ShiftTest, shift_test
from dispatch.indicators_calls import floor_figures
from dispatch.kinds import SeatKind, SeatState
from dispatch.seat_times import today
from dispatch.words import Seat

COLUMNS = (SeatState.READY, SeatState.INTAKE, SeatState.AFTER_CALL, SeatState.PAUSED, SeatState.AWAY)


class SeatRow(Struct, frozen=True):
    """`spent`: today's time in each of `COLUMNS`; `mine`: this seat; `test`: its last one before a shift."""

    id: str
    number: str
    person: str
    state: str
    tone: str
    since: str
    spent: tuple[str, ...]
    mine: bool
    test: ShiftTest


def seat_rows(desk: Desk, now: int) -> list[SeatRow]:
    """Where somebody sits first, by number; training seats are left out."""
    seats = [seat for seat in desk.floor.seats.values() if seat.kind is not SeatKind.TRAINING]
    seats.sort(key=lambda seat: (seat.state is SeatState.LOGGED_OUT, seat.number))
    return [_row(desk, seat, now) for seat in seats]


def _row(desk: Desk, seat: Seat, now: int) -> SeatRow:
    person = desk.floor.dispatchers.get(seat.dispatcher_id or "")
    reason = f"·{reason_word(seat.state_reason)}" if seat.state_reason else ""
    spent = today(seat, now)
    out = seat.state is SeatState.LOGGED_OUT
    return SeatRow(
        id=seat.id,
        number=seat.number,
        person=person.name if person else "",
        state=f"{SIGNS[seat.state]} {word(seat.state)}{reason}",
        tone=TONES.get(seat.state, "quiet"),
        since="" if out else age(seat.state_since, now),
        spent=tuple(span(spent[state] / 1000) if state in spent else "" for state in COLUMNS),
        mine=seat.id == desk.own_seat_id(),
        test=shift_test(desk, seat, now),
    )


def day_words(desk: Desk, now: int) -> str:
    """What the seats did with the day, in one line."""
    figures = floor_figures(desk.floor, now, desk.distribution.missed())
    found = {figure.name: figure.value for figure in figures}
    at_work = found["occupancy"]
    share = "–" if at_work is None else f"{at_work * 100:.0f}%"
    return say("今日：排队峰值 {n}　通话与话后占 {share}", n=int(found["queue_peak"] or 0), share=share)
