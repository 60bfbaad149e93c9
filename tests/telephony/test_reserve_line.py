"""A reserve seat's line: calm it turns callers away, a test call proves it without anybody hearing of it."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from telephony import messages as msg
from telephony.settings import Voice
from telephony.virtual import VirtualPhone

pytestmark = pytest.mark.process


def calm(seat: Any) -> None:
    """Turn callers away; the test call behind the order says that it is carried out."""
    seat.phone.accept_calls(False)
    seat.phone.probe()
    assert seat.heard.until(msg.LineProbed).reason == ""


def test_calm_every_caller_hears_480_and_nothing_rings(seat: Any, caller: Any) -> None:
    calm(seat)
    for _ in range(3):
        call_id = caller.call(seat.uri, asserted_number="13904510001")
        assert caller.ended(call_id).sip_code == 480
    rejected = seat.heard.until(msg.CallRejected)
    assert (rejected.number, rejected.sip_code) == ("13904510001", 480)
    assert not seat.heard.of(msg.CallRinging)
    seat.phone.accept_calls(True)
    seat.phone.probe()
    seat.heard.until(msg.LineProbed)
    caller.call(seat.uri)
    assert seat.answered()


def test_calm_stays_calm_after_the_phone_died(seat: Any, caller: Any) -> None:
    calm(seat)
    os.kill(seat.phone.child.pid, signal.SIGKILL)
    seat.heard.until(msg.PhoneDown)
    seat.heard.until(msg.LineState)
    assert caller.ended(caller.call(seat.uri)).sip_code == 480


def test_a_call_that_is_up_goes_on(seat: Any, caller: Any) -> None:
    call_id = caller.call(seat.uri)
    seat.answered()
    seat.phone.accept_calls(False)
    caller.phone.hang_up(call_id)
    assert seat.heard.until(msg.CallEnded).answered


@pytest.mark.parametrize("accepting", [True, False])
def test_a_test_call_goes_out_comes_in_and_is_heard(seat: Any, accepting: bool) -> None:
    seat.phone.accept_calls(accepting)
    for _ in range(2):
        probe_id = seat.phone.probe()
        probed = seat.heard.until(msg.LineProbed)
        assert (probed.probe_id, probed.reason) == (probe_id, "")
        assert probed.answered_ms is not None
        assert probed.heard_ms is not None
        assert probed.answered_ms < probed.heard_ms < 2000
        assert probed.level > 0
    for kind in (msg.CallDialled, msg.CallRinging, msg.CallEnded, msg.RecordingClosed, msg.PhoneFault):
        assert not seat.heard.of(kind)


def test_a_test_call_says_what_is_wrong(seat: Any, make_seat: Callable[..., Any]) -> None:
    other = make_seat(recordings_dir=None, microphone=Voice())
    calm(other)
    seat.phone.probe(other.uri)
    assert seat.heard.until(msg.LineProbed).reason.startswith("480")
    other.phone.accept_calls(True)
    other.phone.probe()
    other.heard.until(msg.LineProbed)
    seat.phone.probe(other.uri)
    other.answered()
    assert seat.heard.until(msg.LineProbed).reason == "silent", "answered, and nothing comes back"
    seat.phone.probe("120")
    assert "registrar" in seat.heard.until(msg.LineProbed).reason


def test_callers_come_before_test_calls(seat: Any, caller: Any) -> None:
    caller.call(seat.uri)
    seat.answered()
    seat.phone.probe()
    assert seat.heard.until(msg.LineProbed).reason == "busy"


def test_the_virtual_phone_keeps_the_same_contract() -> None:
    heard: list[msg.AnyEvent] = []
    phone = VirtualPhone(heard.append)
    assert phone.probe() is None
    phone.start()
    assert phone.probe()
    assert isinstance(heard[-1], msg.LineProbed)
    phone.accept_calls(False)
    phone.ring("139")
    assert isinstance(heard[-1], msg.CallRejected)
    phone.accept_calls(True)
    phone.ring("139")
    assert isinstance(heard[-1], msg.CallRinging)
