"""The calls of the incident in hand with their recordings, how well each was heard and who listened since.

Enter plays, Enter again stops; each time one begins to be played is noted in the audit.
"""

from collections.abc import Callable
from pathlib import Path

from console.i18n import language, say
from console.models import handing_out
from console.models.desk import Desk
from console.models.record_rows import RecordRow, record_rows
from console.panels.table import Cell, Column, RowTable
from console.theme import Theme

NUMBER_PX, KIND_PX, LENGTH_PX = {"zh": 116, "en": 140}, {"zh": 110, "en": 182}, {"zh": 116, "en": 132}
"""As wide as `number withheld`, `incoming · gave up waiting` and an hour of recording need."""


def _columns() -> tuple[Column[RecordRow], ...]:
    return (
        Column("", 76, lambda row: Cell(row.at)),
        Column("", NUMBER_PX[language()], lambda row: Cell(row.number, bold=True)),
        Column("", KIND_PX[language()], lambda row: Cell(row.kind, "quiet", small=True)),
        Column("", 184, lambda row: Cell(row.heard, row.tone, small=True)),
        Column("", 0, lambda row: Cell(row.used, "quiet", small=True, whole=row.uses)),
        Column(
            "",
            LENGTH_PX[language()],
            lambda row: Cell(row.length, "ok" if row.path else "quiet", right=True, small=True),
        ),
    )


class RecordsTable(RowTable[RecordRow]):
    """See the module. `toggle` plays or stops a file, True: it begins. `folder` is where recordings lie."""

    def __init__(self, desk: Desk, theme: Theme, toggle: Callable[[Path], bool], folder: Path) -> None:
        super().__init__("calls_of.table", _columns(), theme, heads=False)
        self._desk, self._toggle, self._folder = desk, toggle, folder
        self.used.connect(lambda _key: self.play())

    def refresh(self) -> int:
        """Show the calls; returns how many have a recording."""
        found = record_rows(self._desk)
        self.show_rows(found)
        return sum(row.path is not None for row in found)

    def play(self) -> None:
        """Play or stop the recording under the cursor, else the newest."""
        wanted = self.current_id()
        rows = [row for row in self.rows_model.rows if row.path and wanted in {None, row.id}]
        if not rows:
            self._desk.notice(say("没有可播放的录音"), say("通话挂断后录音才完成"), grave=False)
        elif not handing_out.may_listen(self._desk):
            self._desk.notice(say("无权调听录音"), say("调听记入审计：请由调度员或班长登录"), grave=False)
        elif self._toggle(self._folder / str(rows[-1].path)):
            handing_out.listened(self._desk, rows[-1].id)
