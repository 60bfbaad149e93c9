"""来电资料: everything the network said of the callers in hand: places, crash, subscriber, questions.

Grave things first and marked; what could not be read is said with its reason.
"""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from console.i18n import say
from console.models import whereabouts
from console.models.caller_details import (
    COMMENT,
    CRASH,
    TOPICS,
    is_grave,
    name_words,
    topic_words,
    value_words,
)
from console.models.desk import Desk
from console.models.whereabouts_words import look_up_words, summary
from console.panels.widgets import set_property, text
from dispatch.whereabouts import CallerDetail, CallerPlace, LookUp

NAME_PX = 92
PEOPLE = frozenset({CRASH, COMMENT})
Shown = tuple[tuple[CallerPlace, ...], tuple[CallerDetail, ...], tuple[LookUp, ...], CallerPlace | None, bool]


class CallerData(QScrollArea):
    """Three columns: where, what happened, who and by which line. `refresh` gives how much is known."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("caller")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self._desk = desk
        self._shown: Shown | None = None
        self._ages: list[tuple[QLabel, CallerPlace]] = []

    def refresh(self, now: int) -> int:
        """Draw anew only when something came; ages go on each second."""
        desk = self._desk
        places, data = tuple(whereabouts.candidates(desk)), whereabouts.details(desk)
        asked, offered = tuple(whereabouts.look_ups(desk)), whereabouts.current(desk)
        taken = offered is not None and whereabouts.is_taken(desk.form().place, offered)
        shown: Shown = (places, data, asked, offered, taken)
        if shown != self._shown:
            self._shown = shown
            self._build(*shown, now)
        for label, place in self._ages:
            label.setText(summary(place, now))
        return len(places) + len(data) + len(asked)

    def _build(
        self,
        places: Iterable[CallerPlace],
        data: tuple[CallerDetail, ...],
        asked: tuple[LookUp, ...],
        offered: CallerPlace | None,
        taken: bool,
        now: int,
    ) -> None:
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(6, 4, 6, 4)
        columns.setSpacing(24)
        left, middle, right = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._ages = []
        for place in places:
            here = place is offered
            self._place(left, place, "✓" if here and taken else "▸" if here else "·", now)
        if asked:
            left.addWidget(_title(say("定位查询")))
        for one in asked:
            left.addWidget(_line(look_up_words(one), one.clause))
        for topic in sorted({one.topic for one in data}, key=_order):
            column = middle if topic in PEOPLE else right
            column.addWidget(_title(topic_words(topic)))
            column.addLayout(_pairs([one for one in data if one.topic == topic]))
        if not data and not self._ages and not asked:
            left.addWidget(text(say("没有随来电的资料。Ctrl+Q 查定位，Ctrl+Shift+Q 发短信定位"), "quiet"))
        for column in (left, middle, right):
            column.setSpacing(3)
            column.addStretch(1)
            columns.addLayout(column, 1)
        self.setWidget(page)
        page.setAutoFillBackground(False)

    def _place(self, column: QVBoxLayout, place: CallerPlace, mark: str, now: int) -> None:
        if not self._ages:
            column.addWidget(_title(say("位置")))
        row = QGridLayout()
        row.setHorizontalSpacing(6)
        row.setVerticalSpacing(0)
        row.setColumnStretch(1, 1)
        row.addWidget(text(mark), 0, 0)
        if place.address:
            row.addWidget(_line(place.address, place.address), 0, 1)
        words = _line(summary(place, now), "")
        words.setProperty("role", "quiet")
        row.addWidget(words, 1 if place.address else 0, 1)
        self._ages.append((words, place))
        column.addLayout(row)


def _order(topic: str) -> int:
    return list(TOPICS).index(topic) if topic in TOPICS else len(TOPICS)


def _pairs(rows: list[CallerDetail]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(1)
    grid.setColumnMinimumWidth(0, NAME_PX)
    grid.setColumnStretch(1, 1)
    for at, one in enumerate(sorted(rows, key=lambda one: not is_grave(one))):
        grave = is_grave(one)
        name = text(f"‼ {name_words(one)}" if grave else name_words(one), "" if grave else "label")
        value = _line(value_words(one), value_words(one))
        for widget in (name, value) if grave else ():
            set_property(widget, "tone", "fault")
        grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, at, 1)
    return grid


def _title(words: str) -> QLabel:
    return text(words, "title")


def _line(words: str, tooltip: str) -> QLabel:
    line = text(words)
    line.setWordWrap(True)
    line.setToolTip(tooltip)
    line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return line
