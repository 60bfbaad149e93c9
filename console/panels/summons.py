"""What a reserve seat shows of itself: a line that is always there, and while it is called up a wide panel.

The panel lies over the lists and over the log-in page's head, never takes the keyboard and never covers the
log-in itself. It is gone as soon as the seat is in service: then calls come.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from console.i18n import say
from console.models.ages import age, clock
from console.models.desk import Desk
from console.models.labels import word
from console.models.reserve import SHAPES, by_whom, check_rows, clocks, kind_words
from console.panels.widgets import button, row_of, set_property, text
from console.verbs import BY_ID, tip
from dispatch.activation import held_by, stage_of
from dispatch.kinds import CheckItem, CheckResult, ReserveStage
from dispatch.reserve import Activation, SeatTurn

LINE_PX = 34
TOP_PX = 128
EDGE_PX = 6
HEIGHT_PX = 318
COLUMNS = 3


class ReserveLine(QFrame):
    """One line under the strip, reserve seats only: calm and tested, ordered, in service, standing down."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setFixedHeight(LINE_PX)
        self._desk = desk
        self._words, self._clock = text(), text("", "large")
        self._words.setObjectName("reserve.line")
        self._clock.setObjectName("reserve.line.clock")
        row = row_of(self._words, 1, self._clock)
        row.setContentsMargins(10, 2, 10, 2)
        self.setLayout(row)
        self.setVisible(desk.readiness.setup.reserve)

    def refresh(self, now: int) -> None:
        found = self._desk.readiness.turn()
        words, tone, running = self._calm() if found is None else self._called(*found, now)
        self._words.setText(words)
        self._words.setToolTip(words)
        self._clock.setText(running)
        set_property(self, "tone", tone)

    def _calm(self) -> tuple[str, str, str]:
        readiness = self._desk.readiness
        seat = readiness.seat()
        if readiness.testing:
            return say("储备席　平时　正在自检…"), "", ""
        test = seat.self_test if seat else None
        if test is None:
            return say("储备席　平时　尚未自检（开机后自动）　只能查看与培训，来电不在本席振铃"), "", ""
        red = "、".join(word(one.item) for one in test.checks if one.result is CheckResult.FAULT)
        if red:
            at = clock(test.at)
            return say("储备席　平时　■ 自检不合格 {at}：{items}", at=at, items=red), "warning", ""
        at = clock(test.at)
        return say("储备席　平时　● 自检合格 {at}　只能查看与培训，来电不在本席振铃", at=at), "", ""

    def _called(self, activation: Activation, turn: SeatTurn, now: int) -> tuple[str, str, str]:
        since = age(activation.ordered_at, now)
        kind, role = kind_words(activation), word(turn.role)
        names = by_whom(self._desk.floor, activation)
        match stage_of(turn):
            case ReserveStage.READY:
                words = say(
                    "{kind}　● 已上岗：{role}　{reason}　下令 {names}",
                    kind=kind, role=role, reason=activation.reason, names=names,
                )  # fmt: skip
                unseen = say("　请按 Shift+F1 确认") if turn.seen_at is None else ""
                real = say("　演练：来电和派车都是真的") if activation.drill else ""
                return words + real + unseen, "info", since
            case ReserveStage.STANDING_DOWN:
                held = held_by(self._desk.floor, turn.seat_id)
                words = say(
                    "{kind}　▲ 撤收中：不再接新来电　待交还事件 {n} 起，未完受理 {m}，通话 {k}",
                    kind=kind, n=len(held.incident_ids), m=len(held.intake_ids), k=len(held.call_ids),
                )  # fmt: skip
                return words, "warning", since
            case _:
                words = say(
                    "{kind}　◆ 启用令：{role}　{reason}", kind=kind, role=role, reason=activation.reason
                )
                return words, "warning", since


