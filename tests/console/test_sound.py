"""Sound and the record's PDF are made by processes of their own: the window's thread never waits for them."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess

from console.panels.player import Player
from console.record import PROGRAM_DIR, write_record
from console.sound import RATE_HZ, Chime, chime_samples
from console.speaker import Speaker, write_wav
from dispatch import reserve_commands as reserve
from dispatch.kinds import ReserveRole
from dispatch.reserve import SeatOrder
from tests.console.reserve_city import ReserveSeatful, reserve_setup

WAIT_MS = 20_000
HELD_UP_S_MAX = 0.05


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    file = tmp_path / "一声.wav"
    write_wav(file, chime_samples(), RATE_HZ)
    return file


def test_the_child_answers_for_each_file_and_ends_with_its_input(tone):
    child = subprocess.Popen(
        [sys.executable, "-m", "console.speaker_process"],
        cwd=PROGRAM_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(f"{tone}\n\n")
    child.stdin.flush()
    assert child.stdout.readline().strip() in {"playing", "silent"}
    child.stdin.close()
    assert child.wait(10) == 0
    child.stdout.close()


def test_the_window_never_waits_for_a_device(qtbot, tone):
    speaker = Speaker()
    begun = time.monotonic()
    speaker.play(tone)
    assert time.monotonic() - begun < HELD_UP_S_MAX
    speaker.stop()
    assert "PySide6.QtMultimedia" not in sys.modules


def test_a_child_that_cannot_start_is_as_good_as_no_device(qtbot, tone):
    told = []
    player = Player(lambda what, do: told.append(what))
    player._speaker._child.setProgram("/nowhere/python")
    player.toggle(tone)
    qtbot.waitUntil(lambda: told == ["没有声音设备，无法播放"], timeout=WAIT_MS)
    player._speaker._child.setProgram(sys.executable)
    player.toggle(tone)
    qtbot.waitUntil(lambda: player._speaker._child.state() is QProcess.ProcessState.Running, timeout=WAIT_MS)
    player._speaker._child.kill()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=WAIT_MS)
    player.stop()
    player.toggle(tone.parent / "missing.wav")
    assert told[-1] == "录音文件不在本机"


def test_the_same_recording_again_is_silence(qtbot, tone):
    told = []
    player = Player(lambda what, do: told.append(what))
    player.toggle(tone)
    player.toggle(tone)
    assert player._playing is None
    player.stop()
    assert told == []


def test_the_chime_counts_and_ends_with_its_window(qtbot, qapp):
    chime = Chime(qapp)
    chime.play()
    chime.play()
    assert chime.played == 2
    chime.stop()
    assert chime._speaker._child.state() is QProcess.ProcessState.NotRunning


def drilled() -> ReserveSeatful:
    seat = ReserveSeatful("s1", reserve_setup())
    seat.log_in()
    seat.lead(reserve.OrderActivation("a1", (SeatOrder("r1", ReserveRole.FULL),), "月度演练", drill=True))
    return seat


def test_the_record_is_drawn_beside_the_window(show, qtbot):
    seat = drilled()
    shown = show(seat)
    begun = time.monotonic()
    shown.window.write_record()
    held_up = time.monotonic() - begun
    assert held_up < HELD_UP_S_MAX, f"{held_up * 1000:.0f} ms"
    qtbot.waitUntil(lambda: any("已导出" in one.what for one in seat.desk.notices), timeout=WAIT_MS)
    (pdf,) = Path("records").glob("*.pdf")
    assert pdf.read_bytes().startswith(b"%PDF")


def test_a_record_that_cannot_be_drawn_says_why(show, qtbot, tmp_path):
    seat = drilled()
    shown = show(seat)
    (activation,) = seat.desk.floor.activations.values()
    page, _ = write_record(seat.desk.floor, activation, seat.clock.now, Path("records"))
    page.with_suffix(".pdf.new").mkdir()
    shown.window.write_record()
    qtbot.waitUntil(lambda: any("写不出" in one.what for one in seat.desk.notices), timeout=WAIT_MS)


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
