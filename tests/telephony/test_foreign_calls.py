"""Prompts, ticks, keys, early sound, intercom, ring-back, quality, session timer with foreign telephones."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.sizes import report
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.settings import TrustSettings, Voice
from tests.telephony.ear import RATE_HZ
from tests.telephony.foreign import Abroad
from tests.telephony.likeness import CORRELATION_MIN, likeness
from tests.telephony.listening import EAR, ListeningPhone
from tests.telephony.tones import CALLER_HZ, HOSPITAL_HZ, OPERATOR_HZ, Phases, read, tick_gaps

pytestmark = [pytest.mark.process, pytest.mark.peer]
TICK_S = 60 / 110
TICKS_S = 6.2
TICK_OFF_S_MAX = 0.003  # of each, read in steps of 2 ms
MEAN_OFF_S_MAX = 0.001
PACE_OFF_MAX = 0.01
UNBROKEN_SHARE = 0.6  # the other windows may have lost frames: the peers share two cores with all other tests
SPOKEN_S = 4.0
WAIT_S, LOOK_S = 8.0, 0.1
SESSION_S, FREED_S_MAX = 90, 75.0


@pytest.mark.nightly
def test_a_prompt_and_the_metronome_reach_a_telephone_that_is_not_ours(
    make_seat: Callable[..., Any], abroad: Abroad, speech: Path
) -> None:
    seat = make_seat(microphone=Voice())
    caller = abroad.calls(seat.port, CALLER_HZ)
    call_id, phases = seat.answered().call_id, Phases(seat.heard)
    phases.named("prompt")
    seat.phone.say(call_id, str(speech))
    seat.heard.until(msg.PromptBegan)
    seat.heard.meanwhile(SPOKEN_S)
    seat.phone.stop_saying(call_id)
    seat.heard.until(msg.PromptEnded)
    seat.phone.metronome(call_id, True)
    seat.heard.until(msg.MetronomeSwitched)
    phases.named("ticks")
    seat.heard.meanwhile(TICKS_S)
    seat.phone.hang_up(call_id)
    caller.finish()
    alike = likeness(speech, caller.ear.between(phases.from_ms["prompt"], SPOKEN_S), RATE_HZ)
    assert len(alike) >= 4
    assert np.quantile(alike, UNBROKEN_SHARE) > CORRELATION_MIN, alike
    from_ms = phases.from_ms["ticks"]
    gaps = tick_gaps(caller.ear.between(from_ms, TICKS_S), RATE_HZ)
    assert len(gaps) >= 9
    assert abs(gaps - TICK_S).max() < TICK_OFF_S_MAX
    assert abs(gaps.mean() - TICK_S) < MEAN_OFF_S_MAX
    assert abs(caller.ear.pace(from_ms, TICKS_S) - 1) < PACE_OFF_MAX, "and its seconds are ours"


def test_keys_that_are_pressed_here_come_in_the_stream_of_a_telephone_that_is_not_ours(
    seat: Any, abroad: Abroad
) -> None:
    far = abroad.answers(CALLER_HZ)
    call_id = seat.phone.dial(far.uri)
    seat.heard.until(msg.CallAnswered)
    seat.phone.send_digits(call_id, "12*#")
    assert not seat.heard.until(msg.DigitsSent).by_info
    deadline_s = time.monotonic() + WAIT_S
    while len(far.ear.keys()) < 4 and time.monotonic() < deadline_s:
        seat.heard.meanwhile(LOOK_S)
    seat.phone.hang_up(call_id)
    far.finish()
    assert far.ear.keys() == "12*#"


@pytest.mark.nightly
def test_what_sounds_before_the_answer_is_in_the_operators_ear(
    make_seat: Callable[..., Any], abroad: Abroad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """183 with a session description, then 200: nobody hears the operator before it."""
    monkeypatch.setenv(EAR, str(tmp_path / "ear.wav"))
    seat = make_seat(kind=ListeningPhone, microphone=Voice(tone_hz=OPERATOR_HZ))
    far, phases = abroad.answers(CALLER_HZ, early_ms=1500), Phases(seat.heard)
    call_id = seat.phone.dial(far.uri)
    assert seat.heard.until(msg.CallEarly).sip_code == 183
    seat.heard.until(msg.CallMedia, lambda e: e.active)
    phases.named("early")
    assert not seat.heard.of(msg.CallAnswered)
    seat.heard.until(msg.CallAnswered)
    phases.named("talk")
    seat.phone.hang_up(call_id)
    far.finish()
    seat.phone.stop(5.0)
    (ear,), rate_hz = read(tmp_path / "ear.wav")
    from_ms = float((tmp_path / "ear.ms").read_text())
    assert [phases.tones(ear, rate_hz, from_ms, name) for name in phases.from_ms] == [{CALLER_HZ}] * 2
    assert [far.ear.tones(phases, name) for name in phases.from_ms] == [set(), {OPERATOR_HZ}]


def test_an_intercom_call_of_a_telephone_that_is_not_ours_is_answered_by_itself(
    seat: Any, abroad: Abroad
) -> None:
    seat.phone.trust(TrustSettings(("127.0.0.1",)))
    seat.settle()
    caller, phases = (
        abroad.calls(seat.port, CALLER_HZ, "Call-Info: <sip:x>;answer-after=0"),
        Phases(seat.heard),
    )
    call_id = seat.heard.until(msg.CallAnswered).call_id
    phases.named("talk")
    seat.phone.hang_up(call_id)
    caller.finish()
    assert caller.ear.tones(phases, "talk") == {OPERATOR_HZ}


def test_a_caller_lost_by_the_line_is_rung_back(seat: Any, abroad: Abroad) -> None:
    """A caller's exchange says why (Q.850): he is to be rung back, and hears the operator again."""
    lost = abroad.calls(seat.port, CALLER_HZ, talk_ms=300, goodbye="Reason: Q.850;cause=38")
    first = seat.answered().call_id
    assert seat.heard.until(msg.CallEnded).ended_by is msg.EndedBy.NETWORK
    lost.finish()
    far, phases = abroad.answers(HOSPITAL_HZ), Phases(seat.heard)
    again = seat.phone.dial(far.uri, call_back_of=first)
    assert seat.heard.until(msg.CallDialled).call_back_of == first
    seat.heard.until(msg.CallAnswered)
    phases.named("talk")
    seat.phone.hang_up(again)
    far.finish()
    assert far.ear.tones(phases, "talk") == {OPERATOR_HZ}


