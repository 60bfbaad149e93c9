"""The signed ends of the journal as files, a line each, a file a month: keep a copy in another building."""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from store.core.audit import SignedHead

_heads = msgspec.json.Decoder(SignedHead)


def keep_head(folder: Path, head: SignedHead) -> None:
    """Append; on disk when this returns. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    month = datetime.fromtimestamp(head.at / 1000, UTC).strftime("%Y-%m")
    with (folder / f"heads-{month}.jsonl").open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read() != b"\n":  # a line that a power loss cut short must not swallow this one
                file.write(b"\n")
        file.write(msgspec.json.encode(head) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_heads(folder: Path) -> tuple[list[SignedHead], int]:
    """All of them in order of seq, and how many lines are none (a line cut short by a power loss)."""
    heads, damaged = [], 0
    for file in sorted(folder.glob("heads-*.jsonl")):
        for line in file.read_bytes().splitlines():
            try:
                heads.append(_heads.decode(line))
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                damaged += 1
    return sorted(heads, key=lambda head: (head.seq, head.at)), damaged
