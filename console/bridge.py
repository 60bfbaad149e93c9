"""Where other threads meet the window. They append to a bounded queue and ring; the window drains it.

It drains at once when it has drawn nothing for 20 ms, else by its timer: one call shows without delay, a
hundred events a second cost fifty drawings. The window thread never waits and never works longer than
`BUDGET_S` on a batch: what is left comes with the next. Positions are merged by vehicle before they get
here; nothing else is ever merged or dropped.
"""

import gc
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from console.i18n import say
from console.models.desk import Desk
from console.models.state import Topic

DRAIN_MS = 20
BUDGET_S = 0.012
QUEUE_MAX = 10_000
ON_TIME_MS = 100
SECOND_MS = 1_000
COLLECT_EVERY_S = 20.0

log = logging.getLogger(__name__)


class Bridge(QObject):
    """`show(topics)` draws what changed; `second()` is called each second for ages and clock."""

    _rung = Signal()

    def __init__(self, desk: Desk, show: Callable[[set[Topic]], None], second: Callable[[], None]) -> None:
        super().__init__()
        self._desk, self._show, self._second = desk, show, second
        self._queue: deque[Any] = deque()
        self.dropped = 0
        """Messages of telephone or navigator that found the queue full: the window hung for minutes."""
        self._drain_timer = QTimer(self, interval=DRAIN_MS)
        self._drain_timer.timeout.connect(self.drain)
        self._rung.connect(self._on_ring, Qt.ConnectionType.QueuedConnection)
        self._ringing = False
        self._drawn_at = 0.0
        self._second_timer = QTimer(self, interval=SECOND_MS)
        self._second_timer.timeout.connect(self._on_second)
        self._timed_at = self._collected_at = time.monotonic()
        self._told: set[type] = set()

    def start(self) -> None:
        """Begin; from now on Python's collector runs here in idle moments only (p95 of the map)."""
        gc.collect()
        gc.freeze()
        gc.disable()
        self._drain_timer.start()
        self._second_timer.start()

    def stop(self) -> None:
        self._drain_timer.stop()
        self._second_timer.stop()
        gc.enable()

    def post(self, message: object) -> None:
        """From any thread."""
        if len(self._queue) >= QUEUE_MAX:
            self.dropped += 1
            return
        self._queue.append(message)
        self.ring()

    def ring(self) -> None:
        """From any thread: something waits, here or at the hub's port."""
        if not self._ringing:
            self._ringing = True
            self._rung.emit()

    def _on_ring(self) -> None:
        self._ringing = False  # before the look: what comes from now on rings again
        if self._drain_timer.isActive() and time.monotonic() - self._drawn_at >= DRAIN_MS / 1000:
            self.drain()

    def drain(self) -> None:
        """Take what has come and draw what it changed."""
        started = time.monotonic()
        for message in self._desk.hub.drain():
            self._take(message)
        while self._queue and time.monotonic() - started < BUDGET_S:
            self._take(self._queue.popleft())
        if started - self._timed_at >= ON_TIME_MS / 1000:
            self._timed_at = started
            self._guarded(self._desk.on_time)
        changes = self._desk.changes()
        if changes:
            self._drawn_at = time.monotonic()
            self._guarded(lambda: self._show(changes))

    def _take(self, message: Any) -> None:
        """One message that breaks a rule of ours is set aside and seen by a person; the next one is taken."""
        try:
            self._desk.take(message)
        except Exception as error:  # the loop that owns the messages
            log.exception("message set aside: %.500r", message)  # a whole floor is half a megabyte
            self._tell(error)

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # a panel that cannot draw must not stop the others next time
            log.exception("drawing failed")
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        if type(error) not in self._told:
            self._told.add(type(error))
            self._desk.notice(
                say("程序内部错误：{name}", name=type(error).__name__),
                say("操作可继续；请告知维护人员查看日志"),
            )

    def _on_second(self) -> None:
        self._guarded(self._second)
        if time.monotonic() - self._collected_at > COLLECT_EVERY_S and not self._queue:
            gc.collect()
            self._collected_at = time.monotonic()
