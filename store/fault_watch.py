"""What a process set aside because our own rule broke: told to the screens with its time, and not for ever.

The log names each; the screens say that it happened until nothing more did for SHOWN_MS.
"""

SHOWN_MS = 600_000


def alarms(*told: str) -> str:
    """What a Tick tells the screens: one alarm a line, `kind` or `kind:detail`; `console` has the words."""
    return "\n".join(one for one in told if one)


class FaultWatch:
    """Counts since the last quiet time. `steady`: ms of a clock that never jumps; `wall`: ms since 1970."""

    def __init__(self) -> None:
        self._last_steady = self._last_wall = 0
        self._count = 0

    def note(self, steady: int, wall: int) -> None:
        """One more was set aside."""
        self._last_steady, self._last_wall = steady, wall
        self._count += 1

    def alarm(self, steady: int) -> str:
        """`fault:<ms of the last>:<how many>`, "" when nothing happened lately."""
        if self._count and steady - self._last_steady >= SHOWN_MS:
            self._count = 0
        return f"fault:{self._last_wall}:{self._count}" if self._count else ""
