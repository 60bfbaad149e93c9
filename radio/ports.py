"""What radio asks of the rest of the house, as Protocols; times are ms since 1970 UTC.

`Dispatch` is the hub side of the gateway, `Roads` the map side of the simulator. Radio imports neither.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from dispatch.kinds import TERMINAL_REFUSED
from radio.terminal.facts import Position
from radio.terminal.order_text import Point

__all__ = ["Dispatch", "Leg", "Order", "OrderFailure", "Point", "Position", "Roads"]


class Order(Struct, frozen=True):
    """An order to one vehicle. `phone`: the terminal's number in any notation.

    `expires_at_ms`: after this it is never sent or repeated. `term`, `site`: who commands (the
    terminal refuses a lower pair). `replaces`: the running order this one supersedes, "" for none.
    `recall`: nothing new to do, the replaced order is called off. Points are WGS-84 (lon, lat).
    """

    order_no: str
    phone: str
    text: str
    term: int
    site: str
    expires_at_ms: int
    scene: Point | None = None
    hospital: Point | None = None
    replaces: str = ""
    recall: bool = False


class OrderFailure(StrEnum):
    """Why an order did not reach its crew."""

    EXPIRED = "expired"  # never sent: the terminal was away until it was too late
    NO_ANSWER = "no_answer"  # sent, not acknowledged: it may have arrived, reach the crew by voice
    REFUSED = TERMINAL_REFUSED  # the terminal's fence: stale centre, or busy with another order
    BAD_MESSAGE = "bad_message"
    NOT_SUPPORTED = "not_supported"
    SUPERSEDED = "superseded"  # replaced before it was sent
    CREW_REFUSED = "crew_refused"  # the crew pressed 无法执行
    UNKNOWN_TERMINAL = "unknown_terminal"
    QUEUE_FULL = "queue_full"
    NOT_WRITABLE = "not_writable"  # order number or site cannot stand in an order text


class Dispatch(Protocol):
    """Where the gateway reports. Called on the gateway's event loop.

    The plain methods must return at once (positions may be merged, newest per vehicle). The
    coroutines return when the fact is stored for good; a key is not answered to the terminal before.
    They may be called again with the same fact after a failure and must take that as one fact
    (`raw`, and per order its number, tell).
    """

    def position(self, phone: str, position: Position) -> None: ...

    def terminal_state(self, phone: str, online: bool) -> None: ...

    async def key(
        self, phone: str, gives: str, terminal_at_ms: int | None, received_at_ms: int, raw: bytes
    ) -> None:
        """A status key; `gives` as the key rules say. `terminal_at_ms` None: the message has no time.
        `raw`: message id, serial and body, the same when the terminal repeats the message."""

    async def order_delivered(self, order_no: str, at_ms: int) -> None:
        """The terminal acknowledged the text (0x0001); nobody has read it yet."""

    async def order_accepted(self, order_no: str, at_ms: int) -> None:
        """The crew pressed 接收任务 for this order; the key itself was reported by `key` before."""

    async def order_failed(self, order_no: str, reason: OrderFailure) -> None: ...


class Leg(Struct, frozen=True):
    """A straight piece of a route: drive to (lon, lat) at this speed."""

    lon: float
    lat: float
    speed_kmh: float


class Roads(Protocol):
    """The simulator's view of the city."""

    async def route(self, start: Point, end: Point) -> Sequence[Leg]:
        """Legs from `start` to `end`, the last one ending at `end`."""

    async def hospital(self, near: Point) -> Point:
        """Where a patient from here would be taken."""
