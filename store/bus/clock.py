"""The time of a process: one clock to stamp facts with, one to wait by. Both count on the monotonic clock.

Stamps follow the wall clock only when it was set by more than half a second; what waits never notices that.
"""

import time

STEP_MS = 500


class Clock:
    """Safe from any thread: at worst two threads re-anchor at once, to the same time."""

    def __init__(self) -> None:
        self._born_ms = self._offset_ms = _wall_ms() - _steady_ms()

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC, to stamp facts with."""
        wall, steady = _wall_ms(), _steady_ms()
        if abs(wall - steady - self._offset_ms) > STEP_MS:
            self._offset_ms = wall - steady
        return steady + self._offset_ms

    def steady_ms(self) -> int:
        """`now_ms` as if nobody had set the clock since this process began: for deadlines and ages."""
        return _steady_ms() + self._born_ms


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _steady_ms() -> int:
    return time.monotonic_ns() // 1_000_000
