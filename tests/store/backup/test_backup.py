"""Backups of both kinds of store: made beside a hub, proven, restored to a row or a moment, drilled."""

import hashlib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.words import Recording
from store.backup.doing import back_up, drill, restore
from store.backup.records import (
    DAY_MS,
    HOUR_MS,
    RECORD,
    BackupError,
    Record,
    backups,
    drills,
    forget_oldest,
    too_old,
    write,
)
from store.config import Config
from store.config.sections import Backup, Cluster, Recordings, Store
from store.db.store import HubStore
from store.db.verify import head_of, verified
from tests.store.conftest import POSTGRES, PROJECT, Postgres
from tests.store.db.test_store import NOW, fill, work

ARCHIVE_S_MAX = 20.0


class Kept:
    """A store with a hub's writing end, and its backups, by real time: PostgreSQL's log knows no other."""

    def __init__(self, config: Config, server: Postgres | None) -> None:
        self.config = config
        self.server = server
        self.hub = HubStore(config.store.url, "01", "hub-a")
        self.hub.open()
        fill(self.hub)
        self._calls = 0

    def ring(self, count: int) -> int:
        """More calls; the last row of the journal then."""
        for _ in range(count):
            self._calls += 1
            ringing = cmd.ReportRinging(f"call{self._calls}", "13800000000")
            self.hub.run([work(f"ring{self._calls}", ringing, deadline_at=now() + 60_000)], now())
        return head_of(self.config.store.url)[0]

    def archive(self) -> None:
        """PostgreSQL: everything written so far is in the archive when this returns."""
        if self.server is None:
            return
        with psycopg.connect(self.config.backup.server, autocommit=True) as connection:
            row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
            assert row is not None
            path = Path(self.config.backup.dir) / "wal" / row[0]
            wait(path.exists, f"{path} in the archive")


def now() -> int:
    return int(time.time() * 1000)


def wait(until: Callable[[], Any], what: str) -> None:
    pause = threading.Event()
    end = time.monotonic() + ARCHIVE_S_MAX
    while not until():
        assert time.monotonic() < end, what
        pause.wait(0.05)


@pytest.fixture(scope="module")
def archiving() -> Iterator[Postgres]:
    """A server that archives its log."""
    if POSTGRES is None:
        pytest.skip("not installed: postgresql")
    with tempfile.TemporaryDirectory(prefix="lingsheng-pg-") as name:
        folder = Path(name)
        cluster = Postgres(folder)
        cluster.stop()
        (folder / "backup" / "wal").mkdir(parents=True)
        subprocess.run(["chmod", "-R", "a+rwx", folder / "backup"], check=True)
        script = f"sh {PROJECT}/deploy/archive-wal.sh %p {folder}/backup/wal/%f"
        settings = f"archive_mode = on\narchive_command = '{script}'\n"
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(settings)
        cluster.start()
        yield cluster
        cluster.stop("immediate")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.peer)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    server: Postgres | None = None
    config = Config(
        store=Store(url=f"sqlite:///{tmp_path}/hub.sqlite"),
        backup=Backup(dir=f"{tmp_path}/backup", keep=2),
        recordings=Recordings(dir=f"{tmp_path}/recordings"),
    )
    if request.param == "postgres":
        server = request.getfixturevalue("archiving")
        config = replace(
            config,
            store=Store(url=server.new_database()),
            cluster=Cluster(bin_dir=str(POSTGRES)),
            backup=Backup(
                dir=f"{server.folder}/backup",
                keep=2,
                server=f"host=127.0.0.1 port={server.port} user=postgres",
            ),
        )
    made = Kept(config, server)
    yield made
    made.hub.close()


