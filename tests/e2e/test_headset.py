"""A seat with the headset of its configuration: tested before the shift, a call taken by its key, both
voices whole, unplugged in the call and back.

  caller's WAV ─► phone ─► seat's phone ─► earphone (null sink) ─► compared
  caller's recording ◄── seat's phone ◄── microphone (null source) ◄── another WAV
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.sizes import report
from console.drill.ports import free_ports
from console.drill.stage import PASSWORD, STAFF
from telephony import messages as msg
from telephony.archive.recall import growing
from telephony.phone import Phone
from telephony.recording import WAV_HEADER_BYTES
from telephony.settings import AccountSettings, EngineSettings, PhoneSettings, Transport, Voice
from tests.e2e.conftest import Led, Service
from tests.telephony.conftest import START_S_MAX, STOP_S, WAIT_S, Heard, free_rtp_block, speech
from tests.telephony.headset.test_bridge import raw_of
from tests.telephony.likeness import alike, likeness
from tests.telephony.sound_server import EAR, MOUTH, RATE_HZ, SPEAKER, SoundServer, running_sound

pytestmark = [pytest.mark.process, pytest.mark.peer, pytest.mark.nightly]
__all__ = ["speech"]
NUMBER = "13904517799"
HALF_SECONDS = 6
CALLER_HZ = 16_000
HEARD_S_MAX = 90.0
BETTER_HALF = 0.6


class Key:
    """The hook key at the far end of a serial line."""

    def __init__(self) -> None:
        self._ours, self._theirs = os.openpty()
        self.path = os.ttyname(self._theirs)

    def press(self) -> None:
        os.write(self._ours, b"H")

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)


class Caller:
    """A telephone that records what it hears."""

    def __init__(self, folder: Path) -> None:
        self.heard = Heard()
        engine = EngineSettings(
            sip_port=free_ports(1)[0],
            bind_address="127.0.0.1",
            transports=(Transport.UDP,),
            rtp_port_first=free_rtp_block(),
            recordings_dir=str(folder),
        )
        account = AccountSettings("caller", "sip:caller@127.0.0.1")
        self.phone = Phone(PhoneSettings(engine, (account,)), self.heard.put)
        self.phone.start()
        self.heard.until(msg.LineState, within_s=START_S_MAX)
        self._folder = folder

    def hears(self) -> Any:
        """What came from the seat so far, from the recording that still grows."""
        recording = growing(self._folder, next(iter(self.phone.calls)))
        if recording is None:
            return np.zeros(0)
        leg = recording.leg("caller").read_bytes()[WAV_HEADER_BYTES:]
        return np.frombuffer(leg[: len(leg) // 2 * 2], "<i2").astype(float)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    with running_sound(tmp_path_factory.mktemp("sound")) as server:
        yield server


@pytest.fixture
def key() -> Iterator[Key]:
    made = Key()
    yield made
    made.close()


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    made = Caller(tmp_path / "caller")
    yield made
    made.phone.stop(STOP_S)


@pytest.fixture
def seat(service: Service, sound: SoundServer, key: Key, monkeypatch: pytest.MonkeyPatch) -> Led:
    """Logged in; its headset is that of its configuration."""
    for name in ("HOME", "XDG_RUNTIME_DIR", "PULSE_SERVER"):
        monkeypatch.setenv(name, sound.environment[name])
    config = service.machine("02")
    text, mark = config.read_text(encoding="utf-8"), "rtp_port = "
    assert text.count(mark) == 1
    words = f'headset = true\near = "{EAR}"\nmouth = "{MOUTH}"\nspeaker = "{SPEAKER}"\n'
    text = text.replace(mark, f'{words}hook_serial = "{key.path}"\n{mark}')
    config.write_text(text, encoding="utf-8")
    seat = service.seat_window("02")
    seat.until("the log-in page", lambda s: "login.staff" in s.texts)
    seat.write("login.staff", STAFF[1][0])
    seat.write("login.password", PASSWORD)
    seat.click("login.enter")
    seat.hides("login.staff")
    seat.shows("lamp.headset", "●")
    return seat


def until_alike(sent: Path, heard: Callable[[], Any], rate_hz: int) -> float:
    """Until enough half seconds of it are what was said; how alike the better half of all of it is."""
    deadline_s, never = time.monotonic() + HEARD_S_MAX, threading.Event()
    while alike(sent, heard(), rate_hz) < HALF_SECONDS:
        assert time.monotonic() < deadline_s, [round(f, 2) for f in likeness(sent, heard(), rate_hz)]
        never.wait(0.5)
    return float(np.quantile(likeness(sent, heard(), rate_hz), BETTER_HALF))


def proven_before_the_shift(service: Service, seat: Led, sound: SoundServer, spoken: Path) -> None:
    seat.shows("notice.text", "本班还没有上岗测试")
    with sound.spoken(spoken):
        seat.press("Ctrl+Shift+S")
        seat.shows("sound.told", "合格，可以上岗")
    seat.shows("sound.last", "中枢存档")
    seats = service.floor.seats.values()
    test = service.until("the test on record", lambda: next(s.self_test for s in seats if s.number == "02"))
    assert test.passed
    assert test.dispatcher_id is not None
    seat.press("Esc")
    seat.hides("sound.told")


def test_the_headset_of_the_configuration_carries_the_call(
    service: Service,
    seat: Led,
    sound: SoundServer,
    key: Key,
    caller: Caller,
    speech: Path,
    tmp_path: Path,
) -> None:
    spoken = raw_of(speech, tmp_path)
    proven_before_the_shift(service, seat, sound, spoken)

    target = f"sip:120@127.0.0.1:{service.sip_ports['02']}"
    with sound.heard_at("speaker") as speaker:
        caller.phone.dial(target, asserted_number=NUMBER, voice=Voice(wav=str(speech)))
        seat.row("calls.table", NUMBER, "振铃")
        speaker.until_loud()
    with sound.heard_at() as ear:
        key.press()
        caller.heard.until(msg.CallAnswered)
        seat.row("calls.table", NUMBER, "通话")
        ear.until_loud()
        with sound.spoken(spoken):
            to_ear = until_alike(speech, ear.samples, RATE_HZ)
            back = until_alike(speech, caller.hears, CALLER_HZ)

    sound.unplug()
    try:
        seat.shows("lamp.headset", "■")
        seat.shows("notice.text", "没有麦克风")
        seat.row("calls.table", NUMBER, "通话")
    finally:
        sound.plug()
    seat.shows("lamp.headset", "●")
    key.press()
    seat.row("calls.table", NUMBER, "已挂机")

    caller.heard.until(msg.RecordingClosed, within_s=WAIT_S)
    report("headset by configuration", to_ear=round(to_ear, 3), back=round(back, 3))
    service.until(
        "the recording",
        lambda: [c for c in service.floor.calls.values() if c.number == NUMBER and c.recordings],
    )
