"""Small pieces every panel is made of."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.theme import GAP_PX

SENTENCE_PX_MIN = 80
FRAME_PX = 6


class Panel(QFrame):
    """A framed part of the window with a title line; `body` takes the content."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", True)
        self.title = text(title, "title")
        self.aside = text("", "quiet")
        self.old = text("", "title")
        self.old.setProperty("tone", "fault")
        self.old.hide()
        self.head = QHBoxLayout()
        self.head.addWidget(self.title)
        self.head.addWidget(self.old)
        self.head.addStretch(1)
        self.head.addWidget(self.aside)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(8, 5, 8, 6)
        self.body.setSpacing(4)
        self.body.addLayout(self.head)

    def tell_age(self, words: str) -> None:
        """Say how old everything in this panel is; "" when it is of now."""
        self.old.setText(words)
        self.old.setVisible(bool(words))


def text(words: str = "", role: str = "") -> QLabel:
    """A label; `role` chooses its look in the style sheet. Long words are cut, never the window widened."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("role", role)
    return label


class Pressable(QLabel):
    """Words that can be pressed with the mouse; keys and commands do the same."""

    def __init__(self, pressed: Callable[[], object]) -> None:
        super().__init__()
        self._pressed = pressed
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._pressed()


def paint_cut(label: QLabel) -> None:
    """Its words on one line, cut with … where there is no room."""
    painter = QPainter(label)
    words = painter.fontMetrics().elidedText(label.text(), Qt.TextElideMode.ElideRight, label.width())
    side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    role = label.foregroundRole()
    label.style().drawItemText(painter, label.rect(), side, label.palette(), label.isEnabled(), words, role)
    painter.end()


class Sentence(QLabel):
    """A line of words that gives way: cut with … where there is no room, whole in its tooltip."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        return QSize(SENTENCE_PX_MIN, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_cut(self)


class Frame(QWidget):
    """A frame round the whole window, over everything and deaf to the mouse. `show_colour("")` hides it."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self.setObjectName("mode.frame")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._colour = ""
        self.hide()

    def show_colour(self, colour: str) -> None:
        self._colour = colour
        parent = self.parentWidget()
        if colour and parent is not None:
            self.setGeometry(parent.rect())
            self.raise_()
        self.setVisible(bool(colour))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(QColor(self._colour), FRAME_PX))
        inset = FRAME_PX // 2
        painter.drawRect(self.rect().adjusted(inset, inset, -inset - 1, -inset - 1))
        painter.end()


def button(words: str, name: str, act: Callable[[], object], tip: str = "") -> QPushButton:
    """A button that never takes the keyboard away from the form unless tabbed to."""
    return _made(QPushButton(words), name, act, tip)


def choice_button(words: str, name: str, act: Callable[[], object]) -> QPushButton:
    """As `button`, and it stays down."""
    return _made(Choice(words), name, act)


def _made(made: QPushButton, name: str, act: Callable[[], object], tip: str = "") -> QPushButton:
    made.setObjectName(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setAutoDefault(True)  # Enter presses it where it has the keyboard
    made.setToolTip(tip)
    made.clicked.connect(lambda *_: act())
    return made


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Change a property the style sheet looks at, and draw the widget anew only if it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    for part in (widget, *widget.findChildren(QLabel)):
        style.unpolish(part)
        style.polish(part)
    widget.update()


class Choice(QPushButton):
    """Stays down once pressed; its words are bold then, and there is room for them."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setCheckable(True)
        self.setProperty("choice", True)

    def sizeHint(self) -> QSize:
        bold = QFont(self.font())
        bold.setBold(True)
        wider = QFontMetrics(bold).horizontalAdvance(self.text()) - self.fontMetrics().horizontalAdvance(
            self.text()
        )
        return super().sizeHint() + QSize(max(0, wider), 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class ChoiceRow(QWidget):
    """Buttons of which at most one is down. `digits` are shown small: the keys that press them with Alt."""

    def __init__(
        self,
        name: str,
        choices: Sequence[tuple[str, str]],
        chosen: Callable[[str], object],
        digits: str = "",
        grave: Sequence[str] = (),
        columns: int = 99,
    ) -> None:
        super().__init__()
        self._buttons: dict[str, QPushButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        for index, (value, words) in enumerate(choices):
            label = f"{words} {digits[index]}" if index < len(digits) else words
            made = choice_button(
                label, f"{name if '.' in name else f'form.{name}'}.{value}", partial(chosen, value)
            )
            made.setProperty("grave", value in grave)
            grid.addWidget(made, index // columns, index % columns)
            grid.setColumnStretch(index % columns, 1)
            self._buttons[value] = made

    @property
    def buttons(self) -> list[QPushButton]:
        """As they stand, for the keyboard to go through."""
        return list(self._buttons.values())

    def offer(self, value: str, words: str, *, possible: bool) -> None:
        """Other words for one, and whether it can be pressed at all."""
        made = self._buttons.get(value)
        if made is not None:
            made.setText(words)
            made.setEnabled(possible)

    def show_values(self, values: set[str]) -> None:
        """Press exactly these."""
        for value, made in self._buttons.items():
            made.setChecked(value in values)


def row_of(*widgets: QWidget | int, spacing: int = GAP_PX) -> QHBoxLayout:
    """A row; a number is a stretch."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for widget in widgets:
        if isinstance(widget, int):
            row.addStretch(widget)
        else:
            row.addWidget(widget)
    return row
