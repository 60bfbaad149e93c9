"""The sheet of headset and line (耳机与线路): both registrars, devices, volume, levels, the tests of a shift.

It lies over the map, never over calls and form; whatever is chosen is used at once, in a call too.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from console.i18n import pick, say
from console.models.ages import clock, day
from console.models.desk import Desk
from console.models.labels import word
from console.models.lamps import SHAPES
from console.models.sound_lamps import line_rows
from console.panels.meter import Meter
from console.panels.sheet import Sheet
from console.panels.tick import Tick
from console.panels.widgets import button, row_of, set_property, text
from console.theme import Theme
from dispatch.kinds import CheckResult
from dispatch.reserve import Check
from telephony.facts import SoundDevice
from telephony.headset.rings import PERCENT_MIN

MARGIN_PX = 16
LINES_MAX = 2
CHECKS_MAX = 3
PERCENT_STEP = 5
TONES = {CheckResult.OK: "ok", CheckResult.WARNING: "warning", CheckResult.FAULT: "fault"}


class Devices(QComboBox):
    """Which device; the wheel passes by, so that a page scrolled never changes the headset."""

    def __init__(self, name: str, chosen: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(lambda at: chosen(self.itemData(at)))

    def offer(self, devices: Sequence[SoundDevice], wanted: str, used: str) -> None:
        """The system's own choice first; a wanted device that is gone stays in the list, said to be gone."""
        rows = [("", say("系统默认（{name}）", name=used) if used and not wanted else say("系统默认"))]
        rows += [(device.id, device.name) for device in devices]
        chosen = next((d.id for d in devices if wanted in {d.id, d.name}), "") or next(
            (d.id for d in devices if wanted and wanted.casefold() in d.name.casefold()), ""
        )
        if wanted and not chosen:
            rows.append((wanted, say("▲ {name}（未接上）", name=wanted)))
            chosen = wanted
        if [(self.itemData(at), self.itemText(at)) for at in range(self.count())] != rows:
            with QSignalBlocker(self):
                self.clear()
                for value, words in rows:
                    self.addItem(words, value)
        at = next(at for at, row in enumerate(rows) if row[0] == chosen)
        if at != self.currentIndex():
            with QSignalBlocker(self):
                self.setCurrentIndex(at)

    def say_only(self, words: str) -> None:
        """Nothing can be chosen here: what is used."""
        if [self.itemText(at) for at in range(self.count())] != [words]:
            with QSignalBlocker(self):
                self.clear()
                self.addItem(words, "")

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SoundSheet(Sheet):
    """See the module. Lies on `page`, over `over`; `back` gets the keyboard when it is closed."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        page: QWidget,
        over: QWidget,
        back: Callable[[], object],
        do: Callable[[str], object],
    ) -> None:
        super().__init__("sound", page, over, back=back)
        self._desk = desk
        self._drawn: tuple[object, ...] = ()
        self._lines = [text() for _ in range(LINES_MAX)]
        self._ear = Devices("sound.ear", lambda value: desk.sounding.use(ear=value))
        self._mouth = Devices("sound.mouth", lambda value: desk.sounding.use(mouth=value))
        self._speaker = Devices("sound.speaker", lambda value: desk.sounding.use(speaker=value))
        self._why = text()
        self._why.setObjectName("sound.why")
        self._percent = text()
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setObjectName("sound.volume")
        self._volume.setRange(PERCENT_MIN, 100)
        self._volume.setSingleStep(PERCENT_STEP)
        self._volume.setPageStep(2 * PERCENT_STEP)
        self._volume.valueChanged.connect(lambda value: desk.sounding.use(ring_percent=value))
        self._hear = button(say("试听铃声"), "sound.hear", desk.sounding.try_ring)
        self._free = Tick(say("用扬声器免提：消除回声"))
        self._free.setObjectName("sound.hands_free")
        self._free.clicked.connect(lambda on: desk.sounding.use(hands_free=bool(on)))
        self._caller = Meter("sound.caller", say("来电人"), theme)
        self._operator = Meter("sound.operator", say("麦克风"), theme)
        self._shift = button("", "sound.shift_test", lambda: do("shift_test"))
        self._shift.setProperty("main", True)
        self._try = button(say("只试音"), "sound.try_headset", lambda: do("try_headset"))
        self._call = button(say("只试呼"), "sound.test_line", lambda: do("test_line"))
        self._close = button(say("关闭 Esc"), "sound.close", self.close_sheet)
        self._told = text("", "large")
        self._told.setObjectName("sound.told")
        self._checks = [text() for _ in range(CHECKS_MAX)]
        self._last = text("", "quiet")
        self._last.setObjectName("sound.last")
        for label in (*self._lines, self._why, self._told, *self._checks, self._last):
            label.setWordWrap(True)
        self._lay_out()

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.setVerticalSpacing(8)
        self._form.setHorizontalSpacing(12)
        rows: tuple[tuple[str, QWidget], ...] = (
            (say("耳机"), self._ear),
            (say("麦克风"), self._mouth),
            (say("振铃扬声器"), self._speaker),
        )
        for words, widget in rows:
            self._form.addRow(words, widget)
        self._form.addRow(say("振铃音量"), row_of(self._volume, self._percent, self._hear))
        self._form.addRow("", self._free)
        self._form.addRow(say("来电人音量"), self._caller)
        self._form.addRow(say("麦克风音量"), self._operator)
        hint = say("横线之间为合适音量。耳机上的键或 Pause 键：接听，通话中则挂机。")
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, 10, MARGIN_PX, 12)
        column.setSpacing(8)
        column.addWidget(text(say("耳机与线路"), "large"))
        for label in self._lines:
            column.addWidget(label)
        column.addSpacing(6)
        column.addWidget(self._why)
        column.addLayout(self._form)
        self._hint = text(hint, "quiet")
        self._hint.setWordWrap(True)
        column.addWidget(self._hint)
        column.addSpacing(6)
        column.addWidget(text(say("上岗测试"), "large"))
        column.addWidget(self._told)
        for label in self._checks:
            column.addWidget(label)
        column.addWidget(self._last)
        column.addStretch(1)
        column.addWidget(self._shift)
        column.addLayout(row_of(self._try, self._call, self._close))

    # --- opening and closing -----------------------------------------------------------------------

    def open(self) -> None:
        self.refresh()
        self.come(next(one for one in (self._shift, self._ear, self._close) if one.isEnabled()))

    # --- drawing -----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw everything as it is now."""
        self._drawn = self._facts()
        rows = line_rows(self._desk)
        for at, label in enumerate(self._lines):
            tone, name, state = rows[at] if at < len(rows) else ("", "", "")
            label.setVisible(bool(name))
            label.setText(f"{SHAPES[tone]} {name}　{state}" if name else "")
            set_property(label, "tone", tone if tone != "quiet" else "")
        self._show_devices()
        self._show_levels()
        self._show_tests()

    def _show_devices(self) -> None:
        sounding = self._desk.sounding
        settings, state = sounding.settings, sounding.headset
        here = settings is not None
        for widget in (self._ear, self._mouth, self._speaker, self._volume, self._hear, self._free):
            widget.setEnabled(here)
        why = state.why if state is not None else None
        words = pick((why.zh, why.en)) if why is not None else ""
        if not here:
            words = say("本机没有声卡通话：接听后双方无声，只由窗口响铃（[phone] headset = true 可启用）")
        self._why.setText(f"▲ {words}" if words and here else words)
        self._why.setVisible(bool(words))
        set_property(self._why, "tone", "warning" if why is not None else "")
        if settings is None:
            self._show_window_rings()
            return
        ears, mouths = (state.ears, state.mouths) if state is not None else ((), ())
        self._ear.offer(ears, settings.ear, state.ear if state else "–")
        self._mouth.offer(mouths, settings.mouth, state.mouth if state else "–")
        self._speaker.offer(ears, settings.speaker, state.speaker if state else "–")
        self._show_volume(settings.ring_percent)
        ready = self._desk.phone.ready
        offered = ready is not None and ready.capabilities.echo_canceller
        self._free.setVisible(offered or settings.hands_free)
        self._free.setChecked(settings.hands_free)

    def _show_window_rings(self) -> None:
        """The telephone has no sound here: what the window rings by, as configured."""
        ring = self._desk.readiness.setup.ring
        self._ear.say_only(say("不用"))
        self._mouth.say_only(say("不用"))
        self._speaker.say_only(ring.speaker or say("系统默认"))
        self._show_volume(ring.ring_percent)
        self._free.setVisible(False)

    def _show_volume(self, percent: int) -> None:
        with QSignalBlocker(self._volume):
            self._volume.setValue(percent)
        self._percent.setText(f"{percent} %")

    def hear(self) -> None:
        """Something of the sound changed, ten times a second the levels alone."""
        if self._facts() != self._drawn:
            self.refresh()
        else:
            self._show_levels()

    def _facts(self) -> tuple[object, ...]:
        it = self._desk.sounding
        return it.headset, it.line(), it.settings, it.tried, it.probed, it.trial_id, it.probe_id

    def _show_levels(self) -> None:
        levels = self._desk.sounding.levels(self._desk.clock())
        self._caller.show_db(levels.caller_db if levels else None)
        self._operator.show_db(levels.operator_db if levels else None)

    def _show_tests(self) -> None:
        sounding = self._desk.sounding
        busy, up = sounding.busy, bool(self._desk.phone.calls)
        self._shift.setText(say("上岗测试 Ctrl+Shift+S") if sounding.settings else say("试呼并存档"))
        for widget in (self._shift, self._try, self._call):
            widget.setEnabled(not busy and not up)
        self._try.setVisible(sounding.settings is not None)
        self._call.setVisible(sounding.settings is not None)
        checks = () if busy else self._results()
        if sounding.trial_id is not None:
            self._tell(say("请对着麦克风说话两秒，随后听回放…"), "info")
        elif sounding.probe_id is not None:
            self._tell(say("正在试呼，听回声…"), "info")
        elif not checks:
            self._tell(say("本机开机后还没有测试"), "")
        else:
            well = all(one.result is not CheckResult.FAULT for one in checks)
            self._tell(
                say("● 合格，可以上岗") if well else say("■ 不合格，请先处理"), "ok" if well else "fault"
            )
        for at, label in enumerate(self._checks):
            label.setVisible(at < len(checks))
            if at < len(checks):
                self._show_check(label, checks[at])
        self._last.setText(self._last_words())

    def _results(self) -> tuple[Check, ...]:
        sounding = self._desk.sounding
        return sounding.shift_checks() if sounding.probed or sounding.tried else ()

    def _show_check(self, label: QLabel, one: Check) -> None:
        tone = TONES[one.result]
        cure = f" → {one.cure}" if one.cure else ""
        label.setText(f"{SHAPES[tone]} {word(one.item)}：{one.found}{cure}")
        set_property(label, "tone", tone if tone != "ok" else "")

    def _tell(self, words: str, tone: str) -> None:
        self._told.setText(words)
        set_property(self._told, "tone", tone)

    def _last_words(self) -> str:
        """What the hub has of this seat's last test."""
        floor = self._desk.floor
        seat = floor.seats.get(self._desk.own_seat_id())
        test = seat.self_test if seat is not None else None
        if test is None:
            return say("中枢没有本席的测试记录")
        person = floor.dispatchers.get(test.dispatcher_id or "")
        return say(
            "中枢存档：{day} {at} {who} {result}",
            day=day(test.at),
            at=clock(test.at),
            who=person.name if person else say("无人登录"),
            result=say("合格") if test.passed else say("不合格"),
        )
