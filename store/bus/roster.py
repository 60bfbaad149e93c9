"""The signed roster as a file: taken over only whole, signed by our administration and never an older one.

keys/roster.json   the machines and the signature; on every hub and relay
keys/roster.newest the newest one ever in force here: it holds where somebody put an older file in its place
keys/roster.pub    the public roster key, pinned on every machine
keys/roster.key    the secret roster key, only where the roster is changed (mode 0600)
"""

import contextlib
import logging
import secrets
from pathlib import Path

from msgspec.structs import replace
from zmq.utils import z85

from store.bus.keys import KeyFileError, hub_public_key, read_private
from store.core.roster import BadRoster, Machine, Roster, open_roster, seal_roster
from store.core.seals import SEED_BYTES, SignKey
from store.private_file import locked, replace_private, write_private

KEY_CHARACTERS = 40
KEY_BYTES = 32
ROSTER_KEY = "roster"
OLDER = "roster_older"
"""The alarm while the file is an older roster than was in force here."""
DAMAGED = "roster_damaged"
"""The alarm while the file is gone, damaged or forged, and the newest one ever in force holds."""

SOME_STAMP = (0, 0)
"""Of the file beside the newest roster before a restart: that there was one is all we know."""

log = logging.getLogger(__name__)


class RosterError(Exception):
    """The roster cannot be read or changed; the text says why."""


