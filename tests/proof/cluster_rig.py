"""A city's database as the kit builds it: Patroni, PostgreSQL and etcd as real processes on loopback.

Each machine has a loopback address of its own and Debian's ports; TLS and passwords are the kit's. PostgreSQL
refuses root, so under root everything runs as the user postgres.
"""

import http.client
import json
import os
import secrets
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import main
from store.config import load_config
from store.deploy.city_file import CityFile, CityMachine, read_city
from store.deploy.making import make_kit
from store.deploy.secrets_file import Passwords, passwords
from store.exits import ExitCode
from tests.store.conftest import POSTGRES

PROGRAMS = ("etcd", "etcdctl", "patroni", "patronictl")
PATRONI = os.environ.get("LINGSHENG_PATRONI", "patroni")
START_S = 60.0
PROJECT = Path(__file__).resolve().parents[2]
CITY = """
[city]
name = "试验市"
code = "01"
placement = "{placement}"
patroni = {version}

[[site]]
code = "01"
name = "市中心"
kind = "centre"

[[site]]
code = "02"
name = "分中心"
kind = "tier1"

{machines}

[backup]
dir = "{folder}/{{machine}}/backup"

[paths]
program = "{program}"
config = "{folder}/{{machine}}/config"
state = "{folder}/{{machine}}/state"
log = "{folder}/{{machine}}/log"
patroni = "{folder}/{{machine}}/patroni"
postgresql_bin = "{bin}"
postgresql_data = "{folder}/{{machine}}/data"
postgresql_socket = "{folder}/{{machine}}"
etcd_default = "{folder}/{{machine}}/etcd.env"
etcd_data = "{folder}/{{machine}}/etcd"
units = "{folder}/{{machine}}/units"
etc = "{folder}/{{machine}}/etc"
"""
CONFIRMING = frozenset({"sync_standby", "quorum_standby"})
FIRST = 11
"""Last number of the first machine's address."""
MACHINES = (
    ("a1", "01", ("postgresql", "etcd", "hub")),
    ("a2", "01", ("postgresql", "etcd", "standby")),
    ("b1", "02", ("postgresql", "etcd", "relay")),
)


def version() -> int:
    """3 as in Debian 12, or what LINGSHENG_PATRONI (a program) says of itself."""
    told = subprocess.run([PATRONI, "--version"], capture_output=True, text=True, check=True).stdout
    return 4 if int(told.split()[-1].split(".")[0]) >= 4 else 3


