"""Calls and queue: ringing on top with its age, then who talks, then what ended. Nothing ever pops up."""

from collections.abc import Callable

from console.i18n import say
from console.models import acts, acts_calls
from console.models.call_rows import CallRow, calls
from console.models.desk import Desk
from console.models.queue_rows import queue_words, with_queue
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import Panel, set_property, text
from console.theme import Theme

SIGNS = {
    "ringing": "◉",
    "queued": "⋯",
    "talking": "●",
    "held": "‖",
    "dialling": "○",
    "missed": "△",
    "ended": "·",
}


def _seat(row: CallRow) -> str:
    """Of who waits in the queue: whether the districts ring for him."""
    return row.seat if row.state == "queued" else say("{seat} 台", seat=row.seat) if row.seat else ""


def _cell(row: CallRow, words: str, tone: str = "", *, right: bool = False, small: bool = False) -> Cell:
    """Ringing rows are filled with their colour: nobody has to look for them."""
    ringing = row.state == "ringing"
    return Cell(
        words, tone, bold=ringing, right=right, small=small, fill=row.tone if ringing and row.lit else ""
    )


COLUMNS: tuple[Column[CallRow], ...] = (
    Column("", 92, lambda row: _cell(row, f"{SIGNS[row.state]} {row.words}", row.tone)),
    Column("", 0, lambda row: _cell(row, row.number, "quiet" if row.tone == "quiet" else "")),
    Column("", 58, lambda row: _cell(row, _seat(row), "" if row.mine else "quiet", small=True)),
    Column("", 78, lambda row: _cell(row, row.age, row.tone, right=True)),
)


class CallsPanel(Panel):
    """See the module."""

    def __init__(self, desk: Desk, theme: Theme, do: Callable[[str], object]) -> None:
        super().__init__(say("来电"))
        self._desk = desk
        self.table: RowTable[CallRow] = RowTable("calls.table", COLUMNS, theme, heads=False)
        self.table.used.connect(self._use)
        self.table.chosen.connect(self._show)
        self._hint = text("", "quiet")
        self._hint.setObjectName("calls.hint")
        self._hint.setProperty("tone", "warning")
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._hint)
        self._do = do

    def refresh(self, now: int) -> None:
        found = with_queue(self._desk, calls(self._desk, now), now)
        self.table.show_rows(found, self._desk.call_id() or "")
        ringing = [row for row in found if row.state == "ringing"]
        queue, tone = queue_words(self._desk, now)
        rings = say("振铃 {n}", n=len(ringing)) if ringing else ""
        self.aside.setText("　".join(part for part in (rings, queue) if part))
        set_property(self.aside, "tone", tone)
        self._hint.setText(f"{ringing[0].number}　{ringing[0].history}" if ringing else "")
        if ringing:
            self.table.scrollToTop()

    def tell_age(self, words: str) -> None:
        """Our own telephone is always of now."""
        super().tell_age(say("{old}（他台）", old=words) if words else "")

    def _use(self, call_id: str) -> None:
        """Enter: answer this one, show what was taken in, open a form for what nobody answered."""
        call = self._desk.line.call(self._desk.floor, call_id)
        ringing = [one.id for one in self._desk.line.ringing()]
        if ringing[:1] == [call_id]:
            self._do("answer")
        elif call_id in ringing:
            acts_calls.talk_to(self._desk, call_id)
        elif call is not None and call.ended_at and not call.answered_at and not call.intake_id:
            acts.take_missed(self._desk, call)
        else:
            self._show(call_id)

    def _show(self, call_id: str) -> None:
        call = self._desk.floor.calls.get(call_id)
        if call is not None and (call.incident_id or call.intake_id):
            acts.show(self._desk, call.incident_id or call.intake_id or "")
