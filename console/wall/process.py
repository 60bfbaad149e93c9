"""The wall process: `main.py wall`. A read-only replica in, a window out; it gives no orders.

While the hub is away the last picture stays, with its age over it in red.
"""

import sys
import time
from pathlib import Path

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtWidgets import QApplication

from console import i18n
from console.city_map import open_city
from console.drill.camera import Camera
from console.drill.script import read_drill
from console.ending import end_in_order
from console.hub_seat import link_of, moved
from console.models.map_marks import doubt_marks, incident_marks, site_marks, vehicle_marks
from console.models.modes import Standing, Watch, age_words, banners
from console.models.reserve import urgency, wall_line
from console.models.site_lamps import site_lamps
from console.opening import open_whole
from console.ports import Moved
from console.selftest import check_binding
from console.theme import font
from console.wall.board import board
from console.wall.window import WallWindow
from dispatch.apply import apply
from dispatch.floor import Floor
from dispatch.missed import MissedList
from mapview.canvas.canvas import MapCanvas
from mapview.canvas.marks import PlaceMark
from store.bus.keys import KeyFileError
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.config import Config
from store.core.replica import Applied
from store.core.seat_logic import FloorReplaced
from store.exits import CannotStartError, ExitCode

MACHINE = "wall"
DRAIN_MS = 50
BOARD_MS = 500
PICTURE_EVERY_MS = 5_000
CONNECT_MS_MAX = 3_000
"""A wall that has heard no hub for so long after its start says so."""
SIZE_PX = (1920, 1080)


class Wall(QObject):
    """Drains the link into its own floor and shows it."""

    def __init__(
        self, link: HubLink, window: WallWindow, canvas: MapCanvas, aeds: tuple[PlaceMark, ...] = ()
    ) -> None:
        super().__init__()
        self._link, self._window, self._canvas, self._aeds = link, window, canvas, aeds
        self._floor = Floor()
        self._unanswered = MissedList(self._floor)
        self._positions: dict[str, Moved] = {}
        self._modes = Watch()
        self._fitted = False
        self._busiest = 0
        self._timers = [self._every(DRAIN_MS, self._drain), self._every(BOARD_MS, self._show)]

    def _every(self, interval_ms: int, act: object) -> QTimer:
        timer = QTimer(self, interval=interval_ms)
        timer.timeout.connect(act)
        timer.start()
        return timer

    def _drain(self) -> None:
        """Follow the hub; move the vehicles as soon as they are known to have moved."""
        changed = False
        for notice in self._link.drain():
            if isinstance(notice, FloorReplaced):
                self._floor, changed = notice.floor, True
                self._unanswered = MissedList(self._floor)
                self._canvas.set_places([*site_marks(self._floor), *self._aeds])
            elif isinstance(notice, Applied):
                self._unanswered.take(apply(self._floor, notice.event))
                changed = True
        reports = self._link.take_positions()
        self._positions |= {key: moved(position) for key, position in reports.items()}
        if reports or changed:
            self._canvas.set_vehicles(vehicle_marks(self._floor, self._positions))
        if changed:
            self._canvas.set_incidents(incident_marks(self._floor))
            self._canvas.set_areas(doubt_marks(self._floor))
        self._fit()

    def _fit(self) -> None:
        """Look at the whole centre once it is known; afterwards the view belongs to the supervisor."""
        if not self._fitted and self._floor.stations:
            self._fitted = True
            points = [station.point for station in self._floor.stations.values()]
            self._canvas.propose([(point.lon, point.lat) for point in points])

    def is_busier(self) -> bool:
        """True when at least as many missions run as ever before: worth a new picture."""
        running = sum(mission.active for mission in self._floor.missions.values())
        before, self._busiest = self._busiest, max(running, self._busiest)
        return running >= before

    def _show(self) -> None:
        state = self._link.state
        now = time.time_ns() // 1_000_000 + state.clock_offset_ms
        self._window.show_board(board(self._floor, now, self._unanswered))
        self._window.show_clock(now)
        self._window.show_link(state.tick_age_ms)
        link = link_of(state)
        self._modes.take(link, self._floor)
        standing = Standing(link, self._floor, now, ages=self._modes.ages())
        silent_ms = state.tick_age_ms
        told = silent_ms is not None or max(self._modes.ages().values(), default=0) >= CONNECT_MS_MAX
        self._window.show_modes(banners(standing) if told else (), silent_ms, now)
        self._window.tell_age(age_words(link))
        self._window.show_sites(site_lamps(self._floor, link))
        self._window.show_reserve(wall_line(self._floor, now), *urgency(self._floor))


def run(config: Config, lang: str) -> int:
    """The wall until its window is closed; returns the exit code. Raises CannotStartError."""
    i18n.use(lang)
    try:
        settings = link_settings(config, MACHINE)
    except KeyFileError as error:
        raise CannotStartError(f"本机密钥不可用：{error}", f"the keys of this machine: {error}") from error
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    check_binding()
    app.setFont(font())
    city = open_city(config)
    canvas = MapCanvas(city.cartographer, attribution=city.attribution, lang=lang, theme="night")
    window = WallWindow(config.site.name, canvas)
    link = HubLink(settings, lambda: None)
    wall = Wall(link, window, canvas, city.aeds)
    camera = _camera(config, window, canvas, wall)
    end_in_order(app)
    link.start()
    open_whole(window, QSize(*SIZE_PX))
    code = app.exec()
    canvas.close_map()
    link.stop()
    del wall, camera
    return ExitCode.DONE if code == 0 else ExitCode.FAULT


def _camera(config: Config, window: WallWindow, canvas: MapCanvas, wall: Wall) -> Camera | None:
    """In a drill pictures are taken, the busiest moment kept."""
    drill = read_drill(Path(config.store.dir)) if config.seat.autopilot else None
    if drill is None:
        return None

    camera = Camera(window, "wall", Path(drill.output), window.set_theme, lambda: canvas.is_ground_complete)
    timer = QTimer(camera, interval=PICTURE_EVERY_MS)
    timer.timeout.connect(lambda: camera.shoot() if wall.is_busier() else None)
    timer.start()
    return camera