@pytest.mark.nightly
def test_what_was_lost_before_a_hold_counts_at_the_end(seat: Any, abroad: Abroad) -> None:
    """A quarter is lost at first, nothing after the hold: the call as a whole was badly heard."""
    caller = abroad.calls(seat.port, CALLER_HZ)
    caller.ear.loses_each = 4
    call_id = seat.answered().call_id
    for _ in range(3):
        assert seat.heard.until(msg.CallQuality).bad
    seat.phone.hold(call_id)
    seat.heard.until(msg.CallMedia, lambda e: not e.active)
    caller.ear.loses_each = 0
    seat.phone.talk_to(call_id)
    seat.heard.until(msg.CallQuality, lambda e: not e.bad)
    seat.phone.hang_up(call_id)
    whole = seat.heard.until(msg.CallQuality, lambda e: e.final)
    assert (whole.bad, whole.loss_percent > 8) == (True, True), whole
    caller.finish()


@pytest.mark.nightly
def test_a_short_call_over_a_perfect_way_was_heard_well(seat: Any, abroad: Abroad) -> None:
    """Of three, one at least while this machine was not busy."""
    lost = []
    for _ in range(3):
        caller = abroad.calls(seat.port, CALLER_HZ, talk_ms=500)
        seat.answered()
        lost.append(seat.heard.until(msg.CallQuality, lambda e: e.final).loss_percent)
        seat.heard.until(msg.CallEnded)
        caller.finish()
    assert min(lost) == 0.0


@pytest.mark.nightly
def test_the_session_timer_keeps_who_agrees_and_lets_go_who_falls_silent(
    make_seat: Callable[..., Any], abroad: Abroad
) -> None:
    """RFC 4028: whom we call is asked again after half the time; the caller owes us that, but only sounds."""
    seat = make_seat(session_timer_s=SESSION_S)
    session = (f"Session-Expires: {SESSION_S};refresher=uac", "Supported: timer")
    silent = abroad.calls(seat.port, CALLER_HZ, *session)
    c = seat.answered().call_id
    agreeing = abroad.answers(HOSPITAL_HZ, *session, "Require: timer")
    h = seat.phone.dial(agreeing.uri, voice=Voice(tone_hz=OPERATOR_HZ))  # which holds nobody
    seat.heard.until(msg.CallAnswered, lambda e: e.call_id == h)
    began_s = time.monotonic()
    ended = seat.heard.until(msg.CallEnded, within_s=FREED_S_MAX)
    report("session timer with sipp", freed_s=round(time.monotonic() - began_s, 1))
    assert (ended.call_id, ended.ended_by) == (c, msg.EndedBy.NETWORK)
    assert silent.finish() == ["sendrecv"], "it heard our BYE"
    assert seat.phone.calls[h].place is CallPlace.ALONE
    seat.phone.hang_up(h)
    assert agreeing.finish() == ["sendrecv", "sendrecv"], "asked again once"
    assert not seat.heard.of(msg.DeadAirBegan)
