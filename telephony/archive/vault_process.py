"""The process that has the mounted vault to itself: `python -m telephony.archive.vault_process OWN VAULT`.

One small step at a time, questions before work: a copy, a day read. Started by `vault_link`, ends with it.
"""

import errno
import logging
import os
import sqlite3
import sys
import time
from pathlib import Path

import msgspec

from store.bus.pipe import BEAT_S, ChildEnd, open_child_end
from telephony.archive.labels import ArchiveError
from telephony.archive.vault import Vault
from telephony.archive.vault_messages import (
    Fault,
    Fetch,
    Fetched,
    Look,
    Looked,
    Question,
    Reply,
    VaultState,
    decode_question,
    encode,
)

LOOK_S = 5.0
"""How often it looks whether something is to be done."""
GROUP_UMASK = 0o007
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

log = logging.getLogger("telephony.archive.vault")


class VaultProcess:
    """Questions from the pipe, work in between."""

    def __init__(self, vault: Vault, pipe: ChildEnd, look_s: float = LOOK_S) -> None:
        self._vault, self._pipe, self._look_s = vault, pipe, look_s
        self._waiting: list[tuple[str, int]] = []
        self._unread: list[tuple[str, int]] = []
        self._look_at_s = self._beat_at_s = 0.0
        self._fault: Fault = ""
        self._words = ""
        self._told: VaultState | None = None

    def run(self) -> None:
        """Until the seat asks us to finish or is gone."""
        self._pipe.ready()
        while not self._pipe.ended:
            frame = self._pipe.receive(self._rest_s())
            if frame is not None:
                self._pipe.send(encode(self._answered(decode_question(frame))))
            elif not self._pipe.ended:
                self._tell(self._step())

    def _rest_s(self) -> float:
        if self._waiting or self._unread:
            return 0.0
        return max(0.0, self._look_at_s - time.monotonic())

    def _answered(self, question: Question) -> Reply:
        try:
            match question:
                case Look(ticket, wanted):
                    return Looked(ticket, self._vault.search(wanted))
                case Fetch(ticket, label):
                    return Fetched(ticket, str(self._vault.fetch(label, self._alive)))
        except (ArchiveError, OSError, sqlite3.Error) as error:
            log.warning("%s: %s", type(question).__name__, error)
            words = getattr(error, "strerror", None) or str(error)
            return Looked(ticket, (), words) if isinstance(question, Look) else Fetched(ticket, "", words)

    def _step(self) -> VaultState:
        """Look round, or put one recording in, or read one day; how it stands after that."""
        try:
            if not (self._waiting or self._unread):
                self._look_round()
                if self._waiting:
                    return self._state()  # whether it takes them will be seen
            elif self._waiting:
                self._vault.put(*self._waiting[0], self._alive)
                self._waiting.pop(0)
            else:
                self._vault.read(*self._unread[0], self._alive)
                self._unread.pop(0)
        except OSError as error:
            return self._stopped("full" if error.errno in FULL else "away", error.strerror or str(error))
        except (ArchiveError, sqlite3.Error) as error:
            return self._stopped("own", str(error))
        self._fault, self._words = "", ""
        return self._state()

    def _look_round(self) -> None:
        self._look_at_s = time.monotonic() + self._look_s
        self._waiting = self._vault.waiting()
        self._unread = self._vault.unread()

    def _stopped(self, fault: Fault, words: str) -> VaultState:
        """It is tried again at the next look; this is how it stands until then."""
        self._fault, self._words = fault, words
        state = self._state()
        self._waiting, self._unread = [], []
        return state

    def _state(self) -> VaultState:
        since_ms = self._waiting[0][1] // 1_000_000 if self._waiting else None
        flaws = tuple((flaw.path, flaw.words) for flaw in self._vault.flaws.values())
        return VaultState(
            len(self._waiting), since_ms, len(self._unread), self._fault, self._words, flaws
        )

    def _alive(self) -> None:
        now_s = time.monotonic()
        if now_s - self._beat_at_s > BEAT_S:
            self._beat_at_s = now_s
            self._pipe.ready()

    def _tell(self, state: VaultState) -> None:
        if state != self._told and self._pipe.send(encode(state)):
            if state.fault and (self._told is None or state.fault != self._told.fault):
                log.warning("%s: %s", state.fault, state.words)
            self._told = state


def main() -> int:
    logging.basicConfig(format="%(asctime)s vault %(levelname)s %(message)s")
    os.umask(GROUP_UMASK)
    pipe = open_child_end()
    vault = Vault(Path(sys.argv[1]), Path(sys.argv[2]))
    vault.forget_fetched()
    try:
        VaultProcess(vault, pipe).run()
    finally:
        vault.forget_fetched()
        vault.close()
        pipe.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
