"""A seat with its local hub, fake phone and navigator, and its window, for every test of the console."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from console import i18n
from console.models.readiness import Setup
from console.ports import HubMode, Link
from console.theme import Theme
from console.window import SeatWindow, Setting
from dispatch.sites import CITY
from tests.console.apart import DISTRICT, two_sites
from tests.console.busy import Seatful
from tests.console.quiet import Quiet
from tests.console.recorded import archive, leader
from tests.store.conftest import postgres

__all__ = ["archive", "leader", "postgres"]


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """Every test begins and ends in Chinese."""
    i18n.use("zh")
    yield
    i18n.use("zh")


@pytest.fixture
def seat() -> Seatful:
    """A seat with somebody logged in."""
    made = Seatful()
    made.pump()
    made.log_in()
    return made


class Shown:
    """A window with its seat: keys in, widgets out; `bell` is what it would ring by."""

    bell: Quiet

    def __init__(self, seat: Seatful, folder: Path) -> None:
        self.seat = seat
        ready = seat.desk.readiness
        if ready.setup.recordings == Setup().recordings:  # not where we stand
            ready.setup = replace(ready.setup, recordings=folder / "recordings")
        self.window = SeatWindow(
            seat.desk, Theme(), Setting("测试中心", "01", folder, folder / "layouts.ini"), speaker=self._quiet
        )
        self.window.resize(1920, 1080)
        self.window.show()
        self.settle()

    def _quiet(self, parent: QObject) -> Quiet:
        self.bell = Quiet(parent)
        return self.bell

    def settle(self) -> None:
        """Let everything that waits happen."""
        for _ in range(3):
            QApplication.processEvents()
            self.seat.pump()
            self.window.show_changes(self.seat.desk.changes())

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.focusWidget() or self.window, key, held)
        self.settle()

    def type(self, text: str) -> None:
        target = self.window.focusWidget()
        assert target is not None
        if text.isascii():
            QTest.keyClicks(target, text)
        else:  # what an input method does; QTest aborts on what no key can type
            commit = QInputMethodEvent()
            commit.setCommitString(text)
            QApplication.sendEvent(target, commit)
        self.settle()

    def find(self, name: str) -> QWidget:
        found = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found

    def text(self, name: str) -> str:
        """What a label or a field says."""
        said: str = self.find(name).text()
        return said

    def wait_pause(self, ms: int = 500) -> None:
        self.seat.pass_time(ms)
        self.settle()


@pytest.fixture
def show(qtbot: object, tmp_path: Path) -> Iterator[Callable[[Seatful], Shown]]:
    """Opens the window of a seat; closed afterwards."""
    opened: list[Shown] = []

    def open_one(seat: Seatful) -> Shown:
        opened.append(Shown(seat, tmp_path))
        return opened[-1]

    yield open_one
    for one in opened:
        one.window.close()
        one.window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()


@pytest.fixture
def district(seat, show):
    """A seat of the district whose relay has lost the city, and its window."""
    two_sites(seat)
    seat.hub.tell(Link(HubMode.CITY_CUT_OFF, relay=DISTRICT, scope=CITY, hub_age_ms=42_000))
    return show(seat)
