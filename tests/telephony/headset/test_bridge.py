"""The headset of a real phone, at a sound server without sound: both voices arrive, devices come and go."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from bench.sizes import report
from telephony import messages as msg
from telephony.settings import HeadsetSettings, Voice
from tests.telephony.likeness import CORRELATION_MIN, alike, channels, likeness
from tests.telephony.sound_server import EAR, MOUTH, RATE_HZ, SPEAKER, Listening, SoundServer, running_sound

pytestmark = [pytest.mark.peer, pytest.mark.process]
HEADSET = HeadsetSettings(ear=EAR, mouth=MOUTH, speaker=SPEAKER)
HALF_SECONDS_HEARD, HALF_SECONDS_SAID = 7, 3
HEARD_S_MAX = 60.0
SPOKEN_AGAIN = 15
CALLER_HZ = 440
LOUD = 1000.0
SOFT_MIN, SOFT_MAX = 300.0, 2500.0
ECHO_DB_MIN, QUIETER_DB_MIN = -6.0, 12.0
WINDOW = 30  # of levels: three seconds
SPEAKS_DB = -30.0


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    with running_sound(tmp_path_factory.mktemp("sound")) as server:
        yield server


@pytest.fixture
def headset_seat(
    sound: SoundServer, make_seat: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    for name in ("HOME", "XDG_RUNTIME_DIR", "PULSE_SERVER"):
        monkeypatch.setenv(name, sound.environment[name])

    def make(headset: HeadsetSettings = HEADSET) -> Any:
        seat = make_seat(headset=headset)
        seat.heard.until(msg.HeadsetState, lambda s: s.as_wanted)
        return seat

    return make


def raw_of(wav: Path, folder: Path) -> Path:
    """For the sound server: 16 kHz, 16 bit, no header, said again and again."""
    raw, again = folder / "spoken.raw", ("repeat", str(SPOKEN_AGAIN))
    subprocess.run(["sox", "-G", wav, "-r", str(RATE_HZ), "-c", "1", "-b", "16", raw, *again], check=True)
    return raw


def until_alike(sent: Path, ear: Listening) -> None:
    """Until enough half seconds at the ear are what the caller said."""
    deadline_s, never = time.monotonic() + HEARD_S_MAX, threading.Event()
    while alike(sent, ear.samples(), RATE_HZ) < HALF_SECONDS_HEARD:
        assert time.monotonic() < deadline_s, [round(f, 2) for f in likeness(sent, ear.samples(), RATE_HZ)]
        never.wait(0.5)


def test_speech_reaches_the_ear_and_the_caller(
    headset_seat: Any, sound: SoundServer, caller: Any, speech: Path, tmp_path: Path
) -> None:
    seat = headset_seat()
    spoken = raw_of(speech, tmp_path)
    with sound.heard_at() as ear:
        call_id = caller.call(seat.uri, voice=Voice(wav=str(speech)))
        seat.answered()
        with sound.spoken(spoken):
            until_alike(speech, ear)
            caller.phone.hang_up(call_id)
            seat.heard.until(msg.CallEnded, within_s=12.0)
    closed = seat.heard.until(msg.RecordingClosed)
    _, operator, rate_hz = channels(seat.phone.recording_path(closed))
    back = likeness(speech, operator, rate_hz)
    assert sum(one > CORRELATION_MIN for one in back) >= HALF_SECONDS_SAID, [round(one, 2) for one in back]
    levels = seat.heard.of(msg.SoundLevels)
    assert len(levels) > 25, "ten a second"
    assert max(level.caller_db for level in levels) > -30
    assert max(level.operator_db for level in levels) > -30


@pytest.mark.nightly
def test_a_headset_unplugged_in_a_call_comes_back_and_the_call_stays(
    headset_seat: Any, sound: SoundServer, caller: Any
) -> None:
    seat = headset_seat()
    call_id = caller.call(seat.uri, voice=Voice(tone_hz=CALLER_HZ))
    seat.answered()
    with sound.heard_at() as ear:
        ear.until_loud()
    sound.unplug()
    try:
        away = seat.heard.until(msg.HeadsetState, lambda s: not s.as_wanted and s.ear == SPEAKER)
        assert away.why is not None
        with sound.heard_at("speaker") as speaker:
            speaker.until_loud()
    finally:
        sound.plug()
    back = seat.heard.until(msg.HeadsetState, lambda s: s.as_wanted)
    assert (back.ear, back.mouth, back.why) == (EAR, MOUTH, None)
    with sound.heard_at() as ear:
        ear.until_loud()
    assert list(seat.phone.calls)
    assert not seat.heard.of(msg.CallEnded)
    caller.phone.hang_up(call_id)
    seat.heard.until(msg.CallEnded)


@pytest.mark.nightly
def test_a_call_rings_on_speaker_and_headset_until_it_is_answered(
    headset_seat: Any, sound: SoundServer, caller: Any
) -> None:
    seat = headset_seat()
    with sound.heard_at() as ear, sound.heard_at("speaker") as speaker:
        caller.call(seat.uri)
        ringing = seat.heard.until(msg.RingChanged)
        assert (ringing.family, ringing.in_headset) == ("emergency", True)
        ear.until_loud()
        speaker.until_loud()
        seat.phone.answer(seat.heard.of(msg.CallRinging)[-1].call_id)
        assert seat.heard.until(msg.RingChanged).family == ""


@pytest.mark.nightly
def test_who_waits_is_soft_at_the_only_ear_and_rings_fully_once_the_caller_is_on_hold(
    headset_seat: Any, sound: SoundServer, caller: Any
) -> None:
    seat = headset_seat(HeadsetSettings(ear=EAR, mouth=MOUTH, speaker=EAR))
    with sound.heard_at() as ear:
        caller.call(seat.uri)
        first = seat.answered().call_id
        caller.call(seat.uri)
        seat.heard.until(msg.RingChanged, lambda r: r.family == "waiting")
        ear.until_loud(SOFT_MIN)
        assert np.abs(ear.samples()[-RATE_HZ:]).max() < SOFT_MAX
        after = ear.until_longer_by(6 * RATE_HZ)[-5 * RATE_HZ :]
        assert np.abs(after).max() < SOFT_MIN, "and not again for a while"
        seat.phone.hold(first)
        seat.heard.until(msg.RingChanged, lambda r: r.family == "emergency")
        ear.until_loud(SOFT_MAX)


@pytest.mark.nightly
def test_the_trial_before_a_shift_plays_the_voice_back(
    headset_seat: Any, sound: SoundServer, speech: Path, tmp_path: Path
) -> None:
    seat = headset_seat()
    with sound.heard_at() as ear, sound.spoken(raw_of(speech, tmp_path)):
        seat.phone.try_headset()
        tried = seat.heard.until(msg.HeadsetTried)
        assert tried.why is None
        assert tried.level_db > -30
        ear.until_loud(LOUD)


@pytest.mark.nightly
def test_a_chosen_headset_is_used_again_after_the_telephone_died(
    headset_seat: Any, sound: SoundServer
) -> None:
    seat = headset_seat()
    seat.phone.use_headset(HeadsetSettings(ear=SPEAKER, mouth=MOUTH, speaker=SPEAKER))
    seat.heard.until(msg.HeadsetState, lambda s: s.ear == SPEAKER)
    os.kill(seat.phone.child.pid, signal.SIGKILL)
    seat.heard.until(msg.PhoneDown)
    seat.heard.until(msg.HeadsetState, lambda s: s.ear == SPEAKER, within_s=10.0)


@pytest.mark.nightly
def test_a_ring_can_be_heard_before_it_is_needed(headset_seat: Any, sound: SoundServer) -> None:
    seat = headset_seat()
    with sound.heard_at("speaker") as speaker:
        seat.phone.try_ring("emergency")
        speaker.until_loud(LOUD)


def test_nothing_of_it_is_loaded_without_a_headset(seat: Any) -> None:
    maps = Path(f"/proc/{seat.phone.child.pid}/maps").read_text()
    assert "Qt6" not in maps
    seat.phone.try_headset()
    assert "without a headset" in seat.heard.until(msg.CommandRefused).reason


def echo_db(levels: list[msg.SoundLevels]) -> list[float]:
    """How loud the operator's side is against the caller's, in each window in which the caller speaks."""
    windows = (levels[at : at + WINDOW] for at in range(0, len(levels) - WINDOW + 1, WINDOW // 3))
    louds = ((max(o.operator_db for o in w), max(o.caller_db for o in w)) for w in windows)
    return [operator - caller for operator, caller in louds if caller > SPEAKS_DB]


@pytest.mark.nightly
def test_hands_free_takes_the_caller_out_of_what_the_caller_hears(
    headset_seat: Any, sound: SoundServer, caller: Any, speech: Path
) -> None:
    """The loudspeaker is heard by the microphone; switched on in the call, the echo goes.

    Waited for: each frame that a starved machine loses moves the echo, and it is learnt anew.
    """
    seat = headset_seat()
    with sound.echo():
        call_id = caller.call(seat.uri, voice=Voice(wav=str(speech)))
        seat.answered()
        while not (loud := echo_db(seat.heard.of(msg.SoundLevels))) or loud[-1] < ECHO_DB_MIN:
            seat.heard.until(msg.SoundLevels)
        assert seat.phone.use_headset(replace(HEADSET, hands_free=True))
        seat.heard.all.clear()
        deadline_s = time.monotonic() + HEARD_S_MAX
        while (
            not (after := echo_db(seat.heard.of(msg.SoundLevels))) or min(after) > loud[-1] - QUIETER_DB_MIN
        ):
            assert time.monotonic() < deadline_s, (loud[-1], after[-20:])
            seat.heard.until(msg.SoundLevels)
        caller.phone.hang_up(call_id)
        seat.heard.until(msg.RecordingClosed)
    report("echo of a loudspeaker", before_db=round(loud[-1], 1), after_db=round(min(after), 1))
    assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.PhoneDown)
