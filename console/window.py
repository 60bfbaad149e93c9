"""The seat window: fixed places, nothing steals the keyboard, nothing moves under the pointer.

Left calls, waiting list and alarms; middle the incident in hand; right map, vehicles and latest changes. The
window only draws the desk and passes on what hands do.
"""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QVBoxLayout, QWidget

from console import names
from console.bell import Bell
from console.city_map import CityMap
from console.doing import Doing
from console.i18n import say
from console.layouts import SHARES, Layouts, column_of
from console.lock import IdleWatch
from console.login import LogInPage, reason_text
from console.models.asking import Ask
from console.models.desk import Desk
from console.models.modes import banners
from console.models.people import drafting, leave_if_over
from console.models.spoken import is_offline
from console.models.state import Topic
from console.over import Over, tell_ages
from console.panels.advice import AdvicePanel
from console.panels.calls import CallsPanel
from console.panels.chart import Chart
from console.panels.command import CommandLine
from console.panels.form import FormPanel
from console.panels.incidents import IncidentsPanel
from console.panels.lower import LowerPages
from console.panels.missed import MissedPanel
from console.panels.missions import MissionsView
from console.panels.news import AlarmsPanel, NewsPanel
from console.panels.player import Player
from console.panels.records import RecordsTable
from console.panels.reserve_parts import ReserveParts
from console.panels.seats import SeatsPanel
from console.panels.status import Header, Keys, Strip
from console.panels.talks import TalksStrip
from console.panels.vehicles import VehiclesPanel
from console.paper import DeskPaper
from console.ports import LogInAnswered
from console.second import SecondAsked
from console.shortcuts import KeyFilter
from console.speaker import Speaker
from console.theme import GAP_PX, Theme, dress


class Setting(Struct, frozen=True):
    """What the window is told at start. `layouts`: file of the dispatchers' layouts, `paper`: folder of the
    paper sheets; None keeps none."""

    site: str
    seat: str
    recordings: Path
    layouts: Path | None = None
    city: CityMap = CityMap()
    training: bool = False
    lock_minutes: int = 0
    paper: Path | None = None
    records: Path = Path("records")


