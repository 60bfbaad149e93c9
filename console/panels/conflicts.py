"""The conflict desk (冲突核对): list on top, both orders side by side, the choice with what it will do.

It lies over the form and the map and makes room as soon as a call is answered. Keys: Up and Down in the list,
1-4 for the choice, Enter goes on to the remark and then settles; the next one is shown by itself.
A third page lists what was recorded while the centre was an island: Enter ticks a line off.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.i18n import say
from console.models import conflict_rows, island_rows
from console.models.conflict_rows import ConflictRow, Side
from console.models.desk import Desk
from console.models.labels import word
from console.models.state import Topic
from console.panels.sheet import Sheet
from console.panels.table import Cell, Column, RowTable
from console.panels.tick import Tick
from console.panels.widgets import button, choice_button, row_of, set_property, text
from console.theme import Theme
from dispatch import commands as cmd
from dispatch.kinds import ConflictChoice
from dispatch.sites import Conflict

LIST_PX = 250
COLUMNS: tuple[Column[ConflictRow], ...] = (
    Column("", 78, lambda row: Cell(row.at)),
    Column("", 150, lambda row: Cell(row.site, small=True)),
    Column("", 130, lambda row: Cell(row.what, bold=True)),
    Column("", 0, lambda row: Cell(row.target)),
    Column(
        "",
        240,
        lambda row: Cell(f"▲ {row.rule}" if row.tone == "warning" else row.rule, row.tone, small=True),
    ),
    Column("", 70, lambda row: Cell(row.followed, "quiet", small=True)),
    Column("", 250, lambda row: Cell(row.state, row.tone, small=True)),
)


class Shows(StrEnum):
    """Which page of the desk is open."""

    OPEN = "open"
    SETTLED = "settled"
    ISLAND = "island"


class _SideView(QFrame):
    """One order: what, when, who, and what the vehicle did."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self._title, self._words = text("", "large"), text("")
        self._words.setObjectName(f"conflicts.{name}")
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        area = QScrollArea()
        area.setWidget(self._words)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.addWidget(self._title)
        column.addWidget(area, 1)

    def show_side(self, side: Side | None) -> None:
        self._title.setText(side.title if side else "")
        if side is None:
            self._words.setText("")
            return
        did = side.steps or (say("没有收到任何节点"),)
        followed = ["", side.heading or say("车辆实际经过："), *(f"· {one}" for one in did)]
        self._words.setText("\n".join([*side.lines, *([] if side.plain else followed)]))


