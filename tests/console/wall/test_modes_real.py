"""The wall itself, window and all, enters and leaves its modes by real faults of real processes."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.wall.process import Wall
from console.wall.sites import SiteLamps
from console.wall.window import WallWindow
from dispatch import commands as cmd
from mapview.canvas.canvas import MapCanvas
from store.bus.link import HubLink
from store.bus.link_state import LinkSettings, link_settings
from store.core.ids import new_id
from store.db.accounts import read_accounts
from tests.store.commanding import hand_back, settle_all, take, two_sites
from tests.store.conftest import City, Postgres, running_city
from tests.store.district import District
from tests.store.two_servers import frozen

pytestmark = [pytest.mark.process, pytest.mark.nightly]
WAIT_MS = 60_000


class Watched:
    """A wall on its own link, as `main.py wall` makes it."""

    def __init__(self, qtbot: QtBot, settings: LinkSettings) -> None:
        self._qtbot = qtbot
        canvas = MapCanvas(lang="zh", theme="night")
        self.window = WallWindow("铃江市急救中心", canvas)
        qtbot.addWidget(self.window)
        self.window.resize(1920, 1080)
        self._link = HubLink(settings, lambda: None)
        self._wall = Wall(self._link, self.window, canvas)
        self._link.start()
        self.window.show()

    def close(self) -> None:
        for timer in self._wall.findChildren(QTimer):
            timer.stop()
        self._link.stop()

    def said(self, name: str) -> str:
        label = self.window.findChild(QLabel, name)
        assert label is not None
        return label.text() if label.isVisible() else ""

    @property
    def framed(self) -> bool:
        frame = self.window.findChild(QWidget, "mode.frame")
        return frame is not None and frame.isVisible()

    def live(self) -> None:
        """It has heard the hub and shows its floor."""
        self._qtbot.waitUntil(lambda: "毫秒" in self.said("wallLink"), timeout=WAIT_MS)
        self._qtbot.waitUntil(lambda: self.window.tiles["callable"].value != "0", timeout=WAIT_MS)
        self.see("平时")

    def see(self, sign: str, *parts: str) -> None:
        """The sign of the mode, and a banner with these words; no words: no banner."""

        def shown() -> bool:
            banner = self.said("wallBanner")
            right = all(part in banner for part in parts) if parts else not banner
            return right and self.said("wallMode") == sign

        self._qtbot.waitUntil(shown, timeout=WAIT_MS)


@pytest.fixture
def watch(qtbot: QtBot) -> Iterator[Callable[[LinkSettings], Watched]]:
    opened: list[Watched] = []

    def open_one(settings: LinkSettings) -> Watched:
        opened.append(Watched(qtbot, settings))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def test_a_hub_frozen_and_thawed_killed_and_started_again(
    tmp_path: Path, watch: Callable[[LinkSettings], Watched]
) -> None:
    for city in running_city(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite"):
        city.kill_hub()
        wall = watch(link_settings(city.config, "wall"))
        wall.see("断网", "尚未连上调度中枢")
        city.start_hub()
        wall.see("平时")
        assert city.process is not None
        os.kill(city.process.pid, signal.SIGSTOP)
        wall.see("断网", "与调度中枢断开", "的情况")
        os.kill(city.process.pid, signal.SIGCONT)
        wall.see("平时")
        city.kill_hub()
        wall.see("断网", "与调度中枢断开")
        city.start_hub()
        wall.see("平时")


def test_a_hub_whose_place_another_has_taken(
    tmp_path: Path, watch: Callable[[LinkSettings], Watched]
) -> None:
    for city in running_city(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite"):
        seat = city.seat("01")
        wall = watch(link_settings(city.config, "wall"))
        wall.live()
        other = city.spawn_hub(city.second_hub()[0])
        try:
            seat.link.order(cmd.ReportRinging(new_id(), "13800000000"))
            wall.see("平时", "已被撤权", "仅可查看")
        finally:
            other.kill()
            other.wait(10)
        city.kill_hub()
        city.start_hub()
        wall.see("平时")


def test_command_taken_by_a_district_and_given_back(
    tmp_path: Path, watch: Callable[[LinkSettings], Watched]
) -> None:
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    city.seed_more(two_sites())
    district = District(city)
    district.enrol_seat("03", "seat-03")
    district.carry()
    city.start_hub()
    district.start()
    try:
        wall = watch(link_settings(city.config, "wall"))
        desk = district.desk("seat-03")
        desk.wait(lambda: desk.link.state.relay == "02" and desk.floor.vehicles, "served by the relay")
        desk.wait(lambda: read_accounts(district.url), "accounts in the district")
        wall.live()
        assert "江北分中心" in wall.window.findChild(SiteLamps, "wallSites").words
        city.kill_hub()
        wall.see("断网", "与调度中枢断开")
        assert take(desk).reason == ""
        city.start_hub()
        wall.see("接管", "江北分中心已接管全市指挥（第 2 届）", "李强 / 王芳")
        settle_all(desk)
        assert hand_back(desk, "01").reason == ""
        wall.see("平时")
    finally:
        district.close()
        city.close()


@pytest.mark.peer
def test_a_database_that_hangs(
    tmp_path: Path, postgres: Postgres, watch: Callable[[LinkSettings], Watched]
) -> None:
    for city in running_city(tmp_path, postgres.new_database()):
        seat = city.seat("01")
        wall = watch(link_settings(city.config, "wall"))
        wall.live()
        with frozen(postgres):
            order = seat.link.order(cmd.ReportRinging(new_id(), "13800000000"))
            wall.see("平时", "数据库切换中")
        assert seat.verdict(order).refusal is None
        wall.see("平时")
