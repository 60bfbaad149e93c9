"""The chain of refusals: a refusal has no row in the journal, so it is numbered and chained by itself.

hash = SHA-256(previous hash ‖ canonical refusal). The hub's signed end names the last one as well, so that
none can be altered, taken out, put in or cut off unseen. Each store has a chain of its own, which begins with
link 0: a random id of the store, which is never forgotten. Signed ends name it: a site may lead from several.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from store.core.wire import HASH_ZERO, encode


class Refused(Struct, frozen=True):
    """One refusal as it was decided: the columns of its verdict, `refusal` encoded."""

    cid: str
    term: int
    term_site: str
    boot: int
    refusal: bytes
    kind: str
    machine: str
    by_id: str
    seat_id: str
    site: str
    decided_at: int


class Mark(Struct, frozen=True):
    """Where the chain ends; number 0: nothing was refused yet."""

    number: int = 0
    hash: bytes = HASH_ZERO


MARK_ZERO = Mark()


class Link(Struct, frozen=True):
    """A refusal in its place."""

    number: int
    refused: Refused
    previous: bytes
    hash: bytes


def store_link(store_id: str) -> Link:
    """Link 0. It is no refusal: all else of it is empty."""
    named = Refused(store_id, 0, "", 0, b"", "", "", "", "", "", 0)
    return Link(0, named, HASH_ZERO, link_hash(HASH_ZERO, 0, named))


def link_hash(previous: bytes, number: int, refused: Refused) -> bytes:
    """The chained hash of refusal `number`."""
    return hashlib.sha256(previous + encode((number, refused))).digest()


def chained(refusals: Iterable[Refused], mark: Mark) -> list[Link]:
    """These refusals in order after `mark`."""
    links: list[Link] = []
    for refused in refusals:
        number = mark.number + 1
        link = Link(number, refused, mark.hash, link_hash(mark.hash, number, refused))
        links.append(link)
        mark = Mark(number, link.hash)
    return links


def link_row(link: Link) -> dict[str, Any]:
    """As a row of the table."""
    columns = {name: getattr(link.refused, name) for name in Refused.__struct_fields__}
    return {"number": link.number, **columns, "prev_hash": link.previous, "hash": link.hash}


def link_of(row: Any) -> Link:
    """A row of the table back. Raises TypeError for what is no such row."""
    refused = Refused(*(getattr(row, name) for name in Refused.__struct_fields__))
    return Link(row.number, refused, bytes(row.prev_hash), bytes(row.hash))
