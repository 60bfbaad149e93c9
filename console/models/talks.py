"""The strip of live calls: for each its place, who hears whom, since when, and what is wrong with it.

Made from what the telephone says now; a supervisor who is with a call is always on its card.
"""

from msgspec import Struct

from console.i18n import say
from console.models.ages import age
from console.models.call_rows import RINGING_AMBER_MS
from console.models.desk import Desk
from console.models.directory import name_of
from console.models.labels import word
from console.models.phone_words import (
    Ears,
    heard_briefly,
    heard_words,
    mode_sentence,
    own_hearing,
    own_mode,
    own_sentence,
)
from console.models.supervising import own_mode_now
from console.models.talk_words import number_of
from dispatch.kinds import SupervisionMode
from telephony.conversation import CallPlace
from telephony.messages import CallQuality
from telephony.mirror import CallStage, CallView, MonitorView
from telephony.monitoring import MonitorMode

SLOTS = 4
"""As many calls as the telephone holds at once."""
SIGNS = {
    "ringing": "◉", "dialling": "○", "talk": "●", "conference": "◎", "held": "‖", "aside": "◌", "taken": "▲",
    "alone": "♪", "supervising": "◈",
}  # fmt: skip


class TalkCard(Struct, frozen=True):
    """`alarm`: what somebody should do something about, "" nothing; `tone` colours the sign and the frame."""

    id: str
    state: str
    place: str
    who: str
    age: str
    hears: str
    alarm: str = ""
    tone: str = ""
    lit: bool = True

    @property
    def sign(self) -> str:
        return SIGNS[self.state]


def cards(desk: Desk, now: int) -> list[TalkCard]:
    """All live calls, in the order they came."""
    calls = list(desk.phone.calls.values())
    together = [call for call in calls if call.place is CallPlace.TALK and not call.supervises]
    return [_card(desk, call, together, now) for call in sorted(calls, key=lambda call: call.call_id)]


def _card(desk: Desk, call: CallView, together: list[CallView], now: int) -> TalkCard:
    state = _state(call, together)
    monitors = [it for it in desk.phone.monitors.values() if it.call_id == call.call_id]
    alarm = _alarm(call, monitors, now)
    return TalkCard(
        id=call.call_id,
        state=state,
        place=own_mode(own_mode_now(desk, call)) if call.supervises else _place(state, bool(together)),
        who=_who(desk, call),
        age=age(min(_since(desk, call), now), now),
        hears=_briefly(desk, call, state, together, now)
        if alarm and not call.supervises
        else _hears(desk, call, state, together, now),
        alarm=alarm,
        tone=_tone(call, state, alarm, now),
        lit=state != "ringing" or desk.line.lamp.audio not in {"", "null"} or now // 1000 % 2 == 0,
    )


def _state(call: CallView, together: list[CallView]) -> str:
    if call.supervises:
        return "supervising"
    if call.stage is not CallStage.TALKING:
        return "ringing" if call.stage is CallStage.RINGING else "dialling"
    if call.place is CallPlace.TALK and len(together) > 1:
        return "conference"
    return call.place.value if call.place is not None else "talk"


def _place(state: str, waiting: bool) -> str:
    words = {
        "ringing": say("等待接听") if waiting else say("振铃"),
        "dialling": say("呼出"),
        "talk": say("通话"),
        "conference": say("会议"),
        "held": say("保持"),
        "aside": say("会议 您已退出"),
        "taken": say("班长接管"),
        "alone": say("自动播音"),
    }
    return words[state]


def _who(desk: Desk, call: CallView) -> str:
    if call.supervises:
        known = desk.floor.calls.get(call.supervises)
        seat = desk.floor.seats.get((known.seat_id if known else None) or "")
        number = known.number if known else number_of(call.number)
        return f"{say('{seat} 台', seat=seat.number)} {number}" if seat else number
    number = number_of(call.number)
    name = call.name or name_of(desk, number)
    return f"{number or say('号码未显示')} {name}".strip()


def _since(desk: Desk, call: CallView) -> int:
    """Since when it stands where it stands: a caller on hold waits from then."""
    if call.place in {CallPlace.HELD, CallPlace.ASIDE, CallPlace.TAKEN} and call.place_since_ms:
        return call.place_since_ms
    return call.since_ms


