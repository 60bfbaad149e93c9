"""A centre of any size on this machine for benches and proofs: roster, accounts, real hub processes.

Hubs are forked from a server that has the hub's modules loaded: each is a process of its own that `kill -9`
ends, without a second of Python's start in every cycle.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil

from console.drill.ports import free_ports
from dispatch import commands as cmd
from dispatch.kinds import Role, VehicleKind
from dispatch.words import Dispatcher, Point, Seat, Station, Vehicle
from store.config import Config, load_config
from store.core.roster import MachineRole

PASSWORD = "a long enough word"
PRELOADED = [
    "store.hub",
    "store.site",
    "store.bus.link",
    "bench.town",
    "bench.crowd",
    "bench.crowd_seats",
    "bench.light_seats",
]
END_S_MAX = 20.0
STEP_MS = 30_000


def processes() -> ForkServerContext:
    """The kind of process everything here is: forked from one that has read its modules."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def master_data(seats: int, vehicles: int) -> list[cmd.Command]:
    """One station, `seats` seats with a dispatcher each, `vehicles` vehicles."""
    roles = frozenset({Role.DISPATCHER})
    numbers = [f"{n:03d}" for n in range(1, seats + 1)]
    return [
        cmd.RegisterStation(Station("st1", "S1", "江北站", Point(126.6, 45.7))),
        *(cmd.RegisterDispatcher(Dispatcher(f"d{n}", f"1{n}", f"张{n}", roles)) for n in numbers),
        *(cmd.RegisterSeat(Seat(f"seat{n}", n, "01")) for n in numbers),
        *(
            cmd.RegisterVehicle(Vehicle(f"v{n}", f"{n:05d}", f"A{n:05d}", VehicleKind.BASIC, "st1"))
            for n in range(1, vehicles + 1)
        ),
    ]


def serve(file: Path, seats: int, vehicles: int) -> None:
    """The hub, in a process of its own. SIGUSR1 sets its wall clock back by STEP_MS."""
    from store import hub
    from store.log import start_log

    with (file.parent / "hub.log").open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    start_log("hub", "info", "")
    signal.signal(signal.SIGUSR1, lambda *_: set_clock(-STEP_MS))
    raise SystemExit(hub.run(load_config(file), lambda: master_data(seats, vehicles)))


def set_clock(by_ms: int) -> None:
    """From now on this process sees a wall clock that is wrong by so much; the steady one is right."""
    from store.bus import clock

    seen_ms = clock._wall_ms
    if by_ms:
        clock._wall_ms = lambda: seen_ms() + by_ms


class Town:
    """One store, its machines, and the hub processes on it. `seats` of them have an account."""

    def __init__(
        self,
        folder: Path,
        *,
        seats: int,
        vehicles: int,
        consoles: int = 0,
        url: str = "",
        more: str = "",
        pair: bool = False,
        ballast_mb: int = 0,
    ) -> None:
        """`consoles`: machines that only look on; `more`: lines of lingsheng.toml; `pair`: two hubs known."""
        self.folder = folder
        self.seats = [f"seat-{n:03d}" for n in range(1, seats + 1)]
        self.walls = [f"wall-{n:03d}" for n in range(1, consoles + 1)]
        self.vehicles = vehicles
        self.url = url or f"sqlite:///{folder}/hub.sqlite"
        self._more = more
        self._pair = pair
        self._ballast_mb = ballast_mb
        self._ports = {name: free_ports(3) for name in ("first", "second")}
        self.files = {name: self._write(name) for name in self._ports}
        self.config: Config = load_config(self.files["first"])
        self.hubs: list[BaseProcess] = []
        self._enrol()

    def _write(self, name: str) -> Path:
        file = self.folder / f"{name}.toml"
        ports = self._ports[name]
        known = self._ports.values() if self._pair else [ports]
        hubs = ", ".join(f'"127.0.0.1:{three[0]}"' for three in known)
        file.write_text(
            f"[hub]\ncommand_port = {ports[0]}\nevent_port = {ports[1]}\nposition_port = {ports[2]}\n"
            f'hubs = [{hubs}]\n[store]\nurl = "{self.url}"\ndir = "{self.folder}"\n'
            f"ballast_mb = {self._ballast_mb}\n"
            f'[keys]\ndir = "{self.folder}/keys"\n[log]\ndir = ""\n{self._more}\n',
            encoding="utf-8",
        )
        return file

    def _enrol(self) -> None:
        from store.hub_admin import enrol_machine, set_account

        for name in self.seats:
            enrol_machine(self.config, name, MachineRole.SEAT, name.removeprefix("seat-"))
        for name in self.walls:
            enrol_machine(self.config, name, MachineRole.WALL)
        enrol_machine(self.config, "gateway", MachineRole.GATEWAY)
        for name in self.seats:
            set_account(self.config, f"1{name.removeprefix('seat-')}", PASSWORD)

    # --- hubs -------------------------------------------------------------------------------------

    def start(self, name: str = "first") -> BaseProcess:
        """A hub on the ports of "first" or "second"."""
        arguments = (self.files[name], len(self.seats), self.vehicles)
        hub = processes().Process(target=serve, args=arguments, daemon=True)
        hub.start()
        self.hubs.append(hub)
        return hub

    def revive(self) -> None:
        """As a service manager: a hub that ended by itself (no database yet) is started again."""
        for hub in [hub for hub in self.hubs if hub.exitcode is not None]:
            self.hubs.remove(hub)
            self.start()

    def kill(self, hub: BaseProcess) -> None:
        """kill -9."""
        hub.kill()
        hub.join(END_S_MAX)
        self.hubs.remove(hub)

    def end(self, hub: BaseProcess) -> None:
        """In order; an error when it does not end with code 0 in time."""
        hub.terminate()
        hub.join(END_S_MAX)
        assert hub.exitcode == 0, f"the hub ended with {hub.exitcode}"
        self.hubs.remove(hub)

    def close(self) -> None:
        """Whatever still runs is killed."""
        for hub in list(self.hubs):
            with contextlib.suppress(ProcessLookupError):
                os.kill(hub.pid or 0, signal.SIGCONT)
            self.kill(hub)


@contextlib.contextmanager
def town(folder: Path, **sizes: int | str) -> Iterator[Town]:
    """A town that is closed in the end."""
    made = Town(folder, **sizes)
    try:
        yield made
    finally:
        made.close()


def usage(process: BaseProcess) -> psutil.Process:
    """For CPU and memory of a process."""
    return psutil.Process(process.pid)
