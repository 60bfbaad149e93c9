"""The thread that finishes recordings, so that neither signalling nor audio ever waits for the disk.

The legs outlive their recording for a while: should phone, seat or machine die before anybody heard of it,
the next start finishes them again and tells it again.
"""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from telephony.messages import RecordingClosed, RecordingFailed
from telephony.recording import LEGS, Unfinished, discard, finish, is_closed

CLOSE_S_MAX = 2.0
LOOK_S = 0.02
LEGS_KEPT_S = 10.0

log = logging.getLogger(__name__)


class RecordingCloser:
    """Takes `Unfinished` recordings, puts the resulting event; never touches the native library."""

    def __init__(self, recordings: Path, put: Callable[[RecordingClosed | RecordingFailed], None]) -> None:
        self._recordings = recordings
        self._put = put
        self._inbox: queue.SimpleQueue[tuple[Unfinished, bool] | None] = queue.SimpleQueue()
        self._finished: deque[tuple[float, Unfinished]] = deque()
        self._never = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording-closer", daemon=True)
        self._thread.start()

    def close(self, unfinished: Unfinished, *, left_behind: bool = False) -> None:
        """Finish this one soon; `left_behind` by a phone that is gone."""
        self._inbox.put((unfinished, left_behind))

    def stop(self, deadline_s: float) -> None:
        """Finish what is waiting; what is not done by then is repaired at the next start."""
        self._inbox.put(None)
        self._thread.join(deadline_s)

    def _run(self) -> None:
        while True:
            try:
                item = self._inbox.get(timeout=self._discard_due_s())
            except queue.Empty:
                self._discard_first()
                continue
            if item is None:
                return
            self._put(self._finish(*item))

    def _finish(self, unfinished: Unfinished, left_behind: bool) -> RecordingClosed | RecordingFailed:
        if not left_behind:
            self._wait_until_closed(unfinished)
        try:
            repaired = left_behind and not _legs_closed(unfinished)
            done = finish(self._recordings, unfinished)
        except OSError as error:
            return RecordingFailed(unfinished.call_id, str(error))
        except Exception as error:  # one bad recording must not cost those after it
            log.exception("recording of call %s", unfinished.call_id)
            return RecordingFailed(unfinished.call_id, repr(error))
        self._finished.append((time.monotonic() + LEGS_KEPT_S, unfinished))
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
            if _legs_closed(unfinished):
                return
            self._never.wait(LOOK_S)

    def _discard_due_s(self) -> float | None:
        """Seconds until the oldest legs may go, `None` while there are none."""
        return max(0.0, self._finished[0][0] - time.monotonic()) if self._finished else None

    def _discard_first(self) -> None:
        try:
            discard(self._finished.popleft()[1])
        except OSError:  # told again at the next start, and kept once
            log.exception("legs of a finished recording stay")


def _legs_closed(unfinished: Unfinished) -> bool:
    return all(is_closed(unfinished.leg(name)) for name in LEGS)
