"""Key tones by hand: digits typed while the pad is open go to the far end at once; both sides are shown."""

from functools import partial

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from console.i18n import say
from console.models import acts_calls
from console.models.desk import Desk
from console.panels.sheet import Sheet
from console.panels.widgets import button, row_of, text

KEYS = "123456789*0#"
SENT_MAX = 24
WIDTH_PX, HEIGHT_PX = 320, 330


class Keypad(Sheet):
    """For the call that is talked with; another call begins with nothing sent."""

    def __init__(self, desk: Desk, page: QWidget, over: QWidget) -> None:
        super().__init__("keypad", page, over)
        self._desk = desk
        self._sent, self._call_id = "", ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._to, self._told, self._heard = text("", "large"), text(), text()
        self._told.setObjectName("keypad.sent")
        self._heard.setObjectName("keypad.heard")
        grid = QGridLayout()
        for at, key in enumerate(KEYS):
            made = button(key, f"keypad.{_name(key)}", partial(self._press, key))
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard stays with the pad
            grid.addWidget(made, at // 3, at % 3)
        column = QVBoxLayout(self)
        for label in (self._to, self._told, self._heard):
            column.addWidget(label)
        column.addLayout(grid, 1)
        hint = text(say("直接键入 0–9 * #"), "quiet")
        column.addLayout(row_of(hint, 1, button(say("关闭 Esc"), "keypad.close", self.close_sheet)))

    def open(self) -> None:
        """Take the keyboard; Esc gives it back."""
        self.refresh()
        self.come(self)

    def refresh(self) -> None:
        """To whom, what was sent and what came."""
        talking = self._desk.line.talking()
        call_id = talking.id if talking else ""
        if call_id != self._call_id:
            self._call_id, self._sent = call_id, ""
        view = self._desk.phone.calls.get(call_id)
        who = talking.number or say("号码未显示") if talking else say("没有接通的通话")
        self._to.setText(say("按键音　{who}", who=who))
        self._told.setText(say("已发：{digits}", digits=self._sent or "–"))
        heard = view.digits[-SENT_MAX:] if view is not None else ""
        self._heard.setText(say("对方：{digits}", digits=heard or "–"))

    def _press(self, key: str) -> None:
        if acts_calls.send_digits(self._desk, key):
            self._sent = (self._sent + key)[-SENT_MAX:]
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() and event.text() in KEYS:
            self._press(event.text())
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Digits are the pad's, whatever else they mean in the window."""
        typed = event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if typed and isinstance(event, QKeyEvent) and event.text() and event.text() in KEYS:
            event.accept()
            return True
        return super().event(event)

    def lie(self, room: QRect) -> QRect:
        """In the right part of the lists, clear of the form."""
        return QRect(room.left() + 8, room.top() + 8, WIDTH_PX, HEIGHT_PX)


def _name(key: str) -> str:
    return {"*": "star", "#": "hash"}.get(key, key)
