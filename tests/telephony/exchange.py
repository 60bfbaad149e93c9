"""A telephone exchange that is not ours: a kamailio that registers telephones and forks calls to 120."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.exchange import Exchange, running, wait_until_it_answers
from console.drill.ports import free_ports
from telephony.acd.hunt_group import HuntGroup, Telephone, configuration

PEERS = Path(__file__).parent / "peers"
__all__ = ["Exchange", "running_exchange", "wait_until_it_answers"]
MODULES = Path("/usr/lib")
USER, PASSWORD = "8001", "pw8001"
GROUP = "120"


def is_installed(program: str) -> bool:
    return shutil.which(program) is not None


def needs(*programs: str) -> None:
    """Skip where one of them is not installed."""
    missing = [p for p in programs if not is_installed(p)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


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
    with running(configuration(ring_group(port, certificate)), folder, port) as exchange:
        yield exchange
