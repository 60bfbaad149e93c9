"""A second person proves who they are for one order: asked for by the desk, answered by the hub."""

from PySide6.QtWidgets import QWidget

from console.i18n import say
from console.login import SecondPerson, reason_text
from console.models import acts
from console.models.confirming import act_words
from console.models.desk import Desk
from console.ports import LogInAnswered
from dispatch.rights import SECOND_PERSON


class SecondAsked:
    """Opens the dialog when an order wants a second person; `dialog` None while none is open."""

    def __init__(self, window: QWidget, desk: Desk) -> None:
        self._window, self._desk = window, desk
        self.dialog: SecondPerson | None = None
        self._login_id = ""

    def take(self, answer: LogInAnswered) -> None:
        """The hub's answer about the second person; any other is left alone."""
        desk, dialog = self._desk, self.dialog
        if dialog is None or answer.id != self._login_id:
            return
        if answer.dispatcher_id is None:
            dialog.tell(reason_text(answer))
        elif desk.person is not None and answer.dispatcher_id == desk.person.dispatcher_id:
            dialog.tell(say("须由另一个人确认"))
        elif not answer.roles & SECOND_PERSON:
            dialog.tell(say("此人的角色不能作第二人确认"))
        else:
            acts.confirm_second(desk, answer.token)
            dialog.accept()

    def open_if_wanted(self) -> None:
        wanted = self._desk.wants_second
        if wanted is None or self.dialog is not None:
            return
        self.dialog = SecondPerson(self._window, act_words(self._desk, wanted), self._log_in)
        self.dialog.finished.connect(self._finished)
        self.dialog.open()

    def _log_in(self, staff: str, password: str) -> None:
        self._login_id = self._desk.hub.log_in(staff, password, second=True)

    def _finished(self, _result: int) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None
        self._desk.wants_second = None
