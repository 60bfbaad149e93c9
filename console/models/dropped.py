"""Callers the line lost, until somebody has them back: pure, from the calls of floor and telephone.

A dropped call is of this seat and was ended by the line or by our telephone's death. It is settled when a
ring-back was answered or the caller is on the line again; each ring-back is an attempt, whoever dialled it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from console.i18n import say
from dispatch.commands import ReportCallEnded
from dispatch.kinds import CallResult, Direction
from dispatch.words import Call

if TYPE_CHECKING:
    from console.models.desk import Desk

KEPT_MS = 60 * 60_000
"""After an hour a dropped call is history: the list of missed calls has it."""


class Dropped(Struct, frozen=True):
    """`tried_at` None: nobody has rung back yet."""

    call: Call
    attempts: int
    tried_at: int | None


def dropped(desk: "Desk", now: int) -> list[Dropped]:
    """The callers to ring back, the one lost first on top."""
    book, line, floor = desk.distribution.unanswered.book, desk.line, desk.floor
    found = []
    for lost in line.known(floor, book.faults):
        if not _is_lost(desk, lost, now):
            continue
        known = line.known(floor, book.backs.get(lost.id, ()))
        tried = [call for call in known if call.call_back_of == lost.id]
        if not _is_settled(lost, tried, line.known(floor, book.numbers.get(lost.number, ()))):
            found.append(Dropped(lost, len(tried), max((call.rang_at for call in tried), default=None)))
    return sorted(found, key=lambda it: (it.call.ended_at or 0, it.call.id))


def end_left_behind(desk: "Desk") -> None:
    """Once, as this program begins: the telephone of the one before ended with it, and so did its calls."""
    own = desk.own_seat_id()
    if desk.line.compared or not own:
        return
    desk.line.compared = True
    waiting = len(dropped(desk, desk.clock()))
    for call in list(desk.floor.calls.values()):
        if call.seat_id != own or call.ended_at is not None or call.id in desk.line.calls:
            continue
        desk.give(ReportCallEnded(call.id, CallResult.LINE_FAULT))
        if call.direction is Direction.INBOUND and call.number:
            waiting += 1
            what = say("{number} 的来电因线路故障中断", number=call.number)
            desk.notice(what, say("按 Ctrl+F11 回拨（失线 {n} 个）", n=waiting), "ring_back")


def _is_lost(desk: "Desk", call: Call, now: int) -> bool:
    ended = call.ended_at
    if call.direction is not Direction.INBOUND or ended is None or call.result is not CallResult.LINE_FAULT:
        return False
    ours = call.id in desk.line.calls or call.seat_id == desk.own_seat_id()
    return ours and now - ended <= KEPT_MS and bool(call.number)


def _is_settled(lost: Call, tried: list[Call], same: Iterable[Call]) -> bool:
    if any(call.answered_at is not None for call in tried):
        return True
    return any(
        call.number == lost.number and call.rang_at > lost.rang_at and call.direction is Direction.INBOUND
        for call in same
        if call.id != lost.id and (call.ended_at is None or call.answered_at is not None)
    )
