"""Instant recall (回听): the last minutes of the call one is talking on, at once, while it is still recorded.

It lies over the lists below the form, which stays free. The key that opened it takes a fresh look and plays
the last seconds again; Enter pauses, arrows move, Esc closes.
"""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.archivist import Archivist, NoPicture, Picture
from console.i18n import say
from console.models.archive import ear_of
from console.models.desk import Desk
from console.panels.listening import Listening
from console.panels.sheet import Sheet, foot
from console.panels.widgets import button, row_of, text
from console.theme import Theme

RECALL_MS = 3 * 60_000
AGAIN_MS = 15_000
HEIGHT_PX = 300


class RecallPanel(Sheet):
    """See the module. Lies on `page` over the foot of `over`; `back` gets the keyboard when it is closed."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        page: QWidget,
        over: QWidget,
        back: Callable[[], object],
        archivist: Archivist,
    ) -> None:
        super().__init__("recall", page, over, back=back)
        self._desk, self._archivist = desk, archivist
        self._call_id = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = text("", "large")
        self._title.setObjectName("recall.title")
        hint = text(say("只在本机播放　Enter 暂停，←→ 移动，-+ 快慢"), "quiet")
        self._again = button(say("重听最后 15 秒"), "recall.again", self.open)
        self._close = button(say("关闭 Esc"), "recall.cancel", self.close_sheet)
        self._listening = Listening("recall", theme, lambda _picture: None, lambda: ear_of(desk))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 10)
        column.addLayout(row_of(self._title, hint, 1, self._again, self._close))
        column.addWidget(self._listening, 1)
        archivist.answered.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def open(self) -> None:
        """Take a fresh look at the call that is up here and play its end."""
        call = self._desk.line.talking()
        if call is None:
            do = say("听已结束的通话：Ctrl+F 检索，或 Ctrl+P")
            self._desk.notice(say("没有进行中的通话"), do, grave=False)
            return
        self._call_id = call.id
        self._title.setText(say("回听 {number}", number=call.number or say("号码未显示")))
        self._archivist.recall(call.id, RECALL_MS)

    def _take(self, answer: object) -> None:
        if isinstance(answer, NoPicture) and answer.live and answer.call_id == self._call_id:
            why = answer.trouble or say("本次通话没有录音在写")
            self._desk.notice(say("不能回听：{why}", why=why), say("请看录音指示灯"))
        elif isinstance(answer, Picture) and answer.call_id == self._call_id and self._is_recall(answer):
            self._listening.load(answer)
            self.come(self)
            self._listening.play(max(0, answer.duration_ms - AGAIN_MS))

    def _is_recall(self, answer: Picture) -> bool:
        """The archive's own pictures come by the same signal."""
        return answer.file.parent == self._archivist.folder

    def make_room(self) -> None:
        """Nothing plays on unseen."""
        self._listening.load(None)
        self._call_id = ""
        super().make_room()

    def lie(self, room: QRect) -> QRect:
        return foot(room, HEIGHT_PX)

    def stop(self) -> None:
        """For good."""
        self._listening.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._listening.key(event.key()):
            super().keyPressEvent(event)
