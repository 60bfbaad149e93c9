"""What a card of the strip says beside an alarm is read whole, in both languages and themes."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from console import i18n
from telephony import messages as msg
from telephony.monitoring import MonitorMode
from telephony.virtual import CAPABILITIES
from tests.console.busy import Seatful
from tests.console.conftest import Shown

CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key
CALLERS = (("13904510001", "张先生"), ("13804510002", ""))


def cut(shown: Shown) -> list[str]:
    """What gives way on the cards."""
    lines = [shown.find(f"talk.{at}.{part}") for at in range(4) for part in ("who", "told")]
    return [one.text() for one in lines if one.fontMetrics().horizontalAdvance(one.text()) > one.width()]


def bad(shown: Shown, loss_percent: float) -> None:
    for call_id in shown.seat.phone.calls:
        shown.seat.phone.happens(msg.CallQuality(call_id, loss_percent, 187.0, 120.0, 2.1, bad=True))
    shown.settle()


@pytest.mark.parametrize("audio", ["headset", "null"])
@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_hears_whom_is_whole_beside_an_alarm(
    seat: Seatful, show: Callable[[Seatful], Shown], lang: str, theme: str, audio: str
) -> None:
    i18n.use(lang)
    shown, phone = show(seat), seat.phone
    shown.window.set_theme(theme)
    phone.happens(msg.PhoneReady(0, audio, CAPABILITIES))
    for number, name in CALLERS:
        phone.ring(number, name)
        shown.settle()
        shown.key(Key.Key_F3, CTRL)
    for loss_percent in (18.4, 0.0):
        bad(shown, loss_percent)
        assert not cut(shown), "one on hold, one talked with"
    shown.key(Key.Key_F7, CTRL)
    assert not cut(shown), "in conference"
    shown.key(Key.Key_F8, CTRL)
    assert not cut(shown), "the operator has left"
    shown.key(Key.Key_F8, CTRL)
    for call_id in list(phone.calls):
        phone.supervisor_comes(call_id, MonitorMode.LISTEN, "0900", "王主任")
    shown.settle()
    assert not cut(shown), "with a supervisor"
    for call_id in list(phone.calls):
        phone.falls_silent(call_id)
    for monitor_id in list(phone.monitors):
        phone.supervisor_goes(monitor_id)
    seat.pass_time(125_000)
    shown.settle()
    assert not cut(shown), "dead air"
    assert "您与对方互相听见" not in shown.text("talk.0.told")
