"""The vault (录音库): one folder of a whole city, mounted on every seat, that each recording is copied to.

Each seat puts its own there, as soon as it is labelled and again when more is known of it, and reads what the
others put there into a catalogue of its own. Whoever does this has a process to itself: a mount whose server
is gone hangs for ever.
"""

import errno
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from telephony.archive.catalogue import HASH_BLOCK_BYTES, Catalogue, Search
from telephony.archive.labels import RECORDING, Label, label_file, read_label

FILE = "vault.sqlite"
MARK = "lingsheng-vault"
"""A file that tells the vault from the empty folder it is mounted on: without it nothing is written."""
FETCHED = "fetched"
FETCHED_S = 3600.0
"""So long a copy of somebody else's recording stays here."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SETTLED_NS = 3_000_000_000
"""A folder changed just now may change again without its time being another."""


class Flaw(Struct, frozen=True):
    """A recording that cannot be put into the vault as it is: `words` as in `VaultState`."""

    path: str
    changed_ns: int
    words: str


class VaultCatalogue(Catalogue):
    """What is in the vault, read from its labels little by little; lies beside the recordings of this seat."""

    def __init__(self, folder: Path, file: Path) -> None:
        super().__init__(folder, file)
        with self._link:
            for name in ("kept", "known", "own_day", "day"):
                self._link.execute(f"CREATE TABLE IF NOT EXISTS {name} (path PRIMARY KEY, changed_ns)")

    def rebuild(self) -> int:
        """Nothing at once: the vault may be large and far."""
        return 0

    def changed_ns(self, table: str, under: str = "") -> dict[str, int]:
        """When each was changed that is noted there; `under` is how its path begins."""
        where = " WHERE path LIKE ?" if under else ""
        query = f"SELECT path, changed_ns FROM {table}{where}"  # noqa: S608 - our own words
        return dict(self._link.execute(query, (f"{under}%",) if under else ()).fetchall())

    def remember(self, table: str, path: str, changed_ns: int) -> None:
        with self._link:
            self._link.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (path, changed_ns))  # noqa: S608 - our own words

    def take(self, read: Sequence[tuple[str, int, Label | None]], gone: Iterable[str]) -> None:
        """What labels in the vault say, None where one cannot be read, and which are no longer there."""
        self._put([label for _, _, label in read if label is not None])
        wavs = [(path, _wav(path)) for path in gone]
        with self._link:
            rows = [(path, at) for path, at, _ in read]
            self._link.executemany("INSERT OR REPLACE INTO known VALUES (?, ?)", rows)
            self._link.executemany("DELETE FROM known WHERE path = ?", [(path,) for path, _ in wavs])
            self._link.executemany("DELETE FROM recording WHERE path = ?", [(wav,) for _, wav in wavs])

    def lose_day(self, day: str) -> None:
        """Nothing is left of it in the vault."""
        with self._link:
            self._link.execute("DELETE FROM day WHERE path = ?", (day,))
            for table in ("known", "recording"):
                self._link.execute(f"DELETE FROM {table} WHERE path LIKE ?", (f"{day}/%",))  # noqa: S608 - our own words


class Vault:
    """`own`: the recordings of this machine, `folder`: where the vault is mounted. One thread uses it.

    Its methods raise `OSError` where the vault cannot be used, `ArchiveError` where our own folder cannot.
    """

    def __init__(self, own: Path, folder: Path) -> None:
        self.own, self.folder = own, folder
        self._catalogue = VaultCatalogue(folder, own / FILE)
        self.flaws: dict[str, Flaw] = {}

    def close(self) -> None:
        self._catalogue.close()

    # --- putting in --------------------------------------------------------------------------------------

    def waiting(self) -> list[tuple[str, int]]:
        """Labels of this seat the vault has not, or not as they are now, oldest first, and their times."""
        found, done = [], self._catalogue.changed_ns("own_day")
        for day in _days(self.own):
            changed_ns = day.stat().st_mtime_ns
            if done.get(day.name) == changed_ns:
                continue
            kept = self._catalogue.changed_ns("kept", f"{day.name}/")
            new = [(path, at) for path, at in _labels(self.own, day.name) if kept.get(path) != at]
            found += [(path, at) for path, at in new if not self._is_flawed(path, at)]
            if not new and time.time_ns() - changed_ns > SETTLED_NS:
                self._catalogue.remember("own_day", day.name, changed_ns)
        return sorted(found)

    def _is_flawed(self, path: str, changed_ns: int) -> bool:
        return path in self.flaws and self.flaws[path].changed_ns == changed_ns

    def put(self, path: str, changed_ns: int, alive: Callable[[], object] = lambda: None) -> None:
        """The sound first, the label after it: what has a label in the vault is whole.

        `alive` is called while a long one is copied. One that is not what its label says is a flaw, no error.
        """
        self._must_be_mounted()
        if not (self.own / path).is_file():
            return  # expired meanwhile
        flaw = self._put(_wav(path), alive)
        if flaw:
            self.flaws[path] = Flaw(path, changed_ns, flaw)
            return
        self.flaws.pop(path, None)
        self._catalogue.remember("kept", path, changed_ns)

    def _put(self, wav: str, alive: Callable[[], object]) -> str:
        """Its flaw, "" when it is in the vault."""
        label, there = read_label(self.own, wav), read_label(self.folder, wav)
        if label is None:
            return "label"
        if there is not None and there.sha256 != label.sha256:
            return "another"
        if there is None:
            if not (self.own / wav).is_file():
                return "missing"
            (self.folder / wav).parent.mkdir(exist_ok=True)
            if not _copy(self.own / wav, self.folder / wav, alive, label.sha256):
                return "damaged"
        _copy(label_file(self.own, wav), label_file(self.folder, wav), alive)
        return ""

    def _must_be_mounted(self) -> None:
        if not is_vault(self.folder):
            raise FileNotFoundError(errno.ENOENT, "not mounted", str(self.folder))

    # --- finding -----------------------------------------------------------------------------------------

    def unread(self) -> list[tuple[str, int]]:
        """Days of the vault in which something changed, newest first, and their times."""
        self._must_be_mounted()
        known = self._catalogue.changed_ns("day")
        days = {day.name: day.stat().st_mtime_ns for day in _days(self.folder)}
        for gone in known.keys() - days.keys():
            self._catalogue.lose_day(gone)
        return sorted(((day, at) for day, at in days.items() if known.get(day) != at), reverse=True)

    def read(self, day: str, changed_ns: int, alive: Callable[[], object] = lambda: None) -> None:
        """Take what is new or changed in this day of the vault into the catalogue."""
        known, there, new = self._catalogue.changed_ns("known", f"{day}/"), set(), []
        for path, at in _labels(self.folder, day):
            alive()
            there.add(path)
            if known.get(path) != at:
                new.append((path, at, read_label(self.folder, _wav(path))))
        self._catalogue.take(new, known.keys() - there)
        if time.time_ns() - changed_ns > SETTLED_NS:
            self._catalogue.remember("day", day, changed_ns)

    def read_all(self) -> Catalogue:
        """What is in the vault, to its end; the catalogue is the caller's to close."""
        for day, changed_ns in self.unread():
            self.read(day, changed_ns)
        return self._catalogue

    def search(self, wanted: Search) -> tuple[Label, ...]:
        """Of what was read so far."""
        return self._catalogue.search(wanted)

    def fetch(self, label: Label, alive: Callable[[], object] = lambda: None) -> Path:
        """A copy on this machine, good for an hour; what it holds is for whoever reads it to prove."""
        kept = self.own / FETCHED
        for old in kept.glob("*/*"):
            if time.time() - old.stat().st_mtime > FETCHED_S:
                old.unlink()
        target = kept / label.path
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(label_file(self.folder, label.path), label_file(kept, label.path), alive)
            _copy(self.folder / label.path, target, alive)
        return target

    def forget_fetched(self) -> None:
        """Nothing of other seats stays here."""
        shutil.rmtree(self.own / FETCHED, ignore_errors=True)


