"""The generated exchange, run by the real kamailio."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.exchange import START_S_MAX, Exchange, launched
from console.drill.ports import free_ports
from telephony.acd.hunt_group import configuration
from tests.telephony.acd.hunted import HuntedExchange, hunt
from tests.telephony.exchange import needs


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Callable[..., HuntedExchange]]:
    needs("kamailio")
    processes: list[Exchange] = []
    made: list[HuntedExchange] = []

    def start(**options: object) -> HuntedExchange:
        port, control = free_ports(2)
        log = tmp_path / "log"
        processes.append(launched(configuration(hunt(port, control, **options)), tmp_path, port, log))
        made.append(HuntedExchange(port, control))
        probe = made[-1].phone("probe")
        end_s = time.monotonic() + START_S_MAX
        while not probe.is_answered(0.1):
            assert time.monotonic() < end_s, log.read_text()
        return made[-1]

    yield start
    for one in made:
        for phone in one.phones:
            phone.close()
    for process in processes:
        process.end()
