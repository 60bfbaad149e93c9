"""A terminal's fence as a file: which (term, site) it has obeyed and what it is doing, over a restart.

Written whole before an order is answered; a file that cannot be read counts as a terminal that obeys nobody
lower than what it hears next.
"""

import os
from pathlib import Path

import msgspec

from radio.terminal.order_text import Fence

_fences = msgspec.json.Decoder(Fence)


class FenceFile:
    """One terminal's memory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Fence:
        """The fence as it was kept; a fresh one where there is none."""
        try:
            return _fences.decode(self._path.read_bytes())
        except (OSError, msgspec.MsgspecError):
            return Fence()

    def keep(self, fence: Fence) -> None:
        """Durable when this returns. Raises OSError."""
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(fence))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