class RosterFile:
    """The roster of one hub or relay; the newest good one holds, over a restart too.

    Not for several threads.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._begun = False
        self.alarm = ""
        """OLDER or DAMAGED until a roster as new as ours is in the file again; "" else."""
        self.revision = 0
        self.sealed = b""
        """The signed bytes, to be handed on; b"" while nobody is enrolled."""
        self.machines: dict[str, Machine] = {}
        self.by_key: dict[bytes, Machine] = {}
        """Raw public key -> machine, for the doorkeeper."""
        self.by_user: dict[str, Machine] = {}
        """User-Id -> machine, for each message. It is the key: a name may have been given a new one."""

    def reload(self) -> bool:
        """Read the file when it changed; True when its machines count from now on.

        Raises RosterError once for a file that is damaged, forged or older than what was ever in force here:
        the newest good list holds until the file changes again.
        """
        self._begin()
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self.alarm = DAMAGED if self.revision else ""  # until what is there is taken
        if stamp is None:
            raise RosterError(f"{self._path} is gone")
        try:
            sealed = self._path.read_bytes()
        except OSError as error:
            raise RosterError(f"{self._path}: {error}") from error
        self._take(sealed)
        _keep_newest(self._path, sealed, self.revision)
        return True

    def take_news(self, sealed: bytes) -> bool:
        """Keep a roster that came over the bus; False: we have this one or a newer. Raises RosterError."""
        self._begin()
        roster = _opened(sealed, self._path)
        if roster.revision <= self.revision:
            return False
        with locked(self._path):
            if _revision_in(self._path) >= roster.revision:  # another process of this folder was faster
                return self.reload()
            self._take(sealed)
            write_whole(self._path, sealed)
            _keep_newest(self._path, sealed, self.revision)
            self._stamp = self._stamp_now()
        return True

    def _begin(self) -> None:
        """What was in force here before a restart counts before the file is looked at."""
        if self._begun:
            return
        self._begun = True
        kept = _newest_path(self._path)
        try:
            with contextlib.suppress(FileNotFoundError):
                self._take(kept.read_bytes())
                self._stamp = SOME_STAMP
        except (OSError, RosterError) as error:
            log.error("%s counts no more: %s", kept.name, error)  # noqa: TRY400 - its text says all

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size

    def _take(self, sealed: bytes) -> None:
        roster = _opened(sealed, self._path)
        if roster.revision < self.revision or (roster.revision == self.revision and sealed != self.sealed):
            self.alarm = OLDER
            raise RosterError(
                f"{self._path.name}: revision {roster.revision} is older than {self.revision}, which holds: "
                f"put {_newest_path(self._path).name} back in its place"
            )
        by_key = {raw_key(machine.public_key): machine for machine in roster.machines}
        self.revision, self.sealed, self.by_key = roster.revision, sealed, by_key
        self.by_user = {machine.public_key: machine for machine in roster.machines}
        self.machines = {machine.name: machine for machine in roster.machines}
        self.alarm = ""


def raw_key(text: str) -> bytes:
    """The 32 bytes of a Z85 key; raises RosterError."""
    try:
        raw: bytes = z85.decode(text)
    except (ValueError, KeyError, TypeError) as error:
        raise RosterError(f"not a CURVE public key: {text!r}") from error
    if len(text) != KEY_CHARACTERS or len(raw) != KEY_BYTES:
        raise RosterError(f"not a CURVE public key: {text!r}")
    return raw


# --- reading -----------------------------------------------------------------------------------------


def roster_public(folder: Path) -> str:
    """The pinned public roster key (hex). Raises RosterError when this machine was never given it."""
    path = folder / f"{ROSTER_KEY}.pub"
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RosterError(f"{path}: the public roster key is missing") from error


def pin_roster_key(folder: Path, public: str) -> None:
    """Pin the public roster key. Raises RosterError when another one is pinned: nothing may replace it."""
    path = folder / f"{ROSTER_KEY}.pub"
    if path.exists():
        if roster_public(folder) != public:
            raise RosterError(f"{path}: another roster key is pinned here")
        return
    write_whole(path, public.encode() + b"\n")


def read_roster(path: Path) -> list[Machine]:
    """The enrolled machines, proven; empty where there is no file. Raises RosterError."""
    return list(_read(path).machines)


def key_of_address(folder: Path, address: str) -> str:
    """Public key of the hub or relay at "host:port": by the signed roster, else the pinned key of the hub.

    Raises KeyFileError when this machine was never given either.
    """
    try:
        machines = read_roster(folder / "roster.json")
    except RosterError:  # a seat that was never given one
        machines = []
    known = (machine.public_key for machine in machines if address and machine.address == address)
    return next(known, None) or hub_public_key(folder)


def _read(path: Path) -> Roster:
    """The file, or the newest roster that was ever in force here where that one is newer."""
    in_file, newest = _read_file(path), _newest(path)
    return in_file if in_file.revision >= newest.revision else newest


def _read_file(path: Path) -> Roster:
    try:
        sealed = path.read_bytes()
    except FileNotFoundError:
        return Roster()
    except OSError as error:
        raise RosterError(f"{path}: {error}") from error
    return _opened(sealed, path)


def _revision_in(path: Path) -> int:
    """What the file holds; 0 where that is nothing good."""
    try:
        return _read_file(path).revision
    except RosterError:
        return 0


def _newest_path(path: Path) -> Path:
    return path.with_suffix(".newest")


def _newest(path: Path) -> Roster:
    """The newest roster ever in force here; empty where none was kept, or what was kept is nothing good."""
    try:
        return _opened(_newest_path(path).read_bytes(), path)
    except (OSError, RosterError):
        return Roster()


def _keep_newest(path: Path, sealed: bytes, revision: int) -> None:
    """Durable when this returns; a full disk does not keep a revocation from counting now."""
    if _newest(path).revision >= revision:
        return
    try:
        with locked(path.with_name("newest")):
            if _newest(path).revision < revision:
                write_whole(_newest_path(path), sealed)
    except (OSError, RosterError) as error:
        log.error("an older roster would count after a restart: %s", error)  # noqa: TRY400 - its text says all


def _opened(sealed: bytes, path: Path) -> Roster:
    try:
        return open_roster(sealed, roster_public(path.parent))
    except BadRoster as error:
        raise RosterError(f"{path.name}: {error}") from error


# --- changing, where the roster key is -----------------------------------------------------------------


def enrol(path: Path, machine: Machine) -> None:
    """Add or replace a machine. Raises RosterError when its key is none or belongs to another machine."""
    raw_key(machine.public_key)
    with locked(path):
        roster = _read(path)
        others = tuple(known for known in roster.machines if known.name != machine.name)
        if any(known.public_key == machine.public_key for known in others):
            raise RosterError("this key is enrolled for another machine")
        _sign(path, Roster(roster.revision + 1, (*others, machine)))


def strike(path: Path, name: str) -> bool:
    """Remove a machine; False when it was not enrolled. Raises RosterError."""
    with locked(path):
        roster = _read(path)
        left = tuple(machine for machine in roster.machines if machine.name != name)
        if len(left) == len(roster.machines):
            return False
        _sign(path, replace(roster, revision=roster.revision + 1, machines=left))
    return True


def _sign(path: Path, roster: Roster) -> None:
    sealed = seal_roster(roster, _roster_key(path.parent))
    write_whole(path, sealed)
    _keep_newest(path, sealed, roster.revision)


def _roster_key(folder: Path) -> SignKey:
    """The secret roster key; made at the first use, but never where another one is already pinned."""
    path = folder / f"{ROSTER_KEY}.key"
    if not path.exists():
        if (folder / f"{ROSTER_KEY}.pub").exists():
            raise RosterError(f"{path} is not here: change the roster where it is kept")
        write_private(path, secrets.token_bytes(SEED_BYTES).hex().encode())
    try:
        key = SignKey(ROSTER_KEY, bytes.fromhex(read_private(path).decode("ascii")))
    except (KeyFileError, ValueError) as error:
        raise RosterError(f"{path}: {error}") from error
    pin_roster_key(folder, key.public)
    return key


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader never sees half a roster. Raises RosterError."""
    try:
        replace_private(path, content)
    except OSError as error:
        raise RosterError(f"{path}: {error}") from error
