"""A window comes up whole: maximised on a screen of its own size, else in its size."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from console.opening import open_whole


@pytest.mark.parametrize(
    ("size_of", "maximised"), [(lambda screen: screen, True), (lambda screen: screen / 2, False)]
)
def test_the_last_row_of_a_window_is_never_off_its_screen(
    size_of: Callable[[QSize], QSize], maximised: bool, qtbot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    size = size_of(window.screen().size())
    open_whole(window, size)
    assert (window.isMaximized(), window.size()) == (maximised, size)
