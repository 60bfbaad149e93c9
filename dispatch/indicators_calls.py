"""Figures of calls and of the time seats were in each state (domain chapters 4.2, 4.3 and 4.5).

The times of seats are those of today (UTC+8); the whole log is in the journal and in `seat_state_history`.
"""

from collections.abc import Iterable, Sequence

from dispatch.figure import Figure, gap, interval
from dispatch.floor import Floor
from dispatch.kinds import CallResult, SeatKind, SeatState
from dispatch.missed import Missed, missed
from dispatch.moments import local_day
from dispatch.seat_times import together
from dispatch.words import Call, Intake

MISSED_LASTS_S = 30
"""An unanswered call that was given up sooner counts as a misdial."""
AT_WORK = (SeatState.INTAKE, SeatState.AFTER_CALL)
SERVING = (SeatState.READY, *AT_WORK)


def call_figures(calls: list[Call], intakes: Iterable[Intake]) -> tuple[Figure, ...]:
    """Of inbound calls that count, and of the forms of real intakes."""
    over = [call for call in calls if call.answered_at is not None or call.ended_at is not None]
    lost = [call for call in over if call.answered_at is None and _lasted_ms(call) > MISSED_LASTS_S * 1000]
    gave_up = [call for call in lost if call.result is CallResult.GAVE_UP]
    lasting = f"inbound calls nobody answered that lasted > {MISSED_LASTS_S} s"
    talks = (gap(call.answered_at, call.ended_at) for call in calls if call.answered_at is not None)
    return (
        interval("talk", "t_hangup - t_answer", talks),
        interval("intake", "t_accept_end - t_accept", (gap(it.begun_at, it.ended_at) for it in intakes)),
        _share("missed", f"{lasting} / inbound calls", len(lost), len(over)),
        _share("gave_up", f"{lasting} and waited in the queue / inbound calls", len(gave_up), len(over)),
    )


def floor_figures(floor: Floor, now: int, lost: Sequence[Missed] | None = None) -> tuple[Figure, ...]:
    """Of now and today: who waits to be rung back, the deepest queue, what seats did with their time.

    `lost`: who was missed, None: it is looked up.
    """
    waiting, day = len(missed(floor) if lost is None else lost), local_day(now)
    peaks = [depth for queue in floor.queues.values() if queue.day == day for depth in queue.peaks.values()]
    seats = [seat for seat in floor.seats.values() if seat.kind is SeatKind.CITY]
    spent = together(seats, now)
    there = sum(seat.state is not SeatState.LOGGED_OUT or seat.spent_day == day for seat in seats)
    at_work, serving = (sum(spent.get(state, 0) for state in states) for states in (AT_WORK, SERVING))
    times = tuple(
        Figure(
            f"seats_{state.value}",
            f"time in {state.value} of all seats today / seats somebody sat at",
            spent.get(state, 0) / 1000 / there if there else None,
            there,
        )
        for state in (*SERVING, SeatState.PAUSED, SeatState.AWAY)
    )
    return (
        Figure("to_ring_back", "missed callers nobody has reached yet", float(waiting), waiting),
        Figure("queue_peak", "max(queue depth) of each hour today", float(max(peaks, default=0)), len(peaks)),
        _share("occupancy", "(intake + after call) / (ready + intake + after call), ms", at_work, serving),
        *times,
    )


def _share(name: str, definition: str, part: int, whole: int) -> Figure:
    return Figure(name, definition, part / whole if whole else None, whole, share=True)


def _lasted_ms(call: Call) -> int:
    return (call.ended_at or call.rang_at) - call.rang_at
