"""The enrolled machines as a file on the hub; a change counts within a second, for live machines too."""

import os
from pathlib import Path

import msgspec
from zmq.utils import z85

from store.core.roster import Machine

KEY_CHARACTERS = 40


class RosterError(Exception):
    """The roster cannot be read or changed; the text says why."""


class Roster:
    """The roster file of one hub. Not for several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self.machines: dict[str, Machine] = {}
        self.by_key: dict[bytes, Machine] = {}
        """Raw public key -> machine, for the doorkeeper."""

    def reload(self) -> bool:
        """Read the file when it changed; True when it did. A damaged file keeps the last good list."""
        try:
            stat = self._path.stat()
        except OSError:
            stamp = None
        else:
            stamp = (stat.st_mtime_ns, stat.st_size)
        if stamp == self._stamp:
            return False
        machines = read_roster(self._path)
        self._stamp = stamp
        self.machines = {machine.name: machine for machine in machines}
        self.by_key = {z85.decode(machine.public_key): machine for machine in machines}
        return True


def read_roster(path: Path) -> list[Machine]:
    """The enrolled machines; empty where there is no file. Raises RosterError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Machine])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError) as error:
        raise RosterError(f"{path}: {error}") from error


def enrol(path: Path, machine: Machine) -> None:
    """Add or replace a machine. Raises RosterError when its key is none or belongs to another machine."""
    try:
        whole = len(machine.public_key) == KEY_CHARACTERS and len(z85.decode(machine.public_key)) == 32
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise RosterError("not a CURVE public key")
    others = [known for known in read_roster(path) if known.name != machine.name]
    if any(known.public_key == machine.public_key for known in others):
        raise RosterError("this key is enrolled for another machine")
    _write(path, [*others, machine])


def strike(path: Path, name: str) -> bool:
    """Remove a machine; False when it was not enrolled."""
    known = read_roster(path)
    left = [machine for machine in known if machine.name != name]
    if len(left) < len(known):
        _write(path, left)
    return len(left) < len(known)


def _write(path: Path, machines: list[Machine]) -> None:
    """Whole or not at all: a reader never sees half a roster."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(sorted(machines, key=lambda m: m.name))))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
