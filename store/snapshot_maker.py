"""The thread that encodes snapshots of a large floor, so that the loop of hub or relay keeps its Ticks."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable

from store.core.outputs import MakeSnapshot
from store.core.snapshots import snapshot

log = logging.getLogger(__name__)

Made = tuple[MakeSnapshot, list[bytes]]
"""What was asked for and its frames; none: it could not be made."""


class SnapshotMaker:
    """`ask` from the loop; `take` what is made after `on_made` rang."""

    def __init__(self, on_made: Callable[[], None]) -> None:
        self._on_made = on_made
        self._inbox: queue.SimpleQueue[MakeSnapshot | None] = queue.SimpleQueue()
        self._made: deque[Made] = deque()
        self._thread = threading.Thread(target=self._run, name="snapshots", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        self._inbox.put(None)
        self._thread.join(deadline_s)

    def ask(self, wanted: MakeSnapshot) -> None:
        self._inbox.put(wanted)

    def take(self) -> list[Made]:
        """What was made since the last call."""
        made = []
        while self._made:
            made.append(self._made.popleft())
        return made

    def _run(self) -> None:
        while (wanted := self._inbox.get()) is not None:
            frames: list[bytes] = []
            try:
                frames = snapshot(wanted.floor, wanted.epoch, wanted.head)
            except Exception:  # ours; without this thread no seat could begin any more
                log.exception("snapshot not made")
            self._made.append((wanted, frames))
            self._on_made()
