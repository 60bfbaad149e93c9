"""How a window's process ends when it is asked to by a signal: in order, as if its window had been closed."""

import signal

from PySide6.QtWidgets import QApplication

ENDING = (signal.SIGTERM, signal.SIGINT)


def end_in_order(app: QApplication) -> None:
    """SIGTERM and Ctrl-C close all windows; Python sees the signal at the next turn of a window's timer."""
    for number in ENDING:
        signal.signal(number, lambda *_: app.closeAllWindows())
