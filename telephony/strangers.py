"""What strangers try again and again: counted, told but not in floods (pure)."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

TOLD_EVERY_S = 10.0
ADDRESSES_MAX = 256
OTHERS = "…"
REPEATED_EVERY_S = 60.0
REPEATED_MAX = 32
T = TypeVar("T")


class Strangers:
    """How many calls of each address were refused since the phone started."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self._counts: dict[str, int] = {}
        self._told_s: dict[str, float] = {}

    def came(self, source: str) -> tuple[str, int] | None:
        """The address without its port and its count so far; `None`: told within the last seconds.

        Beyond `ADDRESSES_MAX` addresses the rest count as one: false addresses cost no memory.
        """
        address = address_of(source)
        if address not in self._counts and len(self._counts) >= ADDRESSES_MAX:
            address = OTHERS
        count = self._counts[address] = self._counts.get(address, 0) + 1
        now_s = self._clock_s()
        if now_s - self._told_s.get(address, -TOLD_EVERY_S) < TOLD_EVERY_S:
            return None
        self._told_s[address] = now_s
        return address, count


def address_of(source: str) -> str:
    """Of "address:port", without brackets."""
    return source.rpartition(":")[0].strip("[]")


class Repeated(Generic[T]):
    """Facts of one kind: the first is told at once, those of the minute after it as one with their count.

    Beyond `REPEATED_MAX` kinds in a minute the rest are one: no flood of addresses fills a journal.
    """

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self._since_s: dict[Hashable, float] = {}
        self._held: dict[Hashable, tuple[T, int]] = {}

    def came(self, kind: Hashable, fact: T) -> bool:
        """True: tell it now. Else the newest of its kind is kept, and how many there were."""
        if kind not in self._since_s and len(self._since_s) >= REPEATED_MAX:
            kind = OTHERS
        if kind not in self._since_s:
            self._since_s[kind] = self._clock_s()
            return True
        self._held[kind] = (fact, self._held.get(kind, (fact, 0))[1] + 1)
        return False

    def due(self) -> list[tuple[T, int]]:
        """What was kept back for a minute, and how often it came; to be told now."""
        now_s = self._clock_s()
        over = [kind for kind, since_s in self._since_s.items() if now_s - since_s >= REPEATED_EVERY_S]
        for kind in over:
            del self._since_s[kind]
        told = {kind: self._held.pop(kind) for kind in over if kind in self._held}
        self._since_s.update(dict.fromkeys(told, now_s))  # its next minute: one line in each
        return list(told.values())
