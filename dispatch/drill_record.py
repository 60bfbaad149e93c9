"""启用与演练记录: every time of an activation as a table, with the targets beside what was measured.

Pure; the same rows go to screen, HTML, PDF and CSV. Times of steps are seconds from the order on.
"""

from msgspec import Struct

from dispatch.kinds import CallOutAnswer, CheckItem, CheckResult, ReserveRole
from dispatch.reserve import Activation, CallOut, SeatTurn

SEAT_READY_S = 300
"""Reserve seat, power-on -> first call possible (domain 9)."""
ALL_READY_S = 900
"""Order -> all ordered seats ready (domain 9)."""
WARM_READY_S = 3
"""A seat that is on, with its person logged in: order -> can take a call."""
UNOWNED_MAX = 0


class SeatTimes(Struct, frozen=True):
    """One seat; None: the step never happened. `late`: slower than SEAT_READY_S, or never ready."""

    seat_id: str
    role: ReserveRole
    shown_s: float | None
    seen_s: float | None
    checked_s: float | None
    ready_s: float | None
    first_call_s: float | None
    standing_down_s: float | None
    stood_down_s: float | None
    dispatcher_id: str | None
    red: tuple[tuple[CheckItem, str, float | None], ...]
    """Items that were red, what was found, and when they were cured (None: never)."""
    override: str
    override_by: str | None
    handed_back: int

    @property
    def late(self) -> bool:
        return self.ready_s is None or self.ready_s > SEAT_READY_S


class Target(Struct, frozen=True):
    """`measured` None: not reached. `name`: first_ready, all_ready, shortfall, handed_back."""

    name: str
    target: float
    measured: float | None
    met: bool


class Record(Struct, frozen=True):
    """The whole record of one activation."""

    activation: Activation
    seats: tuple[SeatTimes, ...]
    called_out: tuple[CallOut, ...]
    coming: int
    targets: tuple[Target, ...]


def record(activation: Activation) -> Record:
    """The record as far as it has come."""
    seats = tuple(_seat(activation, turn) for turn in activation.seats)
    coming = sum(one.answer is CallOutAnswer.COMING for one in activation.called_out)
    return Record(activation, seats, activation.called_out, coming, _targets(seats))


def _seat(activation: Activation, turn: SeatTurn) -> SeatTimes:
    def after(at: int | None) -> float | None:
        return None if at is None else (at - activation.ordered_at) / 1000

    reds = tuple(
        (one.check.item, one.check.found, after(one.cured_at))
        for one in turn.checked
        if one.check.result is CheckResult.FAULT or one.cured_at != one.first_at
    )
    checked = max((one.first_at for one in turn.checked), default=None)
    return SeatTimes(
        seat_id=turn.seat_id,
        role=turn.role,
        shown_s=after(turn.shown_at),
        seen_s=after(turn.seen_at),
        checked_s=after(checked),
        ready_s=after(turn.ready_at),
        first_call_s=after(turn.first_call_at),
        standing_down_s=after(turn.standing_down_at),
        stood_down_s=after(turn.stood_down_at),
        dispatcher_id=turn.dispatcher_id,
        red=reds,
        override=turn.override,
        override_by=turn.override_by,
        handed_back=len(turn.handed_back),
    )


def _targets(seats: tuple[SeatTimes, ...]) -> tuple[Target, ...]:
    ready = [seat.ready_s for seat in seats if seat.ready_s is not None]
    first = min(ready, default=None)
    last = max(ready) if len(ready) == len(seats) and ready else None
    missing = len(seats) - len(ready)
    return (
        Target("first_ready", SEAT_READY_S, first, first is not None and first <= SEAT_READY_S),
        Target("all_ready", ALL_READY_S, last, last is not None and last <= ALL_READY_S),
        Target("missing", UNOWNED_MAX, missing, missing == UNOWNED_MAX),
    )
