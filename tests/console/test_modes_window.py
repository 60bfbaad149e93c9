"""Every banner fits its place in both languages, and a press opens what it speaks of."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console import i18n
from console.ports import HubMode, Link
from tests.console.apart import DISTRICT, conflicting, take_over, two_sites
from tests.console.busy import busy
from tests.console.clipping import clipped
from tests.console.models.test_modes import CASES

LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_banner_is_whole_on_the_strip(seat, show, language):
    i18n.use(language)
    busy(seat)
    two_sites(seat)
    shown = show(seat)
    banner = shown.find("banner")
    for link, _, _ in CASES:
        seat.desk.take(Link(HubMode.NORMAL))
        seat.desk.take(link)
        seat.clock.now += 3_600_000
        shown.window.second()
        shown.settle()
        assert banner.isVisible(), link
        needs = banner.fontMetrics().horizontalAdvance(banner.text())
        assert needs <= banner.width(), f"{banner.text()} {needs} {banner.width()}"
        assert clipped(shown.window) == [], link


def test_two_banners_and_a_notice_share_the_strip_and_nothing_is_widened(seat, show):
    two_sites(seat)
    take_over(seat)
    shown = show(seat)
    wide = shown.window.width()
    seat.desk.take(Link(HubMode.CITY_CUT_OFF, relay=DISTRICT, hub_age_ms=65_000))
    seat.desk.notice("很长的提示" * 30, "请这样做" * 20)
    shown.settle()
    assert shown.window.width() == wide
    assert "已接管" in shown.text("banner")
    assert "市中心断开" in shown.text("banner")
    assert shown.find("notice.text").width() > 200
    assert shown.find("notice.dismiss").isVisible()


@pytest.mark.parametrize(
    ("link", "title"),
    [
        (Link(HubMode.CITY_CUT_OFF, relay=DISTRICT, hub_age_ms=9_000), "应急接管"),
        (Link(HubMode.NORMAL), "交还"),
        (Link(HubMode.AWAITING_COPY, store_age_ms=20_000), "宣布孤岛"),
        (Link(HubMode.ISLAND), "解除孤岛"),
    ],
)
def test_the_sign_of_the_mode_opens_the_act_by_mouse(seat, show, link, title):
    two_sites(seat)
    seat.desk.take(link)
    shown = show(seat)
    QTest.mouseClick(shown.find("mode"), LEFT)
    shown.settle()
    assert title in shown.window._over.authorise._title.text()


def test_the_lamp_of_the_conflicts_opens_their_desk_and_goes_out(seat, show):
    conflicting(seat)
    shown = show(seat)
    lamp = shown.find("lamp.conflicts")
    QTest.mouseClick(lamp, LEFT)
    shown.settle()
    assert shown.find("conflicts").isVisible()
    seat.desk.floor.conflicts.clear()
    shown.window.second()
    shown.settle()
    assert not lamp.isVisible()


def test_the_sign_says_where_we_stand(seat, show):
    shown = show(seat)
    signs = {}
    for mode in (HubMode.NORMAL, HubMode.CUT_OFF, HubMode.ISLAND):
        seat.desk.take(Link(mode, tick_age_ms=4_000))
        shown.window.second()
        shown.settle()
        signs[mode] = shown.text("mode")
    assert signs == {HubMode.NORMAL: "平", HubMode.CUT_OFF: "断网", HubMode.ISLAND: "孤岛"}
