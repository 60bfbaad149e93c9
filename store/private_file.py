"""Files that only their owner may read: stores and outboxes hold secrets, tokens and patients.

An existing file is never opened here: closing it would drop the locks SQLite holds on it in this process.
"""

import contextlib
import os
from pathlib import Path


def make_private(path: Path) -> None:
    """Make the file (mode 0600) and its folder where there is none yet. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def replace_private(path: Path, content: bytes) -> None:
    """As `write_private`, in the place of what was there. Raises OSError."""
    path.unlink(missing_ok=True)
    write_private(path, content)


def write_private(path: Path, content: bytes) -> bool:
    """Make the file with this content, whole or not at all; False: it is there already. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)
    except FileExistsError:
        return False
    finally:
        fresh.unlink()
    return True
