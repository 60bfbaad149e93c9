"""Two sites in network namespaces of their own, one line between them that can be cut in either direction.

Each site has one address, reached from the other through the line and from the test through a wire of its
own that is never cut. Needs root; whoever cannot make namespaces skips.
"""

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec
import zmq

from dispatch import commands as cmd
from store.bus.keys import own_keys
from store.bus.sockets import Context, command_client
from store.config import load_config
from store.core.messages import Hello, Welcome, decode_from_hub
from store.core.roster import MachineRole
from store.core.wire import encode
from store.hub_admin import enrol_machine, set_account
from tests.store.commanding import two_sites
from tests.store.conftest import PASSWORD, PROJECT, City, Desk, master_data
from tests.store.district import CODE, District

PORTS = [5570, 5571, 5572]
_runs = itertools.count()


def missing() -> str:
    """Why this machine cannot run the proof; "" it can."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    for program in ("ip", "nft"):
        if shutil.which(program) is None:
            return f"not installed: {program}"
    probe = subprocess.run(["ip", "netns", "add", "ls-probe"], check=False, capture_output=True)
    if probe.returncode:
        return "no network namespaces here"
    _run("ip", "netns", "del", "ls-probe")
    return ""


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


class Nets:
    """`city` and `district`: names of the namespaces; `address`: how everybody reaches a site.

    `spare`: first three numbers of addresses that are nobody's yet.
    """

    def __init__(self) -> None:
        tag = f"{os.getpid() % 10_000}{next(_runs)}"
        number = os.getpid() % 200
        self.spare = f"10.{number + 20}.9"
        self.city, self.district = f"lsc{tag}", f"lsd{tag}"
        self.address = {self.city: f"10.{number + 20}.1.1", self.district: f"10.{number + 20}.2.1"}
        for name in (self.city, self.district):
            _run("ip", "netns", "add", name)
            self._in(name, "ip", "link", "set", "lo", "up")
            self._in(name, "ip", "addr", "add", f"{self.address[name]}/32", "dev", "lo")
        self._line(number)
        for place, name in enumerate((self.city, self.district)):
            self._wire(name, f"172.{number % 15 + 16}.{number}.{place * 4}")

    def _in(self, name: str, *words: str) -> None:
        _run("ip", "netns", "exec", name, *words)

    def _line(self, number: int) -> None:
        """Between the two sites: 192.168.x.1 and .2."""
        _run(
            "ip",
            "link",
            "add",
            "line",
            "netns",
            self.city,
            "type",
            "veth",
            "peer",
            "line",
            "netns",
            self.district,
        )
        for place, name in enumerate((self.city, self.district)):
            self._in(name, "ip", "addr", "add", f"192.168.{number}.{place + 1}/30", "dev", "line")
            self._in(name, "ip", "link", "set", "line", "up")
        for place, (name, other) in enumerate(((self.city, self.district), (self.district, self.city))):
            way = ("via", f"192.168.{number}.{2 - place}", "src", self.address[name])
            self._in(name, "ip", "route", "add", f"{self.address[other]}/32", *way)

    def _wire(self, name: str, network: str) -> None:
        """Between the test and a site: network+1 here, network+2 there."""
        front, _, last = network.rpartition(".")
        here, there = f"{front}.{int(last) + 1}", f"{front}.{int(last) + 2}"
        device = f"w{name}"
        _run("ip", "link", "add", device, "type", "veth", "peer", "wire", "netns", name)
        _run("ip", "addr", "add", f"{here}/30", "dev", device)
        _run("ip", "link", "set", device, "up")
        self._in(name, "ip", "addr", "add", f"{there}/30", "dev", "wire")
        self._in(name, "ip", "link", "set", "wire", "up")
        _run("ip", "route", "add", f"{self.address[name]}/32", "via", there)
        self._in(name, "ip", "route", "add", "default", "via", here, "src", self.address[name])

    def cut(self, *, to_city: bool = True, to_district: bool = True) -> None:
        """Drop what goes over the line, in one direction or both."""
        for name, dropped in ((self.city, to_city), (self.district, to_district)):
            if dropped:
                self._in(
                    name,
                    "nft",
                    "add table inet cut; add chain inet cut in { type filter hook input priority 0; };"
                    ' add rule inet cut in iifname "line" drop',
                )

    def heal(self) -> None:
        for name in (self.city, self.district):
            subprocess.run(
                ["ip", "netns", "exec", name, "nft", "delete", "table", "inet", "cut"],
                check=False,
                capture_output=True,
            )

    def close(self) -> None:
        for name in (self.city, self.district):
            subprocess.run(["ip", "link", "del", f"w{name}"], check=False, capture_output=True)
            _run("ip", "netns", "del", name)


@contextmanager
def addresses_here(front: str, numbers: Sequence[int]) -> Iterator[None]:
    """This machine has `front`.n meanwhile, reached from every site by the test's own wire."""
    for number in numbers:
        _run("ip", "addr", "add", f"{front}.{number}/32", "dev", "lo")
    try:
        yield
    finally:
        for number in numbers:
            _run("ip", "addr", "del", f"{front}.{number}/32", "dev", "lo")


