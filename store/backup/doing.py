"""Backup, restore and drill: the order of their steps and their proofs, the same for both kinds of store."""

import contextlib
import hashlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from dispatch.words import Recording
from store.backup import server_kind, sqlite_kind
from store.backup.records import DRILL, RECORD, BackupError, Drill, Record, backups, forget_oldest, write
from store.config import Config
from store.db.errors import StoreError
from store.db.rewind import cut_at
from store.db.verify import Verified, has_row, head_of, seq_before, verified

SQLITE = "sqlite:///"
READ_BYTES = 1 << 20


def back_up(config: Config, now_ms: int) -> tuple[Record, list[str]]:
    """Make one, prove what can be proven at once, forget the oldest. Raises BackupError, StoreError.

    Gives back its record and the ids of those deleted.
    """
    begun = time.monotonic()
    folder = _new_folder(config, now_ms)
    seq, digest = head_of(config.store.url)
    if config.store.url.startswith(SQLITE):
        sqlite_kind.copy(config.store.url.removeprefix(SQLITE), folder)
        found = verified(f"{SQLITE}{folder / sqlite_kind.FILE}")
    else:
        server_kind.copy(config, folder)
        found = verified(config.store.url)
    _must_be_good(found, seq)
    record = Record(
        id=folder.name,
        made_at=now_ms,
        kind="sqlite" if config.store.url.startswith(SQLITE) else "postgresql",
        seq=seq,
        hash=digest.hex(),
        bytes=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        took_ms=int((time.monotonic() - begun) * 1000),
        recordings=len(found.recordings),
        recordings_bad=bad_recordings(Path(config.recordings.dir), found.recordings),
    )
    write(folder / RECORD, record)
    deleted = forget_oldest(config.backup)
    if deleted and record.kind == "postgresql":
        oldest = next(one.id for one in backups(config.backup) if one.kind == "postgresql")
        server_kind.forget_log(config, folder.parent / oldest)
    return record, deleted


def restore(
    config: Config, record: Record, target: Path, *, seq: int | None = None, at_ms: int | None = None
) -> Verified:
    """The backup as a new store in `target`, up to a row or a moment, proven. Raises BackupError, StoreError.

    A moment: what was in the journal then. A row later than the backup needs the archived log (PostgreSQL).
    """
    if target.exists() and any(target.iterdir()):
        raise BackupError(f"{target} 不是空文件夹", f"{target} is not empty")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    later = at_ms is not None and seq is None and at_ms > record.made_at + record.took_ms
    with _restored(config, record, target, at_ms if later else None) as url:
        if not has_row(url, record.seq, bytes.fromhex(record.hash)):
            raise BackupError("恢复的流水与备份记录不符", "the restored journal is not the recorded one")
        end = seq_before(url, at_ms) if seq is None and at_ms is not None else seq
        if end is not None:
            _cut(url, end, record.made_at)
        found = verified(url)
    _must_be_good(found, end or 0)
    return found


def _cut(url: str, seq: int, now_ms: int) -> None:
    head, _ = head_of(url)
    if seq > head:
        raise BackupError(f"流水只到 {head}，没有 {seq}", f"the journal ends with {head}, there is no {seq}")
    if seq < head:
        cut_at(url, seq, now_ms)


def drill(config: Config, now_ms: int) -> Drill:
    """Restore the newest backup to a place of its own, prove it, delete it, keep a record of how it went."""
    newest = backups(config.backup)[-1:]
    if not newest:
        raise BackupError("没有可演练的备份", "there is no backup to drill with")
    record, begun = newest[0], time.monotonic()
    place = Path(config.backup.dir) / f"drill-{record.id}"
    shutil.rmtree(place, ignore_errors=True)
    good, seq, words = True, 0, ""
    try:
        seq = restore(config, record, place).seq
    except (
        BackupError,
        StoreError,
        OSError,
        subprocess.SubprocessError,
    ) as error:  # a full disk is a failed drill
        good, words = False, str(error)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    done = Drill(record.id, now_ms, good, seq, int((time.monotonic() - begun) * 1000), words)
    folder = Path(config.backup.dir) / "drills"
    folder.mkdir(mode=0o700, exist_ok=True)
    write(folder / f"{_stamp(now_ms)}-{DRILL}", done)
    return done


def bad_recordings(folder: Path, recordings: tuple[Recording, ...]) -> tuple[str, ...]:
    """Paths of recordings whose file is missing or is not what was recorded."""
    return tuple(one.path for one in recordings if _sha256(folder / one.path) != one.sha256)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(READ_BYTES):
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()


@contextlib.contextmanager
def _restored(config: Config, record: Record, target: Path, until_ms: int | None) -> Iterator[str]:
    """The restored store as it runs; its URL."""
    folder = Path(config.backup.dir) / record.id
    if record.kind == "sqlite":
        yield sqlite_kind.restore(folder, target)
        return
    server_kind.restore(config, folder, target, until_ms)
    with server_kind.running(config, target) as url:
        yield url


def _must_be_good(found: Verified, seq: int) -> None:
    if found.broken:
        raise BackupError(f"流水断裂：{found.broken}", f"the journal is broken: {found.broken}")
    if found.differing:
        raise BackupError(
            f"状态与流水不符 {len(found.differing)} 处", f"{len(found.differing)} things differ"
        )
    if found.seq < seq:
        raise BackupError(
            f"只恢复到 {found.seq}，缺少至 {seq} 的流水", f"only {found.seq} of {seq} rows are there"
        )


def _new_folder(config: Config, now_ms: int) -> Path:
    folder = Path(config.backup.dir) / _stamp(now_ms)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _stamp(now_ms: int) -> str:
    return datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
