"""The generated exchange, run by the real kamailio."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.drill.ports import free_ports
from telephony.acd.hunt_group import configuration
from tests.telephony.acd.hunted import Exchange, hunt
from tests.telephony.exchange import END_S_MAX, START_S_MAX, needs


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Callable[..., Exchange]]:
    needs("kamailio")
    processes: list[subprocess.Popen[bytes]] = []
    made: list[Exchange] = []

    def start(**options: object) -> Exchange:
        port, control = free_ports(2)
        config = tmp_path / "kamailio.cfg"
        config.write_text(configuration(hunt(port, control, **options)))
        paths = ["-f", str(config), "-Y", str(tmp_path), "-P", str(tmp_path / "pid")]
        log = (tmp_path / "log").open("wb")
        processes.append(
            subprocess.Popen(
                ["kamailio", "-DD", "-E", *paths, "-m", "32"],
                process_group=0,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        )
        log.close()
        made.append(Exchange(port, control))
        probe = made[-1].phone("probe")
        end_s = time.monotonic() + START_S_MAX
        while not probe.is_answered(0.1):
            assert time.monotonic() < end_s, (tmp_path / "log").read_text()
        return made[-1]

    yield start
    for one in made:
        for phone in one.phones:
            phone.close()
    for process in processes:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(END_S_MAX)
