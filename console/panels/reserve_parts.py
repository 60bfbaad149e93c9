"""All that a window has of reserve seats, held together: the leader's panel, the seat's line, its summons."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QProcess, Qt
from PySide6.QtWidgets import QWidget

from console.i18n import say
from console.models.asking import Ask
from console.models.desk import Desk
from console.models.reserve import shown_activation
from console.models.state import Topic
from console.panels.reserve import ReservePanel
from console.panels.summons import ReserveLine, SummonsPanel
from console.record import PROGRAM_DIR, pdf_command, write_record
from console.sound import Chime
from console.theme import Theme

DRAWING_MS_MAX = 2_000
TOPICS = frozenset({Topic.RESERVE, Topic.STATUS, Topic.INCIDENTS, Topic.CALLS, Topic.LINK})


class ReserveParts:
    """`records`: the folder drill records are written to."""

    def __init__(
        self,
        page: QWidget,
        desk: Desk,
        theme: Theme,
        do: Callable[[str], object],
        ask: Callable[[Ask], object],
        records: Path,
    ) -> None:
        self._desk, self._records, self._page = desk, records, page
        self.line = ReserveLine(desk)
        self.panel = ReservePanel(page, desk, theme, do, ask)
        self.summons = SummonsPanel(page, desk, do)
        self.chime = Chime(page)

    def refresh(self, changes: set[Topic], now: int) -> None:
        """Draw what changed; the panel makes room for a form just begun."""
        if self.panel.isVisible() and Topic.FORM in changes and self._desk.hand.fresh:
            self.panel.make_room()
        if not changes & TOPICS:
            return
        if self._desk.readiness.is_reserve():
            self.line.show()
            self.line.refresh(now)
            self.summons.refresh(now)
            self._sound(now)
        if self.panel.isVisible():
            self.panel.refresh(now)

    def _sound(self, now: int) -> None:
        if self._desk.readiness.sound_due(now):
            self.chime.play()

    def close(self) -> bool:
        """Esc: True when the panel was open."""
        was_open = self.panel.isVisible()
        if was_open:
            self.panel.close_sheet()
        return was_open

    def place(self) -> None:
        """The window has another size."""
        self.panel.place()
        if self.summons.isVisible():
            self.summons.place()

    def write_record(self) -> None:
        """The record of the activation on the panel, as files."""
        activation = shown_activation(self._desk.floor)
        if activation is None:
            self._desk.notice(say("没有启用记录"), say("下过启用令之后才有"), "reserve")
            return
        try:
            page, _ = write_record(self._desk.floor, activation, self._desk.clock(), self._records)
        except OSError as error:
            self._not_written(error.strerror or str(error))
            return
        program, *arguments = pdf_command(page)
        drawing = QProcess(self._page)
        drawing.setWorkingDirectory(str(PROGRAM_DIR))
        drawing.finished.connect(partial(self._drawn, drawing, page))
        drawing.errorOccurred.connect(partial(self._not_begun, drawing))
        drawing.start(program, arguments)

    def _drawn(self, drawing: QProcess, page: Path, code: int, status: QProcess.ExitStatus) -> None:
        if code or status is not QProcess.ExitStatus.NormalExit:
            self._not_written(bytes(drawing.readAllStandardError().data()).decode(errors="replace").strip())
        else:
            self._desk.notice(say("启用记录已导出"), str(page.with_suffix("")), grave=False)
        drawing.deleteLater()

    def _not_begun(self, drawing: QProcess, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._not_written(drawing.errorString())

    def _not_written(self, reason: str) -> None:
        self._desk.notice(say("记录写不出：{reason}", reason=reason), say("检查磁盘和文件夹权限"))

    def stop(self) -> None:
        """For good: a record that is being drawn is finished, a sound is not."""
        self.chime.stop()
        for drawing in self._page.findChildren(QProcess, options=Qt.FindChildOption.FindDirectChildrenOnly):
            drawing.waitForFinished(DRAWING_MS_MAX)
