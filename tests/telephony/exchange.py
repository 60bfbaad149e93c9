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
from console.drill.ports import free_ports
from telephony.acd.hunt_group import HuntGroup, Telephone, configuration

PEERS = Path(__file__).parent / "peers"
MODULES = Path("/usr/lib")
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


class Exchange:
    """A running kamailio: what a test does to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.port = port
        self._process = process

    def kill(self) -> None:
        """As if its machine lost power."""
        self._signal(signal.SIGKILL)
        self._process.wait(END_S_MAX)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        self.thaw()
        self._signal(signal.SIGTERM)
        self._process.wait(END_S_MAX)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # gone already
            os.killpg(self._process.pid, number)


def ring_group(port: int, certificate: Path | None) -> HuntGroup:
    """The facts of an exchange that rings all telephones of the group at once."""
    listen = [f"udp:127.0.0.1:{port}", f"tcp:127.0.0.1:{port}"]
    if certificate is not None:
        if not list(MODULES.glob("*/kamailio/modules/tls.so")):
            pytest.skip("not installed: kamailio-tls-modules")
        listen.append(f"tls:127.0.0.1:{port + 1}")
    return HuntGroup(
        tuple(listen),
        "exchange.test",
        f"udp:127.0.0.1:{free_ports(1)[0]}",
        ("127.0.0.1",),
        group=GROUP,
        group_password=PASSWORD,
        telephones=(Telephone(USER, PASSWORD),),
        certificate=str(certificate or ""),
        ring_s=30,
    )


@contextlib.contextmanager
def running_exchange(folder: Path, port: int, certificate: Path | None = None) -> Iterator[Exchange]:
    """It registers `USER` and, with the same password, any telephones as `GROUP`. Skips without kamailio.

    `certificate`: a PEM with its key; the exchange then speaks TLS on the port after `port`.
    """
    needs("kamailio")
    folder.mkdir(exist_ok=True)
    config = folder / "kamailio.cfg"
    config.write_text(configuration(ring_group(port, certificate)))
    paths = ["-f", str(config), "-Y", str(folder), "-P", str(folder / "pid")]
    process = subprocess.Popen(
        ["kamailio", "-DD", *paths, "-m", "64"],
        process_group=0,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    exchange = Exchange(process, port)
    try:
        wait_until_it_answers(port)
        yield exchange
    finally:
        exchange.end()


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
