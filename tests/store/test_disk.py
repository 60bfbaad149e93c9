"""The disk under the store: what is said and spared when, and the ballast that gives room back."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from dispatch import commands as cmd
from dispatch.order import Order
from dispatch.words import Point, Station
from store import disk
from store.admin_cli import run
from store.config import Config, Store
from store.core.batch import Work
from store.core.sparing import DISK_LOW, spared
from store.disk import BALLAST, MB, Disk, DiskWatch, Room, look, make_ballast, release_ballast
from store.exits import ExitCode


@pytest.mark.parametrize(
    ("free", "room"),
    [(21, Room.ENOUGH), (20, Room.ENOUGH), (19, Room.SHORT), (9, Room.LOW), (4, Room.CRITICAL)],
)
def test_room_by_share(free: int, room: Room) -> None:
    assert Disk(100, free).room is room


def test_every_change_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [50]
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=free[0]))
    watch = DiskWatch(tmp_path, 0)
    told = []
    for n, free[0] in enumerate((50, 15, 14, 8, 3, 30)):
        told.append((watch.on_time(n * disk.LOOK_MS), watch.room.name))
        assert not watch.on_time(n * disk.LOOK_MS + 1), "not before it is due"
        assert (watch.alarm == "") is (watch.room is Room.ENOUGH)
    assert told == [
        (False, "ENOUGH"),
        (True, "SHORT"),
        (False, "SHORT"),
        (True, "LOW"),
        (True, "CRITICAL"),
        (True, "ENOUGH"),
    ]


def test_a_folder_that_went_away_is_no_verdict_on_the_disk(tmp_path: Path) -> None:
    watch = DiskWatch(tmp_path / "gone", 0)
    assert not watch.on_time(0)
    assert watch.room is Room.ENOUGH


def test_ballast_takes_room_and_gives_it_back(tmp_path: Path) -> None:
    watch = DiskWatch(tmp_path, 8)
    assert watch.room is Room.ENOUGH
    assert look(tmp_path).ballast == 8 * MB
    assert (tmp_path / BALLAST).stat().st_blocks * 512 >= 8 * MB, "really taken up"
    assert not make_ballast(tmp_path, 8), "it is there"
    assert release_ballast(tmp_path) == 8 * MB
    assert look(tmp_path).ballast == 0


def test_no_ballast_where_it_would_make_the_disk_short(tmp_path: Path) -> None:
    whole_disk_mb = look(tmp_path).total // MB
    assert not make_ballast(tmp_path, whole_disk_mb)
    assert not (tmp_path / BALLAST).exists()


def no_lists(folder: Path) -> list[cmd.Command]:
    raise AssertionError(folder)


def test_an_administrator_releases_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = Config(store=Store(url=f"sqlite:///{tmp_path}/hub.sqlite", ballast_mb=4))
    asked = SimpleNamespace(verb="ballast", release=False, make=True)
    assert run(asked, config, no_lists) == ExitCode.DONE
    assert "ballast: 4 MB" in capsys.readouterr().out
    assert run(SimpleNamespace(verb="ballast", release=True, make=False), config, no_lists) == ExitCode.DONE
    out = capsys.readouterr().out
    assert "released: 4 MB" in out
    assert "ballast: 0 MB" in out
    server = Config(store=Store(url="postgresql+psycopg://x@localhost/none"))
    assert run(asked, server, no_lists) == ExitCode.FAILED


def test_master_data_waits_and_calls_do_not() -> None:
    def work(command: cmd.Command) -> Work:
        return Work("c", "m", Order("c", command, 0, "m", frozenset()), 1)

    call = work(cmd.ReportRinging("c1", "13800000000"))
    assert spared(call) is call
    station = work(cmd.RegisterStation(Station("s", "S", "站", Point(1, 2))))
    assert spared(station).refusal == DISK_LOW
