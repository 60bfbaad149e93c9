"""The archive of recordings (录音检索): what to search for on top, what was found, its picture, its sound.

It lies over the form and the map and makes room as soon as a call is answered. Keys in the list: Up and Down
choose, Enter plays, arrows move in it, Space selects for the export, Esc closes.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from console.archivist import Archivist, Found, HandedOut, NoPicture, Picture
from console.i18n import say
from console.models import handing_out
from console.models.ages import BEIJING
from console.models.archive import ArchiveRow, NotATimeError, Typed, ear_of, row, search_of
from console.models.asking import Ask
from console.models.desk import Desk
from console.models.handing_out import Asked
from console.models.state import Person
from console.models.vault import vault_words
from console.panels.listening import Listening
from console.panels.sheet import Sheet
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import button, row_of, set_property, text
from console.theme import Theme
from store.bus.keys import KeyFileError
from telephony.archive.catalogue import FOUND_MAX
from telephony.archive.labels import Label

PICTURE_MS = 120
NOTED_MS_MAX = 3_000
"""A verdict without its event in the journal after so long was a refusal."""
WAVE_PX = 250
FIELDS_PX = {"number": 150, "since": 150, "until": 150, "place": 0, "incident": 110, "seat": 60}
COLUMNS: tuple[Column[ArchiveRow], ...] = (
    Column("", 30, lambda it: Cell("☑" if it.chosen else "☐", "info" if it.chosen else "quiet")),
    Column("", 168, lambda it: Cell(it.at)),
    Column("", 64, lambda it: Cell(it.length, right=True)),
    Column("", 140, lambda it: Cell(it.number, bold=True)),
    Column("", 74, lambda it: Cell(it.kind, "quiet", small=True)),
    Column("", 142, lambda it: Cell(it.incident, small=True)),
    Column("", 0, lambda it: Cell(it.place)),
    Column("", 124, lambda it: Cell(it.seat, "quiet", small=True)),
    Column("", 190, lambda it: Cell(it.note, it.tone, small=True)),
)


class ArchiveDesk(Sheet):
    """See the module. Lies on `page` over `over`; `back` gets the keyboard when it is closed."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        page: QWidget,
        over: tuple[QWidget, ...],
        back: Callable[[], object],
        ask: Callable[[Ask], object],
        archivist: Archivist,
        exports: Path,
    ) -> None:
        super().__init__("archive", page, *over, back=back)
        self._desk = desk
        self._ask, self._archivist, self._exports = ask, archivist, exports
        self._listening = Listening("archive", theme, self._heard, lambda: ear_of(desk))
        self._listening.setFixedHeight(WAVE_PX)
        self._labels: dict[str, Label] = {}
        self._chosen: frozenset[str] = frozenset()
        self._ticket, self._shown = 0, ""
        self._asked: Asked | None = None
        self._gone_at = 0
        self._listened = ""
        self._whose: Person | None = None
        words = {"number": say("号码（末几位）"), "since": say("从：20:30、11-21"), "until": say("到"),
                 "place": say("地点"), "incident": say("事件号"), "seat": say("台")}  # fmt: skip
        self._fields = {name: self._field(name, hint) for name, hint in words.items()}
        self._find = button(say("检索 Enter"), "archive.find", self.search)
        self._told = text("")
        self._told.setObjectName("archive.told")
        self._vault = text("", "quiet")
        self._vault.setObjectName("archive.vault")
        self.table: RowTable[ArchiveRow] = RowTable("archive.table", COLUMNS, theme, heads=False)
        self.table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # its keys are for whoever clicks in it too
        self.table.chosen.connect(self._show)
        self.table.used.connect(lambda _key: self._listening.toggle())
        self.table.installEventFilter(self)
        self._export = button(say("导出选中的…"), "archive.export", self.export)
        self._close = button(say("关闭 Esc"), "archive.cancel", self.close_sheet)
        self._later = QTimer(self, singleShot=True, interval=PICTURE_MS)
        self._later.timeout.connect(self._ask_picture)
        archivist.answered.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._lay_out()

    def _field(self, name: str, hint: str) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(f"archive.{name}")
        made.setAccessibleName(hint)
        made.setPlaceholderText(hint)
        if FIELDS_PX[name]:
            made.setFixedWidth(FIELDS_PX[name])
        made.returnPressed.connect(self.search)
        return made

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        title = text(say("录音检索"), "large")
        hint = text(say("↑↓ 选择，Enter 播放，←→ 移动，-+ 快慢，N 下一标记，空格选中待导出"), "quiet")
        column.addLayout(row_of(title, hint, 1, self._export, self._close))
        column.addLayout(row_of(*self._fields.values(), self._find))
        column.addLayout(row_of(self._told, 1, self._vault))
        column.addWidget(self.table, 1)
        column.addWidget(self._listening)

    # --- opening and closing ---------------------------------------------------------------------------

    def open(self) -> None:
        self._forget_others()
        self.come(self._fields["number"])
        self.search()

    def make_room(self) -> None:
        """Nothing plays on unseen; what was searched for stays for the next time, for the same person."""
        self._listening.load(None)
        self._shown = self._listened = ""
        self._forget_others()
        super().make_room()

    def _forget_others(self) -> None:
        """What somebody else searched for and found is not for whoever sits here now."""
        if self._whose == self._desk.person:
            return
        self._whose, self._ticket = self._desk.person, 0
        self._labels, self._chosen = {}, frozenset()
        for field in self._fields.values():
            field.clear()
        self._tell("")
        self._draw()
        self._archivist.forget()

    def stop(self) -> None:
        """For good."""
        self._listening.stop()

    # --- searching ---------------------------------------------------------------------------------------

    def search(self) -> None:
        """Look for what the fields say; the answer comes from the archive's thread."""
        typed = Typed(**{name: field.text() for name, field in self._fields.items()})
        try:
            wanted = search_of(typed, self._desk.clock())
        except NotATimeError as error:
            self._tell(say("▲ 看不懂的时间：{text}（写 20:30、11-21 或 11-21 20:30）", text=error), "warning")
            return
        self._tell(say("正在检索…"))
        self._ticket = self._archivist.search(wanted, everywhere=handing_out.may_hand_out(self._desk))

    def _take(self, answer: object) -> None:
        if isinstance(answer, HandedOut):
            self._handed_out(answer)
        elif isinstance(answer, Found) and answer.ticket == self._ticket and self.isVisible():
            self._found(answer)
        elif isinstance(answer, Picture) and answer.call_id == self._shown:
            self._listening.load(answer)
        elif isinstance(answer, NoPicture) and answer.call_id == self._shown and not answer.live:
            self._listening.load(None, say("■ 录音文件读不出：{why}", why=answer.trouble))

    def _found(self, answer: Found) -> None:
        if answer.trouble:
            self._tell(say("■ 录音目录不可用：{why}", why=answer.trouble), "fault")
            return
        self._labels = {label.call_id: label for label in answer.labels}
        if not answer.asking:
            self._chosen &= self._labels.keys()
        count = len(answer.labels)
        self._tell(*found_words(answer, self._archivist.folder))
        self._draw()
        if self._shown not in self._labels and not (answer.asking and self._shown):
            self._listening.load(None, say("在列表中选一段") if count else "")
            self._shown = ""
            if count:
                self._show(answer.labels[0].call_id)

    def _draw(self) -> None:
        rows = [row(label, self._chosen) for label in self._labels.values()]
        self.table.show_rows(rows, self._shown, anew=True)
        count = len(self._chosen)
        self._export.setText(say("导出选中的 {n} 段…", n=count) if count else say("导出光标处…"))

    def _show(self, call_id: str) -> None:
        if call_id == self._shown:
            return
        self._shown, self._listened = call_id, ""
        self.table.select_id(call_id)
        self._listening.load(None, say("读取录音…"))
        self._later.start()

    def _ask_picture(self) -> None:
        label = self._labels.get(self._shown)
        if label is not None:
            self._archivist.picture(label, everywhere=handing_out.may_hand_out(self._desk))

    def _heard(self, picture: Picture) -> None:
        """Noted once for each time it is chosen: going on after a pause is no other time."""
        if picture.call_id != self._listened:
            self._listened = picture.call_id
            handing_out.listened(self._desk, picture.call_id)

    # --- handing out --------------------------------------------------------------------------------------

    def _selected(self) -> tuple[Label, ...]:
        keys = self._chosen or frozenset({self._shown})
        return tuple(label for key, label in self._labels.items() if key in keys)

    def export(self) -> None:
        """Ask why; the journal is told first, then the files are written."""
        labels = self._selected()
        why = handing_out.why_not(self._desk, labels)
        if why:
            self._tell(f"▲ {why}", "warning")
        elif self._asked is not None:
            self._tell(say("上一次导出尚未完成"), "warning")
        else:
            self._ask_why(labels)

    def _ask_why(self, labels: tuple[Label, ...]) -> None:
        try:
            seal = self._archivist.seal()
        except KeyFileError as error:
            self._tell(say("■ 没有封签密钥，不能导出：{why}", why=error), "fault")
            return
        self._ask(handing_out.question(self._desk, labels, seal, self._wait_for_journal))

    def _wait_for_journal(self, asked: Asked | str) -> None:
        if isinstance(asked, str):
            self._tell(asked, "warning")
            return
        self._asked, self._gone_at = asked, self._desk.clock()
        self._tell(say("等待审计登记…"))

    def refresh(self, now: int) -> None:
        """The journal may have answered, or the vault stands otherwise."""
        vault = self._archivist.vault_state()
        if vault is not None:
            words, tone = vault_words(vault)
            self._vault.setText(words)
            set_property(self._vault, "tone", tone)
        asked = self._asked
        if asked is None:
            return
        noted = handing_out.noted(self._desk, asked)
        if noted is not None:
            at = datetime.fromtimestamp(noted.at / 1000, BEIJING)
            target = self._exports / f"{at:%Y%m%d-%H%M%S}-{asked.note_id[-6:]}.zip"
            self._archivist.hand_out(noted, asked.labels, target, asked.by)
            self._asked = None
            self._tell(say("审计已登记，正在写出…"))
        elif asked.cid in self._desk.pending:
            self._gone_at = now
        elif now - self._gone_at > NOTED_MS_MAX:
            self._asked = None
            self._tell(say("■ 审计未登记，没有导出"), "fault")

    def _handed_out(self, done: HandedOut) -> None:
        if done.trouble:
            what = say("录音导出失败：{why}", why=done.trouble)
            self._tell(f"■ {what}", "fault")
            self._desk.notice(what, say("检查磁盘与文件；审计已记下这次导出"))
            return
        self._chosen = frozenset()
        self._draw()
        told = say("● 已导出 {n} 段并封签：{file}", n=done.count, file=done.target)
        if done.missing:
            told += say("　▲ {n} 段文件不在", n=done.missing)
        self._tell(told, "warning" if done.missing else "ok")
        self._desk.notice(told, grave=False)

    # --- hands ---------------------------------------------------------------------------------------------

    def _tell(self, words: str, tone: str = "") -> None:
        self._told.setText(words)
        set_property(self._told, "tone", tone)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            return False
        if event.key() == Qt.Key.Key_Space and self.table.current_id():
            self._chosen = self._chosen ^ {str(self.table.current_id())}
            self._draw()
            return True
        return self._listening.key(event.key())


