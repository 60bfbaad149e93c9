"""Dead air and quality of real calls: a caller whose process is frozen says nothing for a while."""

import os
import signal
import time
from typing import Any

import pytest

from telephony import messages as msg
from telephony.pjsip.engine import POLL_MS
from telephony.pjsip.watch import LOOK_S
from telephony.settings import QualitySettings, Voice

pytestmark = pytest.mark.process
TOLD_S_MAX = 2.0
NOISE_S = 0.4  # this machine, busy
LIMIT_MS = QualitySettings().dead_air_ms


def test_silence_is_told_in_time_wherever_it_falls_between_two_looks() -> None:
    """The last packet is seen up to one look late, and its silence told at the first look past the limit."""
    looks = 1 + -(-LIMIT_MS // round(LOOK_S * 1000))
    assert looks * (LOOK_S + POLL_MS / 1000) < TOLD_S_MAX


def test_a_caller_who_falls_silent_is_dead_air_within_two_seconds(seat: Any, caller: Any) -> None:
    caller.call(seat.uri, voice=Voice(tone_hz=440))
    call_id = seat.answered().call_id
    good = seat.heard.until(msg.CallQuality, lambda q: q.mos > 4.0)
    assert (good.call_id, good.final, good.bad) == (call_id, False, False)
    pid = caller.phone.child.pid
    os.kill(pid, signal.SIGSTOP)
    frozen_s, frozen_ms = time.monotonic(), time.time() * 1000
    try:
        began = seat.heard.until(msg.DeadAirBegan)
        assert time.monotonic() - frozen_s < TOLD_S_MAX + NOISE_S
        assert abs(began.at_ms - frozen_ms) < 500
    finally:
        os.kill(pid, signal.SIGCONT)
    ended = seat.heard.until(msg.DeadAirEnded)
    assert ended.call_id == call_id
    assert 1500 < ended.lasted_ms < 4000
    seat.phone.hang_up(call_id)
    whole = seat.heard.until(msg.CallQuality, lambda q: q.final)
    assert whole.call_id == call_id
    assert whole.delay_ms > 20


@pytest.mark.nightly
def test_a_call_that_is_never_heard_is_dead_air_too(seat: Any, raw: Any) -> None:
    call = raw.invite()
    call_id = seat.heard.until(msg.CallRinging).call_id
    seat.phone.answer(call_id)
    assert raw.final(call) == 200
    assert seat.heard.until(msg.DeadAirBegan).call_id == call_id
    assert not seat.heard.of(msg.CallQuality), "nothing came, so nothing is judged"
    raw.bye(call)
    ended = seat.heard.until(msg.CallEnded)
    assert ended.ended_by is msg.EndedBy.NETWORK, "who was silent before is to be rung back"


def test_who_is_lost_by_the_exchange_is_to_be_rung_back(seat: Any, raw: Any) -> None:
    for reason, ended_by in (("38", msg.EndedBy.NETWORK), ("16", msg.EndedBy.FAR_END)):
        call = raw.invite()
        seat.phone.answer(seat.heard.until(msg.CallRinging).call_id)
        assert raw.final(call) == 200
        seat.heard.until(msg.CallAnswered)
        raw.bye(call, f"Reason: Q.850;cause={reason}\r\n")
        assert seat.heard.until(msg.CallEnded).ended_by is ended_by