def _configuration(folder: Path, url: str, address: str, more: str) -> str:
    return f"""
[hub]
host = "0.0.0.0"
command_port = {PORTS[0]}
event_port = {PORTS[1]}
position_port = {PORTS[2]}
hubs = ["{address}:{PORTS[0]}"]
[store]
url = "{url}"
dir = "{folder}"
ballast_mb = 0
[keys]
dir = "{folder}/keys"
[log]
dir = ""
{more}
"""


class NetCity(City):
    """The centre, code 01, in its namespace."""

    def __init__(self, folder: Path, nets: Nets, seed: Sequence[cmd.Command] = (), url: str = "") -> None:
        """`seed`: what the store is planted with beside `master_data` and `two_sites`. `url`: "" a file."""
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.nets = nets
        self.file = folder / "lingsheng.toml"
        url = url or f"sqlite:///{folder}/hub.sqlite"
        text = _configuration(folder, url, nets.address[nets.city], "")
        self.file.write_text(text, encoding="utf-8")
        self.config = load_config(self.file)
        for number in ("01", "02"):
            enrol_machine(self.config, f"seat-{number}", MachineRole.SEAT, number)
        enrol_machine(self.config, "wall", MachineRole.WALL)
        enrol_machine(self.config, "gateway", MachineRole.GATEWAY)
        for number in ("1001", "1002", "1003"):
            set_account(self.config, number, PASSWORD)
        more: list[cmd.Command] = [*two_sites(), *seed]
        (folder / "seed.msgpack").write_bytes(msgspec.msgpack.encode([*master_data(40), *more]))
        self.process = None
        self.desks: list[Desk] = []

    def spawn_hub(self, file: Path) -> "subprocess.Popen[bytes]":
        program = str(PROJECT / "tests" / "store" / "hub_process.py")
        return spawn(self.nets.city, self.folder / "hub.log", program, str(file))

    def lonely_desk(self, machine: str) -> Desk:
        """A machine that knows the centre only."""
        public = own_keys(self.folder / "keys", "hub").public
        address = f"{self.nets.address[self.nets.city]}:{PORTS[0]}"
        return self.desk(machine, hubs=(address,), keys_dir=None, hub_public=public)

    def who(self) -> Welcome | None:
        """What answers at the centre's address just now; `None`: nobody within half a second."""
        return _ask(self.folder / "keys", "wall", "hub", f"{self.nets.address[self.nets.city]}:{PORTS[0]}")


class NetDistrict(District):
    """District 02 in its namespace, its line to the centre over the wire that can be cut."""

    def __init__(self, city: NetCity) -> None:
        nets = city.nets
        self.city = city
        self.code = CODE
        self.nets = nets
        self.folder = city.folder / "district"
        (self.folder / "keys").mkdir(parents=True)
        self.url = f"sqlite:///{self.folder}/copy.sqlite"
        self.address = f"{nets.address[nets.district]}:{PORTS[0]}"
        self.file = self.folder / "lingsheng.toml"
        hub = f"{nets.address[nets.city]}:{PORTS[0]}"
        more = f'[site]\ncode = "{CODE}"\n[relay]\nhubs = ["{hub}"]\n'
        self.file.write_text(
            _configuration(self.folder, self.url, nets.address[nets.district], more), encoding="utf-8"
        )
        self.config = load_config(self.file)
        self.process = None
        self._enrol(f"relay-{CODE}", MachineRole.RELAY, address=self.address)
        self._enrol("seat-03", MachineRole.SEAT, "03")
        self.carry()

    def start(self) -> None:
        program = str(PROJECT / "tests" / "store" / "relay_process.py")
        self.process = spawn(self.nets.district, self.folder / "relay.log", program, str(self.file))


def spawn(name: str, log: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """A Python program in the namespace `name`."""
    words = ["ip", "netns", "exec", name, sys.executable, *arguments]
    with log.open("ab") as out:
        return subprocess.Popen(words, cwd=PROJECT, stdout=out, stderr=out)


def _ask(folder: Path, machine: str, hub: str, address: str) -> Welcome | None:
    context = Context()
    socket = command_client(context, own_keys(folder, machine), own_keys(folder, hub).public)
    socket.setsockopt(zmq.IMMEDIATE, 0)
    socket.connect(f"tcp://{address}")
    socket.send(encode(Hello(app="proof")))
    try:
        if not socket.poll(500):
            return None
        message = decode_from_hub(socket.recv())
        return message if isinstance(message, Welcome) else None
    finally:
        context.destroy(linger=0)


@contextmanager
def two_nets(
    folder: Path,
    seed: Sequence[cmd.Command] = (),
    store: Callable[[Nets], AbstractContextManager[str]] | None = None,
) -> Iterator[tuple[NetCity, NetDistrict]]:
    """Both sites running. `store`: makes the city's, gives its URL; None: a file."""
    nets = Nets()
    with contextlib.ExitStack() as closing:
        closing.callback(nets.close)
        url = closing.enter_context(store(nets)) if store is not None else ""
        city = NetCity(folder, nets, seed, url)
        closing.callback(city.close)
        district = NetDistrict(city)
        closing.callback(district.close)
        city.start_hub()
        district.start()
        yield city, district
