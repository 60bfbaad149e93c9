"""The sheet that moves command, as two people fill it in."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox

from dispatch.sites import CITY
from store.core.command_messages import (
    Evidence,
)
from store.core.wire import Epoch
from tests.console.apart import CENTRE, DISTRICT

Key = Qt.Key
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def known(**changes) -> Evidence:
    found = {
        "scope": CITY,
        "site": DISTRICT,
        "holder_site": CENTRE,
        "holder_term": 2,
        "tick_age_ms": 42_000,
        "heard_epoch": Epoch(2, CENTRE, 7),
        "heard_seq": 1_012,
        "own_seq": 1_007,
        "peers": ((CENTRE, 42_000), ("03", 300)),
    }
    return Evidence(**found | changes)


def open_sheet(shown, key=Key.Key_J):
    shown.key(key, CTRL_SHIFT)
    shown.seat.hub.tell(known())
    shown.settle()


def fill(shown, second="0900", password="wang"):
    for at in range(4):
        box = shown.window.findChild(QCheckBox, f"authorise.check.{at}")
        if box is not None:
            box.setChecked(True)
    for name, words in {
        "reason": "市中心机房断电",
        "order_no": "哈急〔2026〕12 号",
        "first_password": "zhang",
        "second_staff": second,
        "second_password": password,
    }.items():
        shown.find(f"authorise.{name}").setText(words)


def press(shown, name="authorise.confirm"):
    QTest.mouseClick(shown.find(name), Qt.MouseButton.LeftButton)
    shown.settle()


def words_of(shown) -> str:
    return "\n".join(label.text() for label in shown.window._over.authorise._lines if label.isVisible())
