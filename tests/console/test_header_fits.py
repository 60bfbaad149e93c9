"""The fullest header, of a leader with a headset in a city of several sites, on the screen it is made for."""

from collections.abc import Callable

import pytest

from console import i18n
from dispatch import commands as cmd
from dispatch.sites import Site
from telephony.settings import HeadsetSettings
from tests.console.apart import two_sites
from tests.console.busy import Seatful
from tests.console.conftest import Shown

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
