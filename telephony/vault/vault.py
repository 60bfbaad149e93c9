"""The vault (录音库): one folder of a whole city, mounted on every seat, that each recording is copied to.

Each seat puts its own there, as soon as it is labelled and again when more is known of it, and reads what the
others put there into a catalogue of its own. Whoever does this has a process to itself: a mount whose server
is gone hangs for ever.
"""

import contextlib
import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from telephony.archive import deletions
from telephony.archive.catalogue import Catalogue, Search
from telephony.archive.handing_out import check_room
from telephony.archive.labels import ArchiveError, Label, label_file, sure_label
from telephony.archive.retention import remove_if_empty
from telephony.vault.catalogue import VaultCatalogue
from telephony.vault.folder import (
    DAY,
    OWNER_ONLY,
    SCRAP,
    SHARED_FILE,
    Alive,
    blocks_of,
    copy,
    days_of,
    is_settled,
    listed,
    not_mounted,
    share_folder,
    size_of,
    vault_id,
    wav_of,
)

FETCHED, HEARD = "fetched", "heard"
HEARD_S = 3600.0
"""So long a copy of somebody else's recording stays here."""
LABEL_NS_MAX = 600_000_000_000
"""A recording has its label within seconds after it was closed."""
SCRAP_S = 86_400.0
"""What a copy that was cut short left is nobody's after so long."""
INTEGER_MAX = (1 << 63) - 1
"""What the catalogue can hold."""

log = logging.getLogger(__name__)

Work = tuple[str, int]
"""A label or a day, and when it was changed (ns)."""


class Flaw(Struct, frozen=True):
    """A recording that cannot be put into the vault as it is: `words` as in `VaultState`."""

    changed_ns: int
    words: str


