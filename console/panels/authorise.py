"""The sheet two people fill in to move command: 应急接管, 交还指挥, 孤岛.

It lies over the map, never over calls and form, and opens only when somebody asks for it: a call is answered
and written down beside it. Enter in a field goes on to the next; only the button itself, reached and pressed
by mouse, Space or Enter, gives the order.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from console.i18n import say
from console.models import authorising
from console.models.authorising import Act, Authorising, Filled, Stage
from console.models.commanding import place_words
from console.models.desk import Desk
from console.models.evidence import conflicts_sentence, is_break_glass, sentences
from console.panels.sheet import Sheet
from console.panels.tick import Tick
from console.panels.widgets import ChoiceRow, button, row_of, set_property, text
from dispatch.sites import CITY
from store.core.takeover import fullest

MARGIN_PX = 16
LINES_MAX = 8
TARGETS_A_ROW = 2
FIELDS = ("reason", "order_no", "first_password", "second_staff", "second_password")


class AuthoriseSheet(Sheet):
    """See the module. Lies on `page`, over `over`; `back` gets the keyboard when it is closed."""

    def __init__(self, desk: Desk, page: QWidget, over: QWidget, back: Callable[[], object]) -> None:
        super().__init__("authorise", page, over, back=back)
        self._desk = desk
        self._title = text("", "large")
        self._lines = [text() for _ in range(LINES_MAX)]
        self._means = text("", "quiet")
        self._hint = text(say("Tab 下一项　空格 勾选或按下　Enter 下一栏　Esc 关闭"), "quiet")
        self._told = text("", "large")
        self._told.setObjectName("authorise.told")
        for label in (*self._lines, self._means, self._told):
            label.setWordWrap(True)
        self._checks: list[Tick] = []
        self._scopes, self._targets = QVBoxLayout(), QVBoxLayout()
        self._scope_row: ChoiceRow | None = None
        self._target_row: ChoiceRow | None = None
        self._to_site = ""
        self._glass = Tick(say("现指挥方不能同意：紧急接管（单独记入审计）"))
        self._glass.setObjectName("authorise.break_glass")
        self._fields = {name: self._field(name) for name in FIELDS}
        self._first = text()
        self._first.setObjectName("authorise.first")
        self._confirm = button("", "authorise.confirm", self._on_confirm)
        self._confirm.setProperty("main", True)
        self._cancel = button(say("关闭 Esc"), "authorise.cancel", self.close_sheet)
        self.guard(self._confirm, self._cancel)
        self._check_column = QVBoxLayout()
        self._check_column.setSpacing(2)
        self._lay_out()
        self._act: Act | None = None
        self._known: Authorising | None = None
        self._fuller = False

    def _field(self, name: str) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(f"authorise.{name}")
        if "password" in name:
            made.setEchoMode(QLineEdit.EchoMode.Password)
        if name in {"second_staff", "order_no"}:
            made.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        made.returnPressed.connect(self.focusNextChild)
        return made

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(6)
        fields = self._fields
        form.addRow(say("原因"), fields["reason"])
        self._order_label = text(say("命令号"))
        form.addRow(self._order_label, fields["order_no"])
        form.addRow(say("第一人"), row_of(self._first, fields["first_password"]))
        form.addRow(say("第二人"), row_of(fields["second_staff"], fields["second_password"]))
        fields["first_password"].setPlaceholderText(say("第一人口令"))
        fields["second_staff"].setPlaceholderText(say("第二人工号"))
        fields["second_password"].setPlaceholderText(say("第二人口令"))
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, 10, MARGIN_PX, 12)
        column.setSpacing(7)
        column.addWidget(self._title)
        column.addLayout(self._scopes)
        for label in self._lines:
            column.addWidget(label)
        column.addLayout(self._targets)
        column.addWidget(self._means)
        column.addLayout(self._check_column)
        column.addWidget(self._glass)
        column.addLayout(form)
        column.addWidget(self._told)
        column.addStretch(1)
        column.addWidget(self._hint)
        column.addLayout(row_of(self._confirm, self._cancel))

    def chain(self) -> Sequence[QWidget]:
        """From the top of the sheet to its foot."""
        rows = [row for row in (self._scope_row, self._target_row) if row is not None]
        chosen = [one for row in rows for one in row.buttons]
        return [*chosen, *self._checks, self._glass, *self._fields.values(), self._confirm, self._cancel]

    def _first_gap(self) -> QWidget:
        """What is still to be ticked, chosen or typed first; the button when nothing is."""
        if self._target_row is not None and not self._to_site:
            open_ones = [one for one in self._target_row.buttons if one.isEnabled()]
        else:
            open_ones = []
        unticked = [box for box in self._checks if not box.isChecked()]
        empty = [
            field for field in self._fields.values() if not field.isHidden() and not field.text().strip()
        ]
        gaps: list[QWidget] = [*open_ones, *unticked, *empty]
        return gaps[0] if gaps else self._confirm

    # --- opening and closing -----------------------------------------------------------------------

    def open(self, act: Act) -> None:
        """Show the sheet of this act; what was typed for it stays."""
        it = authorising.begin(self._desk, act)
        if act is not self._act:
            self._change_act(it)
        self.refresh()
        self.place()
        self.show()
        self.raise_()
        self._first_gap().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _change_act(self, it: Authorising) -> None:
        self._act, self._known = it.act, None
        titles = {
            Act.TAKE: (say("应急接管：本中心接过指挥权"), say("两人授权，接管指挥")),
            Act.HAND_OVER: (say("交还（移交）指挥权"), say("两人授权，移交指挥")),
            Act.ISLAND: (say("宣布孤岛模式"), say("两人授权，进入孤岛")),
            Act.MAINLAND: (say("解除孤岛模式"), say("两人授权，解除孤岛")),
        }
        means = {
            Act.TAKE: say(
                "接管后：本中心下达的指令立即生效，车载终端拒收旧指挥方的新指令；"
                "旧指挥方恢复后其指令逐条核对，不丢弃。"
            ),
            Act.HAND_OVER: say("移交时指令暂停约 2 秒；对方数据完整后届次加一，之后由对方指挥。"),
            Act.ISLAND: say("孤岛后：指令不再等待异地备份确认，记录仅存本中心，恢复后需核对。"),
            Act.MAINLAND: say("解除后：每条指令重新等待异地备份确认。"),
        }
        title, confirm = titles[it.act]
        self._title.setText(title)
        self._confirm.setText(confirm)
        self._means.setText(means[it.act])
        for old in self._checks:
            old.setParent(None)
            old.deleteLater()
        self._checks = []
        for at, words in enumerate(authorising.checks(it.act)):
            box = Tick(words)
            box.setObjectName(f"authorise.check.{at}")
            self._check_column.addWidget(box)
            self._checks.append(box)
        for name in FIELDS:
            self._fields[name].clear()
        with_number = it.act in {Act.TAKE, Act.HAND_OVER}
        self._fields["order_no"].setVisible(with_number)
        self._order_label.setVisible(with_number)
        self._glass.setVisible(it.act is Act.TAKE)
        self._glass.setChecked(False)
        self._to_site = ""
        self._scope_row = self._target_row = None
        _empty(self._scopes)
        _empty(self._targets)

    def close_sheet(self) -> None:
        """Close it; passwords are forgotten, the rest is kept for the next time it is opened."""
        for name in ("first_password", "second_password"):
            self._fields[name].clear()
        it = self._desk.authorising
        if it is not None and it.stage is Stage.DONE:
            self._act = None
        authorising.give_up(self._desk)
        super().close_sheet()

    # --- drawing -----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw what the act says now."""
        it = self._desk.authorising
        if it is None:
            return
        floor = self._desk.floor
        found = list(sentences(floor, it.evidence)) if it.act in {Act.TAKE, Act.HAND_OVER} else []
        if it.act is Act.HAND_OVER:
            found.append(conflicts_sentence(floor))
        for at, label in enumerate(self._lines):
            words, tone = found[at] if at < len(found) else ("", "")
            label.setText(words)
            label.setVisible(bool(words))
            set_property(label, "tone", tone if tone != "quiet" else "")
        if self._known is not it and it.evidence is not None:
            self._known = it
            self._glass.setChecked(is_break_glass(it.evidence))
            self._fuller = False
        self._untick_glass(it)
        self._show_rows(it)
        person = self._desk.person
        first = floor.dispatchers.get(person.dispatcher_id) if person else None
        self._first.setText(f"{first.name} {first.staff_number}" if first else say("未登录"))
        self._told.setText(it.told)
        set_property(self._told, "tone", "fault" if it.trouble else "ok" if it.stage is Stage.DONE else "")
        self._lock_or_free(it)
        if it.stage is Stage.DONE:
            for name in ("first_password", "second_password"):
                self._fields[name].clear()

    def _untick_glass(self, it: Authorising) -> None:
        """A site with more rows was heard since: break-glass is to be chosen anew, knowing it."""
        fuller = it.evidence is not None and fullest(it.evidence) is not None
        if fuller and not self._fuller:
            self._glass.setChecked(False)
        self._fuller = fuller

    def _lock_or_free(self, it: Authorising) -> None:
        """One act, once. The keyboard waits on the sheet: a second Enter must not press what comes next."""
        free = not it.busy and it.stage is not Stage.DONE
        focus = QApplication.focusWidget()
        here = focus is self or (focus is not None and self.isAncestorOf(focus))
        was_free = self._confirm.isEnabled()
        if here and was_free and not free:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        for widget in (*self._fields.values(), *self._checks, self._glass, self._confirm):
            widget.setEnabled(free)
        if here and free and not was_free:
            self._first_gap().setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_rows(self, it: Authorising) -> None:
        """Which scope, and to whom: built when the sites are known."""
        floor, own = self._desk.floor, authorising.own_site(self._desk)
        if it.act not in {Act.TAKE, Act.HAND_OVER}:
            return
        if self._scope_row is None and own:
            scopes = [CITY, own] if own in floor.sites else [CITY]
            choices = [(code, place_words(floor, code)) for code in scopes]
            self._scope_row = ChoiceRow("authorise.scope", choices, self._choose_scope)
            self._scopes.addWidget(self._scope_row)
        if self._scope_row is not None:
            self._scope_row.show_values({it.scope})
        if it.act is not Act.HAND_OVER:
            return
        found = authorising.targets(self._desk, it)
        if self._target_row is None and found and it.evidence is not None:  # only it tells which site is ours
            choices = [(one.code, one.words) for one in found]
            self._target_row = ChoiceRow("authorise.to", choices, self._choose_target, columns=TARGETS_A_ROW)
            self._targets.addWidget(self._target_row)
        if self._target_row is not None:
            for one in found:
                self._target_row.offer(one.code, one.words, possible=one.heard)
            self._target_row.show_values({self._to_site})

    def _choose_scope(self, scope: str) -> None:
        authorising.choose_scope(self._desk, scope)
        self.refresh()

    def _choose_target(self, code: str) -> None:
        self._to_site = code
        self.refresh()

    def _on_confirm(self) -> None:
        words = {name: field.text() for name, field in self._fields.items()}
        ticked = tuple(box.text() for box in self._checks if box.isChecked())
        it = self._desk.authorising
        filled = Filled(
            scope=it.scope if it else CITY,
            to_site=self._to_site,
            checks=ticked,
            break_glass=self._glass.isChecked(),
            **words,
        )
        authorising.confirm(self._desk, filled)
        self.refresh()
        if it is not None and it.trouble and self.isAncestorOf(QApplication.focusWidget() or self):
            self._first_gap().setFocus(Qt.FocusReason.OtherFocusReason)


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.setParent(None)
            widget.deleteLater()
