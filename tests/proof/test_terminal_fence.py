"""The fence in the vehicle: a cut-off city and the district that took command order the same ambulance, each
through its own gateway. One order moves it, the other is refused by the terminal and shown as such at its own
hub; after the heal the pair is one conflict, and a person settles it.
"""

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from bench.sizes import report
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.kinds import TERMINAL_REFUSED, OrderStatus, VehicleKind
from dispatch.words import Mission, Place, Point, Vehicle
from radio.ambulance import Pace, Stage
from radio.simulator import Fleet, Settings, Simulated, SimulatedVehicle, StraightRoads
from radio.terminal_side import Waits
from store.bus.keys import own_keys
from store.core.ids import new_id
from store.core.roster import MachineRole
from store.core.seat_logic import Phase
from store.core.wire import Mode
from store.hub_admin import enrol_machine
from tests.proof.test_partition import equal, fenced, ready, until
from tests.proof.two_nets import NetCity, NetDistrict, missing, spawn, two_nets
from tests.store.commanding import proofs, settle_all, take_when_silent
from tests.store.conftest import PROJECT, Desk
from tests.store.district import CODE

REASON = missing()
pytestmark = [pytest.mark.process, pytest.mark.skipif(bool(REASON), reason=REASON)]
PHONE, VEHICLE, GATEWAY_PORT = "13900000001", "t1", 8808
STATION, FAR = (126.6, 45.8), 0.3
SPEEDUP = 20.0
READ_BYTES = 4096


class Coverage:
    """Whose gateway the vehicle's terminal reaches just now: a wire from the terminal to one of them."""

    def __init__(self) -> None:
        self.port = 0
        self._host = ""
        self._pipes: set[asyncio.StreamWriter] = set()
        self._carried: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def move(self, host: str) -> None:
        """From now on this gateway; "": none."""
        self._host = host
        for pipe in list(self._pipes):
            pipe.transport.abort()

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self.move("")
        await asyncio.gather(*self._carried)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carried.add(task)
        task.add_done_callback(self._carried.discard)
        if self._host:
            with suppress(OSError):
                await self._connect(reader, writer)
        writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._host, GATEWAY_PORT)
        pipes = {writer, back}
        self._pipes |= pipes
        await asyncio.gather(_pour(reader, back), _pour(there, writer), return_exceptions=True)
        self._pipes -= pipes


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while received := await reader.read(READ_BYTES):
            writer.write(received)
    finally:
        writer.transport.abort()


