"""The thread that has the archive of recordings: labels, search, pictures, recall and exports never make the
window wait. Questions go in by its methods, each answer comes back as a signal on the window's thread.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from console.i18n import say
from dispatch.archive_notes import ArchiveNoted
from store.bus.keys import KeyFileError
from store.core.seals import SignKey
from telephony.archive.catalogue import FOUND_MAX, Catalogue, Search
from telephony.archive.deletions import Run, mark_noted, unnoted
from telephony.archive.handing_out import file_sha256, hand_out
from telephony.archive.labels import ArchiveError, Label, Marker, read_label
from telephony.archive.recall import PEAK_MS, Peaks, Recall, growing, peaks_of
from telephony.archive.vault_link import VaultLink
from telephony.archive.vault_messages import VaultState
from telephony.recording import stereo_header

STOP_S_MAX = 2.0
RECALL_FILE = "recall.wav"
OWNER_ONLY = 0o600
FRAME_BYTES = 4  # 16-bit stereo

log = logging.getLogger(__name__)


class Found(Struct, frozen=True):
    """Answer to `search`; `trouble` "" is none. `asking`: the vault is still being asked, another one comes.

    `others`: how many are of other seats; None: the vault was not asked. `without`: why it could not answer.
    """

    ticket: int
    labels: tuple[Label, ...]
    trouble: str = ""
    asking: bool = False
    others: int | None = None
    without: str = ""


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
        self._jobs: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._catalogue: Catalogue | None = None
        self._ticket = 0

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
        self._put(partial(self._learn, tuple(labels)))

    def search(self, wanted: Search, *, everywhere: bool = False) -> int:
        """One or two `Found` with this ticket answer; `everywhere`: in the vault too, where there is one."""
        self._ticket += 1
        self._put(partial(self._search, self._ticket, wanted, everywhere))
        return self._ticket

    def picture(self, label: Label) -> None:
        """The answer is a `Picture` or `NoPicture`."""
        self._put(partial(self._picture, label))

    def recall(self, call_id: str, ms: int) -> None:
        """The last `ms` of a call that is up, as a file; a `Picture` or `NoPicture` answers."""
        self._put(partial(self._recall, call_id, ms))

    def hand_out(self, noted: ArchiveNoted, labels: Sequence[Label], target: Path, by: str) -> None:
        """Write the export the journal has noted; a `HandedOut` answers."""
        self._put(partial(self._hand_out, noted, tuple(labels), target, by))

    def unnoted(self) -> None:
        """An `Unnoted` answers where there are deletions the journal has to be told of."""
        self._put(self._unnoted)

    def mark_noted(self, run_id: str) -> None:
        """The journal has this deletion; no answer."""
        self._put(partial(self._mark_noted, run_id))

    def stop(self) -> None:
        """For good, what was to be learned is kept first; the sound of a recall goes with us."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(STOP_S_MAX)
        (self.folder / RECALL_FILE).unlink(missing_ok=True)
        if self._vault is not None:
            self._vault.stop()

    def _put(self, job: Callable[[], object]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="archive", daemon=True)
            self._thread.start()
        self._jobs.put(job)

    # --- below: the archive's thread -------------------------------------------------------------------

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                answer = job()
            except Exception:  # one job that breaks a rule of ours must not end the thread
                log.exception("archive")
                continue
            if answer is not None:
                self.answered.emit(answer)
        if self._catalogue is not None:
            self._catalogue.close()

    def _open(self) -> Catalogue:
        if self._catalogue is None:
            self._catalogue = Catalogue(self.folder)
        return self._catalogue

    def _learn(self, labels: tuple[Label, ...]) -> None:
        for label in labels:
            if not (self.folder / label.path).is_file():
                continue  # of another machine
            try:
                self._open().learn(label)
            except (ArchiveError, OSError) as error:
                log.warning("label of %s: %s", label.path, error)

    def _search(self, ticket: int, wanted: Search, everywhere: bool) -> Found:
        try:
            own = self._open().search(wanted)
        except ArchiveError as error:
            return Found(ticket, (), str(error))
        if self._vault is None or not everywhere:
            return Found(ticket, own)
        self.answered.emit(Found(ticket, own, asking=True))
        try:
            far = self._vault.search(wanted)
        except ArchiveError as error:
            return Found(ticket, own, others=0, without=str(error))
        here = {label.call_id for label in own}
        others = [label for label in far if label.call_id not in here]
        every = sorted((*own, *others), key=lambda label: label.started_at_ms, reverse=True)
        return Found(ticket, tuple(every[:FOUND_MAX]), others=len(others))

    def _folder_of(self, label: Label) -> Path:
        """Where its file lies; it is brought from the vault where it is another seat's. Raises ArchiveError."""
        if self._vault is None or (self.folder / label.path).is_file():
            return self.folder
        return self._vault.fetch(label).parents[1]

    def _picture(self, label: Label) -> Picture | NoPicture:
        try:
            folder = self._folder_of(label)
            file = folder / label.path
            caller, operator, duration_ms = peaks_of(file)
            whole = file_sha256(file) == label.sha256
        except OSError as error:
            return NoPicture(label.call_id, error.strerror or str(error))
        except ArchiveError as error:
            return NoPicture(label.call_id, say("录音库：{why}", why=error))
        known = read_label(folder, label.path) or label
        return Picture(
            label.call_id, file, caller, operator, duration_ms, known.markers, label.started_at_ms, whole
        )

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

    def _folder_or_own(self, label: Label) -> Path:
        """One that cannot be brought is missing in the export, and said so."""
        try:
            return self._folder_of(label)
        except ArchiveError as error:
            log.warning("%s: %s", label.path, error)
            return self.folder

    def _unnoted(self) -> Unnoted | None:
        runs = unnoted(self.folder)
        return Unnoted(runs) if runs else None

    def _mark_noted(self, run_id: str) -> None:
        try:
            mark_noted(self.folder, run_id)
        except OSError as error:
            log.warning("deletion %s: %s", run_id, error)

    def _hand_out(self, noted: ArchiveNoted, labels: tuple[Label, ...], target: Path, by: str) -> HandedOut:
        note = noted.note
        try:
            target.parent.mkdir(mode=OWNER_ONLY | 0o100, parents=True, exist_ok=True)
            folders = {label.call_id: self._folder_or_own(label) for label in labels}
            known = [read_label(folders[label.call_id], label.path) or label for label in labels]
            who = {"export_id": note.note_id, "by": by, "reason": note.reason}
            listed = hand_out(folders, known, target, self._sign(), at_ms=noted.at, **who)
            target.chmod(OWNER_ONLY)
        except (ArchiveError, KeyFileError, OSError) as error:
            return HandedOut(note.note_id, target, trouble=str(error))
        return HandedOut(note.note_id, target, len(listed.items), len(listed.missing))
