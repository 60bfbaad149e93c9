"""The copy of what is being typed that survives a crash of the window: one small file with its own thread.

The window never waits for the disk: the newest copy wins, older ones not yet written are skipped.
"""

import contextlib
import os
import threading
from pathlib import Path

import msgspec
from msgspec import Struct, field

from console.models.island import Island
from console.models.unsigned import Unsigned
from dispatch.changes import FormChanges
from dispatch.kinds import IncidentType

STOP_S_MAX = 2.0


class Begun(Struct, frozen=True):
    """An intake opened here that the hub may not know yet."""

    call_id: str | None
    number: str
    at: int


class Kept(Struct, frozen=True):
    """All that would be lost with the window: what is in hand, and what was typed and not yet confirmed."""

    intake_id: str | None = None
    incident_id: str | None = None
    begun: dict[str, Begun] = field(default_factory=dict)
    typed: dict[str, FormChanges] = field(default_factory=dict)
    unsigned: list[Unsigned] = field(default_factory=list)
    types: dict[str, IncidentType] = field(default_factory=dict)
    islands: list[Island] = field(default_factory=list)


_kept = msgspec.json.Decoder(Kept)


class Keeper:
    """Writes `Kept` to a file; `read` gives the last one back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._newest: Kept | None = None
        self._wake = threading.Condition()
        self._stopping = False
        self._fault = ""
        self._thread = threading.Thread(target=self._run, name="drafts", daemon=True)

    def start(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left; at most `STOP_S_MAX` seconds."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(STOP_S_MAX)

    def keep(self, kept: Kept) -> str:
        """Remember this copy; returns at once why the last one is not on disk, "" when it is."""
        with self._wake:
            self._newest = kept
            self._wake.notify()
        return self._fault

    def read(self) -> Kept:
        """The last copy; an empty one when there is none or it cannot be read."""
        try:
            return _kept.decode(self._path.read_bytes())
        except (OSError, msgspec.MsgspecError):
            return Kept()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._newest is not None or self._stopping)
                kept, self._newest = self._newest, None
            if kept is None:
                return
            try:
                self._write(msgspec.json.encode(kept))
                self._fault = ""
            except OSError as error:
                self._fault = error.strerror or str(error)

    def _write(self, body: bytes) -> None:
        """Replace the file as a whole, so that a power cut leaves the old or the new copy."""
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        with contextlib.suppress(OSError):  # a file system without directory sync still has the file
            folder = os.open(self._path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
