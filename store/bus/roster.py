"""The enrolled machines as a file on the hub; a change counts within a second, for live machines too."""

import os
from pathlib import Path

import msgspec
from zmq.utils import z85

from store.core.roster import Machine

KEY_CHARACTERS = 40
KEY_BYTES = 32


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
        self.by_user: dict[str, Machine] = {}
        """User-Id -> machine, for each message. It is the key: a name may have been given a new one."""

    def reload(self) -> bool:
        """Read the file when it changed; True when it did.

        Raises RosterError once for a damaged file: the last good list holds until the file changes again.
        """
        try:
            stat = self._path.stat()
        except OSError:
            stamp = None
        else:
            stamp = (stat.st_mtime_ns, stat.st_size)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        machines = read_roster(self._path)
        self.by_key = {raw_key(machine.public_key): machine for machine in machines}
        self.by_user = {machine.public_key: machine for machine in machines}
        self.machines = {machine.name: machine for machine in machines}
        return True


def raw_key(text: str) -> bytes:
    """The 32 bytes of a Z85 key; raises RosterError."""
    try:
        raw: bytes = z85.decode(text)
    except (ValueError, KeyError, TypeError) as error:
        raise RosterError(f"not a CURVE public key: {text!r}") from error
    if len(text) != KEY_CHARACTERS or len(raw) != KEY_BYTES:
        raise RosterError(f"not a CURVE public key: {text!r}")
    return raw


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
    raw_key(machine.public_key)
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
