"""What a telephone's fact means for whoever sits here: said once, with what to do."""

from typing import TYPE_CHECKING

from console.i18n import say
from console.models import supervised_news
from console.models.dropped import dropped
from console.models.labels import word
from console.models.phone_reasons import (
    NOT_NOW,
    counted_reason,
    monitor_reason_words,
    reason_words,
    unreached_words,
    unsent_words,
)
from console.models.phone_words import mode_sentence
from console.models.talk_words import number_of
from dispatch.kinds import Direction, SupervisionMode
from telephony import messages as phone
from telephony.conversation import CallPlace
from telephony.monitoring import MonitorMode

if TYPE_CHECKING:
    from console.models.desk import Desk

FORBIDDEN = 403
CUT_OFF = frozenset({phone.EndedBy.PHONE, phone.EndedBy.NETWORK})


def tell(desk: "Desk", event: phone.AnyEvent) -> None:
    """Notices about calls; what needs none is silent."""
    desk.line.labels.hear(event, desk.clock())
    match event:
        case phone.CommandRefused(order="Dial") if event.call_id in desk.line.calls:
            pass  # it was a call for a moment: its end says why
        case phone.CommandRefused(order="Dial", reason=phone.LINE_DOWN):
            what = say("电话线路断开，号码没有拨出；通话中的不受影响")
            desk.notice(what, say("请用桌上话机或手机拨打，并请网管检查交换机；恢复后 Ctrl+F2 再拨"), "sound")
        case phone.CommandRefused(order="Dial"):
            what = say("电话未能执行：{reason}", reason=reason_words(event.reason))
            desk.notice(what, say("请核对号码，Ctrl+F2 另拨；必要时用桌上话机"), "dial")
        case phone.CommandRefused():
            what = say("电话未能执行：{reason}", reason=reason_words(event.reason))
            desk.notice(what, say("请看电话指示灯，必要时用话机接听"))
        case phone.CallEnded():
            _ended(desk, event)
        case phone.CallTransferred():
            desk.notice(say("已转往 {number}", number=_sent_to(desk, event.target)), grave=False)
        case phone.TransferFailed():
            why = unsent_words(event.sip_code, event.reason)
            what = say("转接失败（{why}），通话仍在本台", why=why)
            desk.notice(what, say("可重试、另选对方，或 Ctrl+F7 会议"))
        case phone.SupervisionStands():
            supervised_news.stands(desk, event)
        case phone.MonitorBegan() | phone.MonitorChanged() | phone.MonitorEnded() | phone.MonitorRefused():
            _supervised(desk, event)


def _sent_to(desk: "Desk", target: str) -> str:
    """A number or address, or a call of ours whose far end took over."""
    call = desk.line.calls.get(target)
    return number_of(target) if call is None else f"{call.number} {call.name}".strip()


def _supervised(
    desk: "Desk",
    event: phone.MonitorBegan | phone.MonitorChanged | phone.MonitorEnded | phone.MonitorRefused,
) -> None:
    match event:
        case phone.MonitorRefused():
            who = f"{event.by_number} {event.by_name}".strip() or say("号码未显示")
            reason = monitor_reason_words(counted_reason(event))
            if event.reason in NOT_NOW and event.mode is not None:
                mode = word(SupervisionMode(event.mode))
                what = say("{who} 没有{mode}成：{reason}", who=who, mode=mode, reason=reason)
                taking = event.mode is MonitorMode.TAKE_OVER
                do = say("须交班长时先取回通话（Ctrl+F9）") if taking else ""
                desk.notice(what, do, grave=False)
                return
            what = say(
                "拒绝了一次监听请求：{who} 来自 {source}，{reason}",
                who=who,
                source=event.source,
                reason=reason,
            )
            desk.notice(what, say("已记入日志，请告知班长"))
        case phone.MonitorEnded():
            call = desk.line.calls.get(event.call_id)
            if desk.line.places.get(event.call_id) is CallPlace.TAKEN:
                desk.notice(say("班长已离开，通话交还本席"), say("请直接与对方通话"))
            elif call is not None and call.ended_at is None:  # gone with the call they are no news
                desk.notice(say("班长已离开本席通话"), grave=False)
        case phone.MonitorChanged(by_seat=True):
            desk.notice(say("已收回通话，班长转为监听"), grave=False)
        case phone.MonitorChanged(mode=MonitorMode.RELEASE):
            by = desk.line.supervisors.get(event.monitor_id)
            who = f"{by.by_number} {by.by_name}".strip() if by is not None else ""
            reason = event.reason or say("未写原因")
            what = say("{who} 强拆了本席的通话：{reason}", who=who or say("班长"), reason=reason)
            desk.notice(what, say("已记入审计；需要时按 Ctrl+B 回拨"), "call_back")
        case phone.MonitorBegan(mode=mode) | phone.MonitorChanged(mode=mode):
            taken = mode is MonitorMode.TAKE_OVER
            do = say("Ctrl+F9 收回通话") if taken else ""
            what = say("班长正在本席通话中：{mode}", mode=mode_sentence(mode))
            desk.notice(what, do, "hold_call" if taken else None, grave=taken)


