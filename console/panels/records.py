"""The calls of the incident in hand with their recordings. Enter plays, Enter again stops."""

from pathlib import Path

from msgspec import Struct

from console.i18n import say
from console.models.ages import clock, span
from console.models.desk import Desk
from console.models.labels import word
from console.panels.player import Player
from console.panels.table import Cell, Column, RowTable
from console.theme import Theme
from dispatch.words import Call


class RecordRow(Struct, frozen=True):
    """One call; `path` None: no recording (yet)."""

    id: str
    at: str
    number: str
    kind: str
    length: str
    path: str | None


COLUMNS: tuple[Column[RecordRow], ...] = (
    Column("", 76, lambda row: Cell(row.at)),
    Column("", 0, lambda row: Cell(row.number, bold=True)),
    Column("", 170, lambda row: Cell(row.kind, "quiet", small=True)),
    Column("", 130, lambda row: Cell(row.length, "ok" if row.path else "quiet", right=True, small=True)),
)


class RecordsTable(RowTable[RecordRow]):
    """See the module. `folder` is where recordings lie."""

    def __init__(self, desk: Desk, theme: Theme, player: Player, folder: Path) -> None:
        super().__init__("calls_of.table", COLUMNS, theme, heads=False)
        self._desk, self._player, self._folder = desk, player, folder
        self.used.connect(lambda _key: self.play())

    def refresh(self) -> int:
        """Show the calls; returns how many have a recording."""
        found = [_row(call) for call in _calls(self._desk)]
        self.show_rows(found)
        return sum(row.path is not None for row in found)

    def play(self) -> None:
        """Play or stop the recording under the cursor, else the newest."""
        wanted = self.current_id()
        rows = [row for row in self.rows_model.rows if row.path and wanted in {None, row.id}]
        if rows:
            self._player.toggle(self._folder / str(rows[-1].path))
        else:
            self._desk.notice(say("没有可播放的录音"), say("通话挂断后录音才完成"), grave=False)


def _calls(desk: Desk) -> list[Call]:
    incident = desk.incident()
    keys = incident.intake_ids if incident else (desk.hand.intake_id or "",)
    intakes = [desk.floor.intakes[key] for key in keys if key in desk.floor.intakes]
    calls = [desk.line.call(desk.floor, intake.call_id) for intake in intakes]
    return [call for call in calls if call is not None]


def _row(call: Call) -> RecordRow:
    if call.recordings:
        kept = call.recordings[-1]
        length, path = say("▶ 录音 {length}", length=span(kept.duration_ms / 1000)), kept.path
    else:
        length, path = say("录音中") if call.ended_at is None and call.answered_at else say("无录音"), None
    result = word(call.result) if call.result else ""
    kind = " · ".join(part for part in (word(call.direction), result) if part)
    return RecordRow(call.id, clock(call.rang_at), call.number, kind, length, path)
