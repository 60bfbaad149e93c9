"""Calls over a bad line: audio that gets lost, an exchange that dies or hangs, a cable pulled in mid-call.

The call is never given up for it, what happens is told in time, and the recording is as long as the call.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.sizes import report
from bench.storm_group import Storm
from console.drill.ports import free_ports
from telephony import messages as msg
from telephony.pjsip.line import MOVED
from telephony.process import ADDRESS_CHANGED
from telephony.settings import AccountSettings
from tests.telephony.cable import Cable, missing
from tests.telephony.exchange import GROUP, PASSWORD, needs, running_exchange
from tests.telephony.relay import Relay

pytestmark = [pytest.mark.peer, pytest.mark.process]
LOSS = 0.2
MOS_BAD = 3.6
DEAD_AIR_S_MAX, LINE_DOWN_S_MAX = 2.4, 3.8  # 2 s and 3 s are what is promised; the rest is this machine
HEARD_AGAIN_S_MAX, LINE_BACK_S_MAX = 2.0, 5.0
CUT_S = 5.0
SIPP_S_MAX = 40.0
SIX_SECONDS = pytest.param(6, 14_000, marks=pytest.mark.nightly)


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Callable[..., Storm]]:
    """One caller of sipp who talks for so long."""
    needs("sipp", "sox")
    made: list[Storm] = []

    def one(port: int, talk_ms: int, **where: Any) -> Storm:
        made.append(Storm(tmp_path / "sipp", port, calls=1, per_s=1, talk_ms=talk_ms, **where))
        return made[-1]

    yield one
    for storm in made:
        storm.stop()


def ends_well(seat: Any, storm: Storm, talk_ms: int) -> None:
    """The caller hangs up and nobody else; all of it is recorded."""
    ended = seat.heard.until(msg.CallEnded, within_s=talk_ms / 1000 + 10)
    assert (ended.ended_by, ended.answered) == (msg.EndedBy.FAR_END, True)
    assert storm.wait(SIPP_S_MAX) == 0, storm.errors()
    closed = seat.heard.until(msg.RecordingClosed)
    assert abs(closed.duration_ms - talk_ms) < 800
    assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.PhoneDown)


def is_lossy(quality: msg.CallQuality) -> bool:
    return quality.bad and quality.loss_percent > 10


@pytest.mark.parametrize(("seconds", "talk_ms"), [(1, 4_000), SIX_SECONDS])
def test_a_fifth_of_the_audio_lost_is_told_and_ends_nothing(
    seat: Any, call: Any, seconds: int, talk_ms: int
) -> None:
    """Told bad for so many seconds."""
    with Relay(seat.port, loss=LOSS) as relay:
        storm = call(relay.port, talk_ms)
        seat.answered()
        lossy = [seat.heard.until(msg.CallQuality, is_lossy) for _ in range(seconds)]
        losses, scores = [q.loss_percent for q in lossy], [q.mos for q in lossy]
        assert max(scores) < MOS_BAD
        assert statistics.mean(losses) < (30 if seconds > 1 else 60), "one second may be twice as bad"
        share = relay.lost / (relay.lost + relay.passed)
        report("a fifth lost", lost=round(share, 2), told=round(statistics.mean(losses), 1), mos=min(scores))
        relay.loss = 0.0
        good = seat.heard.until(msg.CallQuality, lambda e: e.loss_percent < 5 and not e.final)
        assert good.mos > max(scores)
        ends_well(seat, storm, talk_ms)


def group_line(port: int, host: str = "127.0.0.1") -> tuple[AccountSettings, ...]:
    return (AccountSettings("a", f"sip:{GROUP}@{host}", f"sip:{host}:{port}", GROUP, PASSWORD),)


def line_is(seat: Any, *, registered: bool) -> None:
    """Wait for it, unless it is so already."""
    if seat.phone.lines["a"].registered is not registered:
        seat.heard.until(msg.LineState, lambda e: e.registered is registered)


def in_talk(seat: Any, storm: Callable[[], Storm]) -> Storm:
    """Registered at a living exchange, called through it, hearing the caller."""
    seat.heard.until(msg.LineState, lambda e: e.registered and e.registrars[0].alive)
    begun = storm()
    seat.answered()
    seat.heard.until(msg.CallStats, lambda e: e.rx_packets > 60)
    return begun


@pytest.mark.nightly
@pytest.mark.parametrize("how", ["kill", "freeze"])
def test_an_exchange_that_dies_or_hangs_in_mid_call_costs_no_word(
    make_seat: Any, call: Any, tmp_path: Path, how: str
) -> None:
    port, talk_ms = free_ports(1)[0], 9_000
    with running_exchange(tmp_path / "first", port) as exchange:
        seat = make_seat(accounts=group_line(port))
        storm = in_talk(seat, lambda: call(port, talk_ms))
        getattr(exchange, how)()
        gone_s = time.monotonic()
        seat.heard.until(msg.LineState, lambda e: not e.registered)
        down_s = time.monotonic() - gone_s
        assert down_s < LINE_DOWN_S_MAX
        report(f"exchange: {how}", down_s=round(down_s, 2))
        packets = seat.heard.until(msg.CallStats).rx_packets
        assert seat.heard.until(msg.CallStats).rx_packets > packets + 30, "they hear each other"
        if how == "freeze":
            exchange.thaw()
            seat.heard.until(msg.LineState, lambda e: e.registered)
            ends_well(seat, storm, talk_ms)
    if how == "kill":
        with running_exchange(tmp_path / "again", port):
            seat.heard.until(msg.LineState, lambda e: e.registered)
            ends_well(seat, storm, talk_ms)
    assert not seat.heard.of(msg.DeadAirBegan)


@pytest.mark.nightly
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_cable_pulled_in_mid_call_is_told_and_the_call_goes_on_when_it_is_back(
    make_seat: Any, call: Any, tmp_path: Path
) -> None:
    port, talk_ms = free_ports(1)[0], 14_000
    with Cable() as cable, cable.exchange(tmp_path / "far", port):
        seat = make_seat(accounts=group_line(port, cable.there), bind_address=cable.here)
        storm = in_talk(seat, lambda: call(port, talk_ms, host=cable.there, inside=cable.inside))
        cable.cut()
        cut_s = time.monotonic()
        seat.heard.until(msg.DeadAirBegan)
        silent_s = time.monotonic() - cut_s
        line_is(seat, registered=False)
        down_s = time.monotonic() - cut_s
        assert (silent_s < DEAD_AIR_S_MAX, down_s < LINE_DOWN_S_MAX) == (True, True), (silent_s, down_s)
        assert seat.phone.lines["a"].why is not None
        seat.heard.meanwhile(cut_s + CUT_S - time.monotonic())
        cable.mend()
        mended_s = time.monotonic()
        seat.heard.until(msg.DeadAirEnded)
        heard_s = time.monotonic() - mended_s
        line_is(seat, registered=True)
        back_s = time.monotonic() - mended_s
        assert (heard_s < HEARD_AGAIN_S_MAX, back_s < LINE_BACK_S_MAX) == (True, True), (heard_s, back_s)
        rounded = [round(s, 2) for s in (silent_s, down_s, heard_s, back_s)]
        report("cable pulled", **dict(zip(("silent_s", "down_s", "heard_s", "back_s"), rounded, strict=True)))
        ends_well(seat, storm, talk_ms)


@pytest.mark.nightly
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_seat_whose_own_address_changes_says_so_and_registers_from_the_new_one(
    make_seat: Any, tmp_path: Path
) -> None:
    port = free_ports(1)[0]
    with Cable() as cable, cable.exchange(tmp_path / "far", port):
        seat = make_seat(accounts=group_line(port, cable.there), bind_address="0.0.0.0")
        line_is(seat, registered=True)
        cable.move()
        seat.heard.until(msg.LineState, lambda e: e.why == MOVED)
        assert seat.heard.until(msg.PhoneDown).reason == ADDRESS_CHANGED
        seat.heard.until(msg.LineState, lambda e: e.registered)


@pytest.mark.nightly
def test_a_phone_that_dies_again_and_again_is_tried_less_often_and_says_so(make_seat: Any) -> None:
    seat = make_seat(recordings_dir=None)
    waits_s = []
    for turn in range(3):
        os.kill(seat.phone.child.pid, 9)
        died_s = time.monotonic()
        down = seat.heard.until(msg.PhoneDown)
        assert down.crash_loop is (turn == 2)
        seat.heard.until(msg.LineState, within_s=20)
        waits_s.append(time.monotonic() - died_s)
    assert waits_s[0] < waits_s[1] < waits_s[2]
    assert waits_s[2] > 5.0
