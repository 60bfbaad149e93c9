"""Files that only their owner may read: stores and outboxes hold secrets, tokens and patients.

An existing file is never opened here: closing it would drop the locks SQLite holds on it in this process.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def make_private(path: Path) -> None:
    """Make the file (mode 0600) and its folder where there is none yet. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def replace_private(path: Path, content: bytes) -> None:
    """The file has this content, or after any fall its old one; durable. Raises OSError."""
    fresh = _written(path, content)
    try:
        fresh.replace(path)
    except OSError:
        fresh.unlink()
        raise
    _sync_names(path.parent)


def write_private(path: Path, content: bytes) -> bool:
    """Make the file with this content, whole or not at all; False: it is there already. Raises OSError."""
    fresh = _written(path, content)
    try:
        os.link(fresh, path)
    except FileExistsError:
        return False
    finally:
        fresh.unlink()
    _sync_names(path.parent)
    return True


def _written(path: Path, content: bytes) -> Path:
    """The content, durable, under another name of the same folder."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        fresh.unlink()
        raise
    return fresh


def _sync_names(folder: Path) -> None:
    """The new name of a file outlives a power cut as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Reading and writing `path` as one act, also of other processes that use the folder."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
