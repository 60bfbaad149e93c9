"""The overlay with every key and command, printed from the table of verbs and so never out of date."""

from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.i18n import language, pick, say
from console.panels.widgets import text
from console.verbs import SECTIONS, VERBS

PAGES = (
    (("call", "ask"), ("dispatch", "incident"), ("go", "window")),
    (("talk", "supervise", "recording"), ("sites", "command", "acd"), ("reserve", "sound", "locate")),
)
"""Of sections: each page three columns, each column at most 28 rows."""
MARGIN_PX = 40


class Help(QFrame):
    """Shown over the whole window by F1; F1 again turns the page, after the last one it closes, as by Esc."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("help")
        self.setProperty("overlay", True)
        self.names: list[str] = []
        """The verbs listed on the pages that were looked at."""
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        self._title = text("", "large")
        column.addWidget(self._title)
        hint = say(
            "命令行：按 / ，先动词后车号或事件号，例如 /派车 03、/pc 03、/并入 12；拼音首字母即可，Tab 补全"
        )
        column.addWidget(text(hint, "quiet"))
        self._pages = QStackedWidget()
        column.addWidget(self._pages, 1)
        self.hide()

    def _page(self, columns: tuple[tuple[str, ...], ...]) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(36)
        for sections in columns:
            inner = QVBoxLayout()
            inner.setSpacing(6)
            for section in sections:
                title = text(pick(SECTIONS[section]), "large")
                title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
                inner.addWidget(title)
                inner.addLayout(self._section(section))
                inner.addSpacing(10)
            inner.addStretch(1)
            row.addLayout(inner, 1)
        return page

    def _section(self, section: str) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        for at, verb in enumerate(verb for verb in VERBS if verb.section == section):
            self.names.append(verb.id)
            grid.addWidget(text(verb.key), at, 0)
            grid.addWidget(text(verb.long), at, 1)
            words = verb.words[:2] if language() == "zh" else (verb.id, verb.words[0])
            grid.addWidget(text("/" + "  ".join(words), "quiet"), at, 2)
        grid.setColumnMinimumWidth(0, 92)
        grid.setColumnStretch(1, 1)
        return grid

    def toggle(self) -> None:
        """Open, turn the page, or close after the last."""
        at = self._pages.currentIndex() + 1 if self.isVisible() else 0
        if at == len(PAGES):
            self.hide()
            return
        if at == self._pages.count():  # not at the start: its labels are a third of the window's
            self._pages.addWidget(self._page(PAGES[at]))
        self._pages.setCurrentIndex(at)
        self._title.setText(say("按键与命令 {n}/{all}（F1 翻页，Esc 关闭）", n=at + 1, all=len(PAGES)))
        room = self._over.rect().adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
        room.setHeight(min(room.height(), self.sizeHint().height()))
        self.setGeometry(room)
        self.show()
        self.raise_()
