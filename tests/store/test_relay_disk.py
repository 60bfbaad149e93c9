"""The disk of a relay runs full while a district works: it is said in steps, nothing acknowledged is lost,
and it goes on by itself when there is room again.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch import commands as cmd
from store.core.ids import new_id
from store.core.seat_logic import Phase
from store.core.wire import Mode
from store.db.rebuild import rebuild
from store.disk import MB, release_ballast
from tests.store.conftest import City, Desk
from tests.store.district import District

pytestmark = pytest.mark.process
DISK_MB = 24
BALLAST_MB = 2
STEPS = (65_536, 4096)
ORDERS = int(os.environ.get("LINGSHENG_RELAY_DISK_ORDERS", "40"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own for the relay's copy; skips where nobody may have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    words = ["-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if mount is None or subprocess.run([mount, *words], check=False, capture_output=True).returncode:
        pytest.skip("may not mount a tmpfs")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(folder: Path, leave: float) -> None:
    """Take up the disk but for this share of it."""
    with (folder / "filler").open("ab") as file, contextlib.suppress(OSError):
        for step in STEPS:
            while shutil.disk_usage(folder).free - step >= leave * DISK_MB * MB:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, step)


@pytest.fixture
def district(small_city: City, small_disk: Path) -> Iterator[District]:
    """A district whose copy is on the small disk, with a ballast."""
    made = District(small_city, url=f"sqlite:///{small_disk}/copy.sqlite")
    text = made.file.read_text(encoding="utf-8")
    made.file.write_text(text.replace("ballast_mb = 0", f"ballast_mb = {BALLAST_MB}"), encoding="utf-8")
    made.enrol_seat("03", "seat-03")
    made.enrol_seat("02", "seat-d2")
    made.start()
    yield made
    for desk in small_city.desks:
        desk.close()
    small_city.desks.clear()
    made.close()


def calls(desk: Desk, count: int) -> list[str]:
    return [desk.link.order(cmd.ReportRinging(new_id(), "13800000000")) for _ in range(count)]


def test_a_full_disk_at_a_relay_is_said_loses_nothing_and_passes(
    district: District, small_disk: Path
) -> None:
    centre = district.city.seat("01")
    seat = district.lonely_desk("seat-03")
    seat.wait(lambda: seat.floor.vehicles, "served by the relay")
    assert seat.login("1003").ok is not None
    acknowledged = calls(seat, 5)
    for cid in acknowledged:
        assert seat.verdict(cid).refusal is None
    free = district.desk("seat-d2")  # it knows the city's hub too
    free.wait(lambda: free.link.state.relay == "02" and free.link.state.phase is Phase.LIVE, "at home")
    assert free.login("1002").ok is not None

    fill(small_disk, 0.08)
    seat.wait(lambda: seat.link.state.mode == Mode.DISK_LOW, "short of disk")
    assert (seat.link.state.disk_at, 5 <= seat.link.state.disk_percent < 10) == ("02", True)
    fill(small_disk, 0.03)
    seat.wait(lambda: seat.link.state.disk_percent < 5, "nearly full")
    assert seat.order(cmd.ReportRinging(new_id(), "13800000000")).refusal is None

    fill(small_disk, 0.0)
    while seat.link.state.mode != Mode.DISK_FULL:  # the copy still fills its last pages
        for cid in calls(centre, 10):
            assert centre.verdict(cid).refusal is None, "the hub has room"
        seat.take()
    assert (seat.link.state.disk_at, seat.link.state.relay) == ("02", "02")
    assert "disk_short" in seat.link.state.alarm
    free.wait(lambda: free.link.state.relay == "" and free.link.state.phase is Phase.LIVE, "at the hub")
    assert free.verdict(calls(free, 1)[0]).refusal is None
    waiting = calls(seat, ORDERS)
    theirs = centre.open_incident()
    answered_full = [cid for cid in waiting if cid in seat.verdicts]
    stood_at = seat.link.state.seq
    print(f"full: {len(answered_full)} of {ORDERS} answered, the district's seat stands at row {stood_at}")

    released = release_ballast(small_disk)
    assert released == BALLAST_MB * MB
    for cid in waiting:
        assert seat.verdict(cid).refusal is None
    seat.wait(lambda: theirs in seat.floor.incidents, "what happened meanwhile")
    seat.wait(lambda: seat.link.state.mode in {Mode.DISK_LOW, Mode.NORMAL}, "it goes on by itself")
    (small_disk / "filler").unlink()
    seat.wait(lambda: seat.link.state.mode == Mode.NORMAL, "well again")
    seat.wait(lambda: seat.link.state.seq == centre.link.state.seq, "everything copied")
    seat.take()
    centre.take()
    assert seat.floor == centre.floor
    free.wait(lambda: free.link.state.relay == "02", "home again")
    assert len({event.ev.cid for event in seat.events} & set(waiting)) == ORDERS
    assert district.stop() == 0
    assert district.prove() > ORDERS
    assert rebuild(district.url).differences == ()


@pytest.mark.nightly
def test_a_relay_killed_on_a_full_disk_has_what_it_acknowledged(district: District, small_disk: Path) -> None:
    centre = district.city.seat("01")
    seat = district.lonely_desk("seat-03")
    seat.wait(lambda: seat.floor.vehicles, "served by the relay")
    assert seat.login("1003").ok is not None
    given = calls(seat, 5)
    for cid in given:
        seat.verdict(cid)
    release_ballast(small_disk)
    fill(small_disk, 0.0)
    while seat.link.state.mode != Mode.DISK_FULL:
        given += calls(seat, 3)
        for cid in calls(centre, 10):
            centre.verdict(cid)
        seat.take()
    acknowledged = {cid: seat.verdicts[cid].seq for cid in given if cid in seat.verdicts}
    district.kill()
    assert district.head().seq >= max(acknowledged.values()), "what was acknowledged is on its disk"
    seat.wait(lambda: seat.link.state.phase is not Phase.LIVE, "the relay is gone")
    district.start()
    seat.wait(
        lambda: seat.link.state.phase is Phase.LIVE and seat.link.state.disk_percent == 0,
        "it serves from its copy on the full disk",
    )
    (small_disk / "filler").unlink()
    for cid in given:
        assert seat.verdict(cid).refusal is None
    seat.wait(lambda: seat.link.state.mode == Mode.NORMAL, "well again")
    seat.wait(lambda: seat.link.state.seq == centre.link.state.seq, "everything copied")
    assert district.stop() == 0
    district.prove()
