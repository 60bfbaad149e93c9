"""The window rings where the telephone has no sound, sounds crews in need, and never interrupts speech."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from dispatch import commands as cmd
from dispatch.kinds import CrewCall
from tests.console.busy import Seatful
from tests.console.conftest import Shown
from tests.console.test_sound_sheet import AWAY, WANTED, Heard, line

CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


@pytest.fixture
def shown(seat: Seatful, show: Callable[[Seatful], Shown]) -> Shown:
    """A seat whose telephone has no sound."""
    return show(seat)


def rings(shown: Shown, number: str) -> str:
    call_id = shown.seat.phone.ring(number)
    shown.settle()
    return call_id


def seconds(shown: Shown, count: int) -> None:
    for _ in range(count):
        shown.seat.pass_time(1_000)
        shown.window.second()
        shown.settle()


def crew_calls(shown: Shown, vehicle: str, call: CrewCall = CrewCall.SOS) -> None:
    shown.seat.hub.as_hub(cmd.ReportCrewCall(vehicle, call, shown.seat.clock()))
    seconds(shown, 1)


def test_a_call_rings_until_it_is_taken(shown: Shown) -> None:
    assert shown.bell.devices == [""], "its child is warm"
    rings(shown, "13904510001")
    seconds(shown, 3)
    shown.key(Key.Key_F3)
    seconds(shown, 2)
    assert shown.bell.said == ["loop emergency-80", "hush"]


def test_who_waits_while_the_operator_speaks_is_a_soft_tone_now_and_then(shown: Shown) -> None:
    rings(shown, "13904510001")
    shown.key(Key.Key_F3)
    shown.bell.said.clear()
    rings(shown, "13800000002")
    seconds(shown, 5)
    assert shown.bell.said == ["play waiting-80"]
    rings(shown, "13800000003")
    seconds(shown, 24)
    assert shown.bell.said == ["play waiting-80"] * 2
    seconds(shown, 5)
    assert shown.bell.said == ["play waiting-80"] * 3, "both wait still"
    shown.key(Key.Key_F9, CTRL)
    seconds(shown, 2)
    assert shown.bell.said[3:] == ["loop emergency-80"], "the caller is on hold: nobody is spoken to"
    shown.key(Key.Key_F9, CTRL)
    seconds(shown, 2)
    assert shown.bell.said[4:] == ["play waiting-80"]


def test_crews_in_need_sound_until_answered_and_are_soft_tones_in_speech(shown: Shown) -> None:
    crew_calls(shown, "v3")
    rings(shown, "13904510001")
    assert shown.bell.said == ["loop crew-80", "loop emergency-crew-80"]
    shown.key(Key.Key_F3)
    seconds(shown, 2)
    assert shown.bell.said[2:] == ["play waiting-80"], "instead of the ring"
    crew_calls(shown, "v8")
    seconds(shown, 4)
    assert shown.bell.said[3:] == ["play waiting-80"]


def test_a_device_that_cannot_sound_is_tried_again_later(shown: Shown) -> None:
    rings(shown, "13904510001")
    shown.bell.silent.emit()
    seconds(shown, 5)
    assert shown.bell.said == ["loop emergency-80"]
    seconds(shown, 6)
    assert shown.bell.said == ["loop emergency-80"] * 2


def test_a_lost_line_is_heard_once(seat: Seatful, show: Callable[[Seatful], Shown]) -> None:
    heard = Heard(None)
    heard.pump()
    heard.log_in()
    shown = show(heard)
    heard.happens(line(False, False, serving=None))
    seconds(shown, 3)
    assert shown.bell.said == ["play fault-80"]


def test_where_the_telephone_has_a_device_it_rings_and_the_window_does_not(
    show: Callable[[Seatful], Shown],
) -> None:
    heard = Heard(WANTED)
    heard.pump()
    heard.log_in()
    shown = show(heard)
    rings(shown, "13904510001")
    seconds(shown, 2)
    assert shown.bell.said == []
    shown.key(Key.Key_F3)
    crew_calls(shown, "v3")
    assert (shown.bell.said, shown.bell.devices) == (["play waiting-80"], ["内置声卡"])
    heard.happens(AWAY)
    crew_calls(shown, "v8")
    assert shown.bell.said[1:] == ["play waiting-80-ear"], "the only output is the ear that listens"
