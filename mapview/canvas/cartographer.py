"""The window's side of the baker: sends orders, watches the child, starts it again when it dies.

At most two orders are with the child, so a new view never waits behind an old one. Everything runs
on the window's event loop and nothing here waits.
"""

import logging
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QObject, QProcess, QTimer

from mapview.canvas.baker import Answer, BakeTile, NamesSet, NotMade, Order, SetNames
from mapview.canvas.sheets import BlockKey, Label, TileKey

ORDERS_OUT_MAX: Final = 2  # one being drawn, one in the pipe
RESTART_MS: Final = (200, 1_000, 5_000)
STOP_MS_MAX: Final = 500

log = logging.getLogger(__name__)

_answers: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def _no_tile(_key: TileKey, _path: str) -> None:
    return


def _no_block(_key: BlockKey, _labels: list[Label]) -> None:
    return


class ChildCartographer(QObject):
    """`sheets.Cartographer` by a child process that reads `city` and keeps pictures in `cache`."""

    def __init__(self, city: Path, cache: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on_tile: Callable[[TileKey, str], None] = _no_tile
        self.on_block: Callable[[BlockKey, list[Label]], None] = _no_block
        self._style = ("day", 1.0)
        self._waiting: deque[Order] = deque()
        self._out: deque[Order] = deque()
        self._failures = 0
        self._reported = ""
        self._stopping = False
        self._child = QProcess(self)
        self._child.setProgram(sys.executable)
        self._child.setArguments(["-m", "mapview.canvas.baker", str(city), str(cache)])
        self._child.setWorkingDirectory(str(Path(__file__).resolve().parents[2]))
        self._child.readyReadStandardOutput.connect(self._read)
        self._child.started.connect(self._send)
        self._child.finished.connect(self._ended)
        self._child.errorOccurred.connect(self._failed)
        self._restart = QTimer(self)
        self._restart.setSingleShot(True)
        self._restart.timeout.connect(self._child.start)
        self._child.start()

    @property
    def pid(self) -> int:
        """Process id of the child; 0 while it is not running."""
        return int(self._child.processId())

    def want(self, tiles: Sequence[TileKey], blocks: Sequence[BlockKey], theme: str, ratio: float) -> None:
        """See `sheets.Cartographer.want`."""
        self._style = (theme, ratio)
        orders: list[Order] = [BakeTile(key, theme, ratio) for key in tiles]
        orders += [SetNames(key) for key in blocks]
        self._waiting = deque(order for order in orders if order not in self._out)
        self._send()

    def stop(self) -> None:
        """End the child: close its input, then kill what has not gone after half a second."""
        self._stopping = True
        self._restart.stop()
        self._waiting.clear()
        self._child.closeWriteChannel()
        if self._child.state() is not QProcess.ProcessState.NotRunning:
            self._child.kill()  # it holds nothing that a kill could harm: pictures appear by rename
            self._child.waitForFinished(STOP_MS_MAX)

    def _send(self) -> None:
        if self._child.state() is not QProcess.ProcessState.Running:
            return
        while self._waiting and len(self._out) < ORDERS_OUT_MAX:
            order = self._waiting.popleft()
            self._out.append(order)
            self._child.write(msgspec.json.encode(order) + b"\n")

    def _read(self) -> None:
        while self._child.canReadLine():
            line = bytes(self._child.readLine().data())
            self._take(_answer(line))
        self._send()

    def _take(self, answer: Answer) -> None:
        self._failures = 0
        if self._out:
            self._out.popleft()
        if isinstance(answer, NotMade):
            self._report(answer.reason)
            return
        self._reported = ""
        if isinstance(answer, NamesSet):
            self.on_block(answer.key, answer.labels)
        elif (answer.theme, answer.ratio) == self._style:
            self.on_tile(answer.key, answer.path)

    def _report(self, reason: str) -> None:
        """Log once until it works again: a full disk says so for every tile."""
        if not self._reported:
            log.warning("map baker: %s", reason)
        self._reported = reason

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._ended()

    def _ended(self) -> None:
        if self._stopping:
            return
        reason = bytes(self._child.readAllStandardError().data()).decode(errors="replace").strip()
        if self._failures == 0:
            log.warning("map baker ended, starting it again: %s", reason[-500:])
        delay = RESTART_MS[min(self._failures, len(RESTART_MS) - 1)]
        if self._failures and self._out:
            self._out.popleft()  # what it died over twice is not tried a third time
        self._failures += 1
        self._waiting.extendleft(reversed(self._out))
        self._out.clear()
        self._restart.start(delay)


def _answer(line: bytes) -> Answer:
    """What is no answer still ends one order: the others must not wait for it."""
    try:
        answer: Answer = _answers.decode(line)
    except msgspec.MsgspecError as error:
        return NotMade(f"not an answer: {error}")
    return answer
