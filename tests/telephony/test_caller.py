"""The virtual caller by hand, as the command line runs it, and its voice."""

import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import msgspec
import pytest

from telephony import messages as msg
from telephony import speech
from telephony.settings import Voice

ROOT = Path(__file__).parents[2]
EVENT = msgspec.json.Decoder(msg.AnyEvent)


@pytest.mark.process
def test_one_call_from_the_options(seat: Any) -> None:
    command = [sys.executable, "-m", "telephony.caller", "--to", seat.uri, "--number", "13904510001"]
    caller = subprocess.Popen(
        [*command, "--name", "张三", "--seconds", "0.2"], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert seat.answered().number == "13904510001"
    out, _ = caller.communicate(timeout=10)
    events = [EVENT.decode(line) for line in out.splitlines()]
    assert caller.returncode == 0
    assert isinstance(events[-1], msg.CallEnded)
    assert events[-1].answered


@pytest.mark.process
def test_calls_from_lines(seat: Any) -> None:
    caller = subprocess.Popen(
        [sys.executable, "-m", "telephony.caller"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert caller.stdin
    assert caller.stdout
    for n in range(3):
        order = {"type": "Call", "to": seat.uri, "number": f"1390451000{n}"}
        caller.stdin.write(b"rubbish\n" + msgspec.json.encode(order) + b"\n")
        caller.stdin.flush()
        ringing = seat.answered()
        assert ringing.number == f"1390451000{n}"
        dialled = EVENT.decode(caller.stdout.readline())
        assert isinstance(dialled, msg.CallDialled)
        caller.stdin.write(msgspec.json.encode({"type": "HangUp", "call_id": dialled.call_id}) + b"\n")
        caller.stdin.flush()
        assert seat.heard.until(msg.CallEnded).ended_by is msg.EndedBy.FAR_END
        while not isinstance(EVENT.decode(caller.stdout.readline()), msg.CallEnded):
            pass
    _, errors = caller.communicate(timeout=10)
    assert caller.returncode == 0
    assert errors.count(b"not an order") == 3


def test_without_a_speaker_a_caller_is_a_tone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert speech.caller_voice("你好", tmp_path) == Voice(tone_hz=speech.CALLER_TONE_HZ)


@pytest.mark.peer
def test_speech_is_made_once_per_text(tmp_path: Path) -> None:
    wav = speech.speech_wav("胸口疼", tmp_path)
    if wav is None:
        pytest.skip("espeak-ng is not installed")
    with wave.open(str(wav)) as file:
        assert file.getnframes() / file.getframerate() > 0.4
    made_ns = wav.stat().st_mtime_ns
    assert speech.speech_wav("胸口疼", tmp_path) == wav
    assert wav.stat().st_mtime_ns == made_ns
