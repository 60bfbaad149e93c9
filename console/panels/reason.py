"""The bar that asks for a reason. It lies over the lists, never over the form, and stops nothing else.

Digits press the choices, Enter confirms, Esc gives up; the remark stays until the act is done.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.i18n import say
from console.models.asking import Ask
from console.panels.sheet import Sheet, foot
from console.panels.widgets import Choice, button, row_of, text

COLUMNS = 4
MINUTES_MAX = 24 * 60


class ReasonBar(Sheet):
    """One question at a time; a new one replaces the old."""

    def __init__(self, page: QWidget, over: QWidget) -> None:
        """Lies on `page`, over the foot of `over`."""
        super().__init__("reason", page, over)
        self._ask: Ask | None = None
        self._choices: list[QPushButton] = []
        self._title = text("", "large")
        self._title.setWordWrap(True)
        self._grid = QGridLayout()
        self._remark = QLineEdit()
        self._remark.setObjectName("reason.remark")
        self._remark.setPlaceholderText(say("备注（需要说明时填写）"))
        self._minutes = QLineEdit()
        self._minutes.setObjectName("reason.minutes")
        self._minutes.setFixedWidth(60)
        self._minutes.setValidator(QIntValidator(0, MINUTES_MAX, self))
        self._minutes_label = text()
        self._confirm = button(say("确认 Enter"), "reason.confirm", self._finish)
        self._cancel = button(say("取消 Esc"), "reason.cancel", self.close_sheet)
        column = QVBoxLayout(self)
        column.addWidget(self._title)
        column.addLayout(self._grid)
        column.addLayout(
            row_of(self._remark, self._minutes, self._minutes_label, self._confirm, self._cancel)
        )
        for line in (self._remark, self._minutes):
            line.installEventFilter(self)

    def chain(self) -> Sequence[QWidget]:
        return [*self._choices, self._remark, self._minutes, self._confirm, self._cancel]

    def ask(self, ask: Ask) -> None:
        """Show this question; the keyboard goes back to where it was when it is over."""
        self._ask = ask
        self._title.setText(ask.title)
        for made in self._choices:
            made.setParent(None)  # at once: its name is about to be used again
            made.deleteLater()
        self._choices = [self._choice(at, value.value, value.words) for at, value in enumerate(ask.choices)]
        self._lay_out_choices()
        self._choices[0].setChecked(True)
        self._remark.setVisible(ask.remark)
        for widget in (self._minutes, self._minutes_label):
            widget.setVisible(ask.minutes is not None)
        self._minutes.setText("" if ask.minutes is None else str(ask.minutes))
        self._minutes_label.setText(ask.minutes_words)
        self.come(self._choices[0])

    def _choice(self, at: int, value: str, words: str) -> QPushButton:
        made = Choice(f"{at + 1} {words}" if at < 9 else words)
        made.setObjectName(f"reason.{value}")
        made.setAutoExclusive(True)
        made.installEventFilter(self)
        return made

    def _lay_out_choices(self) -> None:
        """As many side by side as can be read, the chosen one in bold."""
        widest = max(made.sizeHint().width() for made in self._choices)
        columns = max(1, min(COLUMNS, int(self._places[0].width() / widest)))
        for at, made in enumerate(self._choices):
            self._grid.addWidget(made, at // columns, at % columns)

    def lie(self, room: QRect) -> QRect:
        return foot(room, self.heightForWidth(room.width()))

    def close_sheet(self) -> None:
        """Close without doing anything."""
        self._ask = None
        super().close_sheet()

    def _finish(self) -> None:
        ask = self._ask
        chosen = next((at for at, made in enumerate(self._choices) if made.isChecked()), None)
        if ask is None or chosen is None:
            return
        remark, minutes = self._remark.text().strip(), int(self._minutes.text() or "0")
        self.close_sheet()
        self._remark.clear()
        ask.then(ask.choices[chosen].value, remark, minutes)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._finish()
            return True
        at = event.key() - Qt.Key.Key_1
        if isinstance(watched, QPushButton) and 0 <= at < len(self._choices):
            self._choices[at].setChecked(True)
            (self._remark if self._remark.isVisible() else self._choices[at]).setFocus()
            return True
        return False
