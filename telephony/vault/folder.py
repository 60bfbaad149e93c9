"""The vault's mounted folder itself: its mark, what lies in a day of it, and copies proven before they count.

What fails there is an `OSError`.
"""

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from store.core.ids import new_id
from telephony.archive.catalogue import HASH_BLOCK_BYTES
from telephony.archive.handing_out import file_sha256
from telephony.archive.labels import RECORDING, ArchiveError, permit

MARK = "lingsheng-vault"
"""Tells the vault from the empty folder it is mounted on, and from another vault: holds a random id."""
MARK_MODE = 0o644
MARK_BYTES_MAX = 64
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SETTLED_NS = 3_000_000_000
"""A folder changed just now may change again without its time being another."""
SYNC_BYTES = 8 * HASH_BLOCK_BYTES
"""So much is written between signs of life: a whole recording may take a slow server minutes."""
SHARED_FILE, SHARED_FOLDER = 0o640, 0o070
"""Other seats read a recording and add theirs to its day."""
OWNER_ONLY = 0o600
SCRAP = ".part"

Alive = Callable[[], object]


def found_vault(folder: Path, *, here: bool = False) -> None:
    """Make this folder the vault, once for the whole city; the second time changes nothing.

    Raises `ArchiveError` where nothing is mounted there, unless it is to be `here`, on this very disk.
    """
    if not here and folder.stat().st_dev == folder.resolve().parent.stat().st_dev:
        raise ArchiveError(
            f"{folder} 不是挂载点：先挂载，或用 --here；not a mount: mount it first, or say --here"
        )
    if vault_id(folder):
        return
    scratch = folder / f".{MARK}{SCRAP}"
    scratch.write_text(new_id())
    permit(scratch, MARK_MODE)
    scratch.rename(folder / MARK)


def vault_id(folder: Path) -> str:
    """Of the vault that is mounted there, "" where none is."""
    try:
        with (folder / MARK).open("rb") as mark:
            return mark.read(MARK_BYTES_MAX).decode(errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def not_mounted(folder: Path) -> OSError:
    return FileNotFoundError(errno.ENOENT, "not mounted", str(folder))


# --- what lies there -------------------------------------------------------------------------------------


def days_of(folder: Path) -> list["os.DirEntry[str]"]:
    with os.scandir(folder) as entries:
        return [one for one in entries if DAY.fullmatch(one.name) and one.is_dir(follow_symlinks=False)]


def listed(folder: Path, day: str, alive: Alive) -> tuple[dict[str, int], dict[str, int]]:
    """When each label of a day was changed, and each recording that has none."""
    with os.scandir(folder / day) as entries:
        found = {f"{day}/{one.name}": one for one in entries}
    labels: dict[str, int] = {}
    bare: dict[str, int] = {}
    for path, entry in found.items():
        alive()
        if path.endswith(".json") and RECORDING.fullmatch(wav_of(path)):
            labels[path] = entry.stat().st_mtime_ns
        elif RECORDING.fullmatch(path) and path.removesuffix(".wav") + ".json" not in found:
            bare[path] = entry.stat().st_mtime_ns
    return labels, bare


def wav_of(label: str) -> str:
    return label.removesuffix(".json") + ".wav"


def is_settled(folder: Path, changed_ns: int) -> bool:
    """Whether the next change of what changed then will show, by the clock of whoever serves this folder."""
    probe = folder / f".{new_id()}{SCRAP}"
    try:
        probe.touch()
        return probe.stat().st_mtime_ns - changed_ns > SETTLED_NS
    except OSError:
        return False  # read once more
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)


def size_of(file: Path) -> int | None:
    """None: it is not there."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return None


# --- copies ----------------------------------------------------------------------------------------------


def share_folder(folder: Path) -> None:
    """Have it, for all seats to write to."""
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
        permit(folder, folder.stat().st_mode | SHARED_FOLDER)


def blocks_of(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while block := source.read(HASH_BLOCK_BYTES):
            yield block


def copy(blocks: Iterable[bytes], target: Path, alive: Alive, *, mode: int, expected: str = "") -> bool:
    """Whole or not at all; False, and nothing is there, when their SHA-256 is not the one expected.

    `OSError` also when what landed is not what was written.
    """
    scratch = target.with_name(
        f".{target.name}{SCRAP}"
    )  # one seat writes it: what a death leaves is used again
    digest = sha256()
    try:
        with scratch.open("wb") as out:
            for block in blocks:
                digest.update(block)
                out.write(block)
                alive()
                if out.tell() % SYNC_BYTES == 0:
                    _sync(out)
            _sync(out)
        if expected and digest.hexdigest() != expected:
            return False
        if file_sha256(scratch, alive) != digest.hexdigest():
            raise OSError(errno.EIO, "not what was written", str(target))
        permit(scratch, mode)
        scratch.rename(target)
    finally:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
    return True


def _sync(out: BinaryIO) -> None:
    """On the server, and what is read of it comes from there."""
    out.flush()
    os.fsync(out.fileno())
    os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
