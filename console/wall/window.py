"""The wall window: numbers on top, map in the middle, incidents at its side, charts below."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from console.models.ages import age, clock, day
from console.models.labels import word
from console.models.modes import Banner, tone_of
from console.models.site_lamps import SiteLamp
from console.models.spoken import OFFLINE
from console.panels.widgets import Frame
from console.ports import HubMode
from console.theme import amber_text
from console.verbs import BY_ID
from console.wall.board import Board
from console.wall.charts import calls_chart, draw_calls, draw_vehicles, vehicles_chart
from console.wall.lists import IncidentBoard
from console.wall.sites import SiteLamps
from console.wall.tiles import Tile, Tone, tile_style
from console.wall.words import words
from dispatch.figure import Figure
from dispatch.kinds import SeatState
from mapview.canvas.canvas import MapCanvas
from mapview.canvas.palette import THEMES, Palette

PERCENT = 100
_OLD_PICTURE = frozenset({HubMode.SLOW, HubMode.CUT_OFF})


class WallWindow(QWidget):
    """Shows boards; knows nothing of where they come from. `city_map` is the map widget it frames."""

    def __init__(self, site: str, city_map: MapCanvas, theme: str = "night") -> None:
        super().__init__()
        self.setObjectName("wall")
        self.setWindowTitle(f"{site} · {words('title')}")
        self._palette: Palette = THEMES[theme]
        self._map = city_map
        self._site = _label("wallSite", f"{site}　{words('title')}")
        self._mode = _label("wallMode", words("calm"))
        self._link = _label("wallLink", words("connecting"))
        self._day = _label("wallDay", "")
        self._clock = _label("wallClock", "")
        self._banner = _label("wallBanner", "")
        self._banner.hide()
        self._reserve = _label("wallReserve", "")
        self._reserve.hide()
        self._sites = SiteLamps()
        self._tiles = {name: Tile(name, words(name)) for name in _COUNTS + _FIGURES}
        self._banner.setWordWrap(True)
        self._frame = Frame(self)
        self._incidents = IncidentBoard()
        self._vehicles = vehicles_chart()
        self._calls = calls_chart()
        self._lay_out()
        self._dress()

    # --- what is shown -------------------------------------------------------------------------------

    def show_board(self, board: Board) -> None:
        """Put a new picture on the wall."""
        self._show_counts(board)
        for name in _FIGURES:
            figure = board.figures[name]
            self._tiles[name].show_value(_value(figure), _basis(figure), _figure_tone(figure))
        self._incidents.show_board(board, self._palette)
        draw_vehicles(self._vehicles, board, self._palette)
        draw_calls(self._calls, board, self._palette)

    def show_clock(self, now: int) -> None:
        """The time in UTC+8, from the hub's clock."""
        self._clock.setText(clock(now))
        self._day.setText(day(now))

    def show_link(self, silent_ms: int | None) -> None:
        """Age of the last word of the hub; None before the first. Old news is never shown as new."""
        if silent_ms is None:
            self._link.setText(words("connecting"))
        else:
            self._link.setText(words("updated", ms=silent_ms))

    def show_modes(self, shown: tuple[Banner, ...], silent_ms: int | None, now: int) -> None:
        """The banners of the seats in letters for ten metres; `silent_ms`: how old its last word is."""
        lines = [_on_the_wall(banner, silent_ms, now) for banner in shown]
        self._banner.setText("\n".join(lines))
        self._banner.setVisible(bool(lines))
        tone = tone_of(shown)
        if self._banner.property("tone") != tone:
            self._banner.setProperty("tone", tone)
            self._banner.style().polish(self._banner)
        self._frame.show_colour(self._palette.window.fault if any(banner.framed for banner in shown) else "")
        self._mode.setText(words(_sign({banner.mode for banner in shown})))

    def tell_age(self, words: str) -> None:
        """How old map and list are; whoever sees only a part of the wall sees it too."""
        self._map.tell_age(words)
        self._incidents.tell_age(words)

    def show_reserve(self, line: str, mode: str, tone: str) -> None:
        """The running activation with its clocks, "" for none; `mode`: 急 or a drill where no other is."""
        self._reserve.setText(line)
        self._reserve.setVisible(bool(line))
        if line and self._mode.text() == words("calm"):
            self._mode.setText(mode)
        if self._reserve.property("tone") != tone:
            self._reserve.setProperty("tone", tone)
            self._reserve.style().polish(self._reserve)

    def show_sites(self, lamps: tuple[SiteLamp, ...]) -> None:
        """A lamp for each site, none where there is but one."""
        self._sites.show_lamps(lamps)

    def set_theme(self, theme: str) -> None:
        """Change to "day" or "night"; the next board is drawn in it."""
        self._palette = THEMES[theme]
        self._map.set_theme(theme)
        self._dress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The two keys of the seat's table that mean something on a wall."""
        name = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
        if name == BY_ID["theme"].key:
            self.set_theme("day" if self._palette.name == "night" else "night")
        elif name == BY_ID["full"].key:
            self.showNormal() if self.isFullScreen() else self.showFullScreen()
        else:
            super().keyPressEvent(event)

    @property
    def tiles(self) -> dict[str, Tile]:
        return self._tiles

    # --- inside --------------------------------------------------------------------------------------

    def _show_counts(self, board: Board) -> None:
        waiting = len(board.calls) + board.queued
        late = any(call.overdue for call in board.calls) or board.queued or board.queue.overflowed
        tone = Tone.ALARM if late else _if(waiting, Tone.NOTICE)
        self._tile("waiting_calls", waiting, _longest(board), tone)
        self._show_seats(board)
        missing = board.without_vehicle
        overdue = any(row.overdue and not row.served for row in board.incidents)
        since = min((row.since for row in board.incidents if not row.served), default=board.at)
        note = words("longest", age=age(since, board.at)) if missing else words("all_served")
        self._tile("no_vehicle", missing, note, Tone.ALARM if overdue else _if(missing, Tone.NOTICE))
        open_orders = board.orders_unconfirmed
        note = words("unconfirmed", n=open_orders) if open_orders else words("all_confirmed")
        self._tile("running", board.missions_running, note, _if(open_orders, Tone.NOTICE))
        none_left = board.vehicles_total > 0 and board.vehicles_callable == 0
        total = words("of_total", n=board.vehicles_total)
        self._tile("callable", board.vehicles_callable, total, _if(none_left, Tone.ALARM))

    def _show_seats(self, board: Board) -> None:
        ready, there = board.seats.get(SeatState.READY, 0), sum(board.seats.values())
        others = [f"{word(state)} {n}" for state, n in board.seats.items() if state is not SeatState.READY]
        note = " ".join(others) or words("seats_of", n=there)
        self._tile("seats_ready", ready, note, _if(there and not ready, Tone.ALARM))
        late = words("missed_late", n=board.missed_late) if board.missed_late else ""
        tone = Tone.ALARM if board.missed_late else _if(board.missed, Tone.NOTICE)
        calm = words("missed_soon") if board.missed else words("none_missed")
        self._tile("missed", board.missed, late or calm, tone)

    def _tile(self, name: str, value: int, note: str, tone: Tone) -> None:
        self._tiles[name].show_value(str(value), note, tone)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        column.addLayout(_row([self._site, self._mode, None, self._link, self._day, self._clock]))
        column.addWidget(self._banner)
        column.addWidget(self._reserve)
        column.addWidget(self._sites)
        column.addLayout(_row([self._tiles[name] for name in _COUNTS + _FIGURES], even=True))
        body = QGridLayout()
        body.setSpacing(8)
        body.addWidget(_framed(self._map), 0, 0)
        body.addWidget(self._incidents, 0, 1)
        body.addWidget(self._calls, 1, 0)
        body.addWidget(self._vehicles, 1, 1)
        body.setColumnStretch(0, 10)
        body.setColumnStretch(1, 9)
        body.setRowStretch(0, 100)
        column.addLayout(body, 1)

    def _dress(self) -> None:
        c = self._palette.window
        self.setStyleSheet(
            f"QWidget#wall {{ background: {c.ground}; }}"
            f"QLabel {{ color: {c.text}; }}"
            f"QFrame[panel='true'], QFrame#incidentBoard {{ background: {c.panel};"
            f" border: 1px solid {c.line}; border-radius: 6px; }}"
            f"QLabel#panelTitle {{ color: {c.text_quiet}; font-size: 19px; border: none; }}"
            f"QLabel#wallSite {{ font-size: 32px; font-weight: 600; }}"
            f"QLabel#wallMode {{ font-size: 22px; color: {c.text}; border: 2px solid {c.line_strong};"
            f" border-radius: 5px; padding: 2px 12px; }}"
            f"QLabel#wallLink {{ font-size: 17px; color: {c.text_quiet}; }}"
            f"QLabel#wallDay {{ font-size: 24px; color: {c.text_quiet}; }}"
            f"QLabel#wallClock {{ font-size: 44px; font-weight: 600; }}"
            f"QLabel#wallReserve {{ font-size: 24px; font-weight: 600; background: {c.fault};"
            f" color: {c.fault_ink}; padding: 5px 16px; border-radius: 5px; }}"
            f"QLabel#wallReserve[tone='command'] {{ background: {c.command}; color: {c.command_ink}; }}"
            f"QLabel#wallSiteLamp {{ font-size: 20px; padding: 1px 8px; }}"
            f"QLabel#wallSiteLamp[tone='fault'] {{ color: {c.fault}; font-weight: 600; }}"
            f"QLabel#wallSiteLamp[tone='warning'] {{ color: {amber_text(c)}; }}"
            f"QLabel#wallBanner {{ font-size: 26px; font-weight: 600; background: {c.fault};"
            f" color: {c.fault_ink}; padding: 6px 16px; border-radius: 5px; }}"
            f"QLabel#wallBanner[tone='warning'] {{ background: {c.warning}; color: {c.warning_ink}; }}"
            f"QLabel#wallBanner[tone='command'] {{ background: {c.command}; color: {c.command_ink}; }}"
            f"QLabel#wallBanner[tone='info'] {{ background: {c.selected}; color: {c.selected_text}; }}"
            + tile_style(self._palette)
        )


