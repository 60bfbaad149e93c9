"""A signal ends a window's process in order: the window is closed, so that drafts and layout are kept."""

import os
import signal
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.ending import ENDING, end_in_order


@pytest.fixture(autouse=True)
def _handlers_again() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_closes_the_window(qtbot: QtBot, qapp: QApplication, number: signal.Signals) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    turns = QTimer(window, interval=10)
    turns.timeout.connect(lambda: None)  # as the windows' own timers do
    turns.start()
    end_in_order(qapp)
    os.kill(os.getpid(), number)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=2_000)