def _ended(desk: "Desk", event: phone.CallEnded) -> None:
    """A caller the line lost is somebody's duty until they are back."""
    if event.call_id in desk.line.left:
        _left(desk, desk.line.left[event.call_id], event)
        return
    call = desk.line.calls.get(event.call_id)
    if call is not None and call.direction is Direction.OUTBOUND:
        _ours_ended(desk, call.number, event)
    if event.ended_by not in CUT_OFF or call is None or call.direction is not Direction.INBOUND:
        return
    what = say("{number} 的来电因线路故障中断", number=call.number or say("号码未显示"))
    waiting = len(dropped(desk, desk.clock()))
    if call.id == desk.call_id():
        desk.notice(what, say("按 Ctrl+B 回拨"), "call_back")
    elif call.number:
        desk.notice(what, say("按 Ctrl+F11 回拨（失线 {n} 个）", n=max(1, waiting)), "ring_back")
    else:
        desk.notice(what, say("没有号码，无法回拨；看受理单里有无联系电话"), "go_calls")


def _left(desk: "Desk", call_id: str, event: phone.CallEnded) -> None:
    """Why a supervision of ours is over, or never began; whoever leaves by himself is told nothing."""
    if event.ended_by is phone.EndedBy.SEAT:
        return
    call = desk.floor.calls.get(call_id)
    seat = desk.floor.seats.get((call.seat_id if call else None) or "")
    number = seat.number if seat else "–"
    why = unreached_words(event.sip_code, event.reason)
    again = say("通话还在就按 Ctrl+Shift+F5 再监听")
    if event.answered and event.ended_by is phone.EndedBy.FAR_END:
        desk.notice(say("{seat} 台的通话已结束，监听随之结束", seat=number), grave=False)
    elif event.answered:
        desk.notice(say("对 {seat} 台的监听中断：{why}", seat=number, why=why), again, "listen")
    elif event.sip_code == FORBIDDEN:
        do = say("通话若还在，请维护核对两席的监听密钥与可信来源")
        desk.notice(say("{seat} 台拒绝了监听，没有接通", seat=number), do)
    else:
        desk.notice(say("对 {seat} 台的监听没有接通：{why}", seat=number, why=why), again, "listen")


def _ours_ended(desk: "Desk", number: str, event: phone.CallEnded) -> None:
    """Why a call of ours came to nothing, or was cut; whoever hangs up is told nothing."""
    cut = event.ended_by in CUT_OFF
    if event.ended_by is phone.EndedBy.SEAT or (event.answered and not cut):
        return
    why = unreached_words(event.sip_code, event.reason)
    if event.answered:
        what = say("与 {number} 的通话因线路故障中断：{why}", number=number, why=why)
    else:
        what = say("呼叫 {number} 没有接通：{why}", number=number, why=why)
    desk.notice(what, say("Ctrl+F12 重拨，或改拨其他号码"), "redial", grave=event.answered)
