"""Big numbers for a wall: a title, a value readable from ten metres, and its state in words below it."""

from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from mapview.canvas.palette import Palette


class Tone(StrEnum):
    """How a tile stands: colour follows the tone, and the note says it in words."""

    CALM = "calm"
    NOTICE = "notice"
    ALARM = "alarm"


class Tile(QFrame):
    """One number of the wall."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"tile.{name}")
        self.setProperty("tone", Tone.CALM)
        self._title = _label("tileTitle", title)
        self._value = _label("tileValue", "–")
        self._note = _label("tileNote", "")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 8)
        column.setSpacing(0)
        for label in (self._title, self._value, self._note):
            column.addWidget(label)

    def show_value(self, value: str, note: str, tone: Tone = Tone.CALM) -> None:
        """Put a number on the tile; nothing is repainted when nothing changed."""
        if self._value.text() != value:
            self._value.setText(value)
        if self._note.text() != note:
            self._note.setText(note)
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            for widget in (self, self._title, self._value, self._note):
                widget.style().polish(widget)

    @property
    def value(self) -> str:
        return self._value.text()


def tile_style(palette: Palette) -> str:
    """The style sheet of all tiles in a theme."""
    c = palette.window
    tones = {
        Tone.CALM: (c.panel, c.text, c.text_quiet, c.line),
        Tone.NOTICE: (c.warning, c.warning_ink, c.warning_ink, c.warning),
        Tone.ALARM: (c.fault, c.fault_ink, c.fault_ink, c.fault),
    }
    sheets = [
        "QLabel#tileTitle { font-size: 19px; }",
        "QLabel#tileNote { font-size: 17px; }",
        "QLabel#tileValue { font-size: 54px; font-weight: 600; }",
    ]
    for tone, (ground, text, quiet, edge) in tones.items():
        frame = f'Tile[tone="{tone}"]'
        sheets.append(
            f"{frame} {{ background: {ground}; border: 1px solid {edge}; border-radius: 6px; }}"
            f"{frame} QLabel {{ color: {text}; background: transparent; }}"
            f"{frame} QLabel#tileTitle, {frame} QLabel#tileNote {{ color: {quiet}; }}"
        )
    return "".join(sheets)


def _label(name: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return label
