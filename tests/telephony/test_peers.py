"""The phone against programs that are not ours: sipp calls it, kamailio registers it; speech is compared."""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dispatch.shapes import Circle
from dispatch.words import Point
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.settings import AccountSettings, Voice
from tests.telephony.exchange import PEERS, needs, running_exchange, wait_until_it_answers
from tests.telephony.likeness import CORRELATION_MIN, channels, likeness

pytestmark = [pytest.mark.peer, pytest.mark.process]
SIPP_CALLS = 6
SIPP_S_MAX = 40.0
BACK_S_MAX = 4.0  # with the exchange; alone it is 2 s (test_phone.py, bench_phone.py)
OPERATOR_TONE_HZ = 700
KEYS_MS = 2800  # sipp takes 0.5 s for each of four keys
UNBROKEN_SHARE = 0.6  # the other windows may have lost frames: the peers share two cores with all other tests


@pytest.fixture(scope="session")
def speech_alaw(speech: Path) -> Path:
    """The same for sipp: 8 kHz A-law."""
    target = speech.with_name("speech_alaw.wav")
    command = ["sox", "-G", str(speech), "-r", "8000", "-c", "1", "-e", "a-law", "-b", "8", str(target)]
    subprocess.run(command, check=True)
    return target


@pytest.fixture
def sipp(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    needs("sipp")
    started: list[subprocess.Popen[bytes]] = []

    def run(scenario: str, port: int, speech: Path | None, *, calls: int, per_s: float, talk_ms: int) -> Any:
        text = (PEERS / scenario).read_text().replace("SPEECH", str(speech)).replace("TALK_MS", str(talk_ms))
        (tmp_path / scenario).write_text(text)
        numbers = "\n".join(f"139045100{n:02d};张三{n}" for n in range(calls))
        (tmp_path / "numbers.csv").write_text(f"SEQUENTIAL\n{numbers}\n")
        command = ["sipp", f"127.0.0.1:{port}", "-sf", scenario, "-inf", "numbers.csv", "-s", "120"]
        command += ["-i", "127.0.0.1", "-m", str(calls), "-r", str(round(per_s * 10)), "-rp", "10000"]
        process = subprocess.Popen(
            [*command, "-nostdin"],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def loudest_hz(samples: Any, rate_hz: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate_hz / len(samples))


def check_recording(seat: Any, closed: msg.RecordingClosed, speech: Path) -> None:
    path = seat.phone.recording_path(closed)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == closed.sha256
    left, right, rate_hz = channels(path)
    found = likeness(speech, left, rate_hz)
    assert len(found) >= 4
    assert np.quantile(found, UNBROKEN_SHARE) > CORRELATION_MIN, found
    assert abs(loudest_hz(right, rate_hz) - OPERATOR_TONE_HZ) < 2
    assert max(likeness(speech, right, rate_hz)) < 0.5, "the caller is not on the operator's side"


def test_sipp_calls_ring_are_answered_and_recorded(seat: Any, sipp: Any, speech_alaw: Path) -> None:
    calls = sipp("caller.xml", seat.port, speech_alaw, calls=SIPP_CALLS, per_s=2, talk_ms=900)
    rung = [seat.answered() for _ in range(SIPP_CALLS)]
    while len(seat.heard.of(msg.RecordingClosed)) < SIPP_CALLS:
        seat.heard.until(msg.RecordingClosed)
    assert calls.wait(SIPP_S_MAX) == 0
    closed = seat.heard.of(msg.RecordingClosed)
    assert [r.number for r in rung] == [f"139045100{n:02d}" for n in range(SIPP_CALLS)]
    assert [r.name for r in rung] == [f"张三{n}" for n in range(SIPP_CALLS)]
    assert {c.call_id for c in closed} == {r.call_id for r in rung}
    assert all(c.duration_ms > 800 for c in closed)
    assert any(e.place is CallPlace.HELD for e in seat.heard.of(msg.CallMoved)), "they overlapped"
    assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.RecordingFailed)


@pytest.mark.nightly
def test_speech_from_sipp_is_on_the_recording(seat: Any, sipp: Any, speech: Path, speech_alaw: Path) -> None:
    call = sipp("caller.xml", seat.port, speech_alaw, calls=1, per_s=1, talk_ms=4000)
    seat.answered()
    check_recording(seat, seat.heard.until(msg.RecordingClosed), speech)
    assert call.wait(SIPP_S_MAX) == 0


@pytest.mark.nightly
def test_speech_from_the_virtual_caller_is_on_the_recording(seat: Any, caller: Any, speech: Path) -> None:
    caller.call(seat.uri, voice=Voice(wav=str(speech)), seconds_max=4.0)
    seat.answered()
    check_recording(seat, seat.heard.until(msg.RecordingClosed), speech)


def test_a_call_without_offer_is_answered(seat: Any, sipp: Any, speech_alaw: Path) -> None:
    call = sipp("late_offer.xml", seat.port, speech_alaw, calls=1, per_s=1, talk_ms=600)
    ringing = seat.answered()
    assert ringing.number == "13904510000"
    assert seat.heard.until(msg.CallEnded).answered
    assert call.wait(SIPP_S_MAX) == 0


@pytest.mark.nightly
def test_keys_pressed_at_sipp_are_told(seat: Any, sipp: Any) -> None:
    """RFC 4733 from a sender that is not ours, in payload 96."""
    if os.geteuid() != 0:
        pytest.skip("sipp sends key tones by a raw socket: root only")
    call = sipp("key_tones.xml", seat.port, None, calls=1, per_s=1, talk_ms=KEYS_MS)
    ringing = seat.answered()
    pressed = [seat.heard.until(msg.DigitReceived) for _ in "12*#"]
    assert "".join(key.digit for key in pressed) == "12*#"
    assert {(key.call_id, key.by_info) for key in pressed} == {(ringing.call_id, False)}
    assert seat.heard.until(msg.CallEnded).answered
    assert call.wait(SIPP_S_MAX) == 0
    assert len(seat.heard.of(msg.DigitReceived)) == 4, "repeated packets are one key"


def test_a_place_sent_by_sipp_is_told_after_the_ring(seat: Any, sipp: Any) -> None:
    """RFC 6442: the PIDF-LO beside the offer, the call answered like any other."""
    call = sipp("located.xml", seat.port, None, calls=1, per_s=1, talk_ms=100)
    ringing = seat.heard.until(msg.CallRinging)
    said = seat.heard.until(msg.CallSaid)
    assert said.call_id == ringing.call_id
    (place,) = said.said.locations
    assert (place.shape, place.method) == (Circle(Point(126.6177, 45.7732), 120.0), "GPS")
    assert not said.said.refused
    seat.phone.answer(ringing.call_id)
    assert seat.heard.until(msg.CallEnded).answered
    assert call.wait(SIPP_S_MAX) == 0


@pytest.fixture
def exchange(tmp_path: Path, sip_port: int) -> Iterator[int]:
    """A kamailio on a free port; yields the port when it answers."""
    with running_exchange(tmp_path, sip_port):
        yield sip_port


def account(port: int, password: str = "pw8001", transport: str = "udp") -> tuple[AccountSettings, ...]:
    registrar = f"sip:127.0.0.1:{port}"
    return (AccountSettings("a", f"sip:8001@127.0.0.1:{port}", registrar, "8001", password, transport),)


@pytest.mark.parametrize("transport", ["udp", pytest.param("tcp", marks=pytest.mark.nightly)])
def test_registered_with_digest_called_through_the_exchange_and_back_after_a_kill(
    exchange: int, make_seat: Any, caller: Any, transport: str
) -> None:
    seat = make_seat(accounts=account(exchange, transport=transport))
    seat.heard.until(msg.LineState, lambda e: e.registered)
    uri = f"sip:8001@127.0.0.1:{exchange}"
    call_id = caller.call(uri, asserted_number="13904510001")
    assert seat.answered().number == "13904510001"
    caller.phone.hang_up(call_id)
    seat.heard.until(msg.CallEnded)
    os.kill(seat.phone.child.pid, signal.SIGKILL)
    killed_at_s = time.monotonic()
    seat.heard.until(msg.PhoneDown)
    assert seat.heard.until(msg.LineState, lambda e: e.registered).code == 200
    assert time.monotonic() - killed_at_s < BACK_S_MAX
    caller.call(uri, asserted_number="13904510002")
    assert seat.answered().number == "13904510002"


def test_a_wrong_password_is_said(exchange: int, make_seat: Any) -> None:
    seat = make_seat(accounts=account(exchange, "wrong"))
    refused = seat.heard.until(msg.LineState, lambda e: e.code >= 400)
    assert (refused.registered, refused.code) == (False, 401)


def test_a_clean_stop_takes_the_registration_back(exchange: int, make_seat: Any, caller: Any) -> None:
    seat = make_seat(accounts=account(exchange))
    seat.heard.until(msg.LineState, lambda e: e.registered)
    seat.phone.stop(5.0)
    call_id = caller.call(f"sip:8001@127.0.0.1:{exchange}")
    assert caller.ended(call_id).sip_code == 480


@pytest.fixture
def telephone(tmp_path: Path, sip_port: int, speech: Path) -> Iterator[str]:
    """A baresip that answers every call; yields its address."""
    needs("baresip")
    plain = tmp_path / "plain.wav"
    subprocess.run(["sox", "-G", speech, "-r", "8000", "-c", "1", "-b", "16", plain], check=True)
    config = (PEERS / "baresip.conf").read_text().replace("SIP_PORT", str(sip_port))
    config = config.replace("SPEECH", str(plain)).replace("HEARD", str(tmp_path / "heard.wav"))
    (tmp_path / "config").write_text(config)
    uri = f"sip:hospital@127.0.0.1:{sip_port}"
    (tmp_path / "accounts").write_text(f"<{uri}>;regint=0;answermode=auto\n")
    (tmp_path / "contacts").touch()
    process = subprocess.Popen(
        ["baresip", "-f", tmp_path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_it_answers(sip_port)
        yield uri
    finally:
        process.terminate()
        process.wait(10)


def test_the_seat_calls_a_telephone_that_is_not_ours(seat: Any, telephone: str, speech: Path) -> None:
    call_id = seat.phone.dial(telephone)
    assert seat.heard.until(msg.CallAnswered).call_id == call_id
    seat.heard.until(msg.CallStats, lambda e: e.rx_packets > 150)
    seat.phone.hang_up(call_id)
    check_recording(seat, seat.heard.until(msg.RecordingClosed), speech)
