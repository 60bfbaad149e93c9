"""A far end in a network namespace behind one cable that can be pulled: an exchange and its callers.

The far end's address stands on its loopback, and what cannot go by the cable goes into one that leads
nowhere: nobody there notices the cut but by silence. Here the interface loses its carrier. Needs root.
"""

import contextlib
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from bench.exchange import Exchange, running
from console.drill.ports import free_ports
from telephony.acd.hunt_group import HuntGroup, configuration
from tests.telephony.exchange import GROUP, PASSWORD

NOBODY = "02:00:00:00:00:01"
_runs = itertools.count()


def missing() -> str:
    """Why this machine cannot do it, "" when it can."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    absent = [program for program in ("ip", "kamailio", "sipp", "sox") if shutil.which(program) is None]
    if absent:
        return f"not installed: {' '.join(absent)}"
    probe = f"lspp{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", probe], check=False, capture_output=True).returncode:
        return "no network namespaces here"
    _run("ip", "netns", "del", probe)
    return ""


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


class Cable:
    """`here` and `there`: the addresses of its two ends."""

    def __init__(self) -> None:
        tag, number = f"{os.getpid() % 10_000}{next(_runs)}", os.getpid() % 200
        self._name, self._device = f"lsp{tag}", f"p{tag}"
        self.here, self.there = f"10.{number + 20}.7.1", f"10.{number + 20}.8.1"
        self._gate = f"10.{number + 20}.7.2"
        self.inside = ("ip", "netns", "exec", self._name)

    def __enter__(self) -> "Cable":
        _run("ip", "netns", "add", self._name)
        try:
            self._lay()
        except subprocess.CalledProcessError:
            self._take_up()
            raise
        return self

    def _lay(self) -> None:
        _run("ip", "link", "add", self._device, "type", "veth", "peer", "wire", "netns", self._name)
        _run("ip", "addr", "add", f"{self.here}/30", "dev", self._device)
        _run("ip", "link", "set", self._device, "up")
        self._there("link", "set", "lo", "up")
        self._there("addr", "add", f"{self.there}/32", "dev", "lo")
        self._there("addr", "add", f"{self._gate}/30", "dev", "wire")
        self._there("link", "add", "nowhere", "type", "veth", "peer", "name", "end")
        for end in ("nowhere", "end"):
            self._there("link", "set", end, "up")
        self._there("neigh", "add", self.here, "lladdr", NOBODY, "dev", "nowhere")
        self._there("route", "add", "default", "dev", "nowhere")
        self._there("link", "set", "wire", "up")
        _run("ip", "route", "add", f"{self.there}/32", "via", self._gate, "src", self.here)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._take_up()

    def _take_up(self) -> None:
        subprocess.run(["ip", "link", "del", self._device], check=False, capture_output=True)
        _run("ip", "netns", "del", self._name)

    def cut(self) -> None:
        self._there("link", "set", "wire", "down")

    def mend(self) -> None:
        self._there("link", "set", "wire", "up")

    def move(self) -> None:
        """Our end gets another address and has the old one no more, as with a new lease."""
        old, self.here = self.here, f"{self.here.rpartition('.')[0]}.65"
        self._there("route", "add", f"{self.here}/32", "dev", "wire")
        _run("ip", "addr", "add", f"{self.here}/26", "dev", self._device)
        _run("ip", "addr", "del", f"{old}/30", "dev", self._device)
        _run("ip", "route", "replace", f"{self.there}/32", "dev", self._device, "src", self.here)

    @contextlib.contextmanager
    def exchange(self, folder: Path, port: int) -> Iterator[Exchange]:
        """At the far end; telephones register as the group."""
        facts = HuntGroup(
            (f"udp:{self.there}:{port}",),
            "exchange.test",
            f"udp:127.0.0.1:{free_ports(1)[0]}",
            (self.here, self.there),
            group=GROUP,
            group_password=PASSWORD,
            ring_s=30,
        )
        with running(configuration(facts), folder, port, host=self.there, inside=self.inside) as exchange:
            yield exchange

    def _there(self, *words: str) -> None:
        _run("ip", "-n", self._name, *words)
