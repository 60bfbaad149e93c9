"""The wall says what is wrong in words as well as in colour, in both themes and languages."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from console import i18n
from console.models.modes import Standing, banners
from console.models.reserve import urgency, wall_line
from console.models.site_lamps import SiteLamp
from console.ports import HubMode, Link
from console.wall.board import board
from console.wall.sites import SiteLamps
from console.wall.window import WallWindow
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.floor import Floor
from dispatch.kinds import Severity
from dispatch.reserve_commands import StandDown
from mapview.canvas.canvas import MapCanvas
from tests.console.reserve_city import ReserveSeatful
from tests.dispatch.trade import Centre120


@pytest.fixture(autouse=True)
def _chinese_again() -> Iterator[None]:
    yield
    i18n.use("zh")


def busy() -> Centre120:
    centre = Centre120()
    for key, severity in (("i1", Severity.CRITICAL), ("i2", Severity.MILD)):
        centre.incident(key)
        centre.must(cmd.ChangeIntake(f"in-{key}", 2, FormChanges(severity=severity)))
    centre.must(cmd.AssignVehicle("m1", "i2", "a1"))
    centre.must(cmd.ReportRinging("c9", "13700001111"))
    centre.later(70)
    return centre


def wall(qtbot: QtBot, centre: Centre120) -> WallWindow:
    window = WallWindow("铃江市急救中心", MapCanvas(lang="zh", theme="night"))
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show_board(board(centre.floor, centre.now))
    window.show_clock(centre.now)
    window.show()
    return window


def test_tiles_say_what_is_wrong(qtbot: QtBot) -> None:
    window = wall(qtbot, busy())
    tones = {name: tile.property("tone") for name, tile in window.tiles.items()}
    assert (tones["waiting_calls"], tones["no_vehicle"]) == ("alarm", "alarm")
    assert (tones["running"], tones["callable"]) == ("notice", "calm")
    assert window.tiles["no_vehicle"].value == "1"


def test_old_news_is_never_shown_as_new(qtbot: QtBot) -> None:
    window = wall(qtbot, busy())
    banner = window.findChild(QLabel, "wallBanner")
    assert banner is not None
    show_link(window, Link(HubMode.NORMAL), 400)
    assert not banner.isVisible()
    show_link(window, Link(HubMode.CUT_OFF, tick_age_ms=65_000), 65_000)
    assert banner.isVisible()
    assert "1:05" in banner.text()


def show_link(window: WallWindow, link: Link, silent_ms: int) -> None:
    now = 1_795_000_000_000
    window.show_modes(banners(Standing(link, Floor(), now)), silent_ms, now)


@pytest.mark.parametrize("theme", ["night", "day"])
def test_the_wall_shows_the_modes_of_the_seats(qtbot: QtBot, theme: str) -> None:
    window = wall(qtbot, busy())
    window.set_theme(theme)
    banner, mode = window.findChild(QLabel, "wallBanner"), window.findChild(QLabel, "wallMode")
    frame = window.findChild(QWidget, "mode.frame")
    assert banner is not None
    assert mode is not None
    assert frame is not None
    show_link(window, Link(HubMode.ISLAND), 100)
    assert "孤岛模式" in banner.text()
    assert mode.text() == "孤岛"
    assert frame.isVisible()
    assert frame.size() == window.size()
    show_link(window, Link(HubMode.DISK_LOW), 100)
    assert banner.property("tone") == "warning"
    assert not frame.isVisible()
    show_link(window, Link(HubMode.NORMAL), 100)
    assert not banner.isVisible()
    assert mode.text() == "平时"


def test_an_activation_stands_on_the_wall_with_its_clocks(qtbot: QtBot) -> None:
    seat = ReserveSeatful("s4")
    window = wall(qtbot, busy())
    mode, line = window.findChild(QLabel, "wallMode"), window.findChild(QLabel, "wallReserve")
    assert mode is not None
    assert line is not None
    seat.order_up("r1", "r2")
    seat.pass_time(65_000)
    floor = seat.desk.floor
    window.show_modes((), 100, seat.clock.now)
    window.show_reserve(wall_line(floor, seat.clock.now), *urgency(floor))
    assert mode.text() == "急"
    for part in ("真实启用", "呼入激增", "0/2", "首席 1:05", "缺 2 人"):
        assert part in line.text()
    seat.lead(StandDown("a" * 32))
    floor = seat.desk.floor
    window.show_modes((), 100, seat.clock.now)
    window.show_reserve(wall_line(floor, seat.clock.now), *urgency(floor))
    assert not line.isVisible()
    assert mode.text() == "平时"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("theme", ["night", "day"])
def test_nothing_is_clipped(qtbot: QtBot, language: str, theme: str) -> None:
    i18n.use(language)
    window = wall(qtbot, busy())
    window.set_theme(theme)
    seat = ReserveSeatful("s4")
    seat.order_up("r1", "r2", reason="MCI")
    window.show_reserve(wall_line(seat.desk.floor, seat.clock.now), *urgency(seat.desk.floor))
    QApplication.processEvents()
    qtbot.waitExposed(window)
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.text():
            assert label.width() >= label.sizeHint().width(), label.text()
            assert label.height() >= label.sizeHint().height(), label.text()


def test_the_theme_key_of_the_seat_works_here_too(qtbot: QtBot) -> None:
    window = wall(qtbot, busy())
    before = window.grab().toImage().pixelColor(5, 5).lightness()
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert window.grab().toImage().pixelColor(5, 5).lightness() > before + 50


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_names_under_the_bars_do_not_touch(qtbot: QtBot, language: str) -> None:
    i18n.use(language)
    window = wall(qtbot, busy())
    centre = busy()
    QApplication.processEvents()
    window.show_board(board(centre.floor, centre.now))
    axis = window._vehicles.plot.getAxis("bottom")
    (ticks,) = axis._tickLevels
    letters = QFontMetrics(axis.style["tickFont"])
    room = window._vehicles.plot.width() / len(ticks)
    for _, words in ticks:
        assert letters.horizontalAdvance(words) < room - 2, words


def test_each_site_has_a_lamp_on_the_wall(qtbot: QtBot) -> None:
    window = wall(qtbot, busy())
    sites = window.findChild(SiteLamps, "wallSites")
    assert sites is not None
    assert not sites.isVisible()
    well, broken = SiteLamp("01", "市中心", "ok", "闲"), SiteLamp("02", "江北", "fault", "断 0:25")
    window.show_sites((well, broken))
    assert sites.words == "● 市中心 闲　■ 江北 断 0:25"
    assert [label.property("tone") for label in sites.findChildren(QLabel)] == ["", "fault"]
    assert sites.isVisible()
    window.show_sites(())
    assert not sites.isVisible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nine_sites_have_room_on_the_wall(qtbot: QtBot, language: str) -> None:
    i18n.use(language)
    window = wall(qtbot, busy())
    has = (
        "断 12:05:33，在办 128，可派 110/118"
        if language == "zh"
        else "silent 12:05:33, 28 running, 10/18 free"
    )
    window.show_sites(tuple(SiteLamp(f"{at:02}", "道里分中心", "fault", has) for at in range(9)))
    QApplication.processEvents()
    sites = window.findChild(SiteLamps, "wallSites")
    assert sites is not None
    for label in sites.findChildren(QLabel):
        assert label.width() >= label.sizeHint().width()
        assert sites.rect().contains(label.geometry())
    assert window.width() == 1920, "the wall is not made wider"
