"""Many simulated ambulances over real TCP in one process.

    python -m radio.simulator --port 8808 --count 30 --speedup 20      (straight roads, no map)

The behaviour is in `ambulance`, the protocol in `terminal_side`; here are only sockets and time.
Odd vehicles speak the 2019 layout, even ones 2013.
"""

import argparse
import asyncio
import logging
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from radio.ambulance import Ambulance, Done, Drive, Pace, Press, Want
from radio.fence_file import FenceFile
from radio.ports import Leg, Point, Roads
from radio.terminal.facts import Now
from radio.terminal.header import line_for
from radio.terminal.messages import Register
from radio.terminal_side import Reaction, TerminalSide, Waits

log = logging.getLogger(__name__)

CONNECT_S_MAX = 5.0
READ_BYTES = 4096
SPEED_WITHOUT_MAP_KMH = 30.0


class SimulatedVehicle(Struct, frozen=True):
    """One vehicle of the fleet; `station` WGS-84 (lon, lat)."""

    phone: str
    plate: str
    station: Point
    is_2019: bool = False


class Settings(Struct, frozen=True):
    """Of a fleet. Real seconds, except the crew's pace, which runs `speedup` times as fast."""

    host: str = "127.0.0.1"
    port: int = 8808
    report_s: float = 5.0
    tick_s: float = 0.2
    speedup: float = 1.0
    back_off_s: tuple[float, ...] = (0.2, 0.5, 1.0, 2.0, 5.0)
    pace: Pace = Pace()
    waits: Waits = Waits()
    seed: int = 120
    memory: Path | None = None
    """Folder of what the terminals remember over a restart; None: they forget."""


class Simulated:
    """One vehicle with its link. `linked` False: the terminal has no coverage (see `cut`, `restore`)."""

    def __init__(self, vehicle: SimulatedVehicle, settings: Settings, roads: Roads, seed: int) -> None:
        identity = Register(
            province=23,
            city=1,
            maker="LSSIM",
            model="simulator",
            terminal_id=vehicle.phone[-7:],
            plate_colour=2,
            plate=vehicle.plate,
            layout=2019 if vehicle.is_2019 else 2013,
        )
        line = line_for(vehicle.phone, version=1 if vehicle.is_2019 else None)
        memory = FenceFile(settings.memory / f"{vehicle.phone}.fence") if settings.memory else None
        self.side = TerminalSide(line, identity, settings.waits, memory)
        self.ambulance = Ambulance(vehicle.station, settings.pace, speedup=settings.speedup, seed=seed)
        self.refused = 0  # orders the fence turned down
        self._settings = settings
        self._roads = roads
        self._writer: asyncio.StreamWriter | None = None
        self._has_coverage = asyncio.Event()
        self._has_coverage.set()
        self._routes: set[asyncio.Task[None]] = set()
        # Vehicles do not all report in the same instant.
        self._report_ms = _now().steady_ms + int(settings.report_s * 1000 * random.Random(seed).random())  # noqa: S311

    # --- the link ---------------------------------------------------------------------------------

    def cut(self) -> None:
        """Lose the network at once; positions are stored and keys wait until `restore`."""
        self._has_coverage.clear()
        self._drop()

    def restore(self) -> None:
        self._has_coverage.set()

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()

    async def keep_linked(self) -> None:
        """Connect, talk, connect again, for ever."""
        failures = 0
        while True:
            await self._has_coverage.wait()
            try:
                await self._talk()
                failures = 0
            except (OSError, TimeoutError) as wrong:
                log.debug("link: %s", wrong)
                failures += 1
            back_off = self._settings.back_off_s
            await asyncio.sleep(back_off[min(failures, len(back_off) - 1)])

    async def _talk(self) -> None:
        async with asyncio.timeout(CONNECT_S_MAX):
            reader, writer = await asyncio.open_connection(self._settings.host, self._settings.port)
        self._writer = writer
        try:
            self._act(self.side.connected(_now()))
            while received := await reader.read(READ_BYTES):
                self._act(self.side.receive(received, _now()))
        finally:
            self.side.lost()
            self._writer = None
            writer.close()

    def _act(self, reaction: Reaction) -> None:
        if self._writer is not None and reaction.out:
            self._writer.write(b"".join(reaction.out))
        for seen in reaction.orders:
            if seen.verdict == "accept":
                self._do(self.ambulance.ordered(seen.tail, _now().steady_ms))
            elif seen.verdict != "duplicate":
                self.refused += 1
        if reaction.hang_up:
            self._drop()

    # --- time -------------------------------------------------------------------------------------

    def tick(self, now: Now) -> None:
        """A few times a second: drive, press, report."""
        self._do(self.ambulance.step(now.steady_ms))
        if self._writer is not None:
            self._act(self.side.tick(now))
        if now.steady_ms >= self._report_ms:
            self._report_ms = now.steady_ms + int(self._settings.report_s * 1000)
            self._act(self.side.report(self.ambulance.report(now.wall_ms), now))

    def _do(self, wants: Sequence[Want]) -> None:
        for want in wants:
            match want:
                case Press(event_id=event_id):
                    self._act(self.side.press(event_id, _now()))
                case Done():
                    self.side.finished()
                case Drive():
                    task = asyncio.create_task(self._find_route(want))
                    self._routes.add(task)
                    task.add_done_callback(self._routes.discard)

    async def _find_route(self, drive: Drive) -> None:
        try:
            end = drive.end or await self._roads.hospital(drive.start)
            legs = await self._roads.route(drive.start, end)
        except Exception:  # a map that is restarting must not leave an ambulance standing in the road
            log.exception("no route, driving straight on")
            end = drive.end or drive.start
            legs = [Leg(end[0], end[1], SPEED_WITHOUT_MAP_KMH)]
        self.ambulance.routed(drive, legs)

    async def stop(self) -> None:
        for task in list(self._routes):
            task.cancel()
        self._drop()


