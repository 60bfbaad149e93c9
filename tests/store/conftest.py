"""A hub as a real process with links to it, on free loopback ports, for SQLite and PostgreSQL."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from console.drill.ports import free_ports
from dispatch import commands as cmd
from dispatch.apply import apply
from dispatch.changes import FormChanges
from dispatch.floor import Floor
from dispatch.kinds import Role, VehicleKind
from dispatch.words import Dispatcher, Place, Point, Seat, Station, Vehicle
from store import hub
from store.bus.link import HubLink
from store.bus.link_state import LinkSettings, link_settings
from store.config import Config, load_config
from store.core.ids import new_id
from store.core.replica import Applied
from store.core.roster import MachineRole
from store.core.seat_logic import FloorReplaced, LoginCame, Phase, VerdictCame
from store.hub_admin import enrol_machine, set_account
from tests.store.forked import Forked

WAIT_S = 20.0
PASSWORD = "a long enough word"
PROJECT = Path(__file__).resolve().parents[2]


def master_data(vehicles: int = 5) -> list[cmd.Command]:
    """One station, two seats with a dispatcher each, a few vehicles."""
    names = {"1001": "王芳", "1002": "李强", "1003": "赵敏"}
    commands: list[cmd.Command] = [
        cmd.RegisterStation(Station("st1", "S1", "江北站", Point(126.6, 45.7))),
        *(
            cmd.RegisterDispatcher(Dispatcher(f"d{number}", number, name, frozenset({Role.DISPATCHER})))
            for number, name in names.items()
        ),
        *(cmd.RegisterSeat(Seat(f"seat{number}", number, "01")) for number in ("01", "02", "03")),
    ]
    commands += [
        cmd.RegisterVehicle(Vehicle(f"v{n}", f"{n:03d}", f"A{n:05d}", VehicleKind.BASIC, "st1"))
        for n in range(1, vehicles + 1)
    ]
    return commands


class Desk:
    """A machine of the test: its link, its own floor, what came."""

    def __init__(self, settings: LinkSettings) -> None:
        self._rung = threading.Condition()
        self.floor = Floor()
        self.verdicts: dict[str, VerdictCame] = {}
        self.logins: dict[str, LoginCame] = {}
        self.events: list[Applied] = []
        self.applied_at: dict[str, float] = {}
        self.replaced = 0
        self.other: list[object] = []
        self.link = HubLink(settings, self._ring)
        self.link.start()

    def _ring(self) -> None:
        with self._rung:
            self._rung.notify_all()

    def take(self) -> None:
        for notice in self.link.drain():
            match notice:
                case FloorReplaced(floor):
                    self.floor = floor
                    self.replaced += 1
                case Applied(ev, event):
                    apply(self.floor, event)
                    self.events.append(notice)
                    self.applied_at.setdefault(ev.cid, time.perf_counter())
                case VerdictCame(cid):
                    assert cid not in self.verdicts, "one verdict per command"
                    self.verdicts[cid] = notice
                case LoginCame():
                    self.logins[notice.id] = notice
                case _:
                    self.other.append(notice)

    def wait(self, until: Callable[[], Any], what: str = "", limit_s: float = WAIT_S) -> Any:
        """Take notices until the condition holds."""
        end = time.monotonic() + limit_s
        while True:
            with self._rung:
                self.take()
                result = until()
                if result:
                    return result
                left = end - time.monotonic()
                assert left > 0, f"{what or 'condition'} not within {limit_s} s: {self.link.state}"
                self._rung.wait(min(left, 0.05))

    def wait_live(self, limit_s: float = WAIT_S) -> None:
        self.wait(lambda: self.link.state.phase is Phase.LIVE, "live", limit_s)

    def verdict(self, cid: str, limit_s: float = WAIT_S) -> VerdictCame:
        return self.wait(lambda: self.verdicts.get(cid), f"verdict of {cid}", limit_s)

    def order(self, command: cmd.Command, **options: Any) -> VerdictCame:
        return self.verdict(self.link.order(command, **options))

    def login(self, number: str, password: str = PASSWORD, **options: Any) -> LoginCame:
        asked = self.link.login(number, password, **options)
        return self.wait(lambda: self.logins.get(asked), "log-in")

    def open_incident(self, address: str = "中山路1号") -> str:
        """All orders from ring to incident; its id."""
        call, intake, incident = new_id(), new_id(), new_id()
        orders = [
            cmd.ReportRinging(call, "13800000000"),
            cmd.ReportAnswered(call),
            cmd.BeginIntake(intake, call),
            cmd.ChangeIntake(intake, 1, FormChanges(place=Place(address=address))),
            cmd.OpenIncident(incident, intake),
        ]
        for cid in [self.link.order(order) for order in orders]:
            assert self.verdict(cid).refusal is None
        return incident

    def close(self) -> None:
        assert self.link.stop(5.0)


def configuration(folder: Path, url: str, ports: list[int]) -> str:
    """lingsheng.toml of a hub on these ports."""
    return f"""
