"""Who sits here: the log-in page over the window, and the second person's proof for one order.

The only two things of the seat that stop other input; a ringing call is shown on the log-in page as well.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from console import names
from console.i18n import say
from console.panels.widgets import button, text
from console.ports import LogInAnswered

CARD_PX = 420


def reason_text(answer: LogInAnswered) -> str:
    """Why nobody was let in, and what to do."""
    texts = {
        "wrong": say("工号或口令不对，请重新输入"),
        "locked": say("连续错误，已暂停 {s} 秒", s=answer.wait_s),
        "no_account": say("没有此工号，请与管理员联系"),
        "no_seat": say("本机未登记为坐席，请与管理员联系"),
        "refused": say("中枢未接受登录，请与班长联系"),
        "no_answer": say("中枢没有应答，请检查网络后重试"),
    }
    return texts.get(answer.reason, texts["refused"])


class LogInPage(QFrame):
    """Covers the window (its map only, while a form waits) until somebody has logged in.

    `log_in(staff, password)` asks the hub.
    """

    def __init__(self, parent: QWidget, title: str, log_in: Callable[[str, str], object]) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName(names.LOGIN)
        self.setAutoFillBackground(True)
        self._log_in = log_in
        self._staff = QLineEdit()
        self._staff.setObjectName("login.staff")
        self._staff.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._password = QLineEdit()
        self._password.setObjectName("login.password")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._enter = button(say("登录 Enter"), "login.enter", self._ask)
        self._enter.setProperty("main", True)
        self._told = text("")
        self._told.setObjectName("login.told")
        self._told.setWordWrap(True)
        self._hub = text("")
        self._hub.setObjectName("login.hub")
        self._hub.setProperty("tone", "warning")
        self._hub.setWordWrap(True)
        self._ringing = text("", "large")
        self._ringing.setObjectName("login.ringing")
        self._ringing.setProperty("tone", "fault")
        self._ringing.setWordWrap(True)
        self._staff.returnPressed.connect(self._password.setFocus)
        self._password.returnPressed.connect(self._ask)
        self._lay_out(title)
        self.hide()

    def _lay_out(self, title: str) -> None:
        card = QFrame()
        card.setProperty("panel", True)
        card.setFixedWidth(CARD_PX)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow(say("工号"), self._staff)
        form.addRow(say("口令"), self._password)
        column = QVBoxLayout(card)
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(14)
        column.addWidget(text(title, "large"))
        column.addLayout(form)
        column.addWidget(self._enter)
        column.addWidget(self._told)
        column.addWidget(self._hub)
        column.addWidget(self._ringing)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(1)

    def open(self, locked_for: str = "") -> None:
        """Cover the window and ask. `locked_for`: number of whoever sits here and went away."""
        self._password.clear()
        self._told.clear()
        if locked_for:
            self._staff.setText(locked_for)
            self._told.setText(say("坐席已锁定：输入口令解锁；换人请改工号"))
        self._enter.setEnabled(True)
        self.show()
        self.raise_()
        (self._password if locked_for else self._staff).setFocus()

    def tell(self, words: str) -> None:
        """Say what the hub said."""
        self._told.setText(words)
        self._enter.setEnabled(True)
        self._password.clear()
        focus = QApplication.focusWidget()
        if focus is None or self.isAncestorOf(focus):  # never from somebody typing in the form beside it
            self._password.setFocus()

    def tell_hub(self, words: str) -> None:
        """How the hub stands, and that calls are taken all the same."""
        hint = say("没有登录也可按 F3 接听：内容存本机，登录后自动上报")
        self._hub.setText("\n".join(part for part in (words, hint) if part))

    def tell_ringing(self, words: str) -> None:
        """A call rings while nobody is logged in."""
        self._ringing.setText(words)

    def _ask(self) -> None:
        """With both given: an empty password would count as a wrong one."""
        staff, password = self._staff.text().strip(), self._password.text()
        if not (staff and password):
            (self._password if staff else self._staff).setFocus()
            return
        self._enter.setEnabled(False)
        self._told.setText(say("正在登录…"))
        self._log_in(staff, password)


class SecondPerson(QDialog):
    """Staff number and password of a second person, for one order only."""

    def __init__(self, parent: QWidget, what: str, log_in: Callable[[str, str], object]) -> None:
        super().__init__(parent)
        self.setObjectName(names.SECOND)
        self.setWindowTitle(say("第二人确认"))
        self._log_in = log_in
        self._staff = QLineEdit()
        self._staff.setObjectName("second.staff")
        self._staff.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._password = QLineEdit()
        self._password.setObjectName("second.password")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._told = text("")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 18)
        column.setSpacing(10)
        act = text(what, "large")
        act.setObjectName("second.act")
        act.setWordWrap(True)
        act.setFixedWidth(CARD_PX)
        act.setMinimumHeight(act.heightForWidth(CARD_PX))  # a dialog does not ask its labels for theirs
        column.addWidget(act)
        column.addWidget(text(say("需要另一位调度员或班长确认，本次操作有效")))
        form = QFormLayout()
        form.addRow(say("工号"), self._staff)
        form.addRow(say("口令"), self._password)
        column.addLayout(form)
        column.addWidget(self._told)
        row = QHBoxLayout()
        enter = button(say("确认 Enter"), "second.enter", self._ask)
        enter.setDefault(True)  # Enter in a field presses it, once
        row.addWidget(enter)
        row.addWidget(button(say("取消 Esc"), "second.cancel", self.reject))
        column.addLayout(row)
        self._staff.setFocus()

    def tell(self, words: str) -> None:
        self._told.setText(words)
        self._password.clear()

    def _ask(self) -> None:
        """With both given, as at the log-in."""
        staff, password = self._staff.text().strip(), self._password.text()
        if staff and password:
            self._log_in(staff, password)
        else:
            (self._password if staff else self._staff).setFocus()
