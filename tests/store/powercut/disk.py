"""What a disk may hold after the power fails, computed from the log of what a program did to its files.

Durable is what was written before the last sync of the same file. Of the rest each write may be there, be
missing, or be torn at a sector, independently of the others: harsher than any real disk.
"""

import random
import struct
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

SECTOR_BYTES = 512
HEAD = struct.Struct("=BBHIQ")
FOLDER = "."
MARKS = "marks"
"""The program writes here what it was told is durable; the time of these writes is all that counts."""


class Op(Struct, frozen=True):
    """One system call. `kind`: W write, S sync, T truncate, U unlink."""

    kind: str
    name: str
    offset: int
    data: bytes


class Cut(Struct, frozen=True):
    """The files after a power cut, and the marks made before it."""

    files: dict[str, bytes]
    marks: list[str]
    at: int


def read_log(path: Path) -> list[Op]:
    """The whole log, in order."""
    raw, ops, at = path.read_bytes(), [], 0
    while at < len(raw):
        kind, name_len, _, length, offset = HEAD.unpack_from(raw, at)
        at += HEAD.size
        name = raw[at : at + name_len].decode()
        at += name_len
        ops.append(Op(chr(kind), name, offset, raw[at : at + length]))
        at += length
    return ops


class Disk:
    """What is durable so far, and what may or may not be."""

    def __init__(self) -> None:
        self.durable: dict[str, bytearray] = {}
        self.open: dict[str, list[Op]] = {}
        self.marks: list[str] = []

    def do(self, op: Op) -> None:
        if op.name == MARKS:
            if op.kind == "W":
                self.marks += op.data.decode().split()
        elif op.kind == "S":
            self._sync(op.name)
        else:
            self.open.setdefault(op.name, []).append(op)

    def _sync(self, name: str) -> None:
        if name == FOLDER:  # names made and taken away before are durable, contents are not
            for of, ops in self.open.items():
                gone = [n for n, op in enumerate(ops) if op.kind == "U"]
                if gone:
                    self.durable.pop(of, None)
                    self.open[of] = ops[gone[-1] + 1 :]
            return
        for op in self.open.pop(name, []):
            _apply(self.durable, op, len(op.data))

    def after_a_cut(self, dice: random.Random, at: int) -> Cut:
        files = {name: bytearray(content) for name, content in self.durable.items()}
        chance = dice.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        for ops in self.open.values():
            for op in ops:
                if dice.random() < chance:
                    _apply(files, op, _torn(dice, op))
        return Cut({name: bytes(content) for name, content in files.items()}, list(self.marks), at)


def _torn(dice: random.Random, op: Op) -> int:
    """How much of a write is there: all of it, or whole sectors from its beginning."""
    sectors = len(op.data) // SECTOR_BYTES
    return dice.randint(0, sectors) * SECTOR_BYTES if sectors and dice.random() < 0.3 else len(op.data)


def _apply(files: dict[str, bytearray], op: Op, length: int) -> None:
    if op.kind == "U":
        files.pop(op.name, None)
        return
    content = files.setdefault(op.name, bytearray())
    if op.kind == "T":
        del content[op.offset :]
        content.extend(bytes(op.offset - len(content)))
        return
    content.extend(bytes(max(0, op.offset - len(content))))
    content[op.offset : op.offset + length] = op.data[:length]


def cuts(ops: list[Op], seed: int, count: int) -> Iterator[Cut]:
    """`count` power cuts at random moments, in the order of time."""
    dice = random.Random(seed)
    moments = sorted(dice.randrange(1, len(ops) + 1) for _ in range(count))
    disk, done = Disk(), 0
    for moment in moments:
        for op in ops[done:moment]:
            disk.do(op)
        done = max(done, moment)
        yield disk.after_a_cut(dice, moment)
