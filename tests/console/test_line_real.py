"""A desk with a real telephone at two real exchanges: one is killed, it says so and goes on by the other."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bench.sizes import report
from console.drill.ports import free_ports
from console.local import LocalHub
from console.models.desk import Desk
from console.models.lamps import Lamp, lamps
from console.models.readiness import Setup
from telephony import messages as msg
from telephony.settings import AccountSettings
from tests.console.busy import PASSWORDS, FakeNavigator, register
from tests.telephony.conftest import Heard, make_seat
from tests.telephony.exchange import PASSWORD, USER, Exchange, running_exchange

pytestmark = [pytest.mark.peer, pytest.mark.process, pytest.mark.nightly]
__all__ = ["make_seat"]
WITHIN_S = 15.0
SAID_S_MAX = 4.0


class RealLine:
    """A desk whose telephone is real and whose hub is inside the process."""

    def __init__(self, heard: Heard, phone: Any, accounts: tuple[AccountSettings, ...]) -> None:
        self.heard = heard
        self.hub = LocalHub(now_ms, "s1", PASSWORDS)
        register(self.hub)
        self.desk = Desk(self.hub, phone, FakeNavigator(), now_ms, setup=Setup(accounts=accounts))
        self.hub.load()
        self.hub.log_in("0101", "zhang")
        self.turn()
        assert self.desk.log_in_answer is not None
        self.desk.sit_down(self.desk.log_in_answer)

    def turn(self) -> None:
        self.heard.meanwhile(0.02)
        for message in (*self.hub.drain(), *self.heard.all):
            self.desk.take(message)
        self.heard.all.clear()

    def until(self, what: Callable[[], object]) -> float:
        """How long it took, s."""
        begun_s = time.monotonic()
        while not what():
            assert time.monotonic() - begun_s < WITHIN_S, (self.lamp(), self.desk.sounding.line())
            self.turn()
        return time.monotonic() - begun_s

    def lamp(self) -> Lamp:
        return next(one for one in lamps(self.desk, now_ms()) if one.key == "phone")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Exchange]]:
    with ExitStack() as running:

        def one(name: str, port: int = 0) -> Exchange:
            return running.enter_context(running_exchange(tmp_path / name, port or free_ports(1)[0]))

        yield one


def test_a_killed_exchange_is_said_at_the_desk_and_the_shift_test_goes_by_the_other(
    start: Callable[..., Exchange], make_seat: Any
) -> None:
    first, second = start("first"), start("second")
    here = [f"127.0.0.1:{one.port}" for one in (first, second)]
    accounts = (
        AccountSettings(
            "desk",
            f"sip:{USER}@{here[0]}",
            f"sip:{here[0]}",
            USER,
            PASSWORD,
            backup_registrar=f"sip:{here[1]}",
        ),
    )
    seat = make_seat(accounts=accounts)
    it = RealLine(seat.heard, seat.phone, accounts)
    it.until(lambda: "就绪" in it.lamp().detail)
    it.desk.notices.clear()

    first.kill()
    said_s = it.until(lambda: it.lamp().state == "走备用")
    assert said_s < SAID_S_MAX
    assert here[1] in it.desk.notices[-1].do
    assert list(it.desk.sounding.since) == ["backup"]

    it.desk.sounding.test_shift()
    it.until(lambda: it.hub.floor.seats["s1"].self_test)
    test = it.hub.floor.seats["s1"].self_test
    assert test is not None
    assert test.passed, test
    assert it.desk.sounding.probed is not None
    assert it.desk.sounding.probed.registrar == here[1]

    second.kill()
    down_s = it.until(lambda: it.lamp().tone == "fault")
    start("again", first.port)
    back_s = it.until(lambda: it.desk.sounding.since.keys() <= {"spare"})
    assert not it.desk.notices[-1].grave
    report("line at the desk", said_s=round(said_s, 2), down_s=round(down_s, 2), back_s=round(back_s, 2))
    assert not [one for one in it.heard.all if isinstance(one, msg.PhoneFault)]