class Fleet:
    """All vehicles; everything runs on the event loop that called `start`."""

    def __init__(self, vehicles: Sequence[SimulatedVehicle], settings: Settings, roads: Roads) -> None:
        self._settings = settings
        self.vehicles = {
            vehicle.phone: Simulated(vehicle, settings, roads, settings.seed + number)
            for number, vehicle in enumerate(vehicles)
        }
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Switch all terminals on."""
        self._tasks = [asyncio.create_task(vehicle.keep_linked()) for vehicle in self.vehicles.values()]
        self._tasks.append(asyncio.create_task(self._tick_forever()))

    async def stop(self) -> None:
        for vehicle in self.vehicles.values():
            await vehicle.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tick_forever(self) -> None:
        while True:
            now = _now()
            for vehicle in self.vehicles.values():
                vehicle.tick(now)
            await asyncio.sleep(self._settings.tick_s)


class StraightRoads:
    """`Roads` without a map: as the crow flies at one speed, hospitals from a list."""

    def __init__(self, hospitals: Sequence[Point], speed_kmh: float = 50.0) -> None:
        self._hospitals = hospitals
        self._speed_kmh = speed_kmh

    async def route(self, start: Point, end: Point) -> Sequence[Leg]:
        return [Leg(end[0], end[1], self._speed_kmh)]

    async def hospital(self, near: Point) -> Point:
        return min(self._hospitals, key=lambda at: (at[0] - near[0]) ** 2 + (at[1] - near[1]) ** 2)


def _now() -> Now:
    return Now(time.time_ns() // 1_000_000, time.monotonic_ns() // 1_000_000)


def _read_arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--first", type=int, default=13900000000, help="first terminal number")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--speedup", type=float, default=1.0)
    parser.add_argument("--centre", type=float, nargs=2, default=(126.64, 45.755), metavar=("LON", "LAT"))
    return parser.parse_args(words)


async def _run(arguments: argparse.Namespace) -> None:
    lon, lat = arguments.centre
    around = [(lon + (number % 6 - 3) * 0.02, lat + (number // 6 % 6 - 3) * 0.015) for number in range(36)]
    vehicles = [
        SimulatedVehicle(
            str(arguments.first + number), f"黑A{number:05d}", around[number % 36], is_2019=bool(number % 2)
        )
        for number in range(arguments.count)
    ]
    settings = Settings(host=arguments.host, port=arguments.port, speedup=arguments.speedup)
    fleet = Fleet(vehicles, settings, StraightRoads(around[::7]))
    await fleet.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(_read_arguments(sys.argv[1:])))