class Vault:
    """`own`: the recordings of this machine, `folder`: where the vault is mounted. One thread uses it.

    Its methods raise `OSError` where the vault cannot be used, `ArchiveError` where our own folder cannot.
    `alive` is called while something takes long; what it raises ends it, whole or not at all.
    """

    def __init__(self, own: Path, folder: Path) -> None:
        self.own, self.folder = own, folder
        self._catalogue = VaultCatalogue(folder, own)
        self.flaws: dict[str, Flaw] = {}
        self.unlisted: dict[str, str] = {}
        """Own days that could not be listed when we looked last, and why."""
        self.new_days: set[str] = set()
        """Days of the vault of which nothing was read yet."""

    def close(self) -> None:
        self._catalogue.close()

    def recognise(self) -> str:
        """Which one is mounted; what is known of another is forgotten."""
        which = vault_id(self.folder)
        if not which:
            raise not_mounted(self.folder)
        self._catalogue.belong_to(which)
        return which

    def _still(self, which: str) -> None:
        """What was just done was done there: a mount may go at any moment."""
        if vault_id(self.folder) != which:
            raise not_mounted(self.folder)

    # --- putting in --------------------------------------------------------------------------------------

    def waiting(self, alive: Alive = lambda: None) -> list[Work]:
        """Labels of this seat the vault has not, or not as they are now, newest first."""
        with _ours(self.own):
            days = days_of(self.own)
        done = self._catalogue.changed_ns("own_day")
        found: list[Work] = []
        flaws: dict[str, Flaw] = {}
        self.unlisted.clear()
        for day in days:
            alive()
            try:
                changed_ns = day.stat().st_mtime_ns
                if done.get(day.name) != changed_ns:
                    found += self._waiting_of(day.name, changed_ns, flaws)
            except OSError as error:
                self.unlisted[day.name] = error.strerror or str(error)
        self.flaws = flaws
        return sorted(found, reverse=True)

    def _waiting_of(self, day: str, changed_ns: int, flaws: dict[str, Flaw]) -> list[Work]:
        """What waits of a day; what cannot wait for anything goes to `flaws`."""
        labels, bare = listed(self.own, day, lambda: None)
        kept = self._catalogue.changed_ns("kept", day)
        new = [(path, at) for path, at in labels.items() if kept.get(path) != at]
        for path, at in new:
            known = self.flaws.get(path)
            if known is not None and known.changed_ns == at:
                flaws[path] = known
        late_ns = time.time_ns() - LABEL_NS_MAX
        flaws.update({path: Flaw(at, "unlabelled") for path, at in bare.items() if at < late_ns})
        if not (new or bare) and is_settled(self.own, changed_ns):
            self._catalogue.remember("own_day", [day], changed_ns)
        return [(path, at) for path, at in new if path not in flaws]

    def put(self, path: str, changed_ns: int, alive: Alive = lambda: None) -> None:
        """The sound first, the label after it: what has a label in the vault is whole.

        One that is not what its label says is a flaw, no error. What was deleted from the vault stays out.
        """
        which = self.recognise()
        self._hear_of_deletions()
        with _ours(self.own / path):
            label = _sound_label(self.own, path)
            if label is None and size_of(self.own / path) is None:
                return  # expired meanwhile
        deleted = self._catalogue.is_deleted(Path(path).stem)
        flaw = "" if deleted else "label" if label is None else self._put(label, alive)
        if flaw:
            self.flaws[path] = Flaw(changed_ns, flaw)
            return
        self._still(which)
        self._catalogue.remember("kept", [path], changed_ns)

    def _put(self, label: Label, alive: Alive) -> str:
        """Its flaw, "" when it is in the vault."""
        there = sure_label(self.folder, label.path)
        if there is not None and there.sha256 != label.sha256:
            return "another"
        if there is None or size_of(self.folder / label.path) != label.bytes:
            with _ours(self.own / label.path):
                if size_of(self.own / label.path) is None:
                    return "missing"
            share_folder((self.folder / label.path).parent)
            if not self._copy(self.own / label.path, alive, label.sha256):
                return "damaged"
        if there != label:
            self._copy(label_file(self.own, label.path), alive)
        return ""

    def _copy(self, file: Path, alive: Alive, expected: str = "") -> bool:
        target = self.folder / file.relative_to(self.own)
        return copy(_own_blocks(file), target, alive, mode=SHARED_FILE, expected=expected)

    def _hear_of_deletions(self) -> None:
        """What a run of the retention took out of the vault is never put there again."""
        folder = self.folder / deletions.FOLDER
        known = self._catalogue.changed_ns("known", deletions.FOLDER)
        try:
            names = [one.name for one in folder.iterdir()]
        except FileNotFoundError:
            return  # nothing was ever deleted
        runs = {f"{deletions.FOLDER}/{name}" for name in names if deletions.RUN.fullmatch(name)}
        for path in runs - known.keys():
            run = deletions.read_run(self.folder / path)
            if run is not None:
                self._catalogue.remember("deleted", [one.call_id for one in run.items], run.at_ms)
                self._catalogue.remember("known", [path], run.at_ms)
            elif time.time() - (self.folder / path).stat().st_mtime > SCRAP_S:  # else still being written
                log.error("a deletion cannot be read and is passed over: %s", path)
                self._catalogue.remember("known", [path], 0)

    # --- finding -----------------------------------------------------------------------------------------

    def unread(self) -> list[Work]:
        """Days of the vault in which something changed, newest first."""
        which = self.recognise()
        days = {day.name: day.stat().st_mtime_ns for day in days_of(self.folder)}
        self._still(which)
        known = self._catalogue.changed_ns("day")
        for gone in known.keys() - days.keys():
            self._catalogue.lose_day(gone)
        self.new_days = days.keys() - known.keys()
        return sorted(((day, at) for day, at in days.items() if known.get(day) != at), reverse=True)

    def read(self, day: str, changed_ns: int, alive: Alive = lambda: None) -> None:
        """Take what is new or changed in this day of the vault into the catalogue."""
        which = self.recognise()
        there, _ = listed(self.folder, day, alive)
        known = self._catalogue.changed_ns("known", day)
        read: list[tuple[str, int, Label | None]] = []
        trouble: OSError | None = None
        for path, at in there.items():
            alive()
            try:
                if known.get(path) != at:
                    read.append((path, at, _sound_label(self.folder, path)))
            except OSError as error:  # the others are read, and this one again
                trouble = error
        self._still(which)
        self._catalogue.remember("day", [day], 0)  # not read to its end, but where it is gone it is lost
        self._catalogue.take(read, known.keys() - there.keys())
        self.new_days.discard(day)
        if trouble is not None:
            raise trouble
        if is_settled(self.folder, changed_ns):
            self._catalogue.remember("day", [day], changed_ns)

    def read_all(self) -> Catalogue:
        """What is in the vault, to its end; the catalogue is the caller's to close."""
        for day, changed_ns in self.unread():
            self.read(day, changed_ns)
        return self._catalogue

    def search(self, wanted: Search) -> tuple[Label, ...]:
        """Of what was read so far."""
        return self._catalogue.search(wanted)

    def fetch(self, label: Label, into: Path, alive: Alive = lambda: None) -> Path | None:
        """A copy under `into`, on this machine; what it holds is for whoever reads it to prove.

        None: the vault has it no more.
        """
        which = self.recognise()
        target = into / label.path
        if target.is_file():
            return target
        check_room(self.own, label.bytes)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            for file in (label_file(into, label.path), target):
                copy(blocks_of(self.folder / file.relative_to(into)), file, alive, mode=OWNER_ONLY)
        except FileNotFoundError:
            self._still(which)
            return None
        return target

    def forget_heard(self) -> None:
        """Copies that were brought to be heard are good for an hour."""
        for old in (self.own / FETCHED / HEARD).glob("*/*"):
            with contextlib.suppress(FileNotFoundError):  # the seat removes them too
                if time.time() - old.stat().st_mtime > HEARD_S:
                    old.unlink()


def forget_fetched(own: Path, part: str = "") -> None:
    """Nothing of other seats stays here; `part`: of these only."""
    shutil.rmtree(own / FETCHED / part, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove from the vault what copies that were cut short left long ago."""
    for scrap in (*folder.glob(f".*{SCRAP}"), *folder.glob(f"*/.*{SCRAP}")):
        if time.time() - scrap.stat().st_mtime > SCRAP_S:
            scrap.unlink(missing_ok=True)
            if DAY.fullmatch(scrap.parent.name):
                remove_if_empty(scrap.parent)


def _sound_label(folder: Path, path: str) -> Label | None:
    """None: it cannot be understood, or is of another call, or no catalogue can hold it. Raises `OSError`."""
    label = sure_label(folder, wav_of(path))
    if label is None or label.call_id != Path(path).stem:
        return None
    numbers = (label.started_at_ms, label.duration_ms, label.bytes)
    return label if all(0 <= number <= INTEGER_MAX for number in numbers) else None


@contextlib.contextmanager
def _ours(path: Path) -> Iterator[None]:
    """What fails here is not the vault."""
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error


def _own_blocks(file: Path) -> Iterator[bytes]:
    with _ours(file):
        yield from blocks_of(file)
