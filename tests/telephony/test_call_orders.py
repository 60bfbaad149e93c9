"""What rings, is played or keyed while calls are up; who may come in unasked and who may not."""

import subprocess
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.raw_caller import RawCaller
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.monitoring import HEADER, MonitorMode, MonitorWish, signed
from telephony.settings import TrustSettings, Voice
from tests.telephony.exchange import PEERS, needs
from tests.telephony.tones import CALLER_HZ, level_db, read, tick_gaps, windows

pytestmark = pytest.mark.process
SECRET = "the site's secret"
BOSS = "1001 王芳"
TRUST = TrustSettings(("127.0.0.1",), SECRET)
TICK_S = 60 / 110
SENT_OFF_S_MAX = 0.003
CALLER_OFF_S_MAX = 0.025  # the caller's jitter buffer may drop a frame


@pytest.fixture
def trusting(seat: Any) -> Any:
    seat.phone.trust(TRUST)
    seat.settle()
    return seat


def test_a_second_call_waits_and_interrupts_nothing(seat: Any, raw: RawCaller) -> None:
    first = raw.invite("13904510001")
    c = seat.heard.until(msg.CallRinging).call_id
    seat.phone.answer(c)
    assert raw.final(first) == 200
    seat.heard.until(msg.CallAnswered)
    second = raw.invite("13904510002")
    ringing = seat.heard.until(msg.CallRinging)
    assert ringing.waiting
    assert seat.phone.calls[c].place is CallPlace.TALK, "what rings holds nobody"
    seat.phone.answer(ringing.call_id)
    moved = [seat.heard.until(msg.CallMoved) for _ in range(2)]
    assert {m.call_id: m.place for m in moved} == {c: CallPlace.HELD, ringing.call_id: CallPlace.TALK}
    assert raw.final(second) == 200
    seat.heard.until(msg.CallAnswered)
    assert seat.phone.hang_up(ringing.call_id)
    raw.take_bye()
    seat.heard.until(msg.CallEnded)
    assert seat.phone.calls[c].place is CallPlace.HELD, "nobody is put through unasked"
    seat.phone.leave_conference()
    assert seat.heard.until(msg.CommandRefused).order == "LeaveConference"


def test_what_is_no_address_is_refused_and_holds_nobody(seat: Any, raw: RawCaller) -> None:
    coming = raw.invite("13904510001")
    here = seat.heard.until(msg.CallRinging).call_id
    seat.phone.answer(here)
    assert raw.final(coming) == 200
    seat.heard.until(msg.CallAnswered)
    seat.phone.dial("sip:@@@")
    refused = seat.heard.until(msg.CommandRefused)
    assert (refused.order, refused.reason) == ("Dial", "no address that can be dialled")
    assert seat.phone.calls[here].place is CallPlace.TALK
    assert list(seat.phone.calls) == [here]


def test_an_intercom_call_from_the_exchange_is_answered_by_itself(
    trusting: Any, make_raw: Callable[[Any], RawCaller]
) -> None:
    raw, header = make_raw(trusting), "Call-Info: <sip:x>;answer-after=0"
    call = raw.invite("8100", extra=f"{header}\r\n")
    assert trusting.heard.until(msg.CallRinging).answer_after_s == 0
    assert raw.final(call) == 200
    trusting.heard.until(msg.CallAnswered)
    raw.invite("8101", extra=f"{header}\r\n")
    assert trusting.heard.until(msg.CallRinging).answer_after_s is None, "nothing interrupts speech"


def test_an_intercom_call_from_elsewhere_only_rings(seat: Any, raw: RawCaller) -> None:
    call = raw.invite("8100", extra="Call-Info: <sip:x>;answer-after=0\r\n")
    assert seat.heard.until(msg.CallRinging).answer_after_s is None
    seat.heard.meanwhile(0.3)
    assert not seat.heard.of(msg.CallAnswered)
    raw.cancel(call)
    assert raw.final(call) == 487


def test_a_seat_that_wants_offers_refuses_a_late_one_politely(
    make_seat: Callable[..., Any], make_raw: Callable[[Any], RawCaller]
) -> None:
    seat = make_seat(late_offers=False, recordings_dir=None)
    raw, pid = make_raw(seat), seat.phone.child.pid
    for _ in range(3):
        assert raw.final(raw.invite(body="")) == 488
    rejected = seat.heard.until(msg.CallRejected)
    assert (rejected.sip_code, rejected.number) == (488, "13904510001")
    assert raw.options() == 200
    assert seat.phone.child.pid == pid
    assert not seat.heard.of(msg.CallRinging)


def test_key_tones_go_and_come_in_the_stream_and_as_info(seat: Any, partner: Any) -> None:
    here, there = seat.connected(partner)
    for digits, by_info in (("12*#", False), ("34", True)):
        seat.phone.send_digits(here, digits, by_info=by_info)
        assert seat.heard.until(msg.DigitsSent).by_info is by_info
        came = [partner.heard.until(msg.DigitReceived) for _ in digits]
        assert "".join(d.digit for d in came) == digits
        assert {(d.call_id, d.by_info) for d in came} == {(there, by_info)}
    assert partner.phone.calls[there].digits == "12*#34"
    seat.phone.send_digits(here, "1\r\n")
    assert seat.heard.until(msg.CommandRefused).order == "SendDigits"


