"""A telephone exchange that is not ours: a kamailio that registers telephones and forks calls to 120."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.raw_caller import RawCaller

PEERS = Path(__file__).parent / "peers"
USER, PASSWORD = "8001", "pw8001"
GROUP = "120"
START_S_MAX = 8.0
END_S_MAX = 10.0


def is_installed(program: str) -> bool:
    return shutil.which(program) is not None


def needs(*programs: str) -> None:
    """Skip where one of them is not installed."""
    missing = [p for p in programs if not is_installed(p)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@contextlib.contextmanager
def running_exchange(folder: Path, port: int) -> Iterator[None]:
    """It registers `USER` and, with the same password, any telephones as `GROUP`. Skips without kamailio."""
    needs("kamailio")
    config = folder / "kamailio.cfg"
    config.write_text((PEERS / "kamailio.cfg").read_text().replace("SIP_PORT", str(port)))
    paths = ["-f", str(config), "-Y", str(folder), "-P", str(folder / "pid")]
    process = subprocess.Popen(
        ["kamailio", "-DD", *paths, "-m", "32"],
        process_group=0,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_it_answers(port)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(END_S_MAX)


def wait_until_it_answers(port: int) -> None:
    """Any answer to OPTIONS will do: a telephone knows no 120 and says 404."""
    probe = RawCaller(port)
    probe.wait_s = 0.1
    deadline_s = time.monotonic() + START_S_MAX
    code = 0
    try:
        while not code:
            assert time.monotonic() < deadline_s, "the peer does not start"
            with contextlib.suppress(TimeoutError):
                code = probe.options()
    finally:
        probe.close()
