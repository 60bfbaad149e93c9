"""The window of a seat that is not enrolled yet: a code is typed, two fingerprints are compared, it waits.

The asking runs on a thread of its own; the window looks at what came of it ten times a second.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from console.i18n import say
from console.panels.widgets import button, set_property, text
from console.theme import Theme, dress
from store.bus.enrolment_call import EnrolmentCall
from store.bus.keys import KeyFileError
from store.bus.roster import RosterError
from store.config import Config
from store.core.enrolment import Enrolled, NotEnrolled, Wait, fingerprint

ANSWER_MS = 2000
AGAIN_S = 2.0
LOOK_MS = 100
WIDTH_PX = 760
STOP_S_MAX = 5.0

log = logging.getLogger(__name__)


class Said(Struct, frozen=True):
    """What the thread found. `own`, `hub`: fingerprints; `wait`: the code was taken; `fault`: a word."""

    own: str = ""
    hub: str = ""
    name: str = ""
    fault: str = ""
    silent: bool = False
    done: bool = False


class Asking:
    """One code at one address, asked until there is a decision."""

    def __init__(self, address: str, code: str, folder: Path) -> None:
        self.said: deque[Said] = deque(maxlen=16)
        self._stopping = threading.Event()
        arguments = (address, code, folder)
        self._thread = threading.Thread(target=self._run, args=arguments, name="enrolment", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_S_MAX)

    def _run(self, address: str, code: str, folder: Path) -> None:
        try:
            call = EnrolmentCall(address, code, folder)
        except (KeyFileError, OSError) as error:
            self.said.append(Said(fault=str(error)))
            return
        self.said.append(Said(own=call.fingerprint))
        try:
            while not self._stopping.is_set() and not self._ask(call):
                self._stopping.wait(AGAIN_S)
        except (KeyFileError, RosterError) as error:
            log.exception("enrolment")
            self.said.append(Said(fault=str(error)))
        finally:
            call.close()

    def _ask(self, call: EnrolmentCall) -> bool:
        """True when it is decided."""
        match call.ask(ANSWER_MS):
            case Enrolled() as enrolled:
                call.take_over(enrolled)
                self.said.append(Said(name=enrolled.machine, done=True))
                return True
            case NotEnrolled(reason) if reason != "busy":
                self.said.append(Said(fault=reason))
                return True
            case Wait() as wait:
                hub = fingerprint(wait.hub_public, wait.roster_public)
                self.said.append(Said(hub=hub, name=wait.machine))
            case _:
                self.said.append(Said(silent=True))
        return False


class EnrolmentWindow(QWidget):
    """`decided` is called when the machine is enrolled or the window was closed."""

    def __init__(self, config: Config, theme: Theme, decided: Callable[[], object]) -> None:
        super().__init__()
        self._config, self._decided = config, decided
        self._asking: Asking | None = None
        self.is_done = False
        self.setObjectName("enrolment")
        self.setWindowTitle(say("铃声　登记本机"))
        self.setMinimumWidth(WIDTH_PX)
        self._hub, self._code = QLineEdit(_door(config)), QLineEdit()
        self._hub.setObjectName("enrolment.hub")
        self._code.setObjectName("enrolment.code")
        self._code.setPlaceholderText("XXXX-XXXX")
        for field in (self._hub, self._code):
            field.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
            field.returnPressed.connect(self._begin)
        self._own, self._of_hub, self._told = text("", "large"), text("", "large"), text("")
        self._own.setObjectName("enrolment.own")
        self._of_hub.setObjectName("enrolment.of_hub")
        self._told.setObjectName("enrolment.told")
        self._told.setWordWrap(True)
        self._enter = button(say("开始登记 Enter"), "enrolment.enter", self._begin)
        self._enter.setProperty("main", True)
        self._lay_out()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        dress(app, self, theme)
        self._code.setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 28, 32, 28)
        column.setSpacing(14)
        column.addWidget(text(say("本机尚未登记，不能作坐席使用"), "large"))
        steps = text(
            say("1 请管理员在中枢上运行 main.py admin invite，取得登记码\n2 在此输入登记码\n"
                "3 与管理员通话，逐组核对两个指纹；两边一致才可批准")
        )  # fmt: skip
        steps.setWordWrap(True)
        column.addWidget(steps)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow(say("中枢登记地址"), self._hub)
        form.addRow(say("登记码"), self._code)
        form.addRow(say("本机指纹"), self._own)
        form.addRow(say("中枢指纹"), self._of_hub)
        column.addLayout(form)
        column.addWidget(self._enter)
        column.addWidget(self._told)

    def _begin(self) -> None:
        if not self._code.text().strip() or not self._hub.text().strip():
            self._tell("▲", say("请输入登记码"), "warning")
            return
        self._stop()
        for label in (self._own, self._of_hub):
            label.clear()
        self._enter.setEnabled(False)
        self._tell("◐", say("正在联系中枢…"))
        folder = Path(self._config.keys.dir)
        self._asking = Asking(self._hub.text().strip(), self._code.text().strip(), folder)
        self._timer.start()

    def _look(self) -> None:
        while self._asking is not None and self._asking.said:
            self._show(self._asking.said.popleft())

    def _show(self, said: Said) -> None:
        if said.own:
            self._own.setText(said.own)
        elif said.done:
            self.is_done = True
            self._tell("●", say("已登记：{name}", name=said.name), "ok")
            self.close()
        elif said.fault:
            self._tell("■", _fault(said.fault), "fault")
            self._enter.setEnabled(True)
            self._stop()
            self._code.setFocus()
        elif said.silent:
            silent = say("中枢的登记端口没有应答，继续尝试：请管理员先邀请本机，并检查网络")
            self._tell("▲", silent, "warning")
        else:
            self._of_hub.setText(said.hub)
            waits = say("登记码正确，本机将是 {name}。请通话核对指纹，等待批准…", name=said.name)
            self._tell("◐", waits)

    def _tell(self, shape: str, words: str, tone: str = "") -> None:
        """What it stands at; never by colour alone."""
        self._told.setText(f"{shape} {words}")
        set_property(self._told, "tone", tone)

    def _stop(self) -> None:
        self._timer.stop()
        asking, self._asking = self._asking, None
        if asking is not None:
            asking.stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._stop()
        self._decided()
        super().closeEvent(event)


def _fault(word: str) -> str:
    texts = {
        "wrong_code": say("登记码不对，请重新输入"),
        "too_late": say("登记码已过期，请管理员重新邀请"),
        "too_many": say("错误次数过多，请管理员重新邀请"),
        "used": say("此登记码已被另一台机器使用：请立即告知管理员，不要批准"),
        "struck": say("此机已被注销，请与管理员联系"),
    }
    return texts.get(word) or say("未能登记：{why}", why=word)


def _door(config: Config) -> str:
    """Where the hub's door of enrolment most likely is."""
    host = config.hub.hubs[0].rpartition(":")[0] if config.hub.hubs else ""
    return f"{host}:{config.hub.enrol_port}"


def is_enrolled(config: Config) -> bool:
    """True when this machine was given the hub's key."""
    return (Path(config.keys.dir) / "hub.pub").exists()


def enrol_first(config: Config, theme: Theme) -> bool:
    """Show the window and wait; False when it was closed without being enrolled."""
    loop = QEventLoop()
    window = EnrolmentWindow(config, theme, loop.quit)
    window.show()
    loop.exec()
    return window.is_done