def found_words(answer: Found, folder: Path) -> tuple[str, str]:
    """How many were found and where, and the tone of it."""
    words, tone = _found_words(answer, folder)
    if not answer.kept_back:
        return words, tone
    more = say("　另有 {n} 段非本席通话（班长监听等），由班长、科长、质控员检索", n=answer.kept_back)
    return f"{words}{more}", tone


def _found_words(answer: Found, folder: Path) -> tuple[str, str]:
    count = len(answer.labels)
    if answer.without:
        return say("▲ 录音库没有回答（{why}）：只列本机 {n} 段", why=answer.without, n=count), "warning"
    if answer.asking:
        return say("本机 {n} 段；正在检索录音库…", n=count), ""
    if count >= FOUND_MAX:
        return say("▲ 多于 {n} 段，只列最新的：请缩小范围", n=FOUND_MAX), ""
    if not count and answer.others is None:
        return say("△ 没有符合的录音：减少条件，或到录音所在坐席检索"), ""
    if not count:
        return say("△ 没有符合的录音：减少条件"), ""
    if answer.others is None:
        return say("找到 {n} 段，新的在前　本机录音 {where}", n=count, where=folder), ""
    return say("找到 {n} 段，新的在前　其中 {m} 段来自他席", n=count, m=answer.others), ""
