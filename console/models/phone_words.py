"""Sentences of the strip of calls: who hears whom, and what a supervisor does."""

from msgspec import Struct

from console.i18n import say
from console.models.labels import word
from dispatch.kinds import CallResult, Direction
from dispatch.words import Call
from telephony.conversation import CallPlace
from telephony.monitoring import MonitorMode


class Ears(Struct, frozen=True):
    """What sound the telephone has here: `hears` the operator the others, `heard` is the operator."""

    hears: bool = True
    heard: bool = True


BOTH = Ears()


def heard_words(state: str, parties: int, waiting: bool, ears: Ears = BOTH) -> str:
    """Who hears whom in this state; `parties` counts the operator too."""
    if state in {"talk", "conference"} and not (ears.hears and ears.heard):
        return _without_sound(state, parties, ears)
    match state:
        case "ringing":
            return say("F3 接听；通话中 Ctrl+F3 保持并接听") if waiting else say("F3 接听　Shift+F10 拒接")
        case "dialling":
            return say("等待对方接听")
        case "talk":
            return say("您与对方互相听见")
        case "conference":
            return say("{n} 方互相听见（含您）", n=parties)
        case "held":
            return say("对方听保持音，您听不到对方")
        case "aside":
            return say("各方互相听见，听不到您　Ctrl+F8 回到会议")
        case "taken":
            return say("听不到您　Ctrl+F9 收回")
        case _:
            return say("对方听自动播音")


def _without_sound(state: str, parties: int, ears: Ears) -> str:
    """Of a conversation in which the operator lacks ear, mouth or both: the others hear each other."""
    if ears.hears:
        return say("没有麦克风：对方听不到您")
    if ears.heard:
        return say("耳机无声：您听不到对方")
    if state == "conference":
        return say("{n} 方互相听见；本机无耳机，您不在内", n=parties - 1)
    return say("本机无耳机：您与对方互相听不见")


def heard_briefly(state: str, parties: int, ears: Ears = BOTH) -> str:
    """The same beside an alarm, which takes most of the card: only what the card does not say already."""
    match state:
        case "talk" | "conference" if not (ears.hears or ears.heard):
            return say("无耳机")
        case "talk" | "conference" if not ears.hears:
            return say("耳机无声")
        case "talk" | "conference" if not ears.heard:
            return say("没有麦克风")
        case "talk":
            return say("互相听见")
        case "conference":
            return say("{n} 方互听", n=parties)
        case "held":
            return say("听保持音")
        case "aside":
            return say("Ctrl+F8 回会议")
        case "taken":
            return say("听不到您　Ctrl+F9 收回")
        case "alone":
            return say("听播音")
        case _:
            return ""


def result_words(call: Call) -> str:
    """How a call ended, "" while it goes on; a call of ours that nobody took did not ring here."""
    if call.result is None:
        return ""
    ours = call.direction is Direction.OUTBOUND and call.answered_at is None
    return say("没有接通") if ours and call.result is CallResult.NOT_ANSWERED else word(call.result)


def mode_sentence(mode: str) -> str:
    """What a supervisor in this mode hears and who hears them."""
    return {
        "listen": say("监听：听得到双方，无人听到"),
        "whisper": say("耳语：只有席位听得到"),
        "barge": say("强插：各方都听得到"),
        "take_over": say("接管：代替席位与对方通话"),
        "release": say("强拆"),
    }[mode]


def own_mode(mode: str) -> str:
    """What we do with the call of another seat, for the head of our card; "": not let in yet."""
    return {
        "": say("请求监听"),
        "listen": say("监听中"),
        "whisper": say("耳语中"),
        "barge": say("强插中"),
        "take_over": say("已接管"),
        "release": say("强拆"),
    }[mode]


def own_sentence(mode: str) -> str:
    """The same where nobody says how the call stands there: nothing that need not be true now."""
    return {
        "listen": say("席位通话时您听得到双方，无人听到您"),
        "whisper": say("席位通话时您听得到双方，只有席位听到您"),
        "barge": say("通话中各方都听到您"),
        "take_over": say("您代替席位与对方通话"),
        "release": say("强拆"),
    }[mode]


def own_hearing(mode: MonitorMode, place: CallPlace) -> str:
    """Whom we hear and who hears us, for a call that stands so at its seat (`telephony.routing` does it)."""
    heard = mode is MonitorMode.BARGE
    match place:
        case CallPlace.HELD:
            return say("通话保持中：您听不到，也无人听到您")
        case CallPlace.ALONE:
            return say("正自动播音：您听不到，也无人听到您")
        case CallPlace.TAKEN if mode is MonitorMode.TAKE_OVER:
            return say("您与对方互相听见，席位听不到")
        case CallPlace.TAKEN | CallPlace.ASIDE if heard:
            return say("您与对方互相听见，席位不在其中")
        case CallPlace.TAKEN | CallPlace.ASIDE:
            return say("只听得到对方，席位不在其中；无人听到您")
        case _ if heard:
            return say("您与席位、对方互相听见")
        case _ if mode is MonitorMode.WHISPER:
            return say("听得到双方，只有席位听到您")
        case _:
            return say("听得到双方，无人听到您")
