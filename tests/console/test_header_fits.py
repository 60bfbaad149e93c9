"""The fullest header, of a leader with a headset in a city of several sites, on the screen it is made for."""

from collections.abc import Callable

import pytest

from console import i18n, names
from dispatch import commands as cmd
from dispatch.sites import Site
from telephony.settings import HeadsetSettings
from tests.console.apart import two_sites
from tests.console.busy import Seatful
from tests.console.conftest import Shown
from tests.console.exchange_link import Exchange
from tests.console.reserve_city import ReserveSeatful

SCREEN_PX = 1920


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_window_is_no_wider_than_the_screen(show: Callable[[Seatful], Shown], language: str) -> None:
    i18n.use(language)
    seat = Seatful()
    seat.desk.sounding.settings = HeadsetSettings()
    seat.pump()
    seat.log_in("0900", "wang")
    two_sites(seat)
    seat.hub.as_hub(cmd.RegisterSite(Site("03", "长乐分中心", ("长乐区",))))
    seat.pump()
    shown = show(seat)
    shown.window.second()
    assert shown.window.minimumSizeHint().width() <= SCREEN_PX
    assert "0900" in shown.text("who")


def test_it_stays_so_in_an_emergency_amid_a_call_that_a_pause_follows(
    show: Callable[[ReserveSeatful], Shown],
) -> None:
    i18n.use("en")
    seat = ReserveSeatful("s4")
    seat.desk.sounding.settings = HeadsetSettings()
    seat.log_in("0900", "wang")
    seat.test_all()
    two_sites(seat)
    seat.order_up("r1")
    call = seat.phone.ring("13904510001")
    seat.pump()
    seat.phone.answer(call)
    seat.pump()
    seat.desk.distribution.pause("equipment")
    seat.desk.distribution.link = link = Exchange()
    link.start(seat.desk.take)
    seat.pass_time(1_100)
    shown = show(seat)
    shown.window.second()
    assert "recording" in shown.text("lamp.recorder")
    assert "ACD" in shown.text("lamp.acd")
    assert "then paused" in shown.text(names.SEAT_STATE)
    assert shown.window.minimumSizeHint().width() <= SCREEN_PX
