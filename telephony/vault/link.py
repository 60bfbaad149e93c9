"""The seat's end of the vault process. Questions wait for their answer, never longer than they may."""

import itertools
import logging
import queue
import time
from pathlib import Path
from typing import Final

import msgspec

from store.bus.child import Child, ChildPhase, ChildState
from telephony.archive.catalogue import Search
from telephony.archive.labels import ArchiveError, Label
from telephony.vault.messages import (
    Fetch,
    Fetched,
    Look,
    Looked,
    Question,
    VaultState,
    decode_reply,
    encode,
)
from telephony.vault.vault import forget_fetched

SILENCE_S_MAX: Final = 15.0
"""A mount whose server is gone holds whoever touches it."""
LOOK_S: Final = 5.0
LOOK_S_MAX: Final = 10.0
FETCH_S_MAX: Final = 60.0
STOP_S_MAX: Final = 1.0

log = logging.getLogger(__name__)


class VaultLink:
    """Keeps the recordings under `own` in the vault at `folder`. `search` and `fetch` wait, on one thread.

    `silence_s_max`: a process that gave no sign of life for so long hangs; it looks round every `look_s`.
    """

    def __init__(
        self, own: Path, folder: Path, *, silence_s_max: float = SILENCE_S_MAX, look_s: float = LOOK_S
    ) -> None:
        self._own = own
        self._tickets = itertools.count(1)
        self._answers: queue.SimpleQueue[Looked | Fetched | None] = queue.SimpleQueue()
        self._state = VaultState()
        self._away = "not heard yet"
        self.child = Child(
            "telephony.vault.process",
            [str(own.absolute()), str(folder.absolute()), str(look_s)],
            self._hear,
            self._enter,
            silence_s_max=silence_s_max,
        )

    @property
    def state(self) -> VaultState:
        """How it stands; a process that is gone, or has not said so since its start, is `away`."""
        away = self._away
        return msgspec.structs.replace(self._state, fault="away", words=away) if away else self._state

    def start(self) -> None:
        forget_fetched(self._own)
        self.child.start()

    def stop(self) -> None:
        """For good; what is not in the vault waits for the next start, what was brought here goes."""
        self.child.stop(STOP_S_MAX)
        forget_fetched(self._own)

    def search(self, wanted: Search) -> tuple[Label, ...]:
        """Raises `ArchiveError` with the reason in words."""
        answer = self._ask(Look(next(self._tickets), wanted), LOOK_S_MAX)
        assert isinstance(answer, Looked)
        return answer.labels

    def fetch(self, label: Label, into: Path) -> Path | None:
        """A copy of it under `into`; None: the vault has it no more. Raises `ArchiveError`."""
        answer = self._ask(Fetch(next(self._tickets), label, str(into.absolute())), FETCH_S_MAX)
        assert isinstance(answer, Fetched)
        return Path(answer.file) if answer.file else None

    def _ask(self, question: Question, wait_s: float) -> Looked | Fetched:
        while not self._answers.empty():
            self._answers.get()  # to questions given up, and deaths nobody waited through
        if not self.child.send(encode(question)):
            raise ArchiveError(self._away or "not ready")
        until_s = time.monotonic() + wait_s
        while True:
            try:
                answer = self._answers.get(timeout=max(0.0, until_s - time.monotonic()))
            except queue.Empty:
                raise ArchiveError(f"no answer in {wait_s:g} s") from None
            if answer is None:
                raise ArchiveError(self._away or "ended")
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
            self._state, self._away = reply, ""
        else:
            self._answers.put(reply)

    def _enter(self, state: ChildState) -> None:
        if state.phase in {ChildPhase.WAITING, ChildPhase.STOPPED}:
            self._away = state.reason or "ended"
            self._answers.put(None)
