"""A real seat in a process of its own that says when things are painted: `python -m bench.seat_host FILE`.

Orders come as JSON lines on standard input, reports go out as JSON lines; the end of input ends the seat.
Times are CLOCK_MONOTONIC ns, which all processes of a machine share. A thing counts as painted when the
window has painted the widgets that show it and given the picture to the screen.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QKeySequence, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from console import i18n, seat
from console.names import LOGIN
from console.panels.table import RowTable
from console.theme import Theme
from console.window import SeatWindow
from dispatch import commands as cmd
from dispatch.kinds import IntakeOutcome
from store.config import load_config
from store.core.seat_logic import Phase

PROBE_MS = 5
PAN_MS = 33
LOOK_MS = 10


def tell(**facts: object) -> None:
    print(json.dumps(facts, ensure_ascii=False), flush=True)


class Eyes(QObject):
    """Notes what the watched widgets show while they are painted; `window_painted` closes the frame."""

    def __init__(self, window: SeatWindow) -> None:
        super().__init__(window)
        self._window = window
        self._calls: RowTable[Any] = self._find(RowTable, "calls.table")
        self._incidents: RowTable[Any] = self._find(RowTable, "incidents.table")
        self._header = self._find(QLabel, "form.call")
        self._number = self._find(QLineEdit, "form.contact_phone")
        self._login = self._find(QWidget, LOGIN)
        self._seen: dict[str, set[str]] = {
            key: set() for key in ("row", "header", "number", "incident", "login")
        }
        self._told: set[str] = set()
        for watched in (
            self._calls.viewport(),
            self._incidents.viewport(),
            self._header,
            self._number,
            self._login,
        ):
            watched.installEventFilter(self)

    def _find(self, kind: type[Any], name: str) -> Any:
        found = self._window.findChild(kind, name)
        assert found is not None, name
        return found

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and isinstance(event, QPaintEvent):
            if watched is self._calls.viewport():
                rows = _painted(self._calls, event)
                self._seen["row"] |= {row.number for row in rows if row.state == "ringing"}
            elif watched is self._incidents.viewport():
                self._seen["incident"] |= {row.id for row in _painted(self._incidents, event)}
            elif watched is self._header:
                self._seen["header"].add(self._header.text().split(" ")[0])
            elif watched is self._number:
                self._seen["number"].add(self._number.text())
            else:
                self._seen["login"].add("login")
        return False

    def window_painted(self) -> None:
        """The frame is on the screen. A call is shown by its row, the form's header and the form's number."""
        now = time.monotonic_ns()
        seen = self._seen
        calls = seen["row"] & seen["header"] & seen["number"]
        for key in (calls | seen["incident"] | seen["login"]) - self._told:
            self._told.add(key)
            tell(painted=key, at=now)


def _painted(table: RowTable[Any], event: QPaintEvent) -> list[Any]:
    """The rows of which this event paints a cell."""
    top, bottom = event.rect().top(), event.rect().bottom()
    first, last = table.rowAt(top), table.rowAt(bottom)
    rows = table.rows_model.rows
    return rows[first : last + 1 if last >= 0 else None] if first >= 0 else []


class Watched(SeatWindow):
    """The window, telling its eyes when a frame is done."""

    eyes: Eyes | None = None

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.UpdateRequest and self.eyes is not None:
            self.eyes.window_painted()
        return done


class Pulse(QObject):
    """How long the window's thread was away, seen by a timer that wants to run every PROBE_MS."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=PROBE_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self.start()

    def start(self) -> None:
        """Begin to count anew."""
        self._at, self._cpu = time.monotonic_ns(), time.thread_time_ns()
        self._beats: list[tuple[float, float]] = []
        self._timer.start()

    def _beat(self) -> None:
        now, cpu = time.monotonic_ns(), time.thread_time_ns()
        self._beats.append(((now - self._at) / 1e6, (cpu - self._cpu) / 1e6))
        self._at, self._cpu = now, cpu

    def told(self) -> dict[str, float]:
        """Milliseconds; `work` is the time the thread computed between two beats."""
        gaps, works = sorted(gap for gap, _ in self._beats), sorted(work for _, work in self._beats)
        return {"gap_p99_ms": gaps[int(len(gaps) * 0.99)], "gap_max_ms": gaps[-1], "work_max_ms": works[-1]}


