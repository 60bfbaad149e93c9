"""The seat's end of the vault process. Questions wait for their answer, never longer than they may."""

import itertools
import logging
import queue
from pathlib import Path
from typing import Final

import msgspec

from store.bus.child import Child, ChildPhase, ChildState
from telephony.archive.catalogue import Search
from telephony.archive.labels import ArchiveError, Label
from telephony.archive.vault_messages import (
    Fetch,
    Fetched,
    Look,
    Looked,
    Question,
    VaultState,
    decode_reply,
    encode,
)

SILENCE_S_MAX: Final = 15.0
"""A mount whose server is gone holds whoever touches it."""
LOOK_S_MAX: Final = 10.0
FETCH_S_MAX: Final = 60.0
STOP_S_MAX: Final = 1.0

log = logging.getLogger(__name__)


class VaultLink:
    """Keeps the recordings under `own` in the vault at `folder`. `search` and `fetch`: one thread's, they wait."""

    def __init__(self, own: Path, folder: Path) -> None:
        self._tickets = itertools.count(1)
        self._answers: queue.SimpleQueue[Looked | Fetched | None] = queue.SimpleQueue()
        self._state = VaultState()
        self._away = ""
        self.child = Child(
            "telephony.archive.vault_process",
            [str(own.absolute()), str(folder.absolute())],
            self._hear,
            self._enter,
            silence_s_max=SILENCE_S_MAX,
        )

    @property
    def state(self) -> VaultState:
        """How it stands; a process that is gone or holds is `away`."""
        return msgspec.structs.replace(self._state, fault="away", words=self._away) if self._away else self._state

    def start(self) -> None:
        self.child.start()

    def stop(self) -> None:
        """For good; what is not in the vault waits for the next start."""
        self.child.stop(STOP_S_MAX)

    def search(self, wanted: Search) -> tuple[Label, ...]:
        """Raises `ArchiveError` with the reason in words."""
        answer = self._ask(Look(next(self._tickets), wanted), LOOK_S_MAX)
        assert isinstance(answer, Looked)
        return answer.labels

    def fetch(self, label: Label) -> Path:
        """Where the copy of it lies on this machine. Raises `ArchiveError`."""
        answer = self._ask(Fetch(next(self._tickets), label), FETCH_S_MAX)
        assert isinstance(answer, Fetched)
        return Path(answer.file)

    def _ask(self, question: Question, wait_s: float) -> Looked | Fetched:
        while not self._answers.empty():
            self._answers.get()  # to questions given up, and deaths nobody waited through
        if not self.child.send(encode(question)):
            raise ArchiveError(self._away or "not ready")
        while True:
            try:
                answer = self._answers.get(timeout=wait_s)
            except queue.Empty:
                raise ArchiveError(f"no answer in {wait_s:g} s") from None
            if answer is None:
                raise ArchiveError(self._away)
            if answer.ticket == question.ticket:
                if answer.trouble:
                    raise ArchiveError(answer.trouble)
                return answer

    # --- below: the child's thread ---------------------------------------------------------------------

    def _hear(self, frame: bytes) -> None:
        try:
            reply = decode_reply(frame)
        except msgspec.MsgspecError:
            log.exception("the vault sent a frame that is no reply")
            return
        if isinstance(reply, VaultState):
            self._state = reply
        else:
            self._answers.put(reply)

    def _enter(self, state: ChildState) -> None:
        away = state.phase in {ChildPhase.WAITING, ChildPhase.STOPPED}
        self._away = (state.reason or "ended") if away else ""
        if away:
            self._answers.put(None)
