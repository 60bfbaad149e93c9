"""A supervisor in the operator's place whose telephone dies: the operator has the caller in seconds."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.monitoring import MonitorMode
from telephony.settings import TrustSettings

pytestmark = [pytest.mark.process, pytest.mark.nightly]
BACK_S_MAX = 5.0
TRUST = TrustSettings(("127.0.0.1",), "the site's secret")


def test_the_operator_has_the_caller_again(make_seat: Callable[..., Any]) -> None:
    caller, seat, boss = (make_seat() for _ in range(3))
    for one in (seat, boss):
        one.phone.trust(TRUST)
        one.settle()
    _, call = caller.connected(seat)
    boss.phone.supervise(seat.uri, call, MonitorMode.TAKE_OVER, "1003 陈静")
    seat.heard.until(msg.CallMoved, lambda e: e.place is CallPlace.TAKEN)
    seat.heard.meanwhile(BACK_S_MAX / 2)
    assert not seat.heard.of(msg.MonitorEnded), "who is heard stays"
    os.kill(boss.phone.child.pid, signal.SIGKILL)
    seat.heard.until(msg.MonitorEnded, within_s=BACK_S_MAX)
    seat.heard.until(msg.CallMoved, lambda e: e.place is CallPlace.TALK)
