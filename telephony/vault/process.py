"""The process that has the mounted vault to itself. Started by `link`, ends with it.

One step at a time, a copy or a day read in turn; questions come before work, searches even amid a long copy.
What fails is set aside until the next look.
"""

import errno
import logging
import math
import os
import sqlite3
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from store.bus.pipe import BEAT_S, open_child_end
from telephony.archive.labels import ArchiveError
from telephony.vault.messages import (
    FLAWS_MAX,
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
from telephony.vault.vault import Vault, Work

LOOK_BUSY_S = 60.0
"""While there is work it looks round this often only: that walks through all days."""
PRIVATE_UMASK = 0o077  # what is brought here is for this account; what others may read is said so
LOOK = ""
"""The name of the look round among the labels and days that were tried."""
NO_FAULT: tuple[Fault, str] = ("", "")
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

log = logging.getLogger("telephony.vault.vault")


class Pipe(Protocol):
    """What we need of `ChildEnd`; `receive` also gives the sign of life."""

    ended: bool

    def receive(self, wait_s: float | None = 0.0) -> bytes | None: ...
    def send(self, frame: bytes) -> bool: ...


class EndedError(Exception):
    """The seat is gone, or wants us to finish: amid a copy this ends it."""


class VaultProcess:
    """Questions from the pipe, work in between; it looks round every `look_s`."""

    def __init__(self, vault: Vault, pipe: Pipe, look_s: float) -> None:
        self._vault, self._pipe, self._look_s = vault, pipe, look_s
        self._asked: deque[Fetch] = deque()
        self._waiting: deque[Work] = deque()
        self._unread: deque[Work] = deque()
        self._not_in = 0
        """With what is set aside."""
        self._reads_next = False
        self._looked_at_s = -math.inf
        self._heard_at_s = 0.0
        self._aside: dict[str, tuple[Fault, str]] = {}
        """What failed when it was tried last, and why."""
        self._told: VaultState | None = None

    def turn(self) -> None:
        """Answer a question, or take one step of the work. Raises `EndedError`."""
        heard = self._hear(self._rest_s())
        if self._asked:
            self._answer(self._asked.popleft())
        elif not heard:
            self._step()
            self._tell(self._state())

    def _rest_s(self) -> float:
        return 0.0 if self._asked or self._waiting or self._unread else self._look_in_s()

    def _look_in_s(self) -> float:
        every_s = LOOK_BUSY_S if self._waiting or self._unread else self._look_s
        return max(0.0, self._looked_at_s + every_s - time.monotonic())

    # --- questions ---------------------------------------------------------------------------------------

    def _hear(self, wait_s: float) -> bool:
        """A search is answered at once: nobody touches the mount for it."""
        frame = self._pipe.receive(wait_s)
        self._heard_at_s = time.monotonic()
        if self._pipe.ended:
            raise EndedError
        if frame is None:
            return False
        try:
            question = decode_question(frame)
        except msgspec.MsgspecError:
            log.exception("the seat sent a frame that is no question")
            return True
        if isinstance(question, Fetch):
            self._asked.append(question)
        else:
            self._answer(question)
        return True

    def _alive(self) -> None:
        """Amid something long."""
        if time.monotonic() - self._heard_at_s > BEAT_S:
            self._hear(0.0)

    def _answer(self, question: Question) -> None:
        try:
            answer = self._answered(question)
        except EndedError:
            raise
        except Exception as error:  # whatever it was, who asked waits for words
            log.exception("%s", type(question).__name__)
            words, ticket = getattr(error, "strerror", None) or str(error), question.ticket
            answer = Looked(ticket, (), words) if isinstance(question, Look) else Fetched(ticket, "", words)
        self._pipe.send(encode(answer))

    def _answered(self, question: Question) -> Reply:
        match question:
            case Look(ticket, wanted):
                return Looked(ticket, self._vault.search(wanted))
            case Fetch(ticket, label, into):
                file = self._vault.fetch(label, Path(into), self._alive)
                return Fetched(ticket, "" if file is None else str(file))

    # --- work --------------------------------------------------------------------------------------------

    def _step(self) -> None:
        """Look round, or put one recording in, or read one day."""
        if not self._look_in_s():
            self._looked_at_s = time.monotonic()
            self._try(LOOK, self._look_round)
        elif self._unread and (self._reads_next or not self._waiting):
            self._reads_next = False
            work = self._unread.popleft()
            self._try(work[0], lambda: self._vault.read(*work, self._alive))
        elif self._waiting:
            self._reads_next = True
            work = self._waiting.popleft()
            if self._try(work[0], lambda: self._vault.put(*work, self._alive)):
                self._not_in -= 1

    def _try(self, what: str, job: Callable[[], object]) -> bool:
        """`what`: a label, a day or `LOOK`. It is set aside where it fails."""
        try:
            job()
        except EndedError:
            raise
        except OSError as error:
            self._vault_failed(what, error)
        except (ArchiveError, sqlite3.Error) as error:
            self._aside[what] = ("own", str(error))
        except Exception as error:  # one label that breaks a rule of ours must not hold all the others up
            log.exception("%s", what)
            self._aside[what] = ("part", f"{what}: {error}")
        else:
            self._aside.pop(what, None)
            return True
        return False

    def _vault_failed(self, what: str, error: OSError) -> None:
        words = error.strerror or str(error)
        if what == LOOK or not self._is_there():
            self._aside = {LOOK: ("away", words)}
            self._waiting.clear()
            self._unread.clear()
            return
        self._aside[what] = ("part", f"{what}: {words}")
        if error.errno in FULL:
            self._aside[what] = ("full", words)
            self._waiting.clear()

    def _is_there(self) -> bool:
        try:
            self._vault.recognise()
        except OSError:
            return False
        return True

    def _look_round(self) -> None:
        self._vault.forget_heard()
        try:
            self._vault.recognise()
        finally:  # away or not, how many wait is to be seen
            waiting = self._vault.waiting(self._alive)
            self._not_in = len(waiting)
        unread = self._vault.unread()
        unlisted = {f"{day}/": why for day, why in self._vault.unlisted.items()}
        there = {what for what, _ in (*waiting, *unread)}
        self._aside = {what: why for what, why in self._aside.items() if what in there}
        self._aside.update({day: ("own", f"{day} {why}") for day, why in unlisted.items()})
        self._waiting = deque(sorted(waiting, key=self._was_aside))
        self._unread = deque(sorted(unread, key=self._was_aside))

    def _was_aside(self, work: Work) -> bool:
        """What failed comes last."""
        return work[0] in self._aside

    def _state(self) -> VaultState:
        fault, words = next(iter(self._aside.values()), NO_FAULT)
        flaws = sorted(((path, flaw.words) for path, flaw in self._vault.flaws.items()), reverse=True)
        told = tuple(flaws[:FLAWS_MAX])
        return VaultState(self._not_in, len(self._vault.new_days), fault, words, told, len(flaws))

    def _tell(self, state: VaultState) -> None:
        known = self._told.fault if self._told is not None else ""
        if state != self._told and self._pipe.send(encode(state)):
            if state.fault != known:
                log.warning("%s: %s", state.fault or "in use again", state.words)
            self._told = state


def main() -> int:
    logging.basicConfig(format="%(asctime)s vault %(levelname)s %(message)s")
    os.umask(PRIVATE_UMASK)
    pipe = open_child_end()
    pipe.ready()
    own, folder, look_s = sys.argv[1:]
    vault = Vault(Path(own), Path(folder))
    process = VaultProcess(vault, pipe, float(look_s))
    try:
        while True:
            process.turn()
    except EndedError:
        return 0
    finally:
        vault.close()
        pipe.close()


if __name__ == "__main__":
    sys.exit(main())
