"""The time of a process: milliseconds since 1970 UTC that never run backwards for small corrections.

Counts on the monotonic clock; only when the wall clock was stepped by more than half a second is it believed.
"""

import time

STEP_MS = 500


class Clock:
    """Safe from any thread: at worst two threads re-anchor at once, to the same time."""

    def __init__(self) -> None:
        self._offset_ms = _wall_ms() - _steady_ms()

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        wall, steady = _wall_ms(), _steady_ms()
        if abs(wall - steady - self._offset_ms) > STEP_MS:
            self._offset_ms = wall - steady
        return steady + self._offset_ms


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _steady_ms() -> int:
    return time.monotonic_ns() // 1_000_000
