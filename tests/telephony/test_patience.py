"""How much of a bad way the jitter buffer hides, and how long a call whose far end died silently stays.

The figures of the table in docs/telephone.md; run by night, it waits for minutes and costs hardly any CPU.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.sizes import report
from telephony import messages as msg
from telephony.from_config import JITTER_MS
from telephony.settings import Voice
from tests.telephony.likeness import channels, likeness
from tests.telephony.relay import Relay
from tests.telephony.robustness.callee import Callee
from tests.telephony.robustness.malformed import SDP

pytestmark = [pytest.mark.peer, pytest.mark.process, pytest.mark.nightly]
DELAY_MS = 80.0
TALK_S = 7.0
SETTLED_S = 2.0
BUFFER_MS_MAX = 500  # what the buffer may ever hold: an echo of the past helps nobody
SESSION_S = 90  # RFC 4028's minimum, ours
FREED_S_MAX = SESSION_S + 5.0
CANCELLED_S_MAX = 10.0


@pytest.mark.parametrize(
    ("network", "loss", "jitter_ms", "mos_min"),
    [
        ("lan", 0.0, 0.0, 3.0),
        ("lan", 0.2, 0.0, 1.0),
        ("lan", 0.0, 30.0, 1.0),
        ("wan", 0.0, 30.0, 3.0),
        ("wan", 0.2, 30.0, 1.0),
    ],
)
def test_what_the_jitter_buffer_hides(
    make_seat: Any, caller: Any, speech: Path, network: str, loss: float, jitter_ms: float, mos_min: float
) -> None:
    seat = make_seat(jitter_ms=JITTER_MS[network])
    with Relay(seat.port, loss=loss, delay_ms=DELAY_MS, jitter_ms=jitter_ms) as relay:
        call_id = caller.call(f"sip:120@127.0.0.1:{relay.port}", voice=Voice(wav=str(speech)))
        seat.answered()
        seat.heard.meanwhile(SETTLED_S)
        seat.heard.all.clear()
        seat.heard.meanwhile(TALK_S)
        caller.phone.hang_up(call_id)
        ended = seat.heard.until(msg.CallEnded)
        closed = seat.heard.until(msg.RecordingClosed)
    assert ended.ended_by is msg.EndedBy.FAR_END, "nobody gave up"
    told = [quality for quality in seat.heard.of(msg.CallQuality) if not quality.final]
    heard, _, rate_hz = channels(seat.phone.recording_path(closed))
    alike = likeness(speech, heard, rate_hz)
    figures = {
        "loss_percent": float(np.mean([quality.loss_percent for quality in told])),
        "delay_ms": float(np.median([quality.delay_ms for quality in told])),
        "mos": float(np.median([quality.mos for quality in told])),
        "alike": float(np.median(alike)),
    }
    way = f"{network}, {loss:.0%} lost, {DELAY_MS:.0f} ms, jitter {jitter_ms:.0f} ms"
    report(f"jitter buffer: {way}", **{name: round(value, 2) for name, value in figures.items()})
    assert figures["delay_ms"] < BUFFER_MS_MAX
    assert figures["mos"] >= mos_min


def test_a_far_end_that_died_silently_is_let_go_by_the_session_timer(make_seat: Any, make_raw: Any) -> None:
    """It acknowledged the answer and never says another word, no audio, no SIP."""
    seat = make_seat(session_timer_s=SESSION_S)
    raw = make_raw(seat)
    call = raw.invite()
    call_id = seat.heard.until(msg.CallRinging).call_id
    seat.phone.answer(call_id)
    assert raw.final(call) == 200
    answered_s = time.monotonic()
    seat.heard.until(msg.DeadAirBegan)
    silent_s = time.monotonic() - answered_s
    ended = seat.heard.until(msg.CallEnded, within_s=FREED_S_MAX)
    freed_s = time.monotonic() - answered_s
    report("session timer", dead_air_s=round(silent_s, 2), freed_s=round(freed_s, 1), by=ended.ended_by)
    assert ended.ended_by is not msg.EndedBy.SEAT


@pytest.mark.parametrize("deaf_to", [{"CANCEL"}, {"487"}], ids=["CANCEL unheard", "no end of the INVITE"])
def test_a_call_taken_back_gives_its_place_back(make_seat: Any, deaf_to: set[str]) -> None:
    """Far ends that ring and never say that the call is over, until the library has no place left."""
    seat = make_seat()
    deaf = Callee(((180, ""),), deaf_to=frozenset(deaf_to))
    with deaf as callee, Callee(((180, ""), (200, SDP))) as honest:
        for _ in range(seat.phone.ready.capabilities.calls_max):
            call_id = seat.phone.dial(callee.uri)
            seat.heard.until(msg.CallEarly, lambda e, call_id=call_id: e.call_id == call_id)
            seat.phone.hang_up(call_id)
        began_s, tried, answered = time.monotonic(), 0, False
        while not answered:
            call_id, tried = seat.phone.dial(honest.uri), tried + 1
            told = seat.heard.until(msg.CallAnswered | msg.CallEnded, lambda e, of=call_id: e.call_id == of)
            answered = isinstance(told, msg.CallAnswered)
        freed_s = time.monotonic() - began_s
        seat.phone.hang_up(call_id)
    report("taken back", deaf_to=str(deaf_to), tried=tried, freed_s=round(freed_s, 1))
    assert freed_s < CANCELLED_S_MAX
