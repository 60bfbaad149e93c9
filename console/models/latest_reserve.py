"""The lines of the latest changes that are about reserve seats."""

from collections.abc import Callable
from typing import Any

from console.i18n import say
from console.models.ages import span
from console.models.labels import word
from console.models.reserve import kind_words
from dispatch import reserve_events as ev
from dispatch.floor import Floor
from dispatch.kinds import CheckResult

Words = tuple[int, str, str | None, bool]
"""When, what, the incident it is about, and whether it is abnormal."""


def _seat(floor: Floor, seat_id: str | None) -> str:
    seat = floor.seats.get(seat_id or "")
    return seat.number if seat else "–"


def _ordered(event: ev.ActivationOrdered, floor: Floor) -> Words:
    it = event.activation
    text = say(
        "启用储备席 {n} 席：{reason}（{kind}）", n=len(it.seats), reason=it.reason, kind=kind_words(it)
    )
    return it.ordered_at, text, None, not it.drill


def _ready(event: ev.SeatBecameReady, floor: Floor) -> Words:
    took = span((event.at - floor.activations[event.activation_id].ordered_at) / 1000)
    text = say("储备席 {seat} 就绪，用时 {span}", seat=_seat(floor, event.seat_id), span=took)
    return event.at, text, None, False


def _standing_down(event: ev.SeatStandingDown, floor: Floor) -> Words:
    return event.at, say("储备席 {seat} 撤收中", seat=_seat(floor, event.seat_id)), None, False


def _stood_down(event: ev.SeatStoodDown, floor: Floor) -> Words:
    return event.at, say("储备席 {seat} 已撤下", seat=_seat(floor, event.seat_id)), None, False


def _handed_back(event: ev.IncidentHandedBack, floor: Floor) -> Words:
    number = floor.incidents[event.incident_id].number.rsplit("-", 1)[-1]
    text = say("{number} 由 {seat} 台签收（交还）", number=number, seat=_seat(floor, event.to_seat_id))
    return event.at, text, event.incident_id, False


def _called_out(event: ev.CallOutRecorded, floor: Floor) -> Words:
    one = event.called_out
    person = floor.dispatchers.get(one.dispatcher_id)
    name = person.name if person else "–"
    return one.answered_at or one.called_at, f"{name} {word(one.answer)} {one.remark}".strip(), None, False


def _ended(event: ev.ActivationEnded, floor: Floor) -> Words:
    return event.at, say("储备席启用结束，全部撤下"), None, False


def _tested(event: ev.SeatTested, floor: Floor) -> Words:
    number, test = _seat(floor, event.seat_id), event.test
    red = "、".join(word(one.item) for one in test.checks if one.result is CheckResult.FAULT)
    if red:
        return test.at, say("{seat} 台测试不合格：{items}", seat=number, items=red), None, True
    return test.at, say("{seat} 台测试合格", seat=number), None, False


RESERVE_LINES: dict[type, Callable[[Any, Floor], Words]] = {
    ev.ActivationOrdered: _ordered,
    ev.SeatBecameReady: _ready,
    ev.SeatStandingDown: _standing_down,
    ev.SeatStoodDown: _stood_down,
    ev.IncidentHandedBack: _handed_back,
    ev.CallOutRecorded: _called_out,
    ev.ActivationEnded: _ended,
    ev.SeatTested: _tested,
}
