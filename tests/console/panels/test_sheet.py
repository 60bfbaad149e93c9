"""A sheet over panels: where it lies, where the keyboard goes round, to whom it goes back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.models.readiness import Setup
from console.panels.sheet import Sheet, foot
from tests.console.busy import Seatful
from tests.console.conftest import Shown

Key = Qt.Key


class Page(QWidget):
    """A form, and a sheet of a line, a button that is off and one that is on over its lower half."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(400, 300)
        self.form, self.place = QLineEdit(self), QWidget(self)
        self.place.setGeometry(0, 100, 400, 200)
        self.sheet = Sheet("sheet", self, self.place)
        self.line, self.off, self.on = QLineEdit(), QPushButton("off"), QPushButton("on")
        self.off.setEnabled(False)
        column = QVBoxLayout(self.sheet)
        for one in (self.line, self.off, self.on):
            column.addWidget(one)


@pytest.fixture
def page(qapp: QApplication) -> Iterator[Page]:
    made = Page()
    made.show()
    made.activateWindow()
    made.form.setFocus()
    yield made
    made.close()


def tab(page: Page, key: Qt.Key = Key.Key_Tab) -> QWidget | None:
    QTest.keyClick(page.focusWidget() or page, key)
    return page.focusWidget()


def test_tab_goes_round_on_it_as_it_is_laid_out(page: Page) -> None:
    page.sheet.come(page.line)
    assert [tab(page) for _ in range(3)] == [page.on, page.line, page.on]
    assert tab(page, Key.Key_Backtab) is page.line


def test_closed_it_gives_the_keyboard_back_to_where_it_was(page: Page) -> None:
    page.sheet.come(page.line)
    page.sheet.come(page.on)
    page.sheet.close_sheet()
    assert page.focusWidget() is page.form
    assert not page.sheet.isVisible()


def test_who_has_the_keyboard_meanwhile_keeps_it(page: Page) -> None:
    other = QLineEdit(page)
    other.show()
    page.sheet.come(page.line)
    other.setFocus()
    page.sheet.close_sheet()
    assert page.focusWidget() is other


def test_one_that_is_gone_gets_nothing(page: Page) -> None:
    other = QLineEdit(page)
    other.show()
    other.setFocus()
    page.sheet.come(page.line)
    other.setParent(None)
    other.deleteLater()
    QApplication.sendPostedEvents(other, QEvent.Type.DeferredDelete.value)  # nobody runs the loop here
    page.sheet.close_sheet()
    assert not page.sheet.isVisible()


def test_it_lies_over_its_places_or_at_their_foot(page: Page) -> None:
    page.sheet.come(page.line)
    assert page.sheet.geometry() == page.place.geometry()
    wide = Sheet("wide", page, page.form, page.place)
    wide.place()
    assert wide.geometry() == page.form.geometry().united(page.place.geometry())
    assert foot(QRect(10, 20, 300, 200), 50) == QRect(10, 169, 300, 50)


def test_every_sheet_of_the_window_keeps_the_keyboard(
    seat: Seatful, show: Callable[[Seatful], Shown], tmp_path: Path
) -> None:
    seat.desk.readiness.setup = Setup(recordings=tmp_path)
    shown = show(seat)
    for name in ("dial", "sound", "archive", "conflicts", "keypad"):
        shown.window.open_sheet(name)
        shown.settle()
        sheet = shown.find(name)
        for _ in range(9):
            shown.key(Key.Key_Tab)
            focus = shown.window.focusWidget()
            assert focus is sheet or sheet.isAncestorOf(focus), focus
        shown.window.close_overlay()
        assert not sheet.isVisible()
