"""A window of the console led by a test: `led.py seat --config …` runs `main.py seat`, with hands and eyes.

Acts come as JSON lines on standard input; whenever what the windows show has changed, all of it goes as one
JSON line to standard output. The program under it is the one people run, unchanged.
"""

import queue
import sys
import threading
import time
from pathlib import Path

import msgspec
from PySide6.QtCore import QKeyCombination, QObject, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QWidget,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import main
from console.drill.hands import Hands
from tests.e2e.screen import Act, Screen

LOOK_MS = 50


class Lead(QObject):
    """Looks at all windows and does what it is told, on the window's own thread."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._acts: queue.SimpleQueue[Act | None] = queue.SimpleQueue()
        self._shown = Screen()
        self._done = 0
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._turn)
        self._timer.start()
        threading.Thread(target=self._read, name="lead", daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            self._acts.put(msgspec.json.decode(line, type=Act))
        self._acts.put(None)

    def _turn(self) -> None:
        while not self._acts.empty():
            act = self._acts.get()
            window = next((one for one in QApplication.topLevelWidgets() if one.isVisible()), None)
            if window is not None:
                window.close() if act is None else do(Hands(window), act)
                self._done += 1
        self._look()

    def _look(self) -> None:
        screen = look(self._done)
        if msgspec.structs.replace(screen, at=self._shown.at) != self._shown:
            self._shown = screen
            sys.stdout.buffer.write(msgspec.json.encode(screen) + b"\n")
            sys.stdout.buffer.flush()


def do(hands: Hands, act: Act) -> None:
    if act.kind == "press":
        combination: QKeyCombination = QKeySequence(act.text)[0]
        hands.press(combination.key(), combination.keyboardModifiers())
    elif act.kind == "write":
        hands.write(act.name, act.text)
    else:
        hands.click(act.name)


def look(acts: int) -> Screen:
    """Every word on the screen that stands in something with a name and that can be used."""
    focus = QApplication.focusWidget()
    screen = Screen(time.time(), acts, focus.objectName() if focus is not None else "")
    for window in QApplication.topLevelWidgets():
        for widget in window.findChildren(QWidget) if window.isVisible() else ():
            if not (widget.isVisible() and widget.isEnabled() and widget.objectName()):
                continue
            if isinstance(widget, QAbstractItemView):
                screen.tables[widget.objectName()] = rows(widget)
            elif isinstance(widget, QLabel | QLineEdit | QPushButton):
                screen.texts[name_of(widget)] = widget.text()
    return screen


def name_of(widget: QWidget) -> str:
    """The tiles of the wall hold labels of the same names."""
    parent = widget.parentWidget()
    tile = parent.objectName() if parent is not None else ""
    return f"{tile}.{widget.objectName()}" if tile.startswith("tile.") else widget.objectName()


def rows(view: QAbstractItemView) -> list[list[str]]:
    model, columns = view.model(), 1 if isinstance(view, QListView) else view.model().columnCount()
    return [
        [str(model.index(row, column).data() or "") for column in range(columns)]
        for row in range(model.rowCount())
    ]


if __name__ == "__main__":
    lead = Lead(QApplication(sys.argv[:1]))
    raise SystemExit(main.main(sys.argv[1:]))
