"""A leader dials a seat by its extension: our own exchange passes the signature on, also that of a change,
and what the seat says back.
"""

from collections.abc import Callable
from typing import Any

import pytest

from telephony import messages as msg
from telephony.monitoring import MonitorMode
from telephony.settings import TrustSettings
from tests.telephony.acd.hunted import HuntedExchange, registered

pytestmark = [pytest.mark.peer, pytest.mark.process, pytest.mark.nightly]
TRUST = TrustSettings(("127.0.0.1",), "the site's secret")
BOSS = "1001 王芳"


def test_a_leader_is_with_a_seat_through_the_exchange(
    exchange: Callable[..., HuntedExchange], make_seat: Callable[..., Any]
) -> None:
    ex = exchange(ring_s=5, overflow_s=20)
    seat, leader = (registered(ex, make_seat, number) for number in ("8001", "8002"))
    leader.phone.turn_away(480)  # or the caller might ring there
    for one in (seat, leader):
        one.phone.trust(TRUST)
    caller = ex.phone("13904510001").call()
    here = seat.heard.until(msg.CallRinging).call_id
    seat.phone.answer(here)
    assert caller.final() == 200
    leg = leader.phone.supervise("8001", here, MonitorMode.LISTEN, BOSS)
    began = seat.heard.until(msg.MonitorBegan)
    assert (began.call_id, began.mode) == (here, MonitorMode.LISTEN)
    assert (began.by_number, began.by_name) == ("1001", "王芳")
    leader.phone.change_supervision(leg, MonitorMode.BARGE)
    assert seat.heard.until(msg.MonitorChanged).mode is MonitorMode.BARGE
    leader.heard.until(msg.SupervisionStands, lambda e: e.mode is MonitorMode.BARGE)
    leader.phone.hang_up(leg)
    seat.heard.until(msg.MonitorEnded)
    assert here in seat.phone.calls
    caller.hang_up()
    seat.heard.until(msg.CallEnded)
