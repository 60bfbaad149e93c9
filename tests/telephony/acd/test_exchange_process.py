"""`main.py exchange` beside the real kamailio, with a hub process: the wall sees queue and who gave up."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dispatch.kinds import CallResult
from store.core.roster import MachineRole
from store.hub_admin import enrol_machine
from tests.store.conftest import PROJECT, City, small_city
from tests.telephony.acd.hunted import HuntedExchange

WITHIN_S = 30.0
END_S = 15.0
pytestmark = [pytest.mark.peer, pytest.mark.process, pytest.mark.nightly]
__all__ = ["small_city"]


@pytest.fixture
def beside(
    small_city: City, exchange: Callable[..., HuntedExchange], tmp_path: Path
) -> Iterator[HuntedExchange]:
    """The exchange with its process beside it."""
    ex = exchange(overflow_s=2, give_up_s=60)
    enrol_machine(small_city.config, "exchange", MachineRole.GATEWAY)
    file = tmp_path / "exchange.toml"
    acd = f'[acd]\naddress = "127.0.0.1:{ex.control}"\n'
    file.write_text(small_city.file.read_text("utf-8") + acd, "utf-8")
    process = subprocess.Popen([sys.executable, "main.py", "exchange", "--config", str(file)], cwd=PROJECT)
    yield ex
    process.send_signal(signal.SIGTERM)
    assert process.wait(END_S) == 0


def test_the_queue_reaches_the_wall_and_who_gave_up_is_a_call(
    beside: HuntedExchange, small_city: City
) -> None:
    (city_seat,) = beside.seats("8001")
    assert city_seat.dial("*72") == 603
    district = beside.phone("120")
    assert district.register() == 200
    district.policy = 0
    wall = small_city.desk("wall")
    call = beside.phone("13904510001").call()

    def overflowed() -> bool:
        queue = wall.floor.queues.get("01:120")
        return queue is not None and queue.depth == 1 and queue.calls[0].overflowed

    wall.wait(overflowed, "the caller, who rings at the districts", WITHIN_S)
    assert wall.floor.queues["01:120"].calls[0].number == "13904510001"
    call.cancel()
    assert call.final() == 487
    wall.wait(lambda: wall.floor.queues["01:120"].depth == 0, "the queue is empty", WITHIN_S)
    wall.wait(
        lambda: (
            [it.number for it in wall.floor.calls.values() if it.result is CallResult.GAVE_UP]
            == ["13904510001"]
        ),
        "who gave up",
        WITHIN_S,
    )
