"""The words of reserve seats (平急转换): an activation, its seats, who was called out, what was checked.

Times are milliseconds since 1970 UTC; None means it has not happened. Nothing here is ever overwritten by a
later repetition: the first time a step happened is the one that counts (see `reserve_changes`).
"""

from msgspec import Struct

from dispatch.kinds import CallOutAnswer, CheckItem, CheckResult, ReserveRole


class Check(Struct, frozen=True):
    """One item of the readiness check: its result, what was measured, and what to do about it."""

    item: CheckItem
    result: CheckResult
    found: str = ""
    cure: str = ""


class SelfTest(Struct, frozen=True):
    """自检 of a reserve seat in calm times, 上岗测试 of any other: line and headset before a shift.

    `person` is not part of it: nobody has to sit there. `dispatcher_id`: who sat there, if somebody did.
    """

    at: int
    checks: tuple[Check, ...]
    dispatcher_id: str | None = None

    @property
    def passed(self) -> bool:
        return all(check.result is not CheckResult.FAULT for check in self.checks)


class SeatOrder(Struct, frozen=True):
    """A seat to be put into service, and for what."""

    seat_id: str
    role: ReserveRole


class Checked(Struct, frozen=True):
    """A check as it was last reported, when it was first reported, and when it was first well."""

    check: Check
    first_at: int
    at: int
    cured_at: int | None = None


class HandedBack(Struct, frozen=True):
    """An incident another seat took over, and by whom: the acknowledgement (交还签收)."""

    incident_id: str
    at: int
    to_seat_id: str | None
    dispatcher_id: str | None


class SeatTurn(Struct, frozen=True):
    """One seat of an activation with the times of its steps, in the order they come.

    `shown_at`: the order was on its screen; `seen_at`: a person there confirmed it. `override` is the reason
    for going into service with red items, by `override_by`.
    """

    seat_id: str
    role: ReserveRole
    shown_at: int | None = None
    seen_at: int | None = None
    dispatcher_id: str | None = None
    checked: tuple[Checked, ...] = ()
    ready_at: int | None = None
    override: str = ""
    override_by: str | None = None
    first_call_at: int | None = None
    standing_down_at: int | None = None
    handed_back: tuple[HandedBack, ...] = ()
    stood_down_at: int | None = None


class CallOut(Struct, frozen=True):
    """呼叫到岗: one person called out, when, by whom, and the answer."""

    dispatcher_id: str
    called_at: int
    answer: CallOutAnswer
    answered_at: int | None = None
    by: str | None = None
    remark: str = ""


class Activation(Struct, frozen=True):
    """启用: reserve seats put into service by one order. `until_at` None: until stood down.

    `map_mark`: which city map the ordering seat has.
    """

    id: str
    seats: tuple[SeatTurn, ...]
    reason: str
    drill: bool
    ordered_at: int
    dispatcher_id: str | None
    second_id: str | None = None
    seat_id: str | None = None
    until_at: int | None = None
    called_out: tuple[CallOut, ...] = ()
    ended_at: int | None = None
    map_mark: str = ""

    def turn(self, seat_id: str | None) -> SeatTurn | None:
        """This seat's part in it, None: it has none."""
        return next((turn for turn in self.seats if turn.seat_id == seat_id), None)
