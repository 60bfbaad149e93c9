"""What was heard, in the past tense: the part of `facts.py` about quality and the headset."""

import enum

from msgspec import Struct

from telephony.call_facts import Event


class Words(Struct, frozen=True):
    """What to tell a person, in both languages."""

    zh: str
    en: str


# --- quality ---


class CallStats(Event, frozen=True):
    """Once a second while audio flows. `silent_ms`: how long no packet has come (dead air)."""

    call_id: str
    rx_packets: int
    lost_packets: int
    jitter_ms: float
    silent_ms: int


class CallQuality(Event, frozen=True):
    """Of the last second, or (`final`) of the whole call. `mos` is estimated (ITU-T G.107), 1 .. 4.5 best.

    `delay_ms`: one way, with the jitter buffer. `bad`: beyond the limits of the settings.
    """

    call_id: str
    loss_percent: float
    jitter_ms: float
    delay_ms: float
    mos: float
    bad: bool = False
    final: bool = False


class DeadAirBegan(Event, frozen=True):
    """No packet has come since `at_ms`, two seconds ago: nobody hears the caller."""

    call_id: str
    at_ms: int


class DeadAirEnded(Event, frozen=True):
    """The caller is heard again, or the call was held or ended."""

    call_id: str
    at_ms: int
    lasted_ms: int


# --- headset ---


class SoundDevice(Struct, frozen=True):
    """`id` is the system's own and stays the same over a replug."""

    id: str
    name: str


class HeadsetState(Event, frozen=True):
    """Which devices are used now, and which there are. Empty names: there is none.

    `as_wanted` False: a wanted device is missing; `why` says what to tell the dispatcher.
    """

    ear: str
    mouth: str
    speaker: str
    as_wanted: bool
    why: Words | None = None
    ears: tuple[SoundDevice, ...] = ()
    mouths: tuple[SoundDevice, ...] = ()


class SoundLevels(Event, frozen=True):
    """Ten times a second while somebody talks: loudest RMS since the last one, in dB (-90..0)."""

    caller_db: float
    operator_db: float


class RingChanged(Event, frozen=True):
    """What rings now, "" nothing; `in_headset`: there as well as on the speaker."""

    family: str
    in_headset: bool = False


class HeadsetTried(Event, frozen=True):
    """The test before a shift: how loud the operator's voice was. `why` `None`: it is well."""

    trial_id: str
    level_db: float
    why: Words | None = None


class HookSource(enum.StrEnum):
    HEADSET = "headset"
    KEYBOARD = "keyboard"


class HookPressed(Event, frozen=True):
    """Somebody pressed the key that takes and ends calls; what it means is `headset.hooks.hook_means`."""

    source: HookSource
    at_ms: int
