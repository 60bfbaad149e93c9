"""The disk under a store: how much is left, what is spared when, and the ballast a person can let go.

    under 20 %   the alarm says so
    under 10 %   positions are not stored
    under  5 %   only calls and dispatch: no history, no housekeeping, no changes of master data

The ballast is a file that only takes up room: `main.py admin ballast --release` gives it back at once, so
that a full disk costs minutes and no search for something to delete. It is made again at a start with room.
"""

import logging
import os
import shutil
from enum import IntEnum
from pathlib import Path

from msgspec import Struct

BALLAST = "ballast"
MB = 1 << 20
LOOK_MS = 2_000
ROOM_SHARE = 0.20
"""The ballast leaves at least so much of the disk free."""

log = logging.getLogger(__name__)


class Room(IntEnum):
    """How much of the disk is free; higher is worse."""

    ENOUGH = 0
    SHORT = 1  # under 20 %
    LOW = 2  # under 10 %
    CRITICAL = 3  # under 5 %


LIMITS = ((0.05, Room.CRITICAL), (0.10, Room.LOW), (ROOM_SHARE, Room.SHORT))


class Disk(Struct, frozen=True):
    """A look at the disk, in bytes. `ballast` 0: there is none."""

    total: int
    free: int
    ballast: int = 0

    @property
    def percent(self) -> int:
        return 100 * self.free // max(1, self.total)

    @property
    def room(self) -> Room:
        return next((room for share, room in LIMITS if self.free < self.total * share), Room.ENOUGH)


def look(folder: Path) -> Disk:
    """The disk that `folder` is on. Raises OSError."""
    usage = shutil.disk_usage(folder)
    file = folder / BALLAST
    return Disk(usage.total, usage.free, file.stat().st_size if file.exists() else 0)


def make_ballast(folder: Path, megabytes: int) -> bool:
    """Take up so much room, where that leaves enough; True when the file was made. Raises OSError."""
    before, size = look(folder), megabytes * MB
    if before.ballast or size == 0 or before.free - size < before.total * ROOM_SHARE:
        return False
    file = folder / BALLAST
    try:
        with file.open("xb") as opened:
            os.posix_fallocate(opened.fileno(), 0, size)
    except OSError:
        file.unlink(missing_ok=True)
        raise
    return True


def release_ballast(folder: Path) -> int:
    """Give the room back; how many bytes. Raises OSError."""
    size = look(folder).ballast
    (folder / BALLAST).unlink(missing_ok=True)
    return size


class DiskWatch:
    """Looks every LOOK_MS; says every change once. `folder` None: a server somewhere looks after its own."""

    def __init__(self, folder: Path | None, ballast_mb: int) -> None:
        """Makes the ballast where there is room for it."""
        self._folder = folder
        self._due_at = 0
        self._blind = False
        self.room = Room.ENOUGH
        self.alarm = ""
        """For the screens, "" while there is enough."""
        self.percent = 100
        """Free, as in the last look; 100 before it and where nobody looks."""
        if folder is not None and ballast_mb:
            self._make(folder, ballast_mb)

    def _make(self, folder: Path, megabytes: int) -> None:
        try:
            if make_ballast(folder, megabytes):
                log.info("disk: ballast of %d MB made", megabytes)
            elif not look(folder).ballast:
                log.warning("disk: no room for the ballast of %d MB", megabytes)
        except OSError as error:
            log.warning("disk: no ballast: %s", error)

    def on_time(self, steady: int) -> bool:
        """Look when it is due; True when the room changed. `steady`: ms of a clock that never jumps."""
        if self._folder is None or steady < self._due_at:
            return False
        self._due_at = steady + LOOK_MS
        try:
            disk = look(self._folder)
        except OSError as error:  # the store says so itself, command by command
            if not self._blind:
                log.warning("disk: %s", error)
            self._blind = True
            return False
        self._blind = False
        self.percent = disk.percent
        self.alarm = f"disk_short:{disk.percent}" if disk.room else ""
        if disk.room is self.room:
            return False
        self.room = disk.room
        words = "well again" if disk.room is Room.ENOUGH else disk.room.name.lower()
        log.error("disk: %s, %d MB free (%d %%)", words, disk.free // MB, disk.percent)
        return True
