"""Who hears whom: one pure function from the calls and their places to the set of audio connections.

The bridge is made to look like its answer and nobody else connects a call. What it keeps: a held caller hears
the hold announcement and nothing else; a listening supervisor is heard by nobody; a recording's left side is
everybody far, its right side the centre: operator, supervisor, prompts.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from telephony.conversation import CallPlace
from telephony.monitoring import MonitorMode

FULL = 1.0
PROMPT_LEVEL_AT_OPERATOR = 0.4  # of what the caller hears: speech stays on top
METRONOME_LEVEL_AT_OPERATOR = 0.2


class Kind(enum.StrEnum):
    MOUTH = "mouth"  # the operator's microphone
    EAR = "ear"
    CALL = "call"  # far end of a call, or a supervisor's hidden leg
    VOICE = "voice"  # the own voice of a call that is nobody's conversation
    HOLD = "hold"
    PROMPT = "prompt"
    METRONOME = "metronome"
    FAR = "far"  # left side of a call's recording
    NEAR = "near"  # right side


class Port(NamedTuple):
    """One end of a connection; `call_id` is empty for the operator's mouth and ear."""

    kind: Kind
    call_id: str = ""


class CallAudio(NamedTuple):
    """A call as far as its sound matters. Not `answered`: only early media comes from it."""

    call_id: str
    place: CallPlace
    answered: bool = True
    prompt: bool = False
    metronome: bool = False


class MonitorAudio(NamedTuple):
    """A supervisor's hidden leg and the call it is for."""

    monitor_id: str
    call_id: str
    mode: MonitorMode


Wiring = Mapping[tuple[Port, Port], float]  # (source, sink) -> level, 1.0 as it is
MOUTH, EAR = Port(Kind.MOUTH), Port(Kind.EAR)
ROOMS = (CallPlace.TALK, CallPlace.ASIDE, CallPlace.TAKEN)
Link = tuple[Port, Port, float]


def wiring(calls: Iterable[CallAudio], monitors: Iterable[MonitorAudio] = ()) -> Wiring:
    """All connections there should be now, and no others."""
    calls, monitors = list(calls), list(monitors)
    wanted: dict[tuple[Port, Port], float] = {}
    for place in ROOMS:
        room = [c for c in calls if c.answered and c.place is place]
        present = [m for m in monitors if any(c.call_id == m.call_id for c in room)]
        for source, sink, level in _room(place, room, present):
            wanted[source, sink] = level
    for call in calls:
        for source, sink, level in _outside(call):
            wanted[source, sink] = level
    return wanted


def _room(place: CallPlace, calls: list[CallAudio], monitors: list[MonitorAudio]) -> Iterator[Link]:
    """Everybody of one conversation, with the supervisors who are with it."""
    operator = place is CallPlace.TALK
    far = [Port(Kind.CALL, c.call_id) for c in calls]
    centre = [MOUTH] if operator and calls else []
    for monitor in monitors:
        voice = Port(Kind.CALL, monitor.monitor_id)
        yield from ((speaker, voice, FULL) for speaker in [*far, *centre])
        if _speaks_to_callers(monitor.mode, place):
            yield from ((voice, sink, FULL) for sink in far)
        if operator and monitor.mode in {MonitorMode.WHISPER, MonitorMode.BARGE}:
            yield voice, EAR, FULL
        if _is_heard(monitor.mode, place):
            yield from ((voice, Port(Kind.NEAR, c.call_id), FULL) for c in calls)
    for call in calls:
        me = Port(Kind.CALL, call.call_id)
        yield from ((other, me, FULL) for other in [*far, *centre] if other != me)
        yield from ((other, Port(Kind.FAR, call.call_id), FULL) for other in far)
        yield from ((speaker, Port(Kind.NEAR, call.call_id), FULL) for speaker in centre)
        if operator:
            yield me, EAR, FULL
        yield from _sounds(call, operator)


def _speaks_to_callers(mode: MonitorMode, place: CallPlace) -> bool:
    return mode is MonitorMode.BARGE or (mode is MonitorMode.TAKE_OVER and place is CallPlace.TAKEN)


def _is_heard(mode: MonitorMode, place: CallPlace) -> bool:
    """By anybody at all, so that it belongs on the recording."""
    whispers = mode is MonitorMode.WHISPER and place is CallPlace.TALK
    return whispers or _speaks_to_callers(mode, place)


def _sounds(call: CallAudio, operator: bool) -> Iterator[Link]:
    """Prompt and metronome: full for the caller, lower for the operator, recorded on the centre's side."""
    for playing, kind, level in (
        (call.prompt, Kind.PROMPT, PROMPT_LEVEL_AT_OPERATOR),
        (call.metronome, Kind.METRONOME, METRONOME_LEVEL_AT_OPERATOR),
    ):
        if playing:
            sound = Port(kind, call.call_id)
            yield sound, Port(Kind.CALL, call.call_id), FULL
            yield sound, Port(Kind.NEAR, call.call_id), FULL
            if operator:
                yield sound, EAR, level


def _outside(call: CallAudio) -> Iterator[Link]:
    """A call that is in no conversation: on hold, not yet answered, or with a voice of its own."""
    me, far = Port(Kind.CALL, call.call_id), Port(Kind.FAR, call.call_id)
    near = Port(Kind.NEAR, call.call_id)
    if call.place is CallPlace.ALONE:
        voice = Port(Kind.VOICE, call.call_id)
        yield from ((voice, me, FULL), (voice, near, FULL), (me, far, FULL))
    elif not call.answered:
        yield me, far, FULL
        if call.place is CallPlace.TALK:
            yield me, EAR, FULL
    elif call.place is CallPlace.HELD:
        hold = Port(Kind.HOLD, call.call_id)
        yield from ((hold, me, FULL), (hold, near, FULL), (me, far, FULL))
