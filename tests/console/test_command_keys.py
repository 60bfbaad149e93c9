"""Command is moved by the keyboard alone, and never by one Enter too many."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from dispatch.sites import CITY
from store.core.command_messages import (
    CommandAnswer,
    TakeCommand,
)
from tests.console.commanding import Key, fill, open_sheet

FIELDS = ("reason", "order_no", "first_password", "second_staff", "second_password")


def test_enter_never_moves_command(seat, district):
    open_sheet(district)
    fill(district)
    for name in FIELDS:
        QTest.keyClick(district.find(f"authorise.{name}"), Key.Key_Return)
    district.settle()
    assert not [one for one in seat.hub.asked if isinstance(one, TakeCommand)]


def tab(shown, back=False):
    shown.key(Key.Key_Backtab if back else Key.Key_Tab)


def focused(shown) -> str:
    return shown.window.focusWidget().objectName()


def test_the_check_list_is_gone_through_by_keys_alone(seat, district):
    open_sheet(district)
    for at in range(4):
        assert focused(district) == f"authorise.check.{at}"
        district.key(Key.Key_Space)
        tab(district)
    assert focused(district) == "authorise.break_glass"
    district.key(Key.Key_Return)
    words = ("断电", "12", "zhang", "0900", "wang")
    for name, typed in zip(FIELDS, words, strict=True):
        assert focused(district) == f"authorise.{name}"
        district.type(typed)
        district.key(Key.Key_Return)
    assert focused(district) == "authorise.confirm"
    assert not [one for one in seat.hub.asked if isinstance(one, TakeCommand)]
    held = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Return, Qt.KeyboardModifier.NoModifier, "", True)
    QApplication.sendEvent(district.find("authorise.confirm"), held)
    district.settle()
    assert not [one for one in seat.hub.asked if isinstance(one, TakeCommand)], "a key held down"
    tab(district)
    assert focused(district) == "authorise.cancel"
    tab(district)
    assert focused(district) == f"authorise.scope.{CITY}", "round and round, never to what is covered"
    for _ in range(2):
        tab(district, back=True)
    district.key(Key.Key_Return)
    assert len([one for one in seat.hub.asked if isinstance(one, TakeCommand)]) == 1
    assert focused(district) == "authorise", "a second Enter presses nothing"
    district.key(Key.Key_Return)
    assert district.find("authorise").isVisible()
    seat.hub.tell(CommandAnswer(id=seat.hub.asked[-1].id, reason="behind"))
    district.settle()
    assert focused(district) == "authorise.confirm"
    district.key(Key.Key_Escape)
    assert not district.find("authorise").isVisible()
    assert not focused(district).startswith("authorise"), "nothing hidden has the keyboard"


def test_the_keyboard_goes_to_what_is_missing(seat, district):
    open_sheet(district)
    fill(district)
    district.find("authorise.order_no").clear()
    district.find("authorise.confirm").setFocus()
    district.key(Key.Key_Return)
    assert focused(district) == "authorise.order_no"
    assert "命令号" in district.text("authorise.told")
