"""Records one call: two files that start in the same turn and never stop growing until they are closed."""

from pathlib import Path

import pjsua2 as pj

from telephony.messages import EngineError
from telephony.recording import LEGS, Unfinished


class CallRecorder:
    """The far and the near leg, sinks for the bridge. The idle source keeps both in step while nobody speaks.

    They are made once and live until the call ends: whatever is connected in between, both grow sample by
    sample together.
    """

    def __init__(self, unfinished: Unfinished, idle: pj.AudioMedia) -> None:
        """Raises `EngineError` when a file cannot be made."""
        self.unfinished = unfinished
        self._bytes, self._still = 0, 0
        self.far, self.near = pj.AudioMediaRecorder(), pj.AudioMediaRecorder()
        try:
            self.far.createRecorder(str(unfinished.leg("caller")))
            self.near.createRecorder(str(unfinished.leg("operator")))
            idle.startTransmit(self.far)
            idle.startTransmit(self.near)
        except pj.Error as error:
            raise EngineError(f"cannot record: {error.reason}") from error

    def stands_still(self) -> int:
        """How many looks in a row, this one with them, have not found the shorter leg longer."""
        size = min(_size(self.unfinished.leg(name)) for name in LEGS)
        self._still = 0 if size > self._bytes else self._still + 1
        self._bytes = size
        return self._still

    def close(self) -> Unfinished:
        """Dropping the ports makes the library write the headers on its own thread, a frame later."""
        del self.far, self.near
        return self.unfinished


def _size(leg: Path) -> int:
    """0 for one that cannot be seen: it grows for nobody."""
    try:
        return leg.stat().st_size
    except OSError:
        return 0
