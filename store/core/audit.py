"""Proof that the journal is whole: the chain from its first row, and the ends a hub signed every hour.

The chain shows a row that was changed, taken out or put in; a signed end shows that the journal was cut off
and that a chain was computed anew. Nothing here needs a running hub.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from store.core.journal import HEAD_ZERO, Head, row_hash
from store.core.refusals_chain import MARK_ZERO, Link, Mark, link_hash, store_link
from store.core.seals import HEAD_LABEL, SignKey, is_signed
from store.core.wire import HASH_ZERO, Entry, Epoch, encode

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
    refused: int = 0
    refused_hash: str = ""
    """The last refusal by then and its hash, hex; 0: none, or signed by a program of before."""
    store: str = ""
    place: str = ""
    """Which store these are the ends of: its id and where it was; "": signed by a program of before."""


class Place(Struct, frozen=True):
    """A store: `id` of its chain of refusals, "" none; `where` it is, for people and for the audit."""

    id: str = ""
    where: str = ""


class Row(Struct, frozen=True):
    """A row of the journal with the columns the chain does not cover by itself."""

    entry: Entry
    previous: bytes
    scope: str


class Fault(Struct, frozen=True):
    """The first row that is not as it was written. `at`: ms, 0 where not even that is known.

    `what`: altered, missing, inserted, cut_off, resigned (a signed end names another row), bad_signature,
    no_rows (accepted, but its rows are not there), no_verdict (rows nobody accepted), wrong_verdict.
    Of the chain of refusals, `seq` is the number there: refusal_altered, refusal_missing, refusal_cut_off,
    refusal_resigned
    """

    seq: int
    what: str
    at: int = 0
    kind: str = ""
    detail: str = ""


NOWHERE = Place()


def signed_head(
    site: str,
    epoch: Epoch,
    head: Head,
    at: int,
    key: SignKey,
    refused: Mark = MARK_ZERO,
    place: Place = NOWHERE,
) -> SignedHead:
    """The ends of the journal and of the refusals of this store, signed by the hub that wrote them."""
    bare = SignedHead(site, epoch, head.seq, head.hlc, head.hash.hex(), at, key.name)
    bare = replace(bare, store=place.id, place=place.where)
    if refused.number:
        bare = replace(bare, refused=refused.number, refused_hash=refused.hash.hex())
    return replace(bare, signature=key.sign(HEAD_LABEL, _content(bare)).hex())


def is_head_good(head: SignedHead, public: str) -> bool:
    """True when the holder of this sign key (hex) signed it."""
    try:
        signature = bytes.fromhex(head.signature)
    except ValueError:
        return False
    return is_signed(public, HEAD_LABEL, signature, _content(head))


def _content(head: SignedHead) -> bytes:
    content = (head.site, head.epoch, head.seq, head.hlc, head.hash, head.at, head.signer)
    refused = (head.refused, head.refused_hash)
    if head.store:
        return encode((*content, *refused, head.store, head.place))
    return encode((*content, *refused) if head.refused else content)


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


class RefusalChain:
    """As `Chain`, for the refusals; it begins with the id of the store and the first that is still kept."""

    def __init__(self) -> None:
        self.store = ""
        """The id of the store; "" none."""
        self.first: Link | None = None
        self.mark = MARK_ZERO

    def take(self, link: Link) -> Fault | None:
        """`None`: this refusal continues the chain."""
        if link.number == 0:
            return self._take_id(link)
        if self.first is None:
            self.first = link
            unlinked = link.number > 1 or link.previous == HASH_ZERO  # it began before the store had an id
            self.mark = Mark(link.number - 1, link.previous) if unlinked else self.mark
        expected = self.mark.number + 1
        if link.number != expected:
            return _refusal_fault("refusal_missing", expected, link)
        own = link_hash(self.mark.hash, link.number, link.refused)
        if (link.previous, link.hash) != (self.mark.hash, own):
            return _refusal_fault("refusal_altered", expected, link)
        self.mark = Mark(link.number, link.hash)
        return None

    def _take_id(self, link: Link) -> Fault | None:
        if link != store_link(link.refused.cid):
            return _refusal_fault("refusal_altered", 0, link)
        self.store, self.mark = link.refused.cid, Mark(0, link.hash)
        return None


def _refusal_fault(what: str, number: int, link: Link) -> Fault:
    refused = link.refused
    at = refused.decided_at if isinstance(refused.decided_at, int) else 0
    return Fault(number, what, at, refused.kind, f"{refused.cid} {refused.machine}")


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