class Host:
    """The orders."""

    def __init__(self, config_file: Path) -> None:
        config = load_config(config_file)
        seat.SeatWindow = Watched
        self._app = QApplication(sys.argv[:1])
        self._seat = seat.Seat(config, Theme("day"))
        self._window = self._seat.window
        assert isinstance(self._window, Watched)
        self._window.eyes = Eyes(self._window)
        self._pulse = Pulse()
        self._config = config
        self._pilot: object = None
        self._pan_left = 0
        self._seat.start()
        self._window.resize(*seat.WINDOW_PX)
        self._window.show()
        self._window.open_login()
        self._live = False
        self._look = QTimer(self._window, interval=LOOK_MS)
        self._look.timeout.connect(self._look_around)
        self._look.start()
        self._pan = QTimer(self._window, interval=PAN_MS)
        self._pan.timeout.connect(self._pan_on)
        self._input = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        self._input.activated.connect(self._read)

    def run(self) -> None:
        try:
            self._app.exec()
        finally:
            self._seat.stop()

    def _look_around(self) -> None:
        """Until everything that starts by itself is there."""
        desk = self._seat.desk
        if not self._live and self._seat.link.state.phase is Phase.LIVE and desk.floor.vehicles:
            self._live = True
            tell(live=True, at=time.monotonic_ns())
        if self._live and (desk.line.lamp.direct or desk.line.lamp.registered):
            tell(phone=True, at=time.monotonic_ns())
            self._look.stop()
            self._until(lambda: desk.navigating.running and self._window.is_map_complete(), "complete")

    def _read(self) -> None:
        line = sys.stdin.readline()
        if not line:
            self._app.quit()
            return
        order = json.loads(line)
        getattr(self, f"do_{order.pop('do')}")(**order)

    # --- what the bench may ask -------------------------------------------------------------------------

    def do_log_in(self, staff: str, password: str) -> None:
        for name, words in (("login.staff", staff), ("login.password", password)):
            field = self._window.findChild(QLineEdit, name)
            field.setFocus()
            QTest.keyClicks(field, words)
        QTest.mouseClick(self._window.findChild(QPushButton, "login.enter"), Qt.MouseButton.LeftButton)
        self._until(lambda: self._seat.desk.person is not None, "logged_in")

    def do_begin(self) -> None:
        """F2: a form by hand, which every seat shows in its waiting list."""
        at = time.monotonic_ns()
        QTest.keyClick(self._window, Qt.Key.Key_F2)
        tell(given=self._seat.desk.hand.intake_id, at=at)

    def do_finish(self) -> None:
        """The form in hand was nothing."""
        intake_id = self._seat.desk.hand.intake_id
        self._seat.desk.give(cmd.EndIntake(intake_id, IntakeOutcome.CONSULTATION, "bench"))
        QTest.keyClick(self._window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
        tell(finished=intake_id)

    def do_press(self, name: str) -> None:
        """A key of the window, by Qt's name for it."""
        combination = QKeySequence(name)[0]
        QTest.keyClick(self._window, combination.key(), combination.keyboardModifiers())
        tell(pressed=name)

    def do_pan(self, steps: int) -> None:
        """Drag the map about and turn the wheel, some 30 times a second."""
        self._pan_left = steps
        self._pan.start()

    def _pan_on(self) -> None:
        canvas = self._window.findChild(QWidget, "map")
        view = canvas.view
        n = self._pan_left = self._pan_left - 1
        if n % 40 == 0:
            step = 0.5 if (n // 40) % 4 < 2 else -0.5
            canvas.moved_by_hand(view.zoomed(step, canvas.width() / 2, canvas.height() / 2))
        else:
            x, y = ((12, 0), (0, 9), (-12, 0), (0, -9))[n // 60 % 4]
            canvas.moved_by_hand(view.panned(x, y))
        if n <= 0:
            self._pan.stop()
            canvas.unlock()
            tell(panned=True)

    def do_drill(self) -> None:
        """From now on the autopilot works the window; the first thing it does is to log in."""
        from console.drill.autopilot import Autopilot
        from console.drill.script import read_drill

        drill = read_drill(Path(self._config.store.dir))
        assert drill is not None
        QTest.keyClick(self._window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        self._pilot = Autopilot(self._window, self._seat.desk, drill, None, 0)
        tell(drilling=True)

    def do_pulse(self) -> None:
        """How long the window's thread was away since the last time this was asked; count anew."""
        told = self._pulse.told()
        self._pulse.start()
        tell(pulse=told)

    def _until(self, seen: Callable[[], bool], word: str) -> None:
        timer = QTimer(self._window, interval=LOOK_MS)

        def look() -> None:
            if seen():
                timer.stop()
                tell(**{word: True})

        timer.timeout.connect(look)
        timer.start()


if __name__ == "__main__":
    i18n.use("zh")
    Host(Path(sys.argv[1])).run()
