"""Proof that the journal is whole: the chain from its first row, and the ends a hub signed every hour.

The chain shows a row that was changed, taken out or put in; a signed end shows that the journal was cut off
and that a chain was computed anew. Nothing here needs a running hub.
"""

from collections.abc import Iterable

from msgspec import Struct

from store.core.journal import HEAD_ZERO, Head, row_hash
from store.core.seals import HEAD_LABEL, SignKey, is_signed
from store.core.wire import Entry, Epoch, encode

HLC_MS_SHIFT = 16


class SignedHead(Struct, frozen=True):
    """Row `seq` of the journal at `at` (ms). `hash`, `signature`: hex. `signer`: hub's or relay's name."""

    site: str
    epoch: Epoch
    seq: int
    hlc: int
    hash: str
    at: int
    signer: str
    signature: str = ""


class Row(Struct, frozen=True):
    """A row of the journal with the columns the chain does not cover by itself."""

    entry: Entry
    previous: bytes
    scope: str


class Fault(Struct, frozen=True):
    """The first row that is not as it was written. `at`: ms, 0 where not even that is known.

    `what`: altered, missing, inserted, cut_off, resigned (a signed end names another row), bad_signature,
    no_rows (accepted, but its rows are not there), no_verdict (rows nobody accepted), wrong_verdict
    """

    seq: int
    what: str
    at: int = 0
    kind: str = ""
    detail: str = ""


def signed_head(site: str, epoch: Epoch, head: Head, at: int, key: SignKey) -> SignedHead:
    """The end of the journal, signed by the hub that wrote it."""
    bare = SignedHead(site, epoch, head.seq, head.hlc, head.hash.hex(), at, key.name)
    signature = key.sign(HEAD_LABEL, _content(bare)).hex()
    return SignedHead(site, epoch, head.seq, head.hlc, head.hash.hex(), at, key.name, signature)


def is_head_good(head: SignedHead, public: str) -> bool:
    """True when the holder of this sign key (hex) signed it."""
    try:
        signature = bytes.fromhex(head.signature)
    except ValueError:
        return False
    return is_signed(public, HEAD_LABEL, signature, _content(head))


def _content(head: SignedHead) -> bytes:
    return encode((head.site, head.epoch, head.seq, head.hlc, head.hash, head.at, head.signer))


class Chain:
    """Takes the rows in order and says what is wrong with the first that does not fit."""

    def __init__(self, start: Head = HEAD_ZERO, scope: str | None = None) -> None:
        """`scope`: what every row has to say there, `None`: not looked at."""
        self.head = start
        self._scope = scope

    def take(self, row: Row) -> Fault | None:
        """`None`: this row continues the chain."""
        entry, expected = row.entry, self.head.seq + 1
        if entry.seq != expected:
            return _fault(Row(entry, row.previous, row.scope), "missing", expected)
        own = row_hash(row.previous, entry)
        if row.previous != self.head.hash:
            what = "inserted" if entry.hash == own else "altered"
            return _fault(row, what, expected)
        if entry.hash != own or (self._scope is not None and row.scope != self._scope):
            return _fault(row, "altered", expected)
        self.head = Head(entry.seq, entry.hlc, entry.hash)
        return None


def first_fault(rows: Iterable[Row], chain: Chain) -> Fault | None:
    """The first row that does not continue the chain; `None`: all do."""
    for row in rows:
        fault = chain.take(row)
        if fault is not None:
            return fault
    return None


def _fault(row: Row, what: str, seq: int) -> Fault:
    entry = row.entry
    at = entry.hlc >> HLC_MS_SHIFT if isinstance(entry.hlc, int) else 0  # a damaged row may hold anything
    return Fault(seq, what, at, "" if what == "missing" else entry.kind, f"{entry.entity} {entry.machine}")