def need_programs() -> None:
    """Skips where Debian's packages are absent."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing or POSTGRES is None:
        pytest.skip(f"not installed: {' '.join(missing) or 'postgresql'} (etcd-server etcd-client patroni)")


class Cluster:
    """Three database machines, three etcd members; `leader()` says who writes."""

    def __init__(
        self, folder: Path, placement: str = "centre", net: str = "", guests: Sequence[str] = ()
    ) -> None:
        """`net`: first three numbers of addresses this machine has. `guests`: where hubs come from."""
        self.folder = folder
        self.user = "postgres" if os.geteuid() == 0 else None
        net = net or f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250) + 1}"
        # between two addresses of one computer a connection comes from the one it goes to
        also = ["127.0.0.1", *guests, *(f"{net}.{FIRST + number}" for number in range(len(MACHINES)))]
        machines = "\n".join(
            f'[[machine]]\nname = "{name}"\nsite = "{site}"\naddress = "{net}.{number}"\n'
            f"runs = {list(runs)}\nalso = {also}\n"
            for number, (name, site, runs) in enumerate(MACHINES, FIRST)
        ).replace("'", '"')
        text = CITY.format(
            folder=folder,
            machines=machines,
            bin=POSTGRES,
            placement=placement,
            version=version(),
            program=PROJECT,
        )
        (folder / "city.toml").write_text(text, encoding="utf-8")
        kit = folder / "kit"
        make_kit(folder / "city.toml", kit)
        self.city: CityFile = read_city(folder / "city.toml")
        self.words: Passwords = passwords(kit / "secrets")
        for machine in self.city.machine:
            shutil.copytree(
                kit / machine.name / str(folder / machine.name).lstrip("/"), folder / machine.name
            )
            (folder / machine.name / "backup" / "wal").mkdir(parents=True)
            (folder / machine.name / "etcd").mkdir(mode=0o700)
        if self.user:
            subprocess.run(["chown", "-R", self.user, folder], check=True)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        """"etcd/a1", "patroni/a1" -> process"""

    # --- processes --------------------------------------------------------------------------------

    def start(self) -> None:
        """All members; returns when one leads and the others stream."""
        for machine in self.city.machine:
            self.start_etcd(machine.name)
        for machine in self.city.machine:
            self.start_patroni(machine.name)
        self.wait_whole()

    def start_etcd(self, name: str, **changes: str) -> None:
        """`changes`: what differs from the kit, e.g. FORCE_NEW_CLUSTER="true"."""
        lines = (self.folder / name / "etcd.env").read_text(encoding="utf-8").splitlines()
        env = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        env |= {f"ETCD_{key}": value for key, value in changes.items()}
        self._spawn(f"etcd/{name}", ["etcd"], {key: value.strip('"') for key, value in env.items()})

    def start_patroni(self, name: str) -> None:
        self._spawn(f"patroni/{name}", [PATRONI, str(self.folder / name / "patroni" / "config.yml")], {})

    def _spawn(self, key: str, command: list[str], env: dict[str, str]) -> None:
        log = self.folder / f"{key.replace('/', '-')}.log"
        with log.open("ab") as out:
            self.running[key] = subprocess.Popen(
                command,
                cwd=self.folder,
                user=self.user,
                env={"PATH": f"{os.environ['PATH']}", "LANG": "C.UTF-8", **env},
                stdout=out,
                stderr=out,
            )

    def signal(self, key: str, number: int) -> None:
        os.kill(self.running[key].pid, number)

    def kill(self, key: str) -> None:
        process = self.running.pop(key)
        process.kill()
        process.wait(10)

    def postmaster(self, name: str) -> int:
        """Its process id."""
        pid = self.folder / name / "data" / "postmaster.pid"
        return int(pid.read_text(encoding="ascii").split("\n", 1)[0])

    def kill_machine(self, name: str) -> None:
        """Patroni and PostgreSQL of a machine at once, as when its power goes."""
        pid = self.postmaster(name)
        self.signal(f"patroni/{name}", signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        self.running.pop(f"patroni/{name}").wait(10)

    def close(self) -> None:
        for machine in self.city.machine:
            for key in (f"patroni/{machine.name}", f"etcd/{machine.name}"):
                if key in self.running:
                    self.signal(key, signal.SIGCONT)
                    self.kill(key)
            data = self.folder / machine.name / "data"
            if (data / "postmaster.pid").exists():
                stop = [f"{POSTGRES}/pg_ctl", "-D", str(data), "-m", "immediate", "stop"]
                subprocess.run(stop, user=self.user, cwd=self.folder, check=False, capture_output=True)

    # --- what Patroni says ------------------------------------------------------------------------

    def machine(self, name: str) -> CityMachine:
        found = self.city.machine_named(name)
        assert found is not None
        return found

    def ask(self, name: str, path: str, method: str = "GET", body: Any = None, limit_s: float = 3.0) -> Any:
        """A question to Patroni's REST interface of a machine; `None`: no answer."""
        context = ssl.create_default_context(cafile=str(self.folder / name / "config/tls/authority.crt"))
        address = self.machine(name).address
        connection = http.client.HTTPSConnection(
            address, self.city.ports.patroni, timeout=limit_s, context=context
        )
        proof = b64encode(f"lingsheng:{self.words.patroni}".encode()).decode()
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Authorization": f"Basic {proof}"})
            answer = connection.getresponse()
            text = answer.read()
            return json.loads(text) if text.startswith((b"{", b"[")) else text.decode()
        except OSError:
            return None
        finally:
            connection.close()

    def members(self) -> list[dict[str, Any]]:
        """As `patronictl list` shows them, by the word of the first machine that answers."""
        for machine in self.city.machine:
            told = self.ask(machine.name, "/cluster")
            if isinstance(told, dict) and told.get("members"):
                return list(told["members"])
        return []

    @property
    def url(self) -> str:
        """Every server, as the hub's configuration names them."""
        return load_config(self.folder / "a1" / "config" / "lingsheng.toml").store.url

    def leader(self) -> str:
        """Name of the machine that leads; "" for none."""
        leads = [
            one["name"] for one in self.members() if one["role"] == "leader" and one["state"] == "running"
        ]
        return leads[0] if leads else ""

    def wait(self, until: Callable[[], Any], what: str, limit_s: float = START_S) -> Any:
        """Ask again and again."""
        end = time.monotonic() + limit_s
        rung = threading.Event()
        while not (found := until()):
            assert time.monotonic() < end, f"{what} not within {limit_s} s: {self.members()}"
            rung.wait(0.1)
        return found

    def whole(self) -> bool:
        """One leader, all others stream, at least one of them is synchronous."""
        members = self.members()
        roles = [one["role"] for one in members]
        return (
            len(members) == len(MACHINES)
            and roles.count("leader") == 1
            and sum(role in CONFIRMING for role in roles) >= 1
            and all(one["state"] in {"running", "streaming"} for one in members)
            and all(one.get("lag", 0) == 0 for one in members)
            and len({one["timeline"] for one in members}) == 1
        )

    def wait_whole(self, limit_s: float = START_S) -> None:
        self.wait(self.whole, "a whole cluster", limit_s)


@contextmanager
def running_cluster(net: str = "", guests: Sequence[str] = ()) -> Iterator[Cluster]:
    """Three machines of the kit, whole, with the tables of the program made by their owner."""
    with tempfile.TemporaryDirectory(prefix="lingsheng-cluster-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = Cluster(folder, net=net, guests=guests)
        try:
            made.start()
            owner = folder / "a1" / "config" / "owner.toml"
            assert main.main(["store", "--config", str(owner), "upgrade"]) == ExitCode.DONE
            yield made
        finally:
            made.close()
