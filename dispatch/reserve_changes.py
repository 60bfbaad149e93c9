"""What an event does to an activation. The first time of a step stays, also when it is told again."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from dispatch import reserve_events as ev
from dispatch.kinds import CheckResult
from dispatch.reserve import Activation, Check, Checked, HandedBack, SeatTurn


def changed(activation: Activation, event: Any) -> Activation:
    """The activation after one of its events."""
    if isinstance(event, ev.ActivationExtended):
        return replace(activation, until_at=event.until_at)
    if isinstance(event, ev.ActivationEnded):
        return replace(activation, ended_at=event.at)
    if isinstance(event, ev.CallOutRecorded):
        return _called_out(activation, event)
    edit = _TURNS[type(event)]
    turns = tuple(edit(turn, event) if turn.seat_id == event.seat_id else turn for turn in activation.seats)
    return replace(activation, seats=turns)


def _called_out(activation: Activation, event: ev.CallOutRecorded) -> Activation:
    """One line a person, in the order they were first called; the time of the first call stays."""
    new = event.called_out
    known = {one.dispatcher_id: one for one in activation.called_out}
    before = known.get(new.dispatcher_id)
    known[new.dispatcher_id] = new if before is None else replace(new, called_at=before.called_at)
    return replace(activation, called_out=tuple(known.values()))


def _shown(turn: SeatTurn, event: ev.ActivationShown) -> SeatTurn:
    return replace(turn, shown_at=turn.shown_at or event.at)


def _confirmed(turn: SeatTurn, event: ev.ActivationConfirmed) -> SeatTurn:
    return replace(turn, seen_at=turn.seen_at or event.at, dispatcher_id=event.dispatcher_id)


def _readiness(turn: SeatTurn, event: ev.ReadinessReported) -> SeatTurn:
    known = {checked.check.item: checked for checked in turn.checked}
    for check in event.checks:
        known[check.item] = _checked(known.get(check.item), check, event.at)
    return replace(turn, checked=tuple(known.values()))


def _checked(before: Checked | None, check: Check, at: int) -> Checked:
    well = check.result is not CheckResult.FAULT
    if before is None:
        return Checked(check, at, at, at if well else None)
    return Checked(check, before.first_at, at, (before.cured_at or at) if well else None)


def _ready(turn: SeatTurn, event: ev.SeatBecameReady) -> SeatTurn:
    return replace(
        turn,
        ready_at=event.at,
        dispatcher_id=event.dispatcher_id,
        override=event.override,
        override_by=event.override_by,
    )


def _first_call(turn: SeatTurn, event: ev.FirstCallAnswered) -> SeatTurn:
    return replace(turn, first_call_at=event.at, seen_at=turn.seen_at or event.at)


def _standing_down(turn: SeatTurn, event: ev.SeatStandingDown) -> SeatTurn:
    return replace(turn, standing_down_at=event.at)


def _handed_back(turn: SeatTurn, event: ev.IncidentHandedBack) -> SeatTurn:
    back = HandedBack(event.incident_id, event.at, event.to_seat_id, event.dispatcher_id)
    return replace(turn, handed_back=(*turn.handed_back, back))


def _stood_down(turn: SeatTurn, event: ev.SeatStoodDown) -> SeatTurn:
    return replace(turn, stood_down_at=event.at)


_TURNS: dict[type, Callable[[SeatTurn, Any], SeatTurn]] = {
    ev.ActivationShown: _shown,
    ev.ActivationConfirmed: _confirmed,
    ev.ReadinessReported: _readiness,
    ev.SeatBecameReady: _ready,
    ev.FirstCallAnswered: _first_call,
    ev.SeatStandingDown: _standing_down,
    ev.IncidentHandedBack: _handed_back,
    ev.SeatStoodDown: _stood_down,
}

OF_AN_ACTIVATION: tuple[type, ...] = (
    ev.ActivationExtended,
    ev.ActivationEnded,
    ev.CallOutRecorded,
    *_TURNS,
)
"""The events `changed` knows."""
