"""Sentences of the strip of calls: who hears whom, and what a supervisor does."""

from msgspec import Struct

from console.i18n import say


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


def mode_sentence(mode: str) -> str:
    """What a supervisor in this mode hears and who hears them."""
    return {
        "listen": say("监听：听得到双方，无人听到"),
        "whisper": say("耳语：只有席位听得到"),
        "barge": say("强插：各方都听得到"),
        "take_over": say("接管：代替席位与对方通话"),
        "release": say("强拆"),
    }[mode]
