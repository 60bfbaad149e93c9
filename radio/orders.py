"""Orders on their way to terminals, pure: waiting for the vehicle, on the air, delivered.

An order leaves this book exactly once: delivered or failed with a reason. A stale order never leaves
towards a vehicle, and one order number is taken once however often the hub repeats it.
"""

from collections import OrderedDict

from msgspec import Struct

from radio.ports import Order, OrderFailure
from radio.terminal.header import plain_phone
from radio.terminal.messages import Result

ORDERS_PER_TERMINAL_MAX = 8
NUMBERS_REMEMBERED = 10_000

_FAILURES: dict[int, OrderFailure] = {
    Result.FAILED: OrderFailure.REFUSED,
    Result.BAD_MESSAGE: OrderFailure.BAD_MESSAGE,
    Result.NOT_SUPPORTED: OrderFailure.NOT_SUPPORTED,
}


class Failed(Struct, frozen=True):
    order_no: str
    reason: OrderFailure


class Delivered(Struct, frozen=True):
    order_no: str


class _Entry(Struct):
    order: Order
    on_air: bool = False
    was_sent: bool = False

    def is_stale(self, wall_ms: int) -> bool:
        return wall_ms >= self.order.expires_at_ms

    def lost(self) -> Failed:
        reason = OrderFailure.NO_ANSWER if self.was_sent else OrderFailure.EXPIRED
        return Failed(self.order.order_no, reason)


class OrderBook:
    """All orders that are not finished, per plain phone number and in the order they were given."""

    def __init__(self) -> None:
        self._entries: dict[str, list[_Entry]] = {}
        self._numbers: OrderedDict[str, None] = OrderedDict()
        self._running: dict[str, str] = {}  # phone -> delivered order the crew has not answered yet

    def __len__(self) -> int:
        return sum(len(entries) for entries in self._entries.values())

    def add(self, order: Order, wall_ms: int) -> list[Failed]:
        """Take an order; what failed by that (itself, or the one it replaces)."""
        if order.order_no in self._numbers:
            return []
        self._numbers[order.order_no] = None
        if len(self._numbers) > NUMBERS_REMEMBERED:
            self._numbers.popitem(last=False)
        phone = plain_phone(order.phone)
        failed = self._supersede(phone, order.replaces)
        entries = self._entries.setdefault(phone, [])
        if order.recall and Failed(order.replaces, OrderFailure.SUPERSEDED) in failed:
            return [*failed, Failed(order.order_no, OrderFailure.SUPERSEDED)]  # the crew never knew
        entry = _Entry(order)
        if entry.is_stale(wall_ms):
            return [*failed, entry.lost()]
        if len(entries) >= ORDERS_PER_TERMINAL_MAX:
            return [*failed, Failed(order.order_no, OrderFailure.QUEUE_FULL)]
        entries.append(entry)
        return failed

    def _supersede(self, phone: str, replaced: str) -> list[Failed]:
        """What is replaced does not go out (again): a plain terminal would show the old order last."""
        entry = self._take(phone, replaced)
        if entry is None:
            return []
        return [Failed(replaced, OrderFailure.NO_ANSWER if entry.was_sent else OrderFailure.SUPERSEDED)]

    def phones(self) -> list[str]:
        """The terminals with unfinished orders."""
        return list(self._entries)

    def to_send(self, phone: str, wall_ms: int) -> list[Order]:
        """The fresh orders for a terminal that is there; `sent` must follow for each that left."""
        entries = self._entries.get(phone, ())
        return [entry.order for entry in entries if not entry.on_air and not entry.is_stale(wall_ms)]

    def sent(self, phone: str, order_no: str) -> None:
        for entry in self._entries.get(phone, ()):
            if entry.order.order_no == order_no:
                entry.on_air = entry.was_sent = True

    def link_lost(self, phone: str) -> None:
        """What was on the air waits again: the next connection gets it under the same number."""
        for entry in self._entries.get(phone, ()):
            entry.on_air = False

    def answered(self, phone: str, order_no: str, result: int) -> Delivered | Failed | None:
        """The outcome of the terminal's answer, None when the order is already finished."""
        entry = self._take(phone, order_no)
        if entry is None:
            return None
        if result == Result.OK:
            self._running[phone] = order_no
            return Delivered(order_no)
        return Failed(order_no, _FAILURES.get(result, OrderFailure.REFUSED))

    def given_up(self, phone: str, order_no: str) -> Failed | None:
        """No answer after all repetitions."""
        entry = self._take(phone, order_no)
        return entry.lost() if entry else None

    def expired(self, wall_ms: int) -> list[Failed]:
        """Waiting orders whose time has passed; those on the air are given up by their session."""
        failed = []
        for phone, entries in list(self._entries.items()):
            for entry in [e for e in entries if not e.on_air and e.is_stale(wall_ms)]:
                entries.remove(entry)
                failed.append(entry.lost())
            if not entries:
                del self._entries[phone]
        return failed

    def open_for(self, phone: str) -> str:
        """The delivered order the crew has neither accepted nor refused by key, "" when there is none."""
        return self._running.get(phone, "")

    def crew_answered(self, phone: str) -> None:
        """The crew's answer is stored."""
        self._running.pop(phone, None)

    def _take(self, phone: str, order_no: str) -> _Entry | None:
        for entry in self._entries.get(phone, ()):
            if entry.order.order_no == order_no:
                self._entries[phone].remove(entry)
                return entry
        return None
