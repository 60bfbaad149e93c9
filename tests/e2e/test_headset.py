"""A seat with the headset of its configuration: tested before the shift, a call taken by its key, both
voices whole, unplugged in the call and back.

  caller's WAV ─► phone ─► seat's phone ─► earphone (null sink) ─► compared
  caller's recording ◄── seat's phone ◄── microphone (null source) ◄── another WAV
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from console.drill.ports import free_ports
from console.drill.stage import PASSWORD, STAFF
from telephony import messages as msg
from telephony.phone import Phone
from telephony.settings import AccountSettings, EngineSettings, PhoneSettings, Transport, Voice
from tests.e2e.conftest import Led, Service
from tests.telephony.conftest import START_S_MAX, STOP_S, WAIT_S, Heard, free_rtp_block, speech
from tests.telephony.likeness import CORRELATION_MIN, channels, likeness
from tests.telephony.sound_server import EAR, MOUTH, RATE_HZ, SPEAKER, SoundServer, running_sound

pytestmark = [pytest.mark.process, pytest.mark.peer, pytest.mark.nightly]
__all__ = ["speech"]
NUMBER = "13904517799"
UNBROKEN_SHARE = 0.6  # the other half seconds may have lost a frame: two cores are shared with everybody
HEARD_MIN = 4
TALK_S = 6.0


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


def raw_of(wav: Path, folder: Path) -> Path:
    raw = folder / "spoken.raw"
    subprocess.run(["sox", "-G", wav, "-r", str(RATE_HZ), "-c", "1", "-b", "16", raw], check=True)
    return raw


def is_alike(sent: Path, heard: Any, heard_hz: int = RATE_HZ) -> float:
    found = likeness(sent, heard, heard_hz)
    assert len(found) >= HEARD_MIN, "too little was heard"
    share = float(np.quantile(found, UNBROKEN_SHARE))
    assert share > CORRELATION_MIN, [round(f, 2) for f in found]
    return share


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
            caller.heard.meanwhile(TALK_S)
        to_ear = is_alike(speech, ear.samples())

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

    closed = caller.heard.until(msg.RecordingClosed, within_s=WAIT_S)
    heard, _, rate_hz = channels(caller.phone.recording_path(closed))
    back = is_alike(speech, heard, rate_hz)
    print(f"headset by configuration: to the ear {to_ear:.3f}, back to the caller {back:.3f}")
    service.until(
        "the recording",
        lambda: [c for c in service.floor.calls.values() if c.number == NUMBER and c.recordings],
    )
