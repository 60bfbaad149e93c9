"""What the sessions of every ACD begin with: the queue's book, what came unread, how orders are refused."""

from abc import ABC, abstractmethod
from urllib.parse import unquote

from telephony.acd.orders import AcdOrder
from telephony.acd.port import OrderRefused
from telephony.acd.queue_book import QueueBook
from telephony.acd.tcp_link import Turn

FIELDS_MAX = 2_000


class QueueSession(ABC):
    """One connection about one queue. `up` once the ACD let us in."""

    def __init__(self, queue: str) -> None:
        self._book = QueueBook(queue)
        self._buffer = b""
        self.up = False

    def ordered(self, order: AcdOrder, now_ms: int) -> Turn:
        octets = self._octets(order, now_ms) if self.up else None
        if octets is None:
            return Turn(facts=[OrderRefused(type(order).__name__, "not usable" if self.up else "no link")])
        return Turn(octets)

    @abstractmethod
    def _octets(self, order: AcdOrder, now_ms: int) -> list[bytes] | None:
        """The order as it is sent; None when one of its words could not be."""


def read_fields(head: bytes, *, quoted: bool = False) -> dict[str, str]:
    """Header lines, names in lower case; of repeated ones the first counts.

    `quoted`: values are URL-encoded, as in plain events.
    """
    fields: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").split("\n")[:FIELDS_MAX]:
        name, colon, value = line.partition(":")
        if colon:
            plain = unquote(value.strip(), errors="replace") if quoted else value.strip()
            fields.setdefault(name.strip().lower(), plain)
    return fields
