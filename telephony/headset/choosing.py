"""Which sound device is used: the wanted one, else the system's own, and words for what happened. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from telephony.facts import SoundDevice, Words


class Choice(Struct, frozen=True):
    """`device` `None`: there is none at all. `as_wanted`: it is the one that was asked for."""

    device: SoundDevice | None
    as_wanted: bool


def choose(wanted: str, devices: Sequence[SoundDevice], own_choice: str) -> Choice:
    """By id, by name, by a part of the name; "" and a wanted device that is gone give the system's own."""
    if wanted:
        for fits in (
            lambda d: d.id == wanted,
            lambda d: d.name == wanted,
            lambda d: wanted.casefold() in d.name.casefold(),
        ):
            found = next((d for d in devices if fits(d)), None)
            if found is not None:
                return Choice(found, True)
    fallback = next((d for d in devices if d.id == own_choice), devices[0] if devices else None)
    return Choice(fallback, not wanted)


def words_for(ear: Choice, mouth: Choice, speaker: Choice | None = None) -> Words | None:
    """What the dispatcher must know, the gravest; `None`: all is as wanted. `speaker`: what rings."""
    if ear.device is None and mouth.device is None:
        return Words(
            "没有任何声音设备：听不到来电人，也无法说话", "no sound device: nothing heard, nothing said"
        )
    if mouth.device is None:
        return Words("没有麦克风：来电人听不到您", "no microphone: the caller cannot hear you")
    if ear.device is None:
        return Words("没有耳机或扬声器：您听不到来电人", "no earphone: you cannot hear the caller")
    if not ear.as_wanted or not mouth.as_wanted:
        used = ear.device.name if not ear.as_wanted else mouth.device.name
        return Words(f"耳机未接上，暂用“{used}”", f'the headset is not there, "{used}" is used instead')
    if speaker is not None and speaker.device is not None and not speaker.as_wanted:
        used = speaker.device.name
        return Words(
            f"振铃扬声器未接上，改由“{used}”振铃", f'the loudspeaker is not there, "{used}" rings instead'
        )
    return None