_COUNTS = ("waiting_calls", "seats_ready", "missed", "no_vehicle", "running", "callable")
_FIGURES = ("answer_rate", "dispatch", "turnout", "response")
ANSWER_RATE_GOAL = 0.95


def _sign(modes: set[HubMode]) -> str:
    """The one word for how this site stands, as in the seats' header."""
    if HubMode.ISLAND in modes:
        return "island"
    if modes & OFFLINE:
        return "cut_off"
    return "taken" if HubMode.TAKEN_OVER in modes else "calm"


def _on_the_wall(banner: Banner, silent_ms: int | None, now: int) -> str:
    """A wall gives no orders: without the hub it says how old its picture is."""
    if banner.mode in _OLD_PICTURE and silent_ms is None:
        return f"{banner.shape} {words('never_heard')}"
    if banner.mode in _OLD_PICTURE and silent_ms is not None:
        at = clock(now - silent_ms)
        return f"{banner.shape} {words('link_lost', age=age(now - silent_ms, now), at=at)}"
    return banner.words


def _longest(board: Board) -> str:
    """How long somebody has waited, in the queue or at a ringing seat, and whether the districts ring."""
    since = [call.since for call in board.calls]
    since += [board.queue.since] if board.queue.since is not None else []
    parts = [words("longest", age=age(min(since), board.at))] if since else []
    parts += [words("overflow", n=board.queue.overflowed)] if board.queue.overflowed else []
    parts += [words("not_of_now")] if board.queue.old else []
    return " ".join(parts) or words("nobody_waits")


def _if(condition: object, tone: Tone) -> Tone:
    return tone if condition else Tone.CALM


def _value(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    if figure.share:
        return f"{figure.value * PERCENT:.0f}%"
    minutes, seconds = divmod(round(figure.value), 60)
    return f"{minutes}:{seconds:02}"


def _basis(figure: Figure) -> str:
    if figure.left_out:
        return words("left_out", n=figure.count, m=figure.left_out)
    return words("count", n=figure.count)


def _figure_tone(figure: Figure) -> Tone:
    missed = figure.name == "answer_rate" and figure.value is not None and figure.value < ANSWER_RATE_GOAL
    return _if(missed, Tone.NOTICE)


def _label(name: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return label


def _row(widgets: Sequence[QWidget | None], *, even: bool = False) -> QHBoxLayout:
    """Widgets side by side; None is a spring."""
    row = QHBoxLayout()
    row.setSpacing(8 if even else 20)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(
                widget, 1 if even else 0, Qt.AlignmentFlag(0) if even else Qt.AlignmentFlag.AlignVCenter
            )
    return row


def _framed(inner: QWidget) -> QFrame:
    frame = QFrame()
    frame.setProperty("panel", True)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.addWidget(inner)
    return frame
