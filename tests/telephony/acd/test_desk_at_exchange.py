"""A desk with a real telephone at the generated exchange: its state steers the hunt, it sees the queue."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from console.local import LocalHub
from console.models.desk import Desk
from console.models.missed_rows import missed_rows
from console.models.readiness import Setup
from dispatch.kinds import CallResult, SeatState
from store.config import Acd
from telephony import messages as msg
from telephony.acd.from_config import acd_link
from telephony.acd.hunt_queue import ask_hunt_group
from tests.console.busy import PASSWORDS, FakeNavigator, register
from tests.telephony.acd.hunted import HuntedExchange, registered

WITHIN_S = 10.0
pytestmark = [pytest.mark.peer, pytest.mark.process]


class RealDesk:
    """The desk of seat 01 with a hub inside the process; its telephone is 8001 at the exchange."""

    def __init__(self, ex: HuntedExchange, telephone: Any, wrap_up_s: int) -> None:
        self.hub = LocalHub(now_ms, "s1", PASSWORDS)
        register(self.hub)
        self.ex, self.telephone = ex, telephone
        self.desk = Desk(self.hub, telephone.phone, FakeNavigator(), now_ms, setup=Setup(wrap_up_s=wrap_up_s))
        self._facts: list[object] = []
        acd = Acd("publish", "120", f"127.0.0.1:{ex.control}")
        link = self.desk.distribution.link = acd_link(acd, telephone.phone, "8001", "")
        link.start(self._facts.append)
        self.hub.load()
        self.hub.log_in("0101", "zhang")
        self.turn()
        assert self.desk.log_in_answer is not None
        self.desk.sit_down(self.desk.log_in_answer)

    def turn(self) -> None:
        """Everything that came, as the window's timer takes it."""
        heard = self.telephone.heard
        heard.meanwhile(0.02)
        facts, self._facts[:] = list(self._facts), []
        came: list[Any] = [*self.hub.drain(), *heard.all, *facts]
        for message in came:
            self.desk.take(message)
        heard.all.clear()
        self.desk.on_time()

    def until(self, what: Callable[[], object]) -> None:
        end_s = time.monotonic() + WITHIN_S
        while not what():
            assert time.monotonic() < end_s, (self.desk.distribution.standing, self.seen())
            self.turn()

    def seen(self) -> SeatState | None:
        """Our seat as the exchange has it."""
        picture = ask_hunt_group("127.0.0.1", self.ex.control, "120")
        found = {one.seat: one.state for one in picture.seats} if picture else {}
        return found.get("8001")

    def floor_state(self) -> SeatState:
        return self.hub.floor.seats["s1"].state


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_a_call_goes_its_way_and_the_queue_reaches_floor_and_list(
    exchange: Callable[..., HuntedExchange],
    make_seat: Callable[..., Any],
) -> None:
    ex = exchange(overflow_s=2, ring_s=5, give_up_s=60)
    it = RealDesk(ex, registered(ex, make_seat, "8001"), wrap_up_s=1)
    it.until(lambda: it.seen() is SeatState.READY)
    call = ex.phone("13904510001").call()
    it.until(it.desk.line.ringing)
    assert it.telephone.phone.answer(it.desk.line.ringing()[0].id)
    assert call.final() == 200
    it.until(lambda: it.floor_state() is SeatState.INTAKE and it.seen() is SeatState.INTAKE)

    waiting = ex.phone("13904510002").call()
    it.until(lambda: "01:120" in it.hub.floor.queues and it.hub.floor.queues["01:120"].depth == 1)
    assert it.hub.floor.queues["01:120"].calls[0].number == "13904510002"
    waiting.cancel()
    it.until(lambda: it.hub.floor.queues["01:120"].depth == 0)
    it.until(lambda: [row.number for row in missed_rows(it.desk, now_ms())] == ["13904510002"])
    assert CallResult.GAVE_UP in {one.result for one in it.hub.floor.calls.values()}

    call.hang_up()
    it.until(lambda: it.floor_state() is SeatState.AFTER_CALL)
    it.until(lambda: it.floor_state() is SeatState.READY and it.seen() is SeatState.READY)
    it.desk.distribution.pause("meal")
    it.until(lambda: it.seen() is SeatState.PAUSED)
    assert ex.phone("13904510003").dial("8001") == 480, "also past the hunt"
    assert not it.telephone.heard.of(msg.PhoneFault)
