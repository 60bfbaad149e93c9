"""The thread that finishes recordings, so that neither signalling nor audio ever waits for the disk."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path

from telephony.messages import RecordingClosed, RecordingFailed
from telephony.recording import LEGS, Unfinished, finish, is_closed

CLOSE_S_MAX = 2.0
LOOK_S = 0.02


class RecordingCloser:
    """Takes `Unfinished` recordings, puts the resulting event; never touches the native library."""

    def __init__(self, recordings: Path, put: Callable[[RecordingClosed | RecordingFailed], None]) -> None:
        self._recordings = recordings
        self._put = put
        self._inbox: queue.SimpleQueue[tuple[Unfinished, bool] | None] = queue.SimpleQueue()
        self._never = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording-closer", daemon=True)
        self._thread.start()

    def close(self, unfinished: Unfinished, *, repaired: bool = False) -> None:
        """Finish this one soon; `repaired` marks what a dead phone left behind."""
        self._inbox.put((unfinished, repaired))

    def stop(self, deadline_s: float) -> None:
        """Finish what is waiting; what is not done by then is repaired at the next start."""
        self._inbox.put(None)
        self._thread.join(deadline_s)

    def _run(self) -> None:
        while (item := self._inbox.get()) is not None:
            self._put(self._finish(*item))

    def _finish(self, unfinished: Unfinished, repaired: bool) -> RecordingClosed | RecordingFailed:
        if not repaired:
            self._wait_until_closed(unfinished)
        try:
            done = finish(self._recordings, unfinished)
        except OSError as error:
            return RecordingFailed(unfinished.call_id, str(error))
        return RecordingClosed(
            unfinished.call_id,
            done.path,
            done.sha256,
            unfinished.started_at_ms,
            done.duration_ms,
            done.bytes,
            repaired,
        )

    def _wait_until_closed(self, unfinished: Unfinished) -> None:
        """The library closes its files on its audio clock, one frame or so after it was told."""
        for _ in range(round(CLOSE_S_MAX / LOOK_S)):
            if all(is_closed(unfinished.leg(name)) for name in LEGS):
                return
            self._never.wait(LOOK_S)
