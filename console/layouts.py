"""The shares of the window's parts: the usual ones, and each dispatcher's own, put back at the log-in."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QSplitter, QWidget

SHARES = {
    "columns": (480, 774, 642),
    "left": (200, 380, 170, 170),
    "middle": (330, 590),
    "lower": (330, 250),
    "right": (530, 390),
}
"""Logical pixels of the parts at 1920 × 1080; other screens get the same shares."""


class Layouts:
    """`file` None keeps none."""

    def __init__(self, file: Path | None) -> None:
        self._file = QSettings(str(file), QSettings.Format.IniFormat) if file else None

    def save(self, person: str, splitters: Mapping[str, QSplitter], theme: str) -> None:
        if self._file is None:
            return
        self._file.beginGroup(person)
        for name, splitter in splitters.items():
            self._file.setValue(name, splitter.saveState())
        self._file.setValue("theme", theme)
        self._file.endGroup()
        self._file.sync()

    def restore(
        self, person: str, splitters: Mapping[str, QSplitter], theme: str, set_theme: Callable[[str], None]
    ) -> None:
        """Put back what this person had; `set_theme` only for another theme than `theme`."""
        if self._file is None:
            return
        self._file.beginGroup(person)
        for name, splitter in splitters.items():
            state = self._file.value(name)
            if isinstance(state, QByteArray):
                splitter.restoreState(state)
        wanted = str(self._file.value("theme", theme))
        self._file.endGroup()
        if wanted != theme:
            set_theme(wanted)


def column_of(parts: Sequence[QWidget]) -> QSplitter:
    column = QSplitter(Qt.Orientation.Vertical)
    for part in parts:
        column.addWidget(part)
    return column