class _Item(QFrame):
    """One item of the check: lamp and result, what was found, the cure in words."""

    def __init__(self, item: CheckItem) -> None:
        super().__init__()
        self._head, self._found = text("", ""), text("", "quiet")
        self._head.setObjectName(f"check.{item.value}")
        self._found.setObjectName(f"check.{item.value}.found")
        self._found.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._found)

    def show_row(self, name: str, tone: str, result: str, found: str, cure: str) -> None:
        self._head.setText(f"{SHAPES[tone]} {name}　{result}")
        set_property(self._head, "tone", tone if tone != "quiet" else "")
        self._found.setText(f"{found} → {cure}" if cure else found)
        self._found.setToolTip(self._found.text())


class SummonsPanel(QFrame):
    """Shown from the order until the seat is in service."""

    def __init__(self, page: QWidget, desk: Desk, do: Callable[[str], object]) -> None:
        super().__init__(page)
        self.setObjectName("summons")
        self.setProperty("overlay", True)
        self._page, self._desk = page, desk
        self._title, self._why = text("", "large"), text("")
        self._clock, self._next = text("", "clock"), text("", "large")
        for name, label in (("title", self._title), ("why", self._why), ("clock", self._clock),
                            ("next", self._next)):  # fmt: skip
            label.setObjectName(f"summons.{name}")
        self._items = {item: _Item(item) for item in CheckItem}
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(6)
        for at, widget in enumerate(self._items.values()):
            grid.addWidget(widget, at // COLUMNS, at % COLUMNS)
        for at in range(COLUMNS):
            grid.setColumnStretch(at, 1)
        verbs = [
            button(f"{BY_ID[name].name} {BY_ID[name].key}", f"summons.{name}", partial(do, name), tip(name))
            for name in ("confirm_activation", "release_seat")
        ]
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 10, 20, 12)
        column.addLayout(row_of(self._title, 1, self._clock))
        column.addWidget(self._why)
        column.addLayout(grid, 1)
        column.addLayout(row_of(self._next, 1, *verbs))
        self.hide()

    def refresh(self, now: int) -> None:
        """Show, fill or hide, as the seat stands."""
        found = self._desk.readiness.turn()
        waits = found is not None and found[1].ready_at is None and found[1].standing_down_at is None
        if found is None or not waits:
            self.hide()
            return
        self._fill(*found, now)
        if not self.isVisible():
            self.show()
            self.raise_()
        self.place()

    def place(self) -> None:
        """Over the whole width: under the lines at the top; over the log-in page its fields stay free."""
        top = TOP_PX if self._desk.person is not None else EDGE_PX
        height = max(HEIGHT_PX, self.sizeHint().height())
        self.setGeometry(EDGE_PX, top, self._page.width() - 2 * EDGE_PX, height)

    def _fill(self, activation: Activation, turn: SeatTurn, now: int) -> None:
        floor = self._desk.floor
        self._title.setText(
            say("启用令　{kind}　本席：{role}", kind=kind_words(activation), role=word(turn.role))
        )
        set_property(self._title, "tone", "" if activation.drill else "fault")
        until = clock(activation.until_at)[:5] if activation.until_at else say("撤收为止")
        self._why.setText(
            say(
                "原因：{reason}　　下令：{names}　{at}　　至 {until}",
                reason=activation.reason,
                names=by_whom(floor, activation),
                at=clock(activation.ordered_at),
                until=until,
            )
        )
        self._clock.setText(clocks(activation, now).since)
        for row in check_rows(self._desk.readiness.checks, calm=False):
            self._items[CheckItem(row.id)].show_row(row.name, row.tone, row.result, row.found, row.cure)
        self._next.setText(self._next_words())
        set_property(self._next, "tone", "fault" if self._red() else "")

    def _red(self) -> list[str]:
        checks = self._desk.readiness.checks.values()
        return [word(one.item) for one in checks if one.result is CheckResult.FAULT]

    def _next_words(self) -> str:
        red = self._red()
        known = len(self._desk.readiness.checks) == len(CheckItem)
        if word(CheckItem.PERSON) in red and len(red) == 1 and self._desk.person is None:
            return say("设备全部合格，请登录上岗") if known else say("正在自检，请登录上岗")
        if red:
            return say("先处理 {n} 项红灯；处理后自动上岗", n=len(red))
        if not known:
            return say("正在自检…")
        return say("全部合格，正在上岗…")
