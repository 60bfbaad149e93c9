"""The threads that have the archive of recordings: labels, search, pictures, recall, exports never make the
window wait, and what may take long (the vault, an export) holds nothing else up. Questions go in by its
methods, each answer comes back as a signal on the window's thread.
"""

import logging
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from console.i18n import say
from console.jobs import Jobs
from dispatch.archive_notes import ArchiveNoted
from store.bus.keys import KeyFileError
from store.core.seals import SignKey
from telephony.archive.catalogue import FOUND_MAX, Catalogue, Search
from telephony.archive.deletions import Run, mark_noted, unnoted
from telephony.archive.handing_out import file_sha256, hand_out
from telephony.archive.labels import ArchiveError, Label, Marker, read_label
from telephony.archive.recall import PEAK_MS, Peaks, Recall, growing, peaks_of
from telephony.recording import stereo_header
from telephony.vault.link import VaultLink
from telephony.vault.messages import VaultState
from telephony.vault.vault import FETCHED, HEARD, forget_fetched

STOP_S_MAX = 2.0
RECALL_FILE = "recall.wav"
OWNER_ONLY = 0o600
FRAME_BYTES = 4  # 16-bit stereo

log = logging.getLogger(__name__)


class Found(Struct, frozen=True):
    """Answer to `search`; `trouble` "" is none. `asking`: the vault is still being asked, another one comes.

    `others`: how many are of other seats; None: the vault was not asked. `without`: why it could not answer.
    `kept_back`: how many fit that are no calls of this seat, for those who may hear all.
    """

    ticket: int
    labels: tuple[Label, ...]
    trouble: str = ""
    asking: bool = False
    others: int | None = None
    without: str = ""
    kept_back: int = 0


class Picture(Struct, frozen=True, eq=False):
    """What a recording looks like. `whole` False: not the file that was closed. `from_ms`: of the call."""

    call_id: str
    file: Path
    caller: Peaks
    operator: Peaks
    duration_ms: int
    markers: tuple[Marker, ...] = ()
    began_at_ms: int = 0
    whole: bool = True
    from_ms: int = 0


class NoPicture(Struct, frozen=True):
    """`call_id` cannot be shown; `live`: it was to be recalled."""

    call_id: str
    trouble: str
    live: bool = False


class HandedOut(Struct, frozen=True):
    """The export is written, or `trouble` says why not."""

    note_id: str
    target: Path
    count: int = 0
    missing: int = 0
    trouble: str = ""


class Unnoted(Struct, frozen=True):
    """Deletions the journal has not heard of."""

    runs: tuple[Run, ...]


