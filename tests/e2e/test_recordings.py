"""A window with a real telephone: recall while somebody speaks, the beat, the recording found afterwards."""

import os
import signal
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from console.drill.ports import free_ports
from console.local import LocalHub
from console.models.desk import Desk
from console.models.readiness import Setup
from telephony import messages as phone
from telephony.archive.labels import read_label
from telephony.caller import Call, caller_phone, place
from telephony.phone import Phone
from telephony.settings import AccountSettings, EngineSettings, PhoneSettings
from telephony.speech import speech_wav
from tests.console.busy import PASSWORDS, FakeNavigator, Seatful, register
from tests.console.conftest import Shown, show
from tests.telephony.conftest import CALLER_WORDS, free_rtp_block
from tests.telephony.likeness import channels, likeness

__all__ = ["show"]

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
WAIT_MS = 30_000
STOP_S = 5.0


class RealSeat(Seatful):
    """A seat of the console's tests whose telephone is one."""

    def __init__(self, folder: Path) -> None:
        self.clock = lambda: time.time_ns() // 1_000_000
        self.hub = LocalHub(self.clock, "s1", PASSWORDS)
        self.heard = deque()
        self.navigator = FakeNavigator()
        (port,) = free_ports(1)
        self.uri = f"sip:120@127.0.0.1:{port}"
        engine = EngineSettings(
            sip_port=port,
            bind_address="127.0.0.1",
            rtp_port_first=free_rtp_block(),
            recordings_dir=str(folder / "recordings"),
        )
        lines = (AccountSettings("desk", f"sip:01@127.0.0.1:{port}"),)
        self.phone = Phone(PhoneSettings(engine, lines), self.heard.append)
        register(self.hub)
        setup = Setup(recordings=folder / "recordings", exports=folder / "exports", keys=folder)
        self.desk = Desk(self.hub, self.phone, self.navigator, self.clock, setup=setup)
        self.phone.start()
        self.hub.load()
        self.pump()
        self.log_in()

    def pump(self) -> None:
        """The telephone's thread goes on meanwhile: what it says is taken one by one."""
        while self.heard or self.navigator.told or (fresh := self.hub.drain()):
            for message in self.hub.drain() if self.heard or self.navigator.told else fresh:
                self.desk.take(message)
            while self.heard:
                self.desk.take(self.heard.popleft())
            while self.navigator.told:
                self.desk.take(self.navigator.told.pop(0))


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealSeat]:
    made = RealSeat(tmp_path)
    yield made
    made.phone.stop(STOP_S)


@pytest.fixture
def caller() -> Iterator[tuple[Phone, deque[phone.AnyEvent]]]:
    heard: deque[phone.AnyEvent] = deque()
    made = caller_phone(heard.append, rtp_port_first=free_rtp_block())
    made.start()
    yield made, heard
    made.stop(STOP_S)


def until(qtbot, shown: Shown, done) -> None:
    def is_done() -> bool:
        shown.settle()
        shown.window.second()
        return bool(done())

    qtbot.waitUntil(is_done, timeout=WAIT_MS)


@pytest.mark.nightly
def test_said_heard_again_and_found(real, caller, show, qtbot, tmp_path):
    person, said = caller
    shown = show(real)
    until(qtbot, shown, lambda: real.desk.line.lamp.running and person.lines)
    spoken = speech_wav(CALLER_WORDS, tmp_path / "speech")
    call = Call(real.uri, "13904510001", "张三", wav=str(spoken) if spoken else None)
    assert place(person, call, tmp_path / "speech")
    until(qtbot, shown, real.desk.line.ringing)
    shown.key(Key.Key_F3)
    until(qtbot, shown, lambda: real.desk.line.talking() is not None)
    talk = real.desk.line.talking()
    began = time.monotonic()
    until(qtbot, shown, lambda: time.monotonic() - began > 3.0)
    shown.key(Key.Key_B, CTRL | SHIFT)
    until(qtbot, shown, lambda: shown.find("recall").isVisible())
    recalled = shown.find("recall.wave")._picture
    assert recalled.duration_ms > 2_000, "what was said is there while it is being said"
    assert float(recalled.caller.max()) > 0.05
    if spoken:
        said_again, _, rate_hz = channels(tmp_path / "recordings" / "recall.wav")
        assert np.median(likeness(spoken, said_again, rate_hz)) > 0.9
    shown.key(Key.Key_Escape)
    shown.key(Key.Key_C, CTRL | SHIFT)
    until(qtbot, shown, lambda: "CPR 节拍 110 次/分" in shown.text("hears"))
    began = time.monotonic()
    until(qtbot, shown, lambda: time.monotonic() - began > 1.5)
    shown.key(Key.Key_F10)
    until(qtbot, shown, lambda: real.desk.floor.calls[talk.id].recordings)
    path = real.desk.floor.calls[talk.id].recordings[-1].path
    until(qtbot, shown, lambda: read_label(tmp_path / "recordings", path))
    label = read_label(tmp_path / "recordings", path)
    assert (label.number, label.name, label.seat) == ("13904510001", "张三", "01")
    assert {"answered", "metronome_on"} <= {one.kind for one in label.markers}
    shown.key(Key.Key_F, CTRL)
    shown.type("0001")
    shown.key(Key.Key_Return)
    until(qtbot, shown, lambda: shown.find("archive.wave")._picture is not None)
    picture = shown.find("archive.wave")._picture
    assert picture.whole
    assert picture.call_id == talk.id
    assert float(picture.caller.max()) > 0.05
    assert not any(isinstance(one, phone.PhoneFault) for one in said)


@pytest.mark.nightly
def test_a_recording_cut_by_a_crash_is_mended_and_said(real, caller, show, qtbot, tmp_path):
    person, _said = caller
    shown = show(real)
    until(qtbot, shown, lambda: real.desk.line.lamp.running and person.lines)
    assert place(person, Call(real.uri, "13904510002"), tmp_path / "speech")
    until(qtbot, shown, real.desk.line.ringing)
    shown.key(Key.Key_F3)
    until(qtbot, shown, lambda: real.desk.line.talking() is not None)
    talk = real.desk.line.talking()
    began = time.monotonic()
    until(qtbot, shown, lambda: time.monotonic() - began > 2.0)
    os.kill(real.phone.child.pid, signal.SIGKILL)
    until(qtbot, shown, lambda: any("已修复归档" in one.what for one in real.desk.notices))
    until(qtbot, shown, lambda: real.desk.floor.calls[talk.id].recordings)
    kept = real.desk.floor.calls[talk.id].recordings[-1]
    assert kept.repaired
    assert kept.duration_ms > 1_000, "at most one second is lost"
    until(qtbot, shown, lambda: read_label(tmp_path / "recordings", kept.path))
    shown.key(Key.Key_F, CTRL)
    until(qtbot, shown, lambda: shown.find("archive.table").rows_model.rows)
    (row,) = shown.find("archive.table").rows_model.rows
    assert (row.number, row.note) == ("13904510002", "▲ 中断后修复")
