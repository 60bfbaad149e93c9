"""Callers from a program that is not ours: sipp calls a seat whose autopilot answers, listens and hangs up.

Every call must ring on the screen, be answered, be ended by the seat, and leave a recording with the hash the
journal says.  Full size:  LINGSHENG_CALLS=20
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.drill.stage import write_drill
from dispatch.kinds import CallClass, CallResult
from dispatch.words import Call
from telephony.speech import speech_wav
from tests.e2e.conftest import HERE, Led, Service

pytestmark = [pytest.mark.process, pytest.mark.peer, pytest.mark.nightly]
CALLS = int(os.environ.get("LINGSHENG_CALLS", "5"))
CALL_EVERY_S = float(os.environ.get("LINGSHENG_CALL_EVERY_S", "2"))
CALL_S_MAX = 8.0
WORDS = "喂，一二零吗？我爸爸胸口疼，出了很多汗。"
NUMBERS = [f"1390451{n:04d}" for n in range(CALLS)]


@pytest.fixture(scope="module")
def seat(service: Service) -> Led:
    """A seat worked by the product's own autopilot; the drill gives the callers nothing to say."""
    config = service.machine("03", autopilot=True)
    write_drill(config.parent, [], service.stage.folder)
    seat = service.seat_window("03")
    seat.hides("login.staff")
    seat.shows("lamp.phone", "▲")
    return seat


@pytest.fixture
def sipp(service: Service, seat: Led, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """CALLS calls, one each CALL_EVERY_S."""
    for program in ("sipp", "sox", "espeak-ng"):
        if shutil.which(program) is None:
            pytest.skip(f"not installed: {program}")
    speech = speech_wav(WORDS, tmp_path)
    assert speech is not None
    alaw = tmp_path / "alaw.wav"
    subprocess.run(["sox", "-G", speech, "-r", "8000", "-c", "1", "-e", "a-law", "-b", "8", alaw], check=True)
    scenario = (HERE / "quiet_caller.xml").read_text().replace("SPEECH", str(alaw))
    (tmp_path / "caller.xml").write_text(scenario)
    (tmp_path / "numbers.csv").write_text("\n".join(["SEQUENTIAL", *(f"{n};张三" for n in NUMBERS), ""]))
    target = f"127.0.0.1:{service.sip_ports['03']}"
    pace = ["-m", str(CALLS), "-r", "1", "-rp", str(round(CALL_EVERY_S * 1000))]
    process = subprocess.Popen(
        ["sipp", target, "-sf", "caller.xml", "-inf", "numbers.csv", "-s", "120", "-i", "127.0.0.1", *pace,
         "-nostdin", "-trace_stat", "-stf", "stat.csv"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield process
    process.kill()
    process.wait()


def test_every_call_rings_on_the_screen_and_is_recorded(
    service: Service, seat: Led, sipp: "subprocess.Popen[bytes]"
) -> None:
    seat.seen.clear()
    for number in NUMBERS:
        seat.row("calls.table", number, "已挂机", within_s=CALL_S_MAX + CALL_EVERY_S)
    assert sipp.wait(CALL_S_MAX) == 0, "sipp counts a failed call"
    ringing = {row[1] for s in seat.seen for row in s.tables.get("calls.table", ()) if "振铃" in row[0]}
    assert ringing == set(NUMBERS), "a screen pop for every call"
    popped = {s.texts.get("form.contact_phone") for s in seat.seen}
    assert set(NUMBERS) <= popped, "a form for every call"
    calls = service.until("recordings", lambda: complete(service))
    assert [call.number for call in calls] == NUMBERS
    for call in calls:
        assert (call.result, call.call_class) == (CallResult.TALKED, CallClass.SILENT)
        check_recording(Path(service.stage.config.recordings.dir), call)
    assert not any("■" in s.texts.get("lamp.phone", "") for s in seat.seen)


def complete(service: Service) -> list[Call]:
    """All calls once each has its recording and its class; else none."""
    calls = list(service.floor.calls.values())
    return calls if len(calls) == CALLS and all(c.recordings and c.call_class for c in calls) else []


def check_recording(folder: Path, call: Call) -> None:
    (recording,) = call.recordings
    content = (folder / recording.path).read_bytes()
    assert hashlib.sha256(content).hexdigest() == recording.sha256
    assert len(content) == recording.bytes
    assert recording.duration_ms > 300