def found_vault(folder: Path) -> None:
    """Make this folder the vault, once for the whole city. Raises `OSError`."""
    (folder / MARK).touch()


def is_vault(folder: Path) -> bool:
    """False also where it is not mounted."""
    return (folder / MARK).is_file()


def _days(folder: Path) -> Iterator["os.DirEntry[str]"]:
    with os.scandir(folder) as entries:
        yield from (one for one in entries if DAY.fullmatch(one.name) and one.is_dir(follow_symlinks=False))


def _labels(folder: Path, day: str) -> Iterator[tuple[str, int]]:
    with os.scandir(folder / day) as entries:
        for one in entries:
            path = f"{day}/{one.name}"
            if one.name.endswith(".json") and RECORDING.fullmatch(_wav(path)):
                yield path, one.stat().st_mtime_ns


def _wav(label: str) -> str:
    return Path(label).with_suffix(".wav").as_posix()


def _copy(source: Path, target: Path, alive: Callable[[], object], expected: str = "") -> bool:
    """Whole or not at all; False, and nothing is there, when its SHA-256 is not what was expected."""
    scratch = target.with_name(f".{target.name}.part")  # one seat writes it: what a death leaves is used again
    digest = sha256()
    try:
        with source.open("rb") as read, scratch.open("wb") as out:
            while block := read.read(HASH_BLOCK_BYTES):
                digest.update(block)
                out.write(block)
                alive()
            out.flush()
            os.fsync(out.fileno())
        if expected and digest.hexdigest() != expected:
            return False
        scratch.rename(target)
    finally:
        scratch.unlink(missing_ok=True)
    return True
