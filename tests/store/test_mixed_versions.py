"""Rolling upgrade: seats of the version before at hub and relay of this one, and this seat at the hub before.

The version before comes from the history of the project; without it these tests skip.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from console.drill.ports import free_ports
from dispatch import commands as cmd
from dispatch.kinds import ConflictChoice
from dispatch.refusals import NotPossible
from store.bus.keys import own_keys
from store.bus.link_state import link_settings
from store.config import load_config
from store.core.command_messages import CommandAnswer, EvidenceReq
from store.core.ids import new_id
from store.core.seat_logic import Told
from tests.store.conftest import PASSWORD, PROJECT, City, Desk, master_data
from tests.store.district import District

pytestmark = pytest.mark.process
BEFORE = "97366d2c30eac7968ae5de4cbf0d15c964008505"
"""The last commit of protocol 1."""
SEAT = PROJECT / "tests" / "store" / "some_seat.py"
OLD_CONFIG = """
[hub]
command_port = {0}
event_port = {1}
position_port = {2}
hubs = ["{4}"]
[store]
url = "sqlite:///{3}/hub.sqlite"
dir = "{3}"
[keys]
dir = "{3}/keys"
[log]
dir = ""
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the version before."""
    try:
        packed = subprocess.run(
            ["git", "archive", BEFORE], cwd=PROJECT, capture_output=True, check=True, timeout=60
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the history of the project is not here")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def old_config(folder: Path, ports: list[int], hub: str) -> Path:
    file = folder / "before.toml"
    file.write_text(OLD_CONFIG.format(*ports, folder, hub), encoding="utf-8")
    return file


def in_tree(tree: Path, *arguments: str, **options: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=tree,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **options,
    )


def old_seat(tree: Path, file: Path, machine: str, number: str) -> list[str]:
    """What a seat of the version before tells."""
    seat = in_tree(tree, str(SEAT), str(tree), str(file), machine, number, PASSWORD)
    said, _ = seat.communicate(timeout=90)
    return said.split("\n")


WELL = ["live 5", "login True", "verdict True True", "seen 1 normal", ""]


def test_a_seat_of_the_version_before_works_at_this_hub(small_city: City, before: Path) -> None:
    new = small_city.seat("02")
    new.open_incident()
    file = old_config(small_city.folder, free_ports(3), small_city.config.hub.hubs[0])
    assert sorted(old_seat(before, file, "seat-01", "1001")) == sorted(WELL)
    new.wait(lambda: len(new.floor.calls) == 2, "the old seat's call on the new one")


def test_a_seat_of_the_version_before_works_at_this_relay(small_city: City, before: Path) -> None:
    district = District(small_city)
    district.enrol_seat("03", "seat-03")
    small_city.seat("02").open_incident()
    district.start()
    try:
        file = old_config(district.folder, free_ports(3), district.address)
        keys = district.folder / "keys"  # that version knows one hub key: the one it was given
        (keys / "hub.pub").write_text(own_keys(keys, "relay-02").public, encoding="ascii")
        assert sorted(old_seat(before, file, "seat-03", "1003")) == sorted(WELL)
    finally:
        district.close()


@pytest.fixture
def old_hub(tmp_path: Path, before: Path) -> Iterator[Path]:
    """The configuration of a running hub of the version before."""
    ports = free_ports(3)
    file = old_config(tmp_path, ports, f"127.0.0.1:{ports[0]}")
    (tmp_path / "seed.msgpack").write_bytes(msgspec.msgpack.encode(master_data()))
    admin = ("main.py", "admin", "--config", str(file))
    for verb in (("enrol", "seat-01", "--seat", "01"), ("enrol", "relay-02", "--role", "relay")):
        with in_tree(before, *admin, *verb) as enrolling:
            enrolling.communicate(timeout=30)
            assert enrolling.returncode == 0
    account = in_tree(before, *admin, "account", "1001", stdin=subprocess.PIPE)
    account.communicate(PASSWORD + "\n", timeout=30)
    hub = in_tree(before, "tests/store/hub_process.py", str(file))
    yield file
    hub.kill()
    hub.communicate()


def test_this_seat_works_at_a_hub_of_the_version_before_and_says_what_is_missing(old_hub: Path) -> None:
    desk = Desk(link_settings(load_config(old_hub), "seat-01"))
    try:
        desk.wait_live()
        assert desk.login("1001").ok is not None
        desk.open_incident()
        assert desk.link.state.proto == 1
        desk.link.ask(EvidenceReq(scope="CITY"))
        desk.wait(lambda: any(isinstance(one, Told) for one in desk.other), "an answer")
        (told,) = [one.message for one in desk.other if isinstance(one, Told)]
        assert isinstance(told, CommandAnswer)
        assert told.reason == "version"
        newer = cmd.SettleConflict("c1", ConflictChoice.BOTH, "x")
        assert desk.order(newer).refusal == NotPossible("unsupported_command")
        assert desk.order(cmd.ReportRinging(new_id(), "1")).refusal is None
    finally:
        desk.close()


def test_this_relay_at_a_hub_of_the_version_before_says_so_and_takes_nothing(old_hub: Path) -> None:
    folder = old_hub.parent / "district"
    (folder / "keys").mkdir(parents=True)
    for name in ("relay-02.key", "hub.pub"):
        shutil.copy(old_hub.parent / "keys" / name, folder / "keys" / name)
    address = load_config(old_hub).hub.hubs[0]
    file = old_config(folder, free_ports(3), address)
    with file.open("a", encoding="utf-8") as config:
        config.write(f'[site]\ncode = "02"\n[relay]\nhubs = ["{address}"]\n')
    script = str(PROJECT / "tests" / "store" / "relay_process.py")
    relay = subprocess.Popen(
        [sys.executable, script, str(file)], cwd=PROJECT, stderr=subprocess.PIPE, text=True
    )
    try:
        assert relay.stderr is not None
        assert any("left: version" in line for line in relay.stderr)
    finally:
        relay.kill()
        relay.communicate()
