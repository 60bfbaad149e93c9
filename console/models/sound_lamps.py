"""What the status line and the list of alarms say of the seat's line and headset (see `sounding`)."""

from typing import TYPE_CHECKING

from msgspec import Struct

from console.i18n import pick, say
from console.models.ages import clock
from console.models.phone_faults import death_words, unrecorded_words
from telephony.facts import LineState, RegistrarState, Words

if TYPE_CHECKING:
    from console.models.desk import Desk

PREFIX = "sound:"
"""Ids of these alarms: Enter opens the sheet of headset and line."""
MAIN, BACKUP = 0, 1


class Sign(Struct, frozen=True):
    """A lamp's tone (`ok`, `warning`, `fault`, `quiet`), its one word and its sentence."""

    tone: str
    state: str
    detail: str


class SoundAlarm(Struct, frozen=True):
    """`words` name it, `target` says what of. `grave`: calls are lost while it lasts."""

    id: str
    words: str
    target: str
    since: int
    grave: bool


def phone_sign(desk: "Desk") -> Sign:
    """The lamp of the telephone: the process, the line with its two registrars, the sound."""
    lamp, line = desk.line.lamp, desk.sounding.line()
    if not lamp.running:
        words = say("电话进程未运行，正在重启；请用话机接听。{text}", text=death_words(lamp.text))
        return Sign("fault", say("停"), words)
    if lamp.hung:
        return Sign(
            "fault", say("无反应"), say("电话程序没有反应：按键无效，通话状态可能已变。十秒内自动重启")
        )
    if line is not None and len(line.registrars) > 1 and line.serving is not None:
        return _two(line, line.serving)
    if not (lamp.registered or lamp.direct):
        why = why_words(line.why if line else None) or lamp.text
        return Sign("fault", say("未注册"), say("交换机未注册：{text}", text=why))
    if lamp.audio == "null":
        words = say("没有声音设备：可接听和录音，但听不到来电人；来电以闪烁提示")
        return Sign("warning", say("无声卡"), words)
    return Sign("ok", say("正常"), say("电话正常"))


def _two(line: LineState, serving: int) -> Sign:
    main, backup = line.registrars[MAIN], line.registrars[BACKUP]
    if serving == BACKUP:
        words = say(
            "主用 {main} 失联：{why}。{at} 起由备用 {backup} 通话",
            main=main.address,
            why=why_words(main.why),
            at=clock(line.since_ms),
            backup=backup.address,
        )
        return Sign("warning", say("走备用"), words)
    if not lives(backup):
        words = say(
            "由主用 {main} 通话；备用 {backup} 不可用：{why}",
            main=main.address,
            backup=backup.address,
            why=why_words(backup.why),
        )
        return Sign("warning", say("无备用"), words)
    words = say("由主用 {main} 通话，备用 {backup} 就绪", main=main.address, backup=backup.address)
    return Sign("ok", say("正常"), words)


def headset_sign(desk: "Desk") -> Sign | None:
    """None where the telephone has no sound of this machine."""
    sounding = desk.sounding
    if sounding.settings is None:
        return None
    state = sounding.headset
    if sounding.is_mute(desk.clock()):
        return Sign("fault", say("无声"), mute_words())
    if state is None:
        return Sign("quiet", say("等待"), say("电话程序还没有报告声音设备"))
    if state.why is not None:
        tone, word = ("warning", say("换用")) if state.ear and state.mouth else ("fault", say("缺"))
        return Sign(tone, word, pick((state.why.zh, state.why.en)))
    words = say(
        "耳机“{ear}”，麦克风“{mouth}”，振铃“{speaker}”",
        ear=state.ear,
        mouth=state.mouth,
        speaker=state.speaker,
    )
    return Sign("ok", say("正常"), words)


def sound_alarms(desk: "Desk") -> list[SoundAlarm]:
    """What is wrong with line and headset, until it is mended."""
    sounding, found = desk.sounding, []
    line = sounding.line()
    both = line.registrars if line is not None and len(line.registrars) > 1 else ()
    for what, since in sounding.since.items():
        match what:
            case "line":
                words = say("电话线路断开"), why_words(line.why if line else None)
            case "backup" if both:
                words = say("电话走备用"), f"{both[MAIN].address} {why_words(both[MAIN].why)}"
            case "spare" if both:
                words = say("电话无备用"), f"{both[BACKUP].address} {why_words(both[BACKUP].why)}"
            case "headset" if sounding.headset is not None:
                words = say("耳机"), why_words(sounding.headset.why)
            case _:
                continue
        found.append(SoundAlarm(PREFIX + what, *words, since, what == "line"))
    return found + _fault_alarms(desk)


def _fault_alarms(desk: "Desk") -> list[SoundAlarm]:
    """A telephone that dies again and again, calls that are not recorded, strangers who call it."""
    faults, now = desk.sounding.faults, desk.clock()
    found = []
    if (since := faults.loop_since(now)) is not None:
        words = say("电话反复崩溃"), say("{reason}；每 5 秒自动再试", reason=faults.reason)
        found.append(SoundAlarm(f"{PREFIX}process", *words, since, True))
    if desk.line.lamp.hung:
        words = say("电话无反应"), say("按键无效，通话状态可能已变")
        found.append(SoundAlarm(f"{PREFIX}hung", *words, faults.hung_since, True))
    if unrecorded := desk.line.lamp.recorder_fault:
        words = say("录音失败"), unrecorded_words(unrecorded)
        found.append(SoundAlarm(f"{PREFIX}recorder", *words, faults.unrecorded_since, False))
    for one in faults.strangers(now):
        words = say("陌生来源呼叫"), say("{source} 已拒绝 {n} 次", source=one.source, n=one.count)
        found.append(SoundAlarm(f"{PREFIX}stranger:{one.source}", *words, one.since, False))
    if desk.sounding.is_mute(now):
        found.append(SoundAlarm(f"{PREFIX}mute", say("耳机"), mute_words(), desk.sounding.ready_at, True))
    return found


def mute_words() -> str:
    """The telephone's sound did not start."""
    return say("声音没有启动：听不到来电人。请用桌上话机，重开本程序")


def line_rows(desk: "Desk") -> list[tuple[str, str, str]]:
    """Each registrar of the seat's line: tone, name, and how it stands."""
    line = desk.sounding.line()
    if line is None:
        return [("quiet", say("线路"), say("电话程序还没有报告"))]
    if line.direct:
        return [("ok", say("直接接收"), say("没有注册服务器，交换机直接送来电"))]
    return [_row(at, one, at == line.serving) for at, one in enumerate(line.registrars)]


def _row(at: int, one: RegistrarState, serves: bool) -> tuple[str, str, str]:
    name = say("主用 {address}", address=one.address) if at == MAIN else _backup_name(one)
    if lives(one):
        return "ok", name, say("已注册，正由它通话") if serves else say("已注册，待用")
    registering = one.alive is not False and one.code in {0, 100}
    return ("warning" if registering else "fault"), name, why_words(one.why) or say("未注册")


def _backup_name(one: RegistrarState) -> str:
    return say("备用 {address}", address=one.address)


def lives(registrar: RegistrarState) -> bool:
    """Registered, and our heartbeat is answered as far as it ever was."""
    return registrar.registered and registrar.alive is not False


def why_words(words: Words | None) -> str:
    """In the language of the window, "" for None."""
    return pick((words.zh, words.en)) if words is not None else ""
