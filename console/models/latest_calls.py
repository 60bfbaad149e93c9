"""Lines for notes about calls: who was with one, who was turned away, badly heard ones, exports."""

from collections.abc import Callable
from typing import Any

from console.i18n import say
from console.models.commanding import who as person
from console.models.labels import word
from console.models.phone_reasons import NOT_NOW, TIMES, monitor_reason_words
from dispatch.archive_notes import ArchiveAct, ArchiveNoted
from dispatch.call_notes import CallQualityKept, SupervisionNoted
from dispatch.floor import Floor
from dispatch.kinds import SupervisionMode

Made = tuple[int, str, str | None, bool]
"""When, the words, the incident, abnormal."""


def _supervision(event: SupervisionNoted, floor: Floor) -> Made:
    seat = floor.seats.get(event.seat_id or "")
    number = seat.number if seat else "–"
    call = floor.calls.get(event.call_id)
    incident_id = call.incident_id if call else None
    it = event.supervision
    if it is None:
        who = f"{event.by_number} {event.by_name}".strip() or say("号码未显示")
        reason = monitor_reason_words(event.refused)
        if event.refused.partition(TIMES)[0] in NOT_NOW and event.mode is not None:
            mode = word(event.mode)
            text = say(
                "{who} 没有{mode}成 {seat} 台的通话：{reason}", who=who, mode=mode, seat=number, reason=reason
            )
            return event.at, text, incident_id, False
        text = say("{seat} 台拒绝监听请求：{who}，{reason}", seat=number, who=who, reason=reason)
        return event.at, text, incident_id, True
    who = f"{it.by_number} {it.by_name}".strip() or say("班长")
    if it.ended_at is not None:
        return event.at, say("{who} 离开 {seat} 台的通话", who=who, seat=number), incident_id, False
    if it.mode is SupervisionMode.RELEASE:
        reason = it.reason or say("未写原因")
        text = say("{who} 强拆 {seat} 台的通话：{reason}", who=who, seat=number, reason=reason)
        return event.at, text, incident_id, True
    text = say("{who} 对 {seat} 台{mode}", who=who, seat=number, mode=word(it.mode))
    return event.at, text, incident_id, False


def _quality(event: CallQualityKept, floor: Floor) -> Made | None:
    """Only a bad one is news."""
    call = floor.calls.get(event.call_id)
    if call is None or not event.quality.bad:
        return None
    figures = {"mos": f"{event.quality.mos:.1f}", "loss": f"{event.quality.loss_percent:.0f}"}
    text = say("{number} 通话音质差：MOS {mos}，丢包 {loss} %", number=call.number, **figures)
    return call.ended_at or call.rang_at, text, call.incident_id, False


def _handed_out(event: ArchiveNoted, floor: Floor) -> Made | None:
    """Who listens stands with the call; that recordings leave the centre everybody reads."""
    note = event.note
    if note.act is not ArchiveAct.HANDED_OUT:
        return None
    name = person(floor, event.dispatcher_id)
    text = say("{who} 导出录音 {n} 段：{reason}", who=name, n=len(note.call_ids), reason=note.reason)
    return event.at, text, None, False


CALL_LINES: dict[type, Callable[[Any, Floor], Made | None]] = {
    SupervisionNoted: _supervision,
    CallQualityKept: _quality,
    ArchiveNoted: _handed_out,
}
