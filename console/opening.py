"""How a window comes up on its screen: whole, whatever frame the desktop draws around it."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget


def open_whole(window: QWidget, size: QSize) -> None:
    """In this size; on a screen of just that size maximised: a frame would push its last row off it."""
    window.resize(size)
    if window.screen().size() == size:
        window.showMaximized()
    else:
        window.show()