class ConflictDesk(Sheet):
    """See the module. Lies on `page` over `over`; `back` gets the keyboard when it is closed."""

    def __init__(
        self, desk: Desk, theme: Theme, page: QWidget, over: tuple[QWidget, ...], back: Callable[[], object]
    ) -> None:
        super().__init__("conflicts", page, *over, back=back)
        self._desk = desk
        self._page_shown = Shows.OPEN
        self._shown = ""
        self._choice = ConflictChoice.KEEP_OURS
        self._title = text(say("冲突核对：断网期间两中心的指令"), "large")
        self._hint = text(say("↑↓ 选择，1–4 取舍，Enter 填备注并提交，自动到下一条"), "quiet")
        self._filter = {page: self._filter_button(page) for page in Shows}
        self._remark = QLineEdit()
        self.table: RowTable[ConflictRow] = RowTable("conflicts.table", COLUMNS, theme, heads=False)
        self.table.setFixedHeight(LIST_PX)
        self.table.chosen.connect(self._choose_row)
        self.table.used.connect(self._use_row)
        self.table.installEventFilter(self)
        self._ours, self._theirs = _SideView("ours"), _SideView("theirs")
        self._choices = {choice: self._choice_button(at, choice) for at, choice in enumerate(ConflictChoice)}
        self._empty_run = Tick(say("补录的一趟按放空结束（未送病人）"))
        self._empty_run.setObjectName("conflicts.empty_run")
        self._empty_run.setChecked(True)
        self._empty_run.toggled.connect(lambda _on: self._say_consequence())
        self._means = text("")
        self._means.setObjectName("conflicts.means")
        self._means.setWordWrap(True)
        self._remark.setObjectName("conflicts.remark")
        self._remark.setPlaceholderText(say("备注（必填）：依据什么这样核对"))
        self._remark.returnPressed.connect(self._settle)
        self._outcome, self._told = text(""), text("")
        self._outcome.setObjectName("conflicts.outcome")
        self._outcome.setWordWrap(True)
        self._outcome.setProperty("tone", "ok")
        self._told.setObjectName("conflicts.told")
        self._confirm = button(say("按此核对 Enter"), "conflicts.confirm", self._settle)
        self._confirm.setProperty("main", True)
        self._cancel = button(say("关闭 Esc"), "conflicts.cancel", self.close_sheet)
        self.guard(self._confirm, self._cancel)
        self._tick = button(say("核对无误 Enter"), "conflicts.checked", self._tick_off)
        self._tick.setProperty("main", True)
        self._lay_out()

    def _filter_button(self, page: Shows) -> QPushButton:
        return choice_button("", f"conflicts.{page.value}", lambda: self._filter_by(page))

    def _choice_button(self, at: int, it: ConflictChoice) -> QPushButton:
        return choice_button(f"{at + 1} {word(it)}", f"conflicts.{it.value}", lambda: self._choose(it))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addLayout(row_of(self._title, 1, *self._filter.values(), self._cancel))
        column.addWidget(self._hint)
        column.addWidget(self.table)
        sides = QHBoxLayout()
        sides.addWidget(self._ours, 1)
        sides.addWidget(self._theirs, 1)
        column.addLayout(sides, 1)
        self._act = QWidget()
        act = QVBoxLayout(self._act)
        act.setContentsMargins(0, 0, 0, 0)
        choices = row_of()
        for made in self._choices.values():  # room for the chosen one in bold
            choices.addWidget(made, 1)
        act.addLayout(choices)
        act.addWidget(self._empty_run)
        act.addWidget(self._means)
        act.addLayout(row_of(self._remark, self._confirm))
        column.addWidget(self._act)
        column.addWidget(self._tick)
        column.addWidget(self._outcome)
        column.addWidget(self._told)

    def chain(self) -> Sequence[QWidget]:
        """The list first, then what is done with the one chosen."""
        return [self.table, *self._choices.values(), self._empty_run, self._remark, self._confirm, self._tick,
                *self._filter.values(), self._cancel]  # fmt: skip

    # --- opening, closing, filtering -----------------------------------------------------------------

    def open(self) -> None:
        """On the page where something waits."""
        waiting = conflict_rows.next_open(self._desk, "")
        if not waiting and island_rows.to_check(self._desk):
            self._page_shown = Shows.ISLAND
        elif waiting:
            self._page_shown = Shows.OPEN
        self.refresh()
        self.come(self.table)
        if not self._shown:
            self._show(waiting if self._page_shown is Shows.OPEN else self.table.id_at(0))

    def _filter_by(self, page: Shows) -> None:
        self._page_shown, self._shown = page, ""
        self.refresh()
        if self.table.rows_model.rows:
            self._show(self.table.id_at(0))

    # --- drawing ---------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw the list and, where it is still there, the conflict shown."""
        every = self._desk.floor.conflicts
        done = sum(one.settled is not None for one in every.values())
        self._filter[Shows.OPEN].setText(say("待核对 {n}", n=len(every) - done))
        self._filter[Shows.SETTLED].setText(say("已核对 {n}", n=done))
        self._filter[Shows.ISLAND].setText(say("孤岛记录 {n}", n=island_rows.to_check(self._desk)))
        self._filter[Shows.ISLAND].setVisible(bool(self._desk.islands.seen))
        for page, made in self._filter.items():
            made.setChecked(page is self._page_shown)
        self.table.show_rows(self._rows(), self._shown, anew=True)
        self._draw()

    def _rows(self) -> list[ConflictRow]:
        if self._page_shown is Shows.ISLAND:
            return island_rows.rows(self._desk)
        return conflict_rows.rows(self._desk, settled=self._page_shown is Shows.SETTLED)

    def _conflict(self) -> Conflict | None:
        return self._desk.floor.conflicts.get(self._shown)

    def _choose_row(self, key: str) -> None:
        """By hand: what was said of the one before is over."""
        if key != self._shown:
            self._tell("")
        self._show(key)

    def _tell(self, words: str, tone: str = "") -> None:
        self._told.setText(words)
        set_property(self._told, "tone", tone)

    def _show(self, key: str) -> None:
        if key != self._shown:
            self._choice = ConflictChoice.KEEP_OURS
            self._tell("")
        self._shown = key
        self.table.select_id(key)
        self._draw()

    def _draw(self) -> None:
        alone = self._page_shown is Shows.ISLAND
        self._tick.setVisible(alone and bool(self._shown))
        self._title.setText(say("孤岛记录核对") if alone else say("冲突核对：断网期间两中心的指令"))
        self._hint.setText(
            say("↑↓ 选择，Enter 核对无误，自动到下一条")
            if alone
            else say("↑↓ 选择，1–4 取舍，Enter 填备注并提交，自动到下一条")
        )
        if alone:
            self._draw_island()
        else:
            self._draw_conflict()

    def _draw_island(self) -> None:
        self._act.hide()
        self._outcome.hide()
        self._ours.show_side(island_rows.recorded(self._desk, self._shown) if self._shown else None)
        self._theirs.show_side(island_rows.advice(self._desk))
        if not self._shown:
            self._tell(say("孤岛期间没有记录") if not self.table.rows_model.rows else say("在列表中选一条"))

    def _draw_conflict(self) -> None:
        one, floor = self._conflict(), self._desk.floor
        self._ours.show_side(conflict_rows.ours(floor, one) if one else None)
        self._theirs.show_side(conflict_rows.theirs(floor, one) if one else None)
        self._act.setVisible(one is not None and one.settled is None)
        self._outcome.setText(conflict_rows.outcome(floor, one) if one else "")
        self._outcome.setVisible(bool(self._outcome.text()))
        if one is None:
            self._tell(say("没有这一类的冲突") if not self.table.rows_model.rows else say("在列表中选一条"))
            return
        possible = conflict_rows.choices(floor, one)
        for choice, made in self._choices.items():
            made.setVisible(choice in possible)
            made.setChecked(choice is self._choice)
        self._empty_run.setVisible(self._choice is ConflictChoice.BOTH and conflict_rows.is_sending(one))
        self._say_consequence()

    def _say_consequence(self) -> None:
        one = self._conflict()
        if one is not None:
            empty = self._empty_run.isChecked()
            words = conflict_rows.consequence(self._desk.floor, one, self._choice, empty_run=empty)
            self._means.setText(f"→ {words}")

    # --- hands -----------------------------------------------------------------------------------------

    def _use_row(self, key: str) -> None:
        """Enter in the list: on to the remark; a record of an island is ticked off."""
        if self._page_shown is Shows.ISLAND:
            self._show(key)
            self._tick_off()
        else:
            self._remark.setFocus()

    def _tick_off(self) -> None:
        if not self._shown:
            return
        desk = self._desk
        desk.islands.check(self._shown)
        desk.save()
        desk.changed(Topic.STATUS)
        left = [row.id for row in island_rows.rows(desk) if row.tone == "warning"]
        self._show(left[0] if left else self._shown)
        self.refresh()
        self._tell("" if left else say("● 全部核对完"), "ok")
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _choose(self, choice: ConflictChoice) -> None:
        one = self._conflict()
        if one is not None and choice in conflict_rows.choices(self._desk.floor, one):
            self._choice = choice
            self._draw()

    def _settle(self) -> None:
        one, remark = self._conflict(), self._remark.text().strip()
        if one is None or one.settled is not None:
            return
        if not remark:
            self._tell(say("▲ 必须写明依据：写一句备注再核对"), "warning")
            self._remark.setFocus()
            return
        empty = self._choice is ConflictChoice.BOTH and self._empty_run.isChecked()
        into = conflict_rows.into(self._desk.floor, one) if self._choice is ConflictChoice.MERGE else ""
        self._desk.give(cmd.SettleConflict(one.id, self._choice, remark, into, empty))
        self._remark.clear()
        told = " ".join((word(self._choice), conflict_rows.target(self._desk.floor, one)))
        following = conflict_rows.next_open(self._desk, one.id)
        self._show(following or one.id)
        self.refresh()
        done = say("已提交：{what}", what=told)
        self._tell(f"● {done}　{say('到下一条') if following else say('全部已提交')}", "ok")
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Digits in the list press the choices."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if watched is not self.table:
            return super().eventFilter(watched, event)
        at = event.key() - Qt.Key.Key_1
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not 0 <= at < len(ConflictChoice):
            return False
        self._choose(list(ConflictChoice)[at])
        return True