class Archivist(QObject):
    """`folder`: the recordings of this machine; `sign` gives the key exports are sealed with.

    `vault`: where the recordings of the whole city are mounted; None: there is no such place.
    """

    answered = Signal(object)

    def __init__(self, folder: Path, sign: Callable[[], SignKey], vault: Path | None = None) -> None:
        super().__init__()
        self.folder, self._sign = folder, sign
        self._vault = VaultLink(folder, vault) if vault is not None else None
        if self._vault is not None:
            self._vault.start()
        self._near = Jobs("archive", self.answered.emit)
        self._far = Jobs("archive far", self.answered.emit)
        self._catalogue: Catalogue | None = None
        self._ticket = 0
        self._pictured: Label | None = None

    def seal(self) -> str:
        """`name=public key` of what exports are sealed with, as `--key` takes it. Raises KeyFileError."""
        key = self._sign()
        return f"{key.name}={key.public}"

    def vault_state(self) -> VaultState | None:
        """How it stands with the vault; None: there is none."""
        return None if self._vault is None else self._vault.state

    # --- questions, from the window's thread -----------------------------------------------------------

    def learn(self, labels: Sequence[Label]) -> None:
        """Keep what is known of these; no answer."""
        self._near.put(partial(self._learn, tuple(labels)))

    def search(self, wanted: Search, *, everywhere: bool = False) -> int:
        """One or two `Found` with this ticket answer.

        `everywhere`: for those who may hear all: what leaders heard too, and in the vault where there is one.
        """
        self._ticket += 1
        self._near.put(partial(self._search, self._ticket, wanted, everywhere))
        return self._ticket

    def picture(self, label: Label, *, everywhere: bool = False) -> None:
        """The answer is a `Picture` or `NoPicture`, unless another is asked for first.

        `everywhere`: it may be brought from the vault.
        """
        self._pictured = label
        self._near.put(partial(self._picture, label, everywhere))

    def recall(self, call_id: str, ms: int) -> None:
        """The last `ms` of a call that is up, as a file; a `Picture` or `NoPicture` answers."""
        self._near.put(partial(self._recall, call_id, ms))

    def hand_out(self, noted: ArchiveNoted, labels: Sequence[Label], target: Path, by: str) -> None:
        """Write the export the journal has noted; a `HandedOut` answers."""
        self._far.put(partial(self._hand_out, noted, tuple(labels), target, by))

    def forget(self) -> None:
        """What was asked last answers nobody, and what was brought here to be heard goes."""
        self._ticket += 1
        self._pictured = None
        self._far.put(partial(forget_fetched, self.folder, HEARD))

    def unnoted(self) -> None:
        """An `Unnoted` answers where there are deletions the journal has to be told of."""
        self._near.put(self._unnoted)

    def mark_noted(self, run_id: str) -> None:
        """The journal has this deletion; no answer."""
        self._near.put(partial(self._mark_noted, run_id))

    def stop(self) -> None:
        """For good, what was to be learned is kept first; the sound of a recall goes with us."""
        self._near.put(self._close)
        for jobs in (self._near, self._far):
            jobs.finish()
        if self._vault is not None:
            self._vault.stop()  # nobody waits for its answers any longer
        for jobs in (self._near, self._far):
            jobs.join(STOP_S_MAX)
        (self.folder / RECALL_FILE).unlink(missing_ok=True)

    # --- below: the near thread, on this machine's disk ------------------------------------------------

    def _open(self) -> Catalogue:
        if self._catalogue is None:
            self._catalogue = Catalogue(self.folder)
        return self._catalogue

    def _close(self) -> None:
        if self._catalogue is not None:
            self._catalogue.close()

    def _learn(self, labels: tuple[Label, ...]) -> None:
        for label in labels:
            if not (self.folder / label.path).is_file():
                continue  # of another machine
            try:
                self._open().learn(label)
            except (ArchiveError, OSError) as error:
                log.warning("label of %s: %s", label.path, error)

    def _search(self, ticket: int, wanted: Search, everywhere: bool) -> Found | None:
        try:
            own = self._open().search(replace(wanted, calls_only=not everywhere))
            kept_back = 0 if everywhere else len(self._open().search(wanted)) - len(own)
        except ArchiveError as error:
            return Found(ticket, (), str(error))
        if self._vault is None or not everywhere:
            return Found(ticket, own, kept_back=kept_back)
        self.answered.emit(Found(ticket, own, asking=True))
        self._far.put(partial(self._search_far, self._vault, ticket, wanted, own))
        return None

    def _picture(self, label: Label, everywhere: bool) -> Picture | NoPicture | None:
        if label is not self._pictured:
            return None
        if self._vault is None or not everywhere or self._is_here(label):
            return _pictured(label, self.folder)
        self._far.put(partial(self._picture_far, self._vault, label))
        return None

    def _is_here(self, label: Label) -> bool:
        return (self.folder / label.path).is_file()

    def _recall(self, call_id: str, ms: int) -> Picture | NoPicture:
        try:
            unfinished = growing(self.folder, call_id)
            if unfinished is None:
                return NoPicture(call_id, "", live=True)
            recall = Recall(unfinished)
            recall.look()
            sound = recall.last(ms)
            file = self.folder / RECALL_FILE
            file.touch(mode=OWNER_ONLY)
            file.write_bytes(stereo_header(len(sound.pcm) // FRAME_BYTES, sound.rate_hz) + sound.pcm)
        except OSError as error:
            return NoPicture(call_id, error.strerror or str(error), live=True)
        caller, operator = (peaks[sound.from_ms // PEAK_MS :] for peaks in recall.peaks())
        duration_ms = len(sound.pcm) // FRAME_BYTES * 1000 // sound.rate_hz
        began = unfinished.started_at_ms + sound.from_ms
        return Picture(call_id, file, caller, operator, duration_ms, began_at_ms=began, from_ms=sound.from_ms)

    def _unnoted(self) -> Unnoted | None:
        runs = unnoted(self.folder)
        return Unnoted(runs) if runs else None

    def _mark_noted(self, run_id: str) -> None:
        try:
            mark_noted(self.folder, run_id)
        except OSError as error:
            log.warning("deletion %s: %s", run_id, error)

    # --- below: the far thread, which may have to wait for the vault -------------------------------------

    def _search_far(
        self, vault: VaultLink, ticket: int, wanted: Search, own: tuple[Label, ...]
    ) -> Found | None:
        if ticket != self._ticket:
            return None
        try:
            far = vault.search(wanted)
        except ArchiveError as error:
            return Found(ticket, own, others=0, without=str(error))
        here = {label.call_id for label in own}
        others = [label for label in far if label.call_id not in here]
        every = sorted((*own, *others), key=lambda label: label.started_at_ms, reverse=True)
        return Found(ticket, tuple(every[:FOUND_MAX]), others=len(others))

    def _picture_far(self, vault: VaultLink, label: Label) -> Picture | NoPicture | None:
        if label is not self._pictured:
            return None
        heard = self.folder / FETCHED / HEARD
        try:
            brought = vault.fetch(label, heard)
        except ArchiveError as error:
            return NoPicture(label.call_id, say("录音库：{why}", why=error))
        if brought is None:
            return NoPicture(label.call_id, say("录音库中已没有这段录音"))
        return _pictured(label, heard)

    def _hand_out(self, noted: ArchiveNoted, labels: tuple[Label, ...], target: Path, by: str) -> HandedOut:
        note = noted.note
        brought = self.folder / FETCHED / note.note_id
        try:
            target.parent.mkdir(mode=OWNER_ONLY | 0o100, parents=True, exist_ok=True)
            folders = {label.call_id: self._folder_of(label, brought) for label in labels}
            known = [read_label(folders[label.call_id], label.path) or label for label in labels]
            who = {"export_id": note.note_id, "by": by, "reason": note.reason}
            listed = hand_out(folders, known, target, self._sign(), at_ms=noted.at, **who)
            target.chmod(OWNER_ONLY)
        except (ArchiveError, KeyFileError, OSError) as error:
            return HandedOut(note.note_id, target, trouble=str(error))
        finally:
            shutil.rmtree(brought, ignore_errors=True)
        return HandedOut(note.note_id, target, len(listed.items), len(listed.missing))

    def _folder_of(self, label: Label, brought: Path) -> Path:
        """Where its file lies; another seat's is brought first. Raises `ArchiveError` where it cannot be."""
        if self._vault is None or self._is_here(label):
            return self.folder
        try:
            self._vault.fetch(label, brought)
        except ArchiveError as error:
            raise ArchiveError(say("录音库：{why}", why=error)) from error
        return brought


def _pictured(label: Label, folder: Path) -> Picture | NoPicture:
    file = folder / label.path
    try:
        caller, operator, duration_ms = peaks_of(file)
        whole = file_sha256(file) == label.sha256
    except OSError as error:
        return NoPicture(label.call_id, error.strerror or str(error))
    marks = (read_label(folder, label.path) or label).markers
    return Picture(label.call_id, file, caller, operator, duration_ms, marks, label.started_at_ms, whole)
