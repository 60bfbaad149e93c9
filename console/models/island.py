"""孤岛: when no other building confirmed what was recorded here, as this seat heard it.

Each seat notes when the mode came and went, by the hub's clock, and keeps that over a restart. What was
recorded meanwhile is read from the floor (`island_rows`); what is ticked here is ticked at this seat only.
"""

from msgspec import Struct, field
from msgspec.structs import replace

from console.ports import HubMode

KEPT_MS = 7 * 24 * 3600 * 1000
"""So long a past island is remembered."""


class Island(Struct, frozen=True):
    """From when to when; `ended_at` None: it goes on. `checked`: the incidents and calls looked at since."""

    began_at: int
    ended_at: int | None = None
    checked: frozenset[str] = frozenset()


class Islands(Struct):
    """Those this seat saw, oldest first."""

    seen: list[Island] = field(default_factory=list)

    def hear(self, mode: HubMode, now: int) -> bool:
        """What the hub says of itself now; True when an island began or ended.

        Only normal operation ends one: a hub nobody hears may still be an island.
        """
        last = self.seen[-1] if self.seen else None
        going_on = last is not None and last.ended_at is None
        if mode is HubMode.ISLAND and not going_on:
            self.seen = [it for it in self.seen if now - it.began_at < KEPT_MS]
            self.seen.append(Island(now))
            return True
        if mode is HubMode.NORMAL and last is not None and going_on:
            self.seen[-1] = replace(last, ended_at=now)
            return True
        return False

    def check(self, key: str) -> None:
        """Somebody has looked at everything of this incident or call."""
        self.seen = [replace(it, checked=it.checked | {key}) for it in self.seen]

    def covers(self, at: int | None) -> bool:
        if at is None or not self.seen or at < self.seen[0].began_at:  # most of a day is of another time
            return False
        return any(it.began_at <= at <= (it.ended_at or at) for it in self.seen)

    def is_checked(self, key: str, at: int) -> bool:
        """True when it was ticked after its last entry's island began."""
        return any(key in it.checked for it in self.seen if it.began_at <= at <= (it.ended_at or at))
