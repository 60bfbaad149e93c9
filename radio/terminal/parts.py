"""Messages longer than one frame: splitting, and putting together with bounds (clause 4.4.3).

Serials of parts are not always consecutive, so a message is known by (message id, total) within its
terminal and a part by its index; the serial of part 1 is used in answers and in 0x8003 only.
"""

from collections.abc import Iterable

from msgspec import Struct, field

from radio.terminal.codec import encode
from radio.terminal.header import BODY_BYTES_MAX, Frame, Line, build_frame
from radio.terminal.messages import Message

PARTS_MAX = 512
PENDING_MAX = 8
PENDING_BYTES_MAX = 512 * 1024
PARTS_WAIT_MS = 30_000
RESEND_ASKS_MAX = 2
SERIALS = 0x1_0000


class Pending(Struct):
    """One unfinished message; `first_serial` is exact once part 1 is here, a good guess before."""

    first_serial: int
    due_ms: int
    asked: int = 0
    size: int = 0
    parts: dict[int, bytes] = field(default_factory=dict)

    def missing(self, total: int) -> tuple[int, ...]:
        return tuple(index for index in range(1, total + 1) if index not in self.parts)


class Whole(Struct, frozen=True):
    """A message put together."""

    msg_id: int
    first_serial: int
    body: bytes


class Missing(Struct, frozen=True):
    """Parts to ask for with 0x8003."""

    first_serial: int
    indexes: tuple[int, ...]


class Assembler(Struct):
    """The unfinished messages of one connection."""

    pending: dict[tuple[int, int], Pending] = field(default_factory=dict)
    discarded: int = 0

    def add(self, frame: Frame, now_ms: int) -> Whole | None:
        """Take one part; the whole message when it was the last one missing. Bad parts are discarded."""
        key = (frame.msg_id, frame.total)
        if not (1 <= frame.index <= frame.total <= PARTS_MAX):
            self.discarded += 1
            return None
        waiting = self.pending.get(key)
        if waiting is None:
            self._make_room()
            guess = (frame.serial - frame.index + 1) % SERIALS
            waiting = self.pending[key] = Pending(guess, now_ms + PARTS_WAIT_MS)
        self._keep(waiting, frame)
        if waiting.size > PENDING_BYTES_MAX:
            self._discard(key)
            return None
        if len(waiting.parts) < frame.total:
            return None
        del self.pending[key]
        body = b"".join(waiting.parts[index] for index in range(1, frame.total + 1))
        return Whole(frame.msg_id, waiting.first_serial, body)

    def _keep(self, waiting: Pending, frame: Frame) -> None:
        if frame.index == 1:
            waiting.first_serial = frame.serial
        waiting.size += len(frame.body) - len(waiting.parts.get(frame.index, b""))
        waiting.parts[frame.index] = frame.body

    def _make_room(self) -> None:
        if len(self.pending) >= PENDING_MAX:
            self._discard(min(self.pending, key=lambda key: self.pending[key].due_ms))

    def _discard(self, key: tuple[int, int]) -> None:
        del self.pending[key]
        self.discarded += 1

    def overdue(self, now_ms: int) -> list[Missing]:
        """What to ask for again now; a message asked for twice in vain is discarded and counted."""
        asks = []
        for key, waiting in list(self.pending.items()):
            if now_ms < waiting.due_ms:
                continue
            if waiting.asked >= RESEND_ASKS_MAX:
                self._discard(key)
                continue
            waiting.asked += 1
            waiting.due_ms = now_ms + PARTS_WAIT_MS
            asks.append(Missing(waiting.first_serial, waiting.missing(key[1])))
        return asks


def split_body(body: bytes) -> list[bytes]:
    """Pieces of at most 1023 bytes; one piece, maybe empty, for a short body."""
    return [body[at : at + BODY_BYTES_MAX] for at in range(0, len(body), BODY_BYTES_MAX)] or [b""]


def build_frames(line: Line, message: Message, serials: Iterable[int]) -> list[bytes]:
    """Wire frames of one message, one serial drawn per frame."""
    msg_id, body = encode(message, is_2019=line.is_2019)
    pieces = split_body(body)
    if len(pieces) == 1:
        return [build_frame(line, msg_id, next(iter(serials)), body)]
    total = len(pieces)
    numbered = enumerate(zip(pieces, serials, strict=False), start=1)
    return [
        build_frame(line, msg_id, serial, piece, total=total, index=index)
        for index, (piece, serial) in numbered
    ]
