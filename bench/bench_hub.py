"""Command given on one seat -> event applied on the floor of another: real hub process, CURVE, SQLite FULL.

Also the memory of the hub, and how long the seats are without a hub that is killed and started anew.
"""

import multiprocessing
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from msgspec.structs import replace

from console.drill.ports import free_ports
from dispatch import commands as cmd
from dispatch.kinds import Role, SeatState, VehicleKind
from dispatch.words import Dispatcher, Point, Seat, Station, Vehicle
from store import hub
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.config import Config
from store.core.replica import Applied
from store.core.roster import MachineRole
from store.core.seat_logic import LoginCame, Phase
from store.hub_admin import enrol_machine, set_account

COMMANDS = 400
GAP_S = 0.02  # 50 commands a second
VEHICLES = 200
WAIT_S = 30.0
PASSWORD = "bench bench bench"


def master_data() -> list[cmd.Command]:
    people = [Dispatcher(f"d{n}", f"100{n}", "张", frozenset({Role.DISPATCHER})) for n in (1, 2)]
    return [
        cmd.RegisterStation(Station("st", "S", "站", Point(126.6, 45.7))),
        *(cmd.RegisterDispatcher(person) for person in people),
        *(cmd.RegisterSeat(Seat(f"seat{n}", f"0{n}", "01")) for n in (1, 2)),
        *(
            cmd.RegisterVehicle(Vehicle(f"v{n}", f"{n:03d}", f"A{n:05d}", VehicleKind.BASIC, "st"))
            for n in range(VEHICLES)
        ),
    ]


def serve(config: Config) -> None:
    """The hub, in a process of its own."""
    hub.run(config, master_data)


class Screen:
    """One seat: notes when each command's event was applied and when its verdict came."""

    def __init__(self, config: Config, machine: str) -> None:
        self.rung = threading.Event()
        self.applied: dict[str, float] = {}
        self.logged_in = False
        self.link = HubLink(link_settings(config, machine), self.rung.set)
        self.link.start()

    def wait(self, until: Callable[[], Any]) -> None:
        end = time.monotonic() + WAIT_S
        while not until():
            if time.monotonic() > end:
                raise TimeoutError(f"the hub does not answer: {self.link.state}")
            self.rung.wait(0.02)
            self.rung.clear()
            self.take()

    def take(self) -> None:
        now = time.perf_counter()
        for notice in self.link.drain():
            if isinstance(notice, Applied):
                self.applied.setdefault(notice.ev.cid, now)
            elif isinstance(notice, LoginCame):
                self.logged_in = notice.ok is not None


@contextmanager
def running_hub(config: Config) -> Iterator[psutil.Process]:
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(config,))
    process.start()
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.join()


def configuration(folder: Path) -> Config:
    ports = free_ports(3)
    config = Config()
    config = replace(
        config,
        hub=replace(
            config.hub,
            command_port=ports[0],
            event_port=ports[1],
            position_port=ports[2],
            hubs=(f"127.0.0.1:{ports[0]}",),
        ),
        store=replace(config.store, url=f"sqlite:///{folder}/hub.sqlite", dir=str(folder), ballast_mb=0),
        keys=replace(config.keys, dir=str(folder / "keys")),
    )
    for number in ("1", "2"):
        enrol_machine(config, f"seat-0{number}", MachineRole.SEAT, f"seat{number}")
    set_account(config, "1001", PASSWORD)
    return config


def latencies_ms(first: Screen, second: Screen) -> list[float]:
    """One command every 20 ms; ms until its event is on the other seat's floor."""
    given: dict[str, float] = {}
    for n in range(COMMANDS):
        state = SeatState.PAUSED if n % 2 else SeatState.AWAY
        start = time.perf_counter()
        given[first.link.order(cmd.SetSeatState("seat1", state))] = start
        while time.perf_counter() - start < GAP_S:
            second.rung.wait(0.002)
            second.rung.clear()
            second.take()
    second.wait(lambda: given.keys() <= second.applied.keys())
    return sorted((second.applied[cid] - at) * 1000 for cid, at in given.items())


def run() -> dict[str, float]:
    """The figures; `hub_restart_ms`: from kill -9 until a seat is live on the new hub."""
    with tempfile.TemporaryDirectory(prefix="lingsheng-bench-") as folder:
        config = configuration(Path(folder))
        screens: list[Screen] = []
        try:
            with running_hub(config) as process:
                screens += [Screen(config, "seat-01"), Screen(config, "seat-02")]
                for screen in screens:
                    screen.wait(lambda screen=screen: screen.link.state.phase is Phase.LIVE)
                screens[0].link.login("1001", PASSWORD)
                screens[0].wait(lambda: screens[0].logged_in)
                times = latencies_ms(screens[0], screens[1])
                memory = process.memory_info().rss / 2**20
                boot = screens[1].link.state.epoch.boot
            start = time.perf_counter()
            with running_hub(config):
                screens[1].wait(lambda: screens[1].link.state.epoch.boot > boot)
                screens[1].wait(lambda: screens[1].link.state.phase is Phase.LIVE)
                back = time.perf_counter() - start
        finally:
            for screen in screens:
                screen.link.stop()
    return {
        "command_to_second_floor_p50_ms": round(statistics.median(times), 1),
        "command_to_second_floor_p99_ms": round(times[int(len(times) * 0.99)], 1),
        "hub_memory_mb": round(memory, 1),
        "hub_restart_ms": round(back * 1000),
        "hub_load_average": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    print(run())