def sipp_answers(
    scenario: str, folder: Path, port: int, speech: Path, talk_ms: int
) -> "subprocess.Popen[bytes]":
    """A sipp that is called; it ends when its scenario has."""
    text = (PEERS / scenario).read_text().replace("SPEECH", str(speech)).replace("TALK_MS", str(talk_ms))
    (folder / scenario).write_text(text)
    command = ["sipp", "-sf", scenario, "-i", "127.0.0.1", "-p", str(port), "-m", "1", "-nostdin"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=folder, **quiet)


@pytest.fixture
def tone_alaw(tmp_path: Path) -> Path:
    needs("sipp", "sox")
    target = tmp_path / "tone.wav"
    tone = ["synth", "20", "sine", str(CALLER_HZ), "gain", "-12"]
    subprocess.run(
        ["sox", "-n", "-r", "8000", "-c", "1", "-e", "a-law", "-b", "8", target, *tone], check=True
    )
    return target


@pytest.mark.peer
@pytest.mark.nightly
def test_what_is_said_before_the_answer_is_heard_and_recorded(
    seat: Any, tmp_path: Path, sip_port: int, tone_alaw: Path
) -> None:
    peer = sipp_answers("early_media.xml", tmp_path, sip_port, tone_alaw, talk_ms=1200)
    call = seat.phone.dial(f"sip:far@127.0.0.1:{sip_port}")
    assert seat.heard.until(msg.CallEarly).sip_code == 183
    seat.heard.until(msg.CallMedia, lambda e: e.active)
    assert seat.phone.calls[call].place is CallPlace.TALK
    ended = seat.heard.until(msg.CallEnded)
    assert (ended.sip_code, ended.answered) == (486, False)
    (left, _), rate_hz = read(seat.phone.recording_path(seat.heard.until(msg.RecordingClosed)))
    middle = len(left) // 2
    assert level_db(left[middle : middle + rate_hz // 4], CALLER_HZ, rate_hz) > -15
    assert peer.wait(10) == 0


@pytest.mark.peer
@pytest.mark.nightly
def test_a_far_end_without_telephone_event_gets_info(
    seat: Any, tmp_path: Path, sip_port: int, tone_alaw: Path
) -> None:
    peer = sipp_answers("no_events.xml", tmp_path, sip_port, tone_alaw, talk_ms=0)
    call = seat.phone.dial(f"sip:far@127.0.0.1:{sip_port}")
    seat.heard.until(msg.CallAnswered)
    seat.phone.send_digits(call, "7")
    assert seat.heard.until(msg.DigitsSent).by_info
    seat.heard.meanwhile(0.3)
    seat.phone.hang_up(call)
    assert peer.wait(10) == 0


def prompt(folder: Path, hz: int, seconds: float) -> Path:
    path = folder / "prompt.wav"
    samples = (8000 * np.sin(2 * np.pi * hz * np.arange(round(16_000 * seconds)) / 16_000)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, len(samples), "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def test_prompt_and_metronome_reach_the_caller_in_time(make_seat: Callable[..., Any], tmp_path: Path) -> None:
    """The ticks at the far end are 60/110 s apart; both are on the centre's side of the recording."""
    seat = make_seat(microphone=Voice(), up=False)
    caller = make_seat(recordings_dir=str(tmp_path / "caller"), microphone=Voice(tone_hz=CALLER_HZ))
    seat.wait_up()
    here, _ = seat.connected(caller)
    wav = prompt(tmp_path, 1900, 0.5)
    seat.phone.say(here, str(wav))
    assert seat.heard.until(msg.PromptBegan).duration_s == pytest.approx(0.5, abs=0.01)
    assert seat.heard.until(msg.PromptEnded).whole
    seat.phone.say(here, str(wav), loop=True)
    seat.heard.until(msg.PromptBegan)
    seat.phone.stop_saying(here)
    assert not seat.heard.until(msg.PromptEnded).whole
    seat.phone.metronome(here, True)
    seat.heard.until(msg.MetronomeSwitched)
    assert seat.phone.calls[here].metronome
    seat.heard.meanwhile(2.4)
    seat.phone.say(here, str(tmp_path / "absent.wav"))
    assert "absent.wav" in seat.heard.until(msg.CommandRefused).reason
    seat.phone.hang_up(here)
    (heard, _), rate_hz = read(caller.phone.recording_path(caller.heard.until(msg.RecordingClosed)))
    assert max(level_db(w, 1900, rate_hz) for w in windows(heard, rate_hz, 0.25)) > -3, "the prompt, in full"
    at_caller = tick_gaps(heard, rate_hz)
    assert len(at_caller) >= 3
    assert abs(at_caller - TICK_S).max() < CALLER_OFF_S_MAX
    sides, rate_hz = read(seat.phone.recording_path(seat.heard.until(msg.RecordingClosed)))
    assert abs(tick_gaps(sides[1], rate_hz) - TICK_S).max() < SENT_OFF_S_MAX
    assert max(level_db(w, 1900, rate_hz) for w in windows(sides[1], rate_hz, 0.25)) > -3
    assert max(level_db(w, 1900, rate_hz) for w in windows(sides[0], rate_hz, 0.25)) < -40
    assert level_db(sides[0][-rate_hz:], CALLER_HZ, rate_hz) > -3


def test_only_a_signed_call_of_a_trusted_source_monitors(
    trusting: Any, partner: Any, make_raw: Callable[[Any], RawCaller]
) -> None:
    """Each attempt is a fact, and nobody else ever notices."""
    c, _ = trusting.connected(partner)
    raw = make_raw(trusting)

    def attempt(call_id: str, mode: MonitorMode, off_ms: int = 0, secret: str = SECRET) -> tuple[str, str]:
        value = signed(MonitorWish(mode, call_id, BOSS), time.time_ns() // 1_000_000 + off_ms, secret)
        call = raw.invite("8100", extra=f"{HEADER}: {value}\r\n")
        assert raw.final(call) == 403
        return trusting.heard.until(msg.MonitorRefused).reason, value

    assert attempt(c, MonitorMode.LISTEN, secret="guess")[0] == "wrong signature"
    assert attempt(c, MonitorMode.LISTEN, off_ms=-31_000)[0] == "out of time"
    reason, value = attempt("0" * 32, MonitorMode.LISTEN)
    assert reason == "no such call"
    again = raw.invite("8100", extra=f"{HEADER}: {value}\r\n")
    assert raw.final(again) == 403
    assert trusting.heard.until(msg.MonitorRefused).reason == "replayed"
    assert raw.final(raw.invite("8100", extra=f"{HEADER}: nonsense\r\n")) == 403
    assert trusting.heard.until(msg.MonitorRefused).reason == "malformed"
    trusting.phone.hold(c)
    trusting.heard.until(msg.CallMoved, lambda e: e.place is CallPlace.HELD)
    assert attempt(c, MonitorMode.TAKE_OVER)[0] == "the call is not in conversation"
    trusting.phone.trust(TrustSettings((), SECRET))
    trusting.settle()
    assert attempt(c, MonitorMode.LISTEN)[0] == "source not trusted"
    assert list(trusting.phone.calls) == [c]
    assert not trusting.heard.of(msg.CallRinging) + trusting.heard.of(msg.MonitorBegan)


def test_a_supervisor_releases_by_force_and_goes_with_the_call(
    trusting: Any, partner: Any, lend: Callable[..., Any]
) -> None:
    c, _ = trusting.connected(partner)
    with lend(recordings_dir=None) as boss:
        boss.phone.trust(TRUST)
        supervised_and_released(trusting, boss, c)


def supervised_and_released(trusting: Any, boss: Any, c: str) -> None:
    def stands(mode: MonitorMode, place: CallPlace) -> msg.SupervisionStands:
        return boss.heard.until(msg.SupervisionStands, lambda e: (e.mode, e.place) == (mode, place))

    leg = boss.phone.supervise(trusting.uri, c, MonitorMode.TAKE_OVER, BOSS)
    began = trusting.heard.until(msg.MonitorBegan)
    assert (began.by_number, began.by_name) == tuple(BOSS.split()), "who signed"
    trusting.heard.until(msg.CallMoved, lambda e: e.place is CallPlace.TAKEN)
    trusting.phone.talk_to(c)
    changed = trusting.heard.until(msg.MonitorChanged)
    assert (changed.mode, changed.by_seat) == (MonitorMode.LISTEN, True), "the operator takes it back"
    assert trusting.phone.monitors[began.monitor_id].mode is MonitorMode.LISTEN
    assert stands(MonitorMode.LISTEN, CallPlace.TALK).call_id == leg, "the supervisor is told"
    trusting.phone.hold(c)
    stands(MonitorMode.LISTEN, CallPlace.HELD)
    assert boss.phone.calls[leg].stands.place is CallPlace.HELD
    trusting.phone.talk_to(c)
    stands(MonitorMode.LISTEN, CallPlace.TALK)
    boss.phone.change_supervision(leg, MonitorMode.RELEASE, "恶意占线：三次")
    changed = trusting.heard.until(msg.MonitorChanged)
    assert (changed.mode, changed.reason) == (MonitorMode.RELEASE, "恶意占线：三次")
    assert trusting.heard.until(msg.CallEnded).ended_by is msg.EndedBy.SUPERVISOR
    assert trusting.heard.until(msg.MonitorEnded).monitor_id == began.monitor_id
    assert not trusting.phone.monitors
    assert boss.heard.until(msg.CallEnded).ended_by is msg.EndedBy.FAR_END


def test_a_call_back_says_what_it_is_about(seat: Any, partner: Any) -> None:
    seat.phone.dial(partner.uri, asserted_number="04511200", call_back_of="a" * 32, incident_id="b" * 32)
    dialled = seat.heard.until(msg.CallDialled)
    assert (dialled.call_back_of, dialled.incident_id) == ("a" * 32, "b" * 32)
    assert partner.heard.until(msg.CallRinging).number == "04511200"
