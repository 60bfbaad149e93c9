"""Platform messages waiting for their answer: repeated 5, 10, 30 s apart, then given up (1.4).

A message that has expired is never repeated: a stale order is worse than none.
"""

from msgspec import Struct

from radio.terminal.facts import Now
from radio.terminal.parts import SERIALS
from radio.terminal.platform import Limits

OUTGOING_MAX = 32


class Outgoing(Struct):
    """One message; `expires_ms` (wall) None: worth repeating at any time."""

    handle: str
    message_id: int
    frames: list[bytes]
    expires_ms: int | None
    due_ms: int = 0
    repeated: int = 0

    def is_stale(self, now: Now) -> bool:
        return self.expires_ms is not None and now.wall_ms >= self.expires_ms


class Outbox:
    """The unanswered messages of one connection by the serial of their first frame."""

    def __init__(self, limits: Limits) -> None:
        self._waits_ms = (*limits.answer_ms, limits.last_answer_ms)
        self._waiting: dict[int, Outgoing] = {}

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= OUTGOING_MAX

    def add(self, serial: int, message: Outgoing, now: Now) -> None:
        message.due_ms = now.steady_ms + self._waits_ms[0]
        self._waiting[serial] = message

    def drop(self, handle: str) -> None:
        """Repeat it no more."""
        self._waiting = {serial: one for serial, one in self._waiting.items() if one.handle != handle}

    def answered(self, serial: int, message_id: int) -> Outgoing | None:
        """The message this answers, None for an answer to nothing. A long message may be answered
        by the serial of any of its parts."""
        for first, waiting in self._waiting.items():
            if (serial - first) % SERIALS < len(waiting.frames) and waiting.message_id == message_id:
                return self._waiting.pop(first)
        return None

    def parts(self, serial: int, indexes: tuple[int, ...]) -> list[bytes]:
        """The wanted frames of the message that began with `serial`; [] when it is not known."""
        waiting = self._waiting.get(serial)
        if waiting is None:
            return []
        return [waiting.frames[index - 1] for index in indexes if 1 <= index <= len(waiting.frames)]

    def due(self, now: Now) -> tuple[list[bytes], list[str]]:
        """(frames to write again, handles given up)."""
        again: list[bytes] = []
        given_up: list[str] = []
        for serial, waiting in list(self._waiting.items()):
            stale = waiting.is_stale(now)
            if now.steady_ms < waiting.due_ms and not stale:
                continue
            waiting.repeated += 1
            if stale or waiting.repeated >= len(self._waits_ms):
                del self._waiting[serial]
                given_up.append(waiting.handle)
            else:
                waiting.due_ms = now.steady_ms + self._waits_ms[waiting.repeated]
                again += waiting.frames
        return again, given_up
