"""What is kept of every backup and drill: one JSON file each, beside what it tells of.

BackupError(Exception)   not made, or not good; the text says why in two languages
"""

import os
import shutil
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from store.config import Backup
from store.config.words import Words

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
RECORD = "record.json"
DRILL = "drill.json"


T = TypeVar("T")


class BackupError(Exception):
    """Carries its words."""

    def __init__(self, zh: str, en: str) -> None:
        self.words = Words(zh, en)
        super().__init__(str(self.words))


class Record(Struct, frozen=True):
    """One backup. `seq`, `hash`: last row of the journal just before it began, so it holds at least that.

    `recordings`: how many recordings the journal names, how many of their files were missing or changed.
    """

    id: str
    made_at: int
    kind: Literal["sqlite", "postgresql"]
    seq: int
    hash: str
    bytes: int
    took_ms: int
    recordings: int = 0
    recordings_bad: tuple[str, ...] = ()


class Drill(Struct, frozen=True):
    """One restore drill. `good`: restored, chain whole, state as the journal says, the recorded row in it."""

    backup: str
    done_at: int
    good: bool
    seq: int
    took_ms: int
    words: str = ""


_records = msgspec.json.Decoder(Record)
_drills = msgspec.json.Decoder(Drill)


def write(path: Path, record: Record | Drill) -> None:
    """Whole or not at all, on disk when it returns."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(record), indent=1))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def backups(backup: Backup) -> list[Record]:
    """Finished ones, oldest first; what has no record was never finished. Raises BackupError.

    The folder a record lies in is the backup's id, whatever it says: folders are restored from and deleted.
    """
    found = Path(backup.dir).glob(f"*/{RECORD}")
    records = (replace(_read(path, _records), id=path.parent.name) for path in found)
    return sorted(records, key=lambda record: record.made_at)


def _read(path: Path, kind: msgspec.json.Decoder[T]) -> T:
    try:
        return kind.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError, RecursionError) as error:
        raise BackupError(f"{path} 读不出：{error}", f"{path} cannot be read") from error


def drills(backup: Backup) -> list[Drill]:
    """Every drill, oldest first. Raises BackupError."""
    found = Path(backup.dir).glob(f"drills/*-{DRILL}")
    return sorted((_read(path, _drills) for path in found), key=lambda drill: drill.done_at)


def forget_oldest(backup: Backup) -> list[str]:
    """Keep the newest `keep`; the ids of those deleted."""
    old = [record.id for record in backups(backup)[: -backup.keep]]
    for name in old:
        shutil.rmtree(Path(backup.dir) / name)
    return old


def too_old(backup: Backup, now_ms: int) -> list[Words]:
    """What people have to be told; empty: all is as it should be."""
    told = []
    made = [record.made_at for record in backups(backup)]
    good = [drill.done_at for drill in drills(backup) if drill.good]
    if not made:
        told.append(Words("还没有备份", "there is no backup yet"))
    elif now_ms - made[-1] > backup.age_h_max * HOUR_MS:
        hours = (now_ms - made[-1]) // HOUR_MS
        told.append(Words(f"最近的备份已 {hours} 小时", f"the newest backup is {hours} hours old"))
    if made and (not good or now_ms - good[-1] > backup.drill_days_max * DAY_MS):
        told.append(_drill_words((now_ms - good[-1]) // DAY_MS if good else None))
    last = drills(backup)[-1:]
    if last and not last[0].good:
        told.append(Words(f"最近一次演练失败：{last[0].words}", f"the last drill failed: {last[0].words}"))
    return told


def _drill_words(days: int | None) -> Words:
    """None: no restore drill ever went well."""
    if days is None:
        return Words("恢复演练从未成功", "no restore drill has gone well yet")
    return Words(f"恢复演练已 {days} 天未成功", f"the last good restore drill is {days} days old")
