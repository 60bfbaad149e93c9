"""Refusals anybody can cause without end: the first of a source is told at once, the rest as a number."""

from msgspec import Struct

OTHERS = "…"
"""All sources beyond `sources_max` together, whatever they tried."""


class Told(Struct, frozen=True):
    """`count` of the same thing since the last word; `what`, `source` as they were taken."""

    what: str
    source: str
    count: int


class Tally:
    """Bounded, whatever comes. Times in ms of one clock that never jumps."""

    def __init__(self, window_ms: int, sources_max: int) -> None:
        self._window_ms = window_ms
        self._sources_max = sources_max
        self._seen: dict[tuple[str, str], tuple[int, int]] = {}  # when the window began, how many since

    def take(self, what: str, source: str, now: int) -> str | None:
        """Whose word it is to be told now, `None`: it is counted."""
        key = (what, source)
        if key not in self._seen and len(self._seen) >= self._sources_max:
            key = (what, source) = (OTHERS, OTHERS)
        known = self._seen.get(key)
        if known is None:
            self._seen[key] = (now, 0)
            return source
        self._seen[key] = (known[0], known[1] + 1)
        return None

    def due(self, now: int) -> list[Told]:
        """What was counted in windows that are over; a source that went silent is forgotten."""
        over = [key for key, (begun, _) in self._seen.items() if now - begun >= self._window_ms]
        told = []
        for key in over:
            count = self._seen.pop(key)[1]
            if count:
                told.append(Told(*key, count))
                self._seen[key] = (now, 0)
        return told