class Road:
    """One simulated ambulance on an event loop of its own; `move_to` changes whose gateway it reaches."""

    def __init__(self, memory: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="road", daemon=True)
        self._thread.start()
        self._coverage = Coverage()
        self._do(self._coverage.start())
        settings = Settings(
            port=self._coverage.port,
            report_s=0.2,
            tick_s=0.05,
            speedup=SPEEDUP,
            back_off_s=(0.1,),
            pace=Pace(accept_s=4, turnout_s=4, on_scene_s=9_000),
            waits=Waits(heartbeat_ms=500, answer_ms=1000),
            memory=memory,
        )
        self._fleet = Fleet(
            [SimulatedVehicle(PHONE, "黑A00001", STATION)], settings, StraightRoads([STATION])
        )
        self._do(self._fleet.start())

    def _do(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    @property
    def vehicle(self) -> Simulated:
        return self._fleet.vehicles[PHONE]

    def move_to(self, host: str) -> None:
        self._do(self._coverage.move(host))

    def close(self) -> None:
        self._do(self._fleet.stop())
        self._do(self._coverage.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


@contextmanager
def gateway(site: NetCity | NetDistrict, name: str) -> Iterator[None]:
    """`main.py gateway` of this site, in its namespace."""
    file = site.folder / "gateway.toml"
    text = site.file.read_text(encoding="utf-8")
    file.write_text(f'{text}\n[gateway]\nhost = "0.0.0.0"\nport = {GATEWAY_PORT}\n', encoding="utf-8")
    log = site.folder / "gateway.log"
    process = spawn(name, log, str(PROJECT / "main.py"), "gateway", "--config", str(file))
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[tuple[NetCity, NetDistrict, Road]]:
    """Both sites with a gateway each, and one ambulance that reaches neither."""
    vehicle = Vehicle(VEHICLE, "801", "T00801", VehicleKind.BASIC, "st1", terminal=PHONE)
    with ExitStack() as stack:
        city, district = stack.enter_context(two_nets(tmp_path, [cmd.RegisterVehicle(vehicle)]))
        public = own_keys(district.folder / "keys", "gateway").public
        enrol_machine(city.config, f"gateway-{CODE}", MachineRole.GATEWAY, "", public, site=CODE)
        stack.enter_context(gateway(city, city.nets.city))
        stack.enter_context(gateway(district, city.nets.district))
        memory = tmp_path / "terminal"
        memory.mkdir()
        road = Road(memory)
        stack.callback(road.close)
        yield city, district, road


def send(desk: Desk, address: str, lat: float) -> str:
    """An incident with the ambulance sent to it; the mission."""
    call, intake, incident, mission = new_id(), new_id(), new_id(), new_id()
    place = Place(address=address, point=Point(STATION[0], lat))
    for order in (
        cmd.ReportRinging(call, "13800000000"),
        cmd.ReportAnswered(call),
        cmd.BeginIntake(intake, call),
        cmd.ChangeIntake(intake, 1, FormChanges(place=place)),
        cmd.OpenIncident(incident, intake),
        cmd.AssignVehicle(mission, incident, VEHICLE, order_text=address),
    ):
        assert desk.order(order).refusal is None
    desk.wait(lambda: mission in desk.floor.missions)
    return mission


def obeyed(desk: Desk, mission: str, road: Road) -> Mission:
    """The terminal took this order and its crew drives."""
    desk.wait(
        lambda: desk.floor.missions[mission].order_status is OrderStatus.ACCEPTED, "accepted by the crew"
    )
    until("on its way", lambda: road.vehicle.ambulance.stage is Stage.TO_SCENE, 20)
    assert road.vehicle.side.fence.doing == desk.floor.missions[mission].number
    return desk.floor.missions[mission]


def refused(desk: Desk, mission: str, road: Road) -> None:
    """The terminal turned it down, and its own hub knows it in so many words."""
    desk.wait(lambda: desk.floor.missions[mission].order_failure, "told to its own hub")
    it = desk.floor.missions[mission]
    assert (it.order_status, it.order_failure) == (OrderStatus.TIMED_OUT, TERMINAL_REFUSED)
    assert road.vehicle.refused == 1


def island(city: NetCity, district: NetDistrict) -> tuple[Desk, Desk]:
    """The line is cut and the district takes command; a seat of the city, a seat of the district."""
    ours, theirs = ready(city, district)
    proven = proofs(theirs.desk)
    city.nets.cut()
    theirs.desk.wait(lambda: theirs.desk.link.state.mode == Mode.CUT_OFF, "cut off", 15)
    assert take_when_silent(theirs.desk, proven=proven).reason == ""
    theirs.desk.wait(
        lambda: (
            (theirs.desk.link.state.epoch.term, theirs.desk.link.state.phase) == (2, Phase.LIVE)
            and not theirs.desk.link.state.relay
        ),
        "the district leads",
    )
    return ours.desk, theirs.desk


@pytest.mark.parametrize("first", ["district", pytest.param("city", marks=pytest.mark.nightly)])
def test_two_sites_order_one_ambulance_and_one_order_moves_it(
    sites: tuple[NetCity, NetDistrict, Road], first: str
) -> None:
    city, district, road = sites
    at_city, at_district = city.nets.address[city.nets.city], city.nets.address[city.nets.district]
    ours, theirs = island(city, district)
    one, other, at_one, at_other = (
        (theirs, ours, at_district, at_city) if first == "district" else (ours, theirs, at_city, at_district)
    )
    road.move_to(at_one)
    done = obeyed(one, send(one, "甲路1号", STATION[1] + FAR), road)
    before = road.vehicle.ambulance.here

    road.move_to(at_other)
    wrong = send(other, "乙路2号", STATION[1] - FAR)
    refused(other, wrong, road)
    fence = road.vehicle.side.fence
    assert fence.doing == done.number
    assert fence.highest == ((2, "02") if first == "district" else (1, "01"))
    until("it drives on", lambda: road.vehicle.ambulance.here[1] > before[1], 10)

    city.nets.heal()
    until("fenced", lambda: fenced(city), 20)
    until("equal", lambda: equal(city, district), 60)
    theirs.wait(lambda: theirs.floor.conflicts, "the pair is in conflict")
    (conflict,) = theirs.floor.conflicts.values()
    late = wrong if first == "district" else done.id
    assert (conflict.vehicle_id, conflict.mission_id, conflict.from_site) == (VEHICLE, late, "01")
    assert settle_all(theirs) == 1
    theirs.wait(lambda: not [it for it in theirs.floor.conflicts.values() if it.settled is None], "settled")
    until("equal again", lambda: equal(city, district), 30)
    assert road.vehicle.side.fence.doing == done.number
    assert road.vehicle.refused == 1, "nobody sends it again by itself"
    report(f"B5 one ambulance, {first} first", moved=1, refused=1, conflicts=1)
