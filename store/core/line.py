"""What a line between two sites carries: how large a piece to ask for, and what positions may use of it.

Orders go before positions: the answer to a ping shows how long a word queues on the line, and positions give
way before orders wait. Pure; times in ms.
"""

from collections import deque

from store.core.wire import PART_BYTES_MAX

FOLLOW_BYTES_MIN = 8 * 1024
PIECE_MS = (300, 1200)
"""A piece of the journal that came faster is followed by a larger one, slower by a smaller one."""
BUDGET_MIN = 1_000
BUDGET_START = 8_000
BUDGET_MAX = 2_000_000
"""Bytes a second for positions."""
QUEUE_MS = (80, 200)
"""Words queue so long on the line: below it positions get more, above it less."""
BUDGET_MORE, BUDGET_LESS = 1.4, 0.6
POSITIONS_ROUND_MS = 200
POSITIONS_BYTES_MIN = 250
PING_MS = 500
"""Between two measurements of the line."""
RTTS_KEPT = 120
RTTS_NOW = 3
"""One word in three may be stuck in a loss without anything being slow."""
TICK_MS, TICK_SLOW_MS = 200, 1000
SLOW_BYTES_S = 16_000


class Line:
    """One line. `fixed` is the positions' budget by configuration in bytes a second, `None`: as it allows."""

    def __init__(self, fixed: int | None = None) -> None:
        self.budget = float(fixed or BUDGET_START)
        self.follow_bytes = FOLLOW_BYTES_MIN
        self._fixed = fixed
        self._rtts: deque[int] = deque(maxlen=RTTS_KEPT)
        self._positions_at = 0
        self._used = 0

    @property
    def rtt_ms(self) -> int | None:
        """The best round trip of the last minute; `None`: not measured yet."""
        return min(self._rtts) if self._rtts else None

    @property
    def queue_ms(self) -> int:
        """How long a word waits behind others just now."""
        return min(list(self._rtts)[-RTTS_NOW:]) - min(self._rtts) if self._rtts else 0

    @property
    def tick_ms(self) -> int:
        """How often the hub may tick on this line."""
        slow = self.budget < SLOW_BYTES_S and self.queue_ms > QUEUE_MS[0]
        return TICK_SLOW_MS if slow or self.budget <= BUDGET_MIN * 2 else TICK_MS

    def pong(self, rtt_ms: int) -> None:
        """A word came back."""
        self._rtts.append(max(0, rtt_ms))
        if self._fixed is None:
            if self.queue_ms > QUEUE_MS[1]:
                self.budget = max(BUDGET_MIN, self.budget * BUDGET_LESS)
            elif self.queue_ms < QUEUE_MS[0] and self._used > self.budget * PING_MS / 1000 / 2:
                self.budget = min(BUDGET_MAX, self.budget * BUDGET_MORE)
        self._used = 0

    def piece_came(self, took_ms: int, size: int) -> None:
        """A full piece of the journal, with more behind it."""
        if took_ms < PIECE_MS[0]:
            self.follow_bytes = min(PART_BYTES_MAX, self.follow_bytes * 2)
        elif took_ms > PIECE_MS[1] and size > self.follow_bytes // 2:
            self.follow_bytes = max(FOLLOW_BYTES_MIN, self.follow_bytes // 2)

    def positions_due(self, now: int) -> int | None:
        """How many bytes of positions to ask for now; `None`: not yet."""
        if now < self._positions_at:
            return None
        return max(POSITIONS_BYTES_MIN, int(self.budget * POSITIONS_ROUND_MS / 1000))

    def positions_came(self, size: int, now: int) -> None:
        """Positions came; the next ones may when these are paid for."""
        self._used += size
        self._positions_at = now + max(POSITIONS_ROUND_MS // 2, int(size / self.budget * 1000))