def _hears(desk: Desk, call: CallView, state: str, together: list[CallView], now: int) -> str:
    """Who hears whom, in a sentence; before it what plays into the call."""
    ears = desk.sounding.ears(now)
    if call.supervises:
        return _supervised(desk, call, ears)
    playing = []
    if call.metronome:
        playing.append(say("♩ 节拍 110/分，对方听得到"))
    if call.prompt:
        playing.append(say("♪ 放录音，对方听得到"))
    if call.digits:
        playing.append(say("对方按键 {digits}", digits=call.digits[-8:]))
    return "　".join((*playing, heard_words(state, len(together) + 1, bool(together), ears)))


def _briefly(desk: Desk, call: CallView, state: str, together: list[CallView], now: int) -> str:
    """Beside an alarm. That a silent side cannot be heard is what the alarm says, and who else is with it."""
    ears = desk.sounding.ears(now)
    told = call.dead_air_since_ms is not None or _monitored(desk, call)
    if told and state in {"talk", "conference"} and ears.hears and ears.heard:
        return ""
    return heard_briefly(state, len(together) + 1, ears)


def _monitored(desk: Desk, call: CallView) -> bool:
    return any(it.call_id == call.call_id for it in desk.phone.monitors.values())


def _supervised(desk: Desk, call: CallView, ears: Ears) -> str:
    """In the words of the seat that is supervised: what it has confirmed; our own hold goes before."""
    known = desk.floor.calls.get(call.supervises)
    mode = own_mode_now(desk, call)
    if known is None or known.ended_at is not None:
        return say("该通话已结束")
    if not mode:
        return say("正在请求，对方席位确认后接通")
    if call.place is not CallPlace.TALK:
        return say("本席已保持监听：您听不到，也无人听到您")
    if not (ears.hears or ears.heard):
        return say("{mode}：本机无耳机，您听不见", mode=word(SupervisionMode(mode)))
    return own_sentence(mode) if call.stands is None else own_hearing(call.stands.mode, call.stands.place)


def _alarm(call: CallView, monitors: list[MonitorView], now: int) -> str:
    """What is wrong, gravest first; a supervisor who is with the call is always said too."""
    quality, parts = call.quality, []
    if call.stands is not None and call.stands.silent:
        parts.append(say("■ 对方无音频"))
    if call.dead_air_since_ms is not None:
        seconds = max(0, now - call.dead_air_since_ms) // 1000
        parts.append(say("■ 无音频 {s} 秒：听不到对方", s=seconds))
    elif quality is not None and quality.bad:
        parts.append(_bad_words(quality, alone=not monitors))
    parts += [_monitor_words(it, call.place, alone=not parts) for it in monitors]
    if call.transferring:
        parts.append(say("转接中"))
    return "　".join(parts)


def _bad_words(quality: CallQuality, *, alone: bool) -> str:
    """What makes it bad: lost packets, or such as come too unevenly; that much where it stands alone."""
    if not alone:
        return say("▲ 音质差 MOS {mos}", mos=f"{quality.mos:.1f}")
    mos, loss, jitter = f"{quality.mos:.1f}", f"{quality.loss_percent:.0f}", f"{quality.jitter_ms:.0f}"
    if loss == "0":
        return say("▲ 音质差 MOS {mos}　抖动 {ms} 毫秒", mos=mos, ms=jitter)
    return say("▲ 音质差 MOS {mos}　丢包 {loss} %", mos=mos, loss=loss)


def _monitor_words(monitor: MonitorView, place: CallPlace | None, *, alone: bool) -> str:
    """Who it is and, where there is room, what this mode means.

    Of a call taken over the head of the card says what was done; who is with a call on hold hears nothing.
    """
    if not alone:
        who = monitor.by_number or say("班长")
        return say("▲ {who} {mode}", who=who, mode=word(SupervisionMode(monitor.mode)))
    who = f"{monitor.by_number} {monitor.by_name}".strip() or say("班长")
    if place is CallPlace.TAKEN and monitor.mode is MonitorMode.TAKE_OVER:
        return f"▲ {who}"
    if place is CallPlace.HELD:
        return f"▲ {who} {word(SupervisionMode(monitor.mode))}"
    return say("▲ {who} {mode}", who=who, mode=mode_sentence(monitor.mode))


def _tone(call: CallView, state: str, alarm: str, now: int) -> str:
    if call.dead_air_since_ms is not None:
        return "fault"
    if state == "ringing":
        return "fault" if now - call.since_ms > RINGING_AMBER_MS else "warning"
    unheard = call.stands is not None and call.stands.place in {CallPlace.HELD, CallPlace.ALONE}
    if alarm or unheard or state in {"held", "taken"}:
        return "warning"
    return "ok" if state in {"talk", "conference"} else "info"