class SeatWindow(QMainWindow):
    """See the module. `ended` is called when the window has been closed."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        setting: Setting,
        ended: Callable[[], None] = lambda: None,
        speaker: Callable[[QObject], Speaker] = Speaker,
    ) -> None:
        super().__init__()
        self.setObjectName(names.SEAT)
        self.setWindowTitle(say("铃声　{site} {seat} 台", site=setting.site, seat=setting.seat))
        self._desk, self._theme, self._setting, self._ended = desk, theme, setting, ended
        self.doing = Doing(desk, self)
        self._layouts = Layouts(setting.layouts)
        page = self._page = QWidget()
        page.setObjectName("page")
        self.setCentralWidget(page)
        self._make_panels(page)
        self._lay_out(page)
        places = (self._lower, self._middle, self._right)
        self._over = Over(page, desk, theme, places, lambda: self.go("form"), self.doing.do)
        self._reason, self._help = self._over.reason, self._over.help
        self._paper = DeskPaper(desk, setting.paper)
        self._login = LogInPage(page, self.windowTitle(), self._log_in)
        self._second = SecondAsked(self, desk)
        self._bell = Bell(self, desk, speaker)
        self._shared_out = False
        self._login_id = ""
        self._keys_filter = KeyFilter(self, self.doing.do, self.doing.pick_row, self.doing.is_heard)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._app = app
        app.installEventFilter(self._keys_filter)
        self._idle = IdleWatch(self, setting.lock_minutes, self._on_the_phone, self.lock)
        dress(app, self, theme)

    # --- building ----------------------------------------------------------------------------------

    def _make_panels(self, page: QWidget) -> None:
        desk, theme, do = self._desk, self._theme, self.doing.do
        self._player = Player(desk.notice)
        self._command = CommandLine(self.doing.run)
        self._header = Header(desk, self._setting, do, theme)
        self._strip = Strip(desk, do)
        self._talks = TalksStrip(desk, do)
        self._keys = Keys(do, self._command)
        self._calls = CallsPanel(desk, theme, do)
        self._incidents = IncidentsPanel(desk, theme, do)
        self._alarms = AlarmsPanel(desk, theme, do)
        self._form = FormPanel(desk, page, do)
        self._advice = AdvicePanel(desk, theme, do)
        self._missions = MissionsView(desk, theme, do)
        self._records = RecordsTable(desk, theme, self._player.toggle, self._setting.recordings)
        missed, seats = MissedPanel(desk, theme, do), SeatsPanel(desk, theme, do)
        self._pages = LowerPages(desk, self._missions, self._records, missed, seats)
        self._chart = Chart(desk, theme, desk.clock, self._setting.city)
        self._vehicles = VehiclesPanel(desk, theme, self._chart.show_vehicle)
        self._news = NewsPanel(desk, theme)
        self._reserve = ReserveParts(page, desk, theme, do, self.ask, self._setting.records)
        self._aged = (self._calls, self._incidents, self._alarms, self._news, self._advice, self._vehicles,
                      self._reserve.panel, self._chart.canvas)  # fmt: skip

    def _lay_out(self, page: QWidget) -> None:
        self._lower = QSplitter(Qt.Orientation.Vertical)
        self._lower.addWidget(self._advice)
        self._lower.addWidget(self._pages)
        left = column_of([self._calls, self._incidents, self._alarms, self._news])
        middle = self._middle = column_of([self._form, self._lower])
        right = self._right = column_of([self._chart, self._vehicles])
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        for part in (left, middle, right):
            self._columns.addWidget(part)
        self._splitters = {"columns": self._columns, "left": left, "middle": middle, "right": right,
                           "lower": self._lower}  # fmt: skip
        for splitter in self._splitters.values():
            splitter.setHandleWidth(GAP_PX)
            splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(page)
        column.setContentsMargins(GAP_PX, 0, GAP_PX, GAP_PX)
        column.setSpacing(GAP_PX)
        for widget in (self._header, self._strip, self._talks, self._reserve.line):
            column.addWidget(widget)
        column.addWidget(self._columns, 1)
        column.addWidget(self._keys)

    # --- drawing -----------------------------------------------------------------------------------

    def show_changes(self, changes: set[Topic]) -> None:
        """Draw what changed on the desk."""
        now = self._desk.clock()
        if changes & {Topic.ADVICE, Topic.PLACE, Topic.LINK}:
            self._advice.refresh(now)
        panels: tuple[tuple[Topic, Callable[[int], object]], ...] = (
            (Topic.CALLS, self._calls.refresh),
            (Topic.CALLS, self._talks.refresh),
            (Topic.CALLS, self._bell.refresh),
            (Topic.INCIDENTS, self._incidents.refresh),
            (Topic.FORM, self._form.refresh),
            (Topic.MISSIONS, self._pages.refresh),
            (Topic.VEHICLES, self._vehicles.refresh),
            (Topic.LATEST, self._news.refresh),
            (Topic.ALARMS, self._alarms.refresh),
            (Topic.STATUS, self._header.refresh),
            (Topic.SOUND, self._header.show_levels),
        )
        for topic, refresh in panels:
            if topic in changes:
                refresh(now)
        if changes & {Topic.NOTICE, Topic.STATUS, Topic.LATEST, Topic.VEHICLES}:
            self._strip.refresh(now)
        if changes & {Topic.STATUS, Topic.PLACE, Topic.CALLS}:
            self._form.tell(now)
            self._pages.tell(now)
        if Topic.STATUS in changes:
            tell_ages(self._desk, self._aged)
        self._over.refresh(changes, now)
        if Topic.LINK in changes and is_offline(self._desk):
            self._paper.keep_round()
        if Topic.SUGGESTIONS in changes:
            self._form.address.suggest(self._desk.suggestions)
        self._chart.refresh(changes)
        self._reserve.refresh(changes, now)
        self._show_people()

    def second(self) -> None:
        """Each second: clock, ages, lamps."""
        now = self._desk.clock()
        self._header.tick(now)
        aging = {Topic.CALLS, Topic.INCIDENTS, Topic.MISSIONS, Topic.VEHICLES, Topic.ALARMS, Topic.STATUS}
        self.show_changes(aging)

    # --- people ------------------------------------------------------------------------------------

    def open_login(self) -> None:
        """Ask who sits here. The next one's name stands with what the next one listens to."""
        self._over.make_room()
        self._login.open()
        self._place_login()
        self._reserve.summons.raise_()

    def _place_login(self) -> None:
        """Over the whole window; only over the map while a form is filled in that waits for the log-in."""
        chart = self._chart
        corner = chart.mapTo(self._page, chart.rect().topLeft())
        self._login.setGeometry(QRect(corner, chart.size()) if drafting(self._desk) else self._page.rect())

    def _log_in(self, staff: str, password: str) -> None:
        self._login_id = self._desk.hub.log_in(staff, password)

    def _show_people(self) -> None:
        desk = self._desk
        answer, desk.log_in_answer = desk.log_in_answer, None
        if answer is not None and answer.id == self._login_id:
            self._first_answered(answer)
        elif answer is not None:
            self._second.take(answer)
        if over := leave_if_over(desk):
            self.open_login()
            self._login.tell(over)
        if desk.person is None:
            ringing = desk.line.ringing()
            number = ringing[0].number or say("号码未显示") if ringing else ""
            self._login.tell_ringing(say("有来电：{number}，F3 接听", number=number) if ringing else "")
            self._login.tell_hub("\n".join(one.words for one in banners(desk.standing(desk.clock()))))
            self._place_login()
        self._second.open_if_wanted()

    def _first_answered(self, answer: LogInAnswered) -> None:
        if answer.dispatcher_id is None:
            self._login.tell(reason_text(answer))
            return
        self._desk.sit_down(answer)
        self._login.hide()
        self._restore_layout()
        self.go("form")

    # --- what verbs ask of the window ----------------------------------------------------------------

    def ask(self, ask: Ask) -> None:
        self._over.ask(ask)

    def go(self, where: str) -> None:
        self._pages.go(where)
        targets: dict[str, QWidget] = {
            "form": self._form.address,
            "calls": self._calls.table,
            "incidents": self._incidents.table,
            "advice": self._advice.table,
            "missions": self._missions,
            "recordings": self._records,
            "missed": self._pages.missed,
            "seats": self._pages.seats,
            "caller": self._pages.caller,
            "vehicles": self._vehicles.table,
            "alarms": self._alarms.table,
            "map": self._chart.canvas,
        }
        targets[where].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def toggle_help(self) -> None:
        self._help.toggle()

    def toggle_full(self) -> None:
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def toggle_theme(self) -> None:
        self.set_theme("night" if self._theme.name == "day" else "day")

    def is_map_complete(self) -> bool:
        return self._chart.canvas.is_ground_complete

    def set_theme(self, name: str) -> None:
        """Change to "day" or "night"."""
        self._theme.name = name
        dress(self._app, self, self._theme)
        self._chart.canvas.set_theme(self._theme.name)
        self._desk.changed(*Topic)

    def open_command(self) -> None:
        self._command.open()

    def close_overlay(self) -> bool:
        if self._help.isVisible():
            self._help.hide()
        elif self._form.address.close_list():
            pass
        elif self._command.hasFocus():
            self._command.close_line()
        elif self._reason.isVisible():
            self._reason.close_sheet()
        elif self._reserve.close() or self._over.close_sheet():
            pass
        elif self._chart.canvas.is_pinning:
            self._chart.canvas.set_pin_mode(False)
        else:
            return False
        return True

    def open_sheet(self, sheet: str, about: str = "") -> None:
        self._over.open(sheet, about)

    def toggle_reserve(self) -> None:
        self._reserve.panel.toggle()

    def chosen_seat(self) -> str:
        return self._reserve.panel.chosen_seat()

    def write_record(self) -> None:
        self._reserve.write_record()

    def make_room(self) -> None:
        """A call is taken: nothing lies over its form."""
        self._over.make_room()

    def print_sheet(self) -> None:
        self._paper.print_sheet()

    def pin_mode(self) -> None:
        self._chart.pin_mode()

    def toggle_closed(self) -> None:
        self._incidents.toggle_closed()
        self.go("incidents")

    def play(self) -> None:
        self._records.play()

    def log_out(self) -> None:
        if self._desk.person is not None:
            self._save_layout()
            self._desk.stand_up()
            self._desk.hub.logged_out()
        self.open_login()

    def lock(self) -> None:
        """Whoever sits here went away: nobody orders before a password, the seat stays logged in."""
        person = self._desk.person
        if person is None:
            return
        self._save_layout()
        known = self._desk.floor.dispatchers.get(person.dispatcher_id)
        self._desk.stand_up(lock=True)
        self._desk.hub.logged_out()
        self._over.make_room()
        self._login.open(known.staff_number if known else "")
        self._place_login()

    def _on_the_phone(self) -> bool:
        line = self._desk.line
        return bool(line.up() or line.ringing() or line.supervising) or self._desk.person is None

    def showEvent(self, event: QShowEvent) -> None:
        """Share out the real width: before the first show Qt does not know it."""
        super().showEvent(event)
        if self._shared_out:
            return
        self._shared_out = True
        for name, sizes in SHARES.items():
            self._splitters[name].setSizes(list(sizes))

    # --- layout and end --------------------------------------------------------------------------------

    def _save_layout(self) -> None:
        if self._desk.person is not None:
            self._layouts.save(self._desk.person.dispatcher_id, self._splitters, self._theme.name)

    def _restore_layout(self) -> None:
        if self._desk.person is not None:
            person = self._desk.person.dispatcher_id
            self._layouts.restore(person, self._splitters, self._theme.name, self.set_theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._over.place()
        if self._login.isVisible():
            self._place_login()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._save_layout()
        self._app.removeEventFilter(self._keys_filter)
        self._idle.stop()
        self._chart.canvas.close_map()
        for part in (self._paper, self._player, self._reserve, self._over, self._bell):
            part.stop()
        self._desk.save()
        self._ended()
        super().closeEvent(event)
