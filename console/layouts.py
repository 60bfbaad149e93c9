"""Each dispatcher's own shares of the window and theme, kept in a file and put back at the log-in."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QSplitter


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
