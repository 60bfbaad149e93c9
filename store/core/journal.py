"""The journal's rows and their hash chain: hash = SHA-256(previous hash ‖ canonical row).

Whoever changes, drops or inserts a row breaks every hash after it; `broken_at` names the first such row.
"""

import hashlib
from collections.abc import Iterable

from msgspec import Struct

from store.core.wire import HASH_ZERO, Entry, encode


class Head(Struct, frozen=True):
    """Where the journal ends."""

    seq: int = 0
    hlc: int = 0
    hash: bytes = HASH_ZERO


HEAD_ZERO = Head()


def row_hash(previous: bytes, entry: Entry) -> bytes:
    """The chained hash of a row; its own `hash` field does not take part."""
    e = entry
    row = encode((e.seq, e.epoch, e.cid, e.hlc, e.kind, e.entity, e.machine, e.by, e.body))
    return hashlib.sha256(previous + row).digest()


def broken_at(entries: Iterable[Entry], head: Head = HEAD_ZERO) -> int | None:
    """The seq of the first row that does not continue the chain from `head`; `None`: all whole."""
    seq, previous = head.seq, head.hash
    for entry in entries:
        seq += 1
        if entry.seq != seq or entry.hash != row_hash(previous, entry):
            return seq
        previous = entry.hash
    return None
