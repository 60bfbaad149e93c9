"""Damages messages: one seed, one sequence. Most of them still get past the first parser."""

import random
from collections.abc import Sequence

NUMBERS = (b"0", b"-1", b"255", b"65536", b"2147483648", b"4294967296", b"99999999999999999999")
TOKENS = (
    b"\x00",
    b"\r\n",
    b"\r\n\r\n",
    b'"',
    b"<",
    b">",
    b";",
    b",",
    b"%00",
    b"\xff\xfe",
    b"\xe4\xb8\xad",
    b":" * 9,
)
REPEATS = (2, 9, 100, 255, 900)
PACKET_BYTES_MAX = 60_000


class Mutator:
    def __init__(self, seed: int, seeds: Sequence[bytes]) -> None:
        self._random = random.Random(seed)
        self._seeds = seeds

    def next(self) -> bytes:
        """The next message: mostly one to four changes of one seed, now and then two seeds joined."""
        message = self._random.choice(self._seeds)
        if self._random.random() < 0.1:
            other = self._random.choice(self._seeds)
            message = message[: self._random.randrange(len(message) + 1)] + other[len(other) // 2 :]
        for _ in range(self._random.choice((1, 1, 2, 4))):
            message = self._random.choice(self._WAYS)(self, message)
        return message[:PACKET_BYTES_MAX]

    def _at(self, message: bytes) -> int:
        return self._random.randrange(len(message) + 1)

    def _flip(self, message: bytes) -> bytes:
        at = self._at(message)
        return message[:at] + bytes([self._random.randrange(256)]) + message[at + 1 :]

    def _cut(self, message: bytes) -> bytes:
        at = self._at(message)
        return message[:at] + message[at + self._random.choice((1, 2, 8, 60)) :]

    def _insert(self, message: bytes) -> bytes:
        at = self._at(message)
        return message[:at] + self._random.choice(TOKENS) + message[at:]

    def _repeat(self, message: bytes) -> bytes:
        at = self._at(message)
        piece = message[at : at + self._random.choice((1, 3, 20))]
        return message[:at] + piece * self._random.choice(REPEATS) + message[at:]

    def _number(self, message: bytes) -> bytes:
        places = [at for at, octet in enumerate(message) if 48 <= octet <= 57]
        if not places:
            return message
        at = self._random.choice(places)
        return message[:at] + self._random.choice(NUMBERS) + message[at + 1 :]

    def _lines(self, message: bytes) -> bytes:
        """A line dropped, doubled or moved; the first stays."""
        lines = message.split(b"\r\n")
        at = self._random.randrange(len(lines))
        line = lines.pop(at) if len(lines) > 2 else lines[at]
        for _ in range(self._random.choice((0, 1, 2, 30))):
            lines.insert(self._random.randrange(1, len(lines) + 1), line)
        return b"\r\n".join(lines)

    def _end(self, message: bytes) -> bytes:
        return message[: self._at(message)]

    _WAYS = (_flip, _flip, _cut, _insert, _repeat, _number, _number, _lines, _lines, _end)
