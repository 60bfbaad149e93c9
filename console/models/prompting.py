"""What the caller hears besides the dispatcher: recorded questions, guidance, the beat of chest compressions.

Each is shown for as long as it is heard; pressing its key again ends it.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from console.i18n import language, pick, say
from console.models.ages import span
from console.models.asking import Ask, Choice
from telephony.conversation import CallPlace
from telephony.mirror import CallStage, CallView
from telephony.prompts.making import prompt_file
from telephony.prompts.sayings import BY_NAME

if TYPE_CHECKING:
    from console.models.desk import Desk

BEATS_A_MINUTE = 110
OFFERED: dict[str, tuple[str, str]] = {
    "ask_where": ("在哪里", "where?"),
    "ask_what": ("什么事", "what happened?"),
    "ask_conscious": ("清醒吗", "awake?"),
    "ask_breathing": ("呼吸吗", "breathing?"),
    "ask_landmark": ("附近标志", "what is near?"),
    "ask_building": ("几栋几单元", "which building?"),
    "ask_phone": ("联系电话", "which number?"),
    "cpr_start": ("开始按压", "CPR: begin"),
    "cpr_go_on": ("继续按压", "CPR: go on"),
    "aed": ("取除颤仪", "fetch an AED"),
    "press_if_silent": ("不能说话请按键", "press a key"),
    "ask_count": ("几人受伤", "how many hurt?"),
    "stay": ("保持电话畅通", "stay reachable"),
    "meet": ("到路口接车", "meet the crew"),
    "unlock": ("开门开灯", "open, lights on"),
}
"""The questions and instructions offered, the ones that hurry first: digits press the first nine."""


def metronome(desk: "Desk") -> None:
    """Switch the beat for the caller."""
    call = _caller(desk)
    if call is not None and not desk.phone.metronome(call.call_id, not call.metronome):
        _no_phone(desk)


def hold_words(desk: "Desk") -> None:
    """“One moment please”; while anything is played it ends that."""
    call = _caller(desk)
    if call is not None:
        _stop(desk, call) if call.prompt else _say(desk, call, "hold", "zh")


def ask(desk: "Desk", spoken: str) -> Ask | None:
    """Which one; None when one was playing and has been ended, or there is nobody to hear it."""
    call = _caller(desk)
    if call is None:
        return None
    if call.prompt:
        _stop(desk, call)
        return None
    choices = tuple(Choice(name, pick(words)) for name, words in OFFERED.items())
    title = say("向来电人放英语录音") if spoken == "en" else say("向来电人放中文录音")
    return Ask(title, choices, partial(_chosen, desk, call.call_id, spoken), remark=False)


def heard_words(desk: "Desk", now: int) -> str:
    """What callers hear from a machine now, in one sentence; "" when nothing."""
    parts = []
    for call in desk.phone.calls.values():
        who = call.number or say("号码未显示")
        if call.metronome:
            since = desk.line.labels.beat_since(call.call_id)
            held = span((now - since) / 1000) if since is not None else ""
            parts.append(say("♪ {who} 正听 CPR 节拍 {n} 次/分 {held}", who=who, n=BEATS_A_MINUTE, held=held))
        if call.prompt:
            parts.append(_heard_prompt(who, Path(call.prompt).name))
    return "　".join(parts)


def _heard_prompt(who: str, file: str) -> str:
    """A centre's own file may be called anything."""
    name, _, rest = file.partition(".")
    words = pick(OFFERED[name]) if name in OFFERED else file
    if name in BY_NAME and name not in OFFERED:
        words = BY_NAME[name].words(language())
    if rest.startswith("en"):
        return say("♪ {who} 正听英语录音：{words}", who=who, words=words)
    return say("♪ {who} 正听中文录音：{words}", who=who, words=words)


def _caller(desk: "Desk") -> CallView | None:
    """Whom the operator talks with: in a conference the one of the form in hand. Says so when nobody."""
    up = [one for one in desk.phone.calls.values() if one.stage is CallStage.TALKING]
    talking = [one for one in up if one.place is CallPlace.TALK]
    wanted = desk.call_id()
    found = next((one for one in talking if one.call_id == wanted), talking[0] if talking else None)
    if found is None:
        desk.notice(say("没有正在通话的来电人"), say("接听或取回通话后再放"), grave=False)
    return found


def _chosen(desk: "Desk", call_id: str, spoken: str, name: str, _remark: str, _minutes: int) -> None:
    call = desk.phone.calls.get(call_id)
    if call is None:
        desk.notice(say("通话已结束，没有放音"), grave=False)
    else:
        _say(desk, call, name, spoken)


def _say(desk: "Desk", call: CallView, name: str, spoken: str) -> None:
    wav = prompt_file(name, spoken, desk.readiness.setup.prompts)
    if wav is None:
        what = say("没有这段录音：{words}", words=BY_NAME[name].words(language()))
        desk.notice(what, say("请照念；管理员用 python -m telephony.prompts make 生成"))
    elif not desk.phone.say(call.call_id, str(wav)):
        _no_phone(desk)


def _stop(desk: "Desk", call: CallView) -> None:
    desk.phone.stop_saying(call.call_id)


def _no_phone(desk: "Desk") -> None:
    desk.notice(say("电话不可用"), say("请口头数拍或念出问话"))