[hub]
command_port = {ports[0]}
event_port = {ports[1]}
position_port = {ports[2]}
hubs = ["127.0.0.1:{ports[0]}"]
[store]
url = "{url}"
dir = "{folder}"
ballast_mb = 0
[keys]
dir = "{folder}/keys"
[log]
dir = ""
"""


class City:
    """One hub process and its machines, in a folder of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        ports = free_ports(3)
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.file = folder / "lingsheng.toml"
        self.file.write_text(configuration(folder, url, ports), encoding="utf-8")
        self.config: Config = load_config(self.file)
        for number in ("01", "02", "03"):
            enrol_machine(self.config, f"seat-{number}", MachineRole.SEAT, number)
        enrol_machine(self.config, "wall", MachineRole.WALL)
        enrol_machine(self.config, "gateway", MachineRole.GATEWAY)
        for number in ("1001", "1002", "1003"):
            set_account(self.config, number, PASSWORD)
        self.seed_more([])
        self.process: Forked | None = None
        self.desks: list[Desk] = []

    def seed_more(self, commands: list[cmd.Command]) -> None:
        """What the store is planted with at the hub's first start, beside `master_data`."""
        (self.folder / "seed.msgpack").write_bytes(msgspec.msgpack.encode([*master_data(), *commands]))

    def start_hub(self) -> None:
        self.process = self.spawn_hub(self.file)

    def spawn_hub(self, file: Path) -> Forked:
        return Forked("hub", file, self.folder / "hub.log")

    def second_hub(self) -> tuple[Path, str]:
        """The configuration of another hub on the same store, and its command address."""
        ports = free_ports(3)
        file = self.folder / "second.toml"
        file.write_text(configuration(self.folder, self.config.store.url, ports), encoding="utf-8")
        return file, f"127.0.0.1:{ports[0]}"

    def kill_hub(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)
        self.process = None

    def stop_hub(self) -> int:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGTERM)
        code = self.process.wait(15)
        self.process = None
        return code

    def rebuild(self) -> int:
        """`main.py hub --rebuild`; 0: journal proven, state agrees."""
        return hub.rebuild(self.config)

    def desk(self, machine: str, **changes: Any) -> Desk:
        desk = Desk(replace(link_settings(self.config, machine), **changes))
        self.desks.append(desk)
        return desk

    def seat(self, number: str) -> Desk:
        """Seat `number` with its dispatcher logged in."""
        desk = self.desk(f"seat-{number}")
        desk.wait_live()
        assert desk.login(f"10{number}").ok is not None
        return desk

    def close(self) -> None:
        for desk in self.desks:
            desk.close()
        if self.process is not None:
            self.kill_hub()


POSTGRES = max(
    Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None
)
"""Programs of the newest PostgreSQL here, as Debian and Ubuntu install it; None where it is absent."""


class Postgres:
    """A private PostgreSQL cluster on loopback, run by the user postgres where we are root.

    It does not sync its files: no test cuts the power, and each of its databases would cost a second.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_ports(1)[0]
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        self._run("initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        assert POSTGRES is not None
        subprocess.run(
            [POSTGRES / program, *arguments],
            cwd=self.folder,
            user=self.user,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -h 127.0.0.1 -c fsync=off"
        log = f"{self.folder}/log"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-l", log, "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", mode, "-w", "stop")

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"t{new_id()}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name)
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Skips where PostgreSQL is absent."""
    if POSTGRES is None:
        pytest.skip("not installed: postgresql")
    with tempfile.TemporaryDirectory(prefix="lingsheng-pg-") as folder:
        cluster = Postgres(Path(folder))
        yield cluster
        cluster.stop("immediate")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.peer)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hub.sqlite"
    cluster: Postgres = request.getfixturevalue("postgres")
    return cluster.new_database()


@pytest.fixture
def city(tmp_path: Path, store_url: str) -> Iterator[City]:
    """A city with its hub running, on each kind of store."""
    yield from running_city(tmp_path, store_url)


@pytest.fixture
def small_city(tmp_path: Path) -> Iterator[City]:
    """A city with its hub running on SQLite, for what does not depend on the store."""
    yield from running_city(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")


def running_city(folder: Path, url: str) -> Iterator[City]:
    made = City(folder, url)
    try:
        made.start_hub()
        yield made
    finally:
        made.close()
