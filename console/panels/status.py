"""Header with mode, people, lamps and clock; the strip that speaks; the strip of keys at the foot.

The strip has a fixed place: a notice never moves anything under the pointer and never takes the keyboard.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

from console.i18n import say
from console.models import ages
from console.models.alarm_rows import crews_calling
from console.models.commanding import away_from_home
from console.models.desk import Desk
from console.models.labels import word
from console.models.lamps import lamps
from console.models.modes import banners, tone_of
from console.models.prompting import heard_words
from console.models.reserve import urgency
from console.models.spoken import is_offline
from console.panels.meter import Level
from console.panels.state_sign import StateSign
from console.panels.widgets import Pressable, Sentence, button, set_property, text
from console.ports import HubMode
from console.theme import Theme
from console.verbs import BY_ID, VERBS, tip

HEADER_PX = 44
LAMP_GAP_PX = 8
SCREEN_PX = 1920
"""The screen a seat is made for."""
MODE_PX = 32
STRIP_PX = 34
COMMAND_PX = 300
LAMP_OPENS = {"conflicts": "conflicts", "island": "conflicts", "phone": "sound", "headset": "sound"}


class Place(Protocol):
    """Where this window stands."""

    @property
    def site(self) -> str: ...
    @property
    def seat(self) -> str: ...
    @property
    def training(self) -> bool: ...


class Header(QFrame):
    """Who sits where, how everything stands, and the time."""

    def __init__(self, desk: Desk, place: Place, do: Callable[[str], object], theme: Theme) -> None:
        super().__init__()
        self.setFixedHeight(HEADER_PX)
        self._desk, self._do, self._training = desk, do, place.training
        self._site, self._seat_number = place.site, place.seat
        self._mode = Pressable(lambda: do(self.mode_verb()))
        self._mode.setProperty("role", "mode")
        self._mode.setObjectName("mode")
        self._mode.setFixedHeight(MODE_PX)
        self._where = text("", "large")
        self._who = Sentence("who")
        self._state = StateSign(desk, do)
        self._clock = text("", "clock")
        self._clock.setObjectName("clock")
        self._day = text("", "quiet")
        self._lamps: dict[str, QLabel] = {}
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(10)
        for widget in (self._mode, self._where, self._who, self._state):
            row.addWidget(widget)
        row.addStretch(1)
        self._lamp_row = QHBoxLayout()
        self._lamp_row.setSpacing(LAMP_GAP_PX)
        self._caller = Level("lamp.level.caller", say("听"), say("来电人"), theme)
        self._operator = Level("lamp.level.operator", say("说"), say("麦克风"), theme)
        for level in (self._caller, self._operator):
            level.setVisible(desk.sounding.settings is not None)
            row.addWidget(level)
        row.addLayout(self._lamp_row)
        row.addSpacing(12)
        row.addWidget(self._day)
        row.addWidget(self._clock)

    def refresh(self, now: int) -> None:
        desk = self._desk
        shown = lamps(desk, now)
        for key in self._lamps.keys() - {lamp.key for lamp in shown}:
            self._lamps[key].hide()
        for lamp in shown:
            label = self._lamps.get(lamp.key)
            if label is None:
                label = self._lamps[lamp.key] = self._lamp(lamp.key)
                label.setObjectName(f"lamp.{lamp.key}")
                self._lamp_row.addWidget(label)
            label.show()
            label.setText(f"{lamp.shape} {lamp.name} {lamp.state}")
            label.setToolTip(lamp.detail)
            label.setAccessibleName(f"{lamp.name} {lamp.state} {lamp.detail}")
            set_property(label, "tone", lamp.tone if lamp.tone != "quiet" else "")
        self._show_people()
        self._state.refresh(now)
        self.tick(now)

    def show_levels(self, now: int) -> None:
        """How loud caller and operator are; the place is kept while nobody speaks."""
        levels = self._desk.sounding.levels(now)
        self._caller.meter.show_db(levels.caller_db if levels else None)
        self._operator.meter.show_db(levels.operator_db if levels else None)

    def _lamp(self, key: str) -> QLabel:
        """A press on some lamps opens what they are about."""
        opens = LAMP_OPENS.get(key)
        label = Pressable(lambda: self._do(opens)) if opens is not None else text("", "lamp")
        label.setProperty("role", "lamp")
        return label

    def _show_people(self) -> None:
        desk = self._desk
        self._mode.setText(self._site_mode()[0])
        set_property(self._mode, "tone", self._site_mode()[1])
        self._where.setText(say("{site}　{seat} 台", site=self._site, seat=self._seat_number))
        person = desk.person
        known = desk.floor.dispatchers.get(person.dispatcher_id) if person else None
        if person is None or known is None:
            self._show_who(say("未登录"))
            return
        roles = "、".join(sorted(word(role) for role in person.roles))
        self._show_who(f"{known.name} {known.staff_number}　{roles}")

    def _show_who(self, words: str) -> None:
        """The roles give way before the window grows wider than its screen."""
        self._who.setText(words)
        self._who.setToolTip(words)

    def _site_mode(self) -> tuple[str, str]:
        """The one word for how this site stands, and its tone."""
        desk = self._desk
        if desk.link.mode is HubMode.ISLAND:
            return say("孤岛"), "fault"
        if is_offline(desk):
            return say("断网"), "fault"
        if away_from_home(desk.floor):
            return say("接管"), "command"
        if self._training:
            return say("培训"), "fault"
        return urgency(desk.floor)

    def mode_verb(self) -> str:
        """What a press on the sign of the mode opens: the act that moves command from here."""
        link = self._desk.link
        if link.mode in {HubMode.ISLAND, HubMode.AWAITING_COPY}:
            return "island"
        return "take_command" if link.relay else "hand_over"

    def tick(self, now: int) -> None:
        """The clock, every second."""
        self.show_levels(now)
        self._clock.setText(ages.clock(now))
        self._day.setText(ages.day(now))
        self._day.setVisible(self._has_room_for_the_day())

    def _has_room_for_the_day(self) -> bool:
        """The date gives way before the clock leaves the screen."""
        row = self._row
        day_px = self._day.sizeHint().width() + row.spacing()
        needed_px = row.minimumSize().width() + (day_px if self._day.isHidden() else 0)
        return needed_px <= SCREEN_PX


class Strip(QFrame):
    """One line that speaks: crews that call and the hub's banner, the newest notice, else the last change."""

    def __init__(self, desk: Desk, do: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setFixedHeight(STRIP_PX)
        self._desk, self._do = desk, do
        self._text, self._banner = Sentence("notice.text"), Sentence("banner")
        self._hears = text("", "large")
        self._hears.setObjectName("hears")
        self._more = text("", "quiet")
        self._act = button("", "notice.act", self._help_out)
        self._close = button(say("知道了 Esc"), "notice.dismiss", lambda: do("dismiss"), tip("dismiss"))
        for made in (self._act, self._close):
            made.setProperty("key", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 1, 6, 1)
        row.setSpacing(10)
        self._between = text("│")
        row.addWidget(self._hears)
        row.addWidget(self._banner)
        row.addWidget(self._between)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(self._act)
        row.addWidget(self._close)

    def refresh(self, now: int) -> None:
        desk = self._desk
        shown, crews = banners(desk.standing(now)), crews_calling(desk)
        words = "　".join(part for part in (crews, *(one.words for one in shown)) if part)
        notice = desk.notices[-1] if desk.notices else None
        self._banner.setText(words)
        self._banner.setToolTip("\n".join(one.words for one in shown))
        self._banner.setVisible(bool(words))
        tone = "fault" if crews else tone_of(shown)
        if notice is not None:
            told = f"{ages.clock(notice.at)}　{notice.what}"
            self._text.setText(f"{told} — {notice.do}" if notice.do else told)
            tone = tone or ("warning" if notice.grave else "info")
        else:
            last = desk.latest[-1] if desk.latest else None
            quiet = "" if words or last is None else f"{ages.clock(last.at)}　{last.text}"
            self._text.setText(quiet)
        heard = heard_words(desk, now)
        self._hears.setText(heard)
        self._hears.setVisible(bool(heard))
        self._more.setText(say("另有 {n} 条", n=len(desk.notices) - 1) if len(desk.notices) > 1 else "")
        helps = BY_ID.get(notice.verb or "") if notice is not None else None
        self._act.setVisible(helps is not None)
        self._act.setText(f"{helps.name} {helps.key}" if helps is not None else "")
        self._close.setVisible(notice is not None)
        self._between.setVisible(bool(words and self._text.text()))
        self._text.setToolTip(self._text.text())
        set_property(self, "tone", tone)

    def _help_out(self) -> None:
        notice = self._desk.notices[-1] if self._desk.notices else None
        if notice is not None and notice.verb is not None:
            self._do(notice.verb)


class Keys(QWidget):
    """The strip of F-keys with the command line: what the keyboard does, the mouse does here."""

    def __init__(self, do: Callable[[str], object], command: QLineEdit) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        command.setFixedWidth(COMMAND_PX)
        row.addWidget(command)
        for verb in VERBS:
            if verb.strip:
                made = button(
                    f"{verb.key} {verb.name}", f"keys.{verb.id}", partial(do, verb.id), tip(verb.id)
                )
                made.setProperty("key", True)
                row.addWidget(made, 1)