@pytest.fixture
def place() -> Iterator[Path]:
    """Where the user postgres may go."""
    with tempfile.TemporaryDirectory(prefix="lingsheng-restore-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_restored_to_a_row_and_to_a_moment_and_proven(kept: Kept, place: Path) -> None:
    kept.ring(3)
    record, _ = back_up(kept.config, now())
    assert (record.seq, record.hash) == (
        head_of(kept.config.store.url)[0],
        head_of(kept.config.store.url)[1].hex(),
    )
    if kept.server is None:  # a file holds what it held: later rows need a server's archive
        with pytest.raises(BackupError, match="there is no"):
            restore(kept.config, record, place / "later", seq=record.seq + 1)
    middle = kept.ring(3)
    kept.archive()
    moment = now()
    wait(lambda: now() > moment + 5, "time goes on")
    kept.ring(3)
    kept.archive()
    earlier = record.seq - 2
    assert restore(kept.config, record, place / "earlier", seq=earlier).seq == earlier
    if kept.server is None:
        record, _ = back_up(kept.config, now())
    else:
        assert restore(kept.config, record, place / "row", seq=middle + 1).seq == middle + 1
        assert restore(kept.config, record, place / "all").seq == middle + 3
    assert restore(kept.config, record, place / "moment", at_ms=moment).seq == middle
    with pytest.raises(BackupError, match="not empty"):
        restore(kept.config, record, place / "moment")
    assert verified(kept.config.store.url).good, "the running store was never touched"


def test_a_drill_proves_the_newest_and_a_changed_backup_fails_it(kept: Kept) -> None:
    kept.ring(2)
    record, _ = back_up(kept.config, now())
    done = drill(kept.config, now())
    assert (done.good, done.backup, done.words) == (True, record.id, "")
    assert done.seq >= record.seq
    assert not list(Path(kept.config.backup.dir).glob("drill-*")), "what was restored is deleted"
    assert too_old(kept.config.backup, now()) == []
    write(Path(kept.config.backup.dir) / record.id / RECORD, replace(record, hash="00" * 32))
    done = drill(kept.config, now())
    assert not done.good
    assert "not the recorded one" in done.words
    assert "the last drill failed" in str(too_old(kept.config.backup, now()))
    assert [one.good for one in drills(kept.config.backup)][-2:] == [True, False]


@pytest.mark.nightly
@pytest.mark.peer
def test_log_that_no_kept_backup_needs_is_deleted(archiving: Postgres) -> None:
    config = Config(
        store=Store(url=archiving.new_database()),
        cluster=Cluster(bin_dir=str(POSTGRES)),
        backup=Backup(
            dir=f"{archiving.folder}/backup",
            keep=2,
            server=f"host=127.0.0.1 port={archiving.port} user=postgres",
        ),
    )
    kept = Kept(config, archiving)
    for _ in range(3):
        kept.ring(1)
        kept.archive()
        back_up(config, now())
    wal = Path(config.backup.dir) / "wal"
    oldest = backups(config.backup)[0]
    label = (Path(config.backup.dir) / oldest.id / "base" / "backup_label").read_text(encoding="utf-8")
    first = min(path.name for path in wal.iterdir() if len(path.name) == 24)
    assert f"(file {first})" in label
    assert drill(config, now()).good
    kept.hub.close()


def test_age_is_told_and_the_oldest_are_deleted(tmp_path: Path) -> None:
    config = Config(
        store=Store(url=f"sqlite:///{tmp_path}/hub.sqlite"), backup=Backup(dir=f"{tmp_path}/backup", keep=2)
    )
    assert "there is no backup" in str(too_old(config.backup, 0))
    hub = HubStore(config.store.url, "01", "hub-a")
    hub.open()
    hub.close()
    for n in range(3):
        record, deleted = back_up(config, (n + 1) * HOUR_MS)
        assert len(deleted) == (n == 2)
    assert [one.made_at // HOUR_MS for one in backups(config.backup)] == [2, 3]
    assert "恢复演练从未成功'" in str(too_old(config.backup, record.made_at))
    assert drill(config, record.made_at).good
    assert too_old(config.backup, record.made_at + HOUR_MS) == []
    assert "27 hours old" in str(too_old(config.backup, record.made_at + 27 * HOUR_MS))
    assert "恢复演练已 40 天未成功" in str(too_old(config.backup, record.made_at + 40 * DAY_MS))


def test_a_record_names_no_folder_but_its_own(tmp_path: Path) -> None:
    """Old backups are deleted by their ids: one that was copied or altered must not take another with it."""
    backup = Backup(dir=f"{tmp_path}/backup", keep=2)
    for n, said in enumerate(("..", "", "new2", "new3")):
        folder = tmp_path / "backup" / f"new{n}"
        folder.mkdir(parents=True)
        write(folder / RECORD, Record(said, n, "sqlite", 0, "", 0, 0))
    assert forget_oldest(backup) == ["new0", "new1"]
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == ["new2", "new3"]
    (tmp_path / "backup" / "new2" / RECORD).write_bytes(b"{")
    with pytest.raises(BackupError, match="new2"):
        backups(backup)


def test_a_drill_that_finds_no_room_has_failed(tmp_path: Path) -> None:
    config = Config(
        store=Store(url=f"sqlite:///{tmp_path}/hub.sqlite"), backup=Backup(dir=f"{tmp_path}/backup")
    )
    hub = HubStore(config.store.url, "01", "hub-a")
    hub.open()
    hub.close()
    record, _ = back_up(config, HOUR_MS)
    (tmp_path / "backup" / f"drill-{record.id}").write_bytes(b"in the way")
    done = drill(config, 2 * HOUR_MS)
    assert not done.good
    assert "the last drill failed" in str(too_old(config.backup, 2 * HOUR_MS))


def test_a_missing_or_changed_recording_is_named(tmp_path: Path) -> None:
    config = Config(
        store=Store(url=f"sqlite:///{tmp_path}/hub.sqlite"),
        backup=Backup(dir=f"{tmp_path}/backup"),
        recordings=Recordings(dir=f"{tmp_path}/recordings"),
    )
    (tmp_path / "recordings").mkdir()
    hub = HubStore(config.store.url, "01", "hub-a")
    hub.open()
    fill(hub)
    for n, content in enumerate((b"one", b"two", b"three")):
        (tmp_path / "recordings" / f"{n}.wav").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        keep = cmd.KeepRecording(f"c{n}", Recording(f"r{n}", f"{n}.wav", digest, 1000, len(content)))
        hub.run([work(f"ring{n}", cmd.ReportRinging(f"c{n}", "1")), work(f"keep{n}", keep)], NOW)
    hub.close()
    assert back_up(config, 1000)[0].recordings_bad == ()
    (tmp_path / "recordings" / "1.wav").write_bytes(b"twp")
    (tmp_path / "recordings" / "2.wav").unlink()
    record, _ = back_up(config, 2000)
    assert (record.recordings, record.recordings_bad) == (3, ("1.wav", "2.wav"))


def test_the_commands_end_with_0_only_when_all_is_good(tmp_path: Path) -> None:
    """As a person or a timer runs them."""
    (tmp_path / "lingsheng.toml").write_text('[log]\ndir = ""\n', encoding="utf-8")
    hub = HubStore(f"sqlite:///{tmp_path}/lingsheng-data/hub.sqlite", "01", "hub-a")
    hub.open()
    fill(hub)
    hub.close()

    def store(*words: str) -> tuple[int, str]:
        command = [sys.executable, "main.py", "store", "--config", str(tmp_path / "lingsheng.toml"), *words]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert store("list")[0] == 1
    for words, said in (
        (("upgrade",), "● 表结构"),
        (("verify",), "whole, the state agrees"),
        (("backup",), "● 已备份"),
        (("drill",), "● 演练成功"),
        (("list",), "sqlite"),
        (("restore", "--to", str(tmp_path / "again"), "--seq", "2"), "journal of 2 whole"),
    ):
        code, text = store(*words)
        assert code == 0, text
        assert said in text
    code, text = store("restore", "--to", str(tmp_path / "never"), "--time", "yesterday")
    assert code == 3
    assert "not a moment" in text
