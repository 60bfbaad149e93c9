"""Calls from addresses that are not the exchange's: counted by address, told but not in floods (pure)."""

from collections.abc import Callable

TOLD_EVERY_S = 10.0
ADDRESSES_MAX = 256
OTHERS = "…"


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
        address = source.rpartition(":")[0].strip("[]")
        if address not in self._counts and len(self._counts) >= ADDRESSES_MAX:
            address = OTHERS
        count = self._counts[address] = self._counts.get(address, 0) + 1
        now_s = self._clock_s()
        if now_s - self._told_s.get(address, -TOLD_EVERY_S) < TOLD_EVERY_S:
            return None
        self._told_s[address] = now_s
        return address, count
