"""The hub's disk runs full while a seat works: the seat says so, orders wait, and all is carried out once
when there is space again. The hub has a small file system of its own (a user namespace with a tmpfs).
"""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.drill.household import Household, Member
from tests.e2e.conftest import Service, open_case, stage_in

pytestmark = pytest.mark.process
DISK = "8m"
BLOCK = b"\0" * 4096
MOUNT = f'mount -t tmpfs -o size={DISK} tmpfs "$0"'


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """Where the hub's file system will be; skips where the kernel lets nobody have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "-Urm", "sh", "-c", MOUNT, folder], check=False).returncode
    ):
        pytest.skip("no user namespaces here")
    return folder


def start_hub(service: Service, disk: Path) -> Member:
    stage = service.stage
    starter = stage.folder / "starter.py"
    starter.write_text(STARTER, encoding="utf-8")
    hub = ("main.py", "hub", "--config", str(stage.config_file), "--lists", str(stage.lists))
    return service.household.start("hub", str(starter), str(disk), str(stage.folder / "hub.sqlite"), *hub)


@pytest.fixture
def service(demo_folder: Path, small_disk: Path, tmp_path: Path) -> Iterator[Service]:
    """A hub on the small disk."""
    stage = stage_in(tmp_path / "centre", demo_folder)
    text = stage.config_file.read_text(encoding="utf-8")
    assert str(stage.folder / "hub.sqlite") in text
    moved = text.replace(str(stage.folder / "hub.sqlite"), str(small_disk / "hub.sqlite"))
    stage.config_file.write_text(moved, encoding="utf-8")
    with Household(stage.folder / "log") as household:
        service = Service(stage, household)
        try:
            service.hub = start_hub(service, small_disk)
            service.start_eyes()
            yield service
        finally:
            service.close()


STARTER = f"""
import os, sys
disk, store, *hub = sys.argv[1:]
ward = [sys.executable, "-m", "console.drill.ward"]
run = '{MOUNT} && cp "$1"* "$0" && shift && exec "$@"'
os.execvp("unshare", ["unshare", "-Urm", "sh", "-c", run, disk, store, *ward, *hub])
"""
"""Mounts the disk, puts the store with its accounts on it and becomes the hub."""


def test_orders_wait_for_space_and_are_carried_out_once(service: Service, small_disk: Path) -> None:
    seat = service.seat("01")
    open_case(seat, service.cases[0])
    inside = Path(f"/proc/{service.hub.process.pid}/root{small_disk}")
    ballast = inside / "ballast"
    fill(ballast)
    seat.write("form.chief_complaint", "typed on a full disk")
    seat.press("F4")
    told = seat.shows("banner", "中枢磁盘已满")
    assert "立即通知维护" in told
    seat.shows("lamp.store", "■")
    seat.until("orders wait", lambda s: "排队 0 条" not in s.texts.get("banner", "排队 0 条"))
    assert seat.screen.texts["form.chief_complaint"] == "typed on a full disk"
    assert not service.floor.missions
    ballast.unlink()
    freed = seat.screen.at
    seat.hides("banner")
    seat.shows("lamp.store", "●")
    print(f"\nwell again {seat.screen.at - freed:.1f} s after there was space")
    service.until("the mission", lambda: service.floor.missions)
    (incident,) = service.floor.incidents.values()
    (intake,) = service.floor.intakes.values()
    assert len(incident.mission_ids) == len(service.floor.missions) == 1
    assert intake.form.chief_complaint == "typed on a full disk"


def fill(ballast: Path) -> None:
    """Until not one more page fits."""
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(BLOCK)
