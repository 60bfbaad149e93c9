"""代设: a leader sets the state of another seat; that seat, the journal and the screens say by whom."""

from collections.abc import Callable

from PySide6.QtCore import Qt

from dispatch import commands as cmd
from dispatch.kinds import Role, SeatState
from dispatch.order import Order
from tests.console.busy import Seatful
from tests.console.conftest import Shown

Key, ALT = Qt.Key, Qt.KeyboardModifier.AltModifier
Show = Callable[[Seatful], Shown]


def leader(show: Show) -> Shown:
    """Seat 01 is the leader's; at seat 02 somebody is logged in."""
    seat = Seatful()
    seat.pump()
    seat.log_in("0900", "wang")
    seat.hub.as_hub(cmd.LogIn("s2", "d2"))
    seat.pump()
    return show(seat)


def state(shown: Shown) -> tuple[SeatState, str]:
    seat = shown.seat.hub.floor.seats["s2"]
    return seat.state, seat.state_reason


def test_a_leader_sets_another_seat_by_key(show: Show) -> None:
    shown = leader(show)
    shown.key(Key.Key_D, ALT)
    assert "02 台" in shown.text("reason.s2")
    shown.key(Key.Key_Return)
    shown.key(Key.Key_2)
    shown.key(Key.Key_Return)
    assert state(shown) == (SeatState.PAUSED, "meal")
    (line,) = [one.text for one in shown.seat.desk.latest if "代设" in one.text]
    assert line.startswith("02 台 暂停·用餐（01 台 ")


def test_enter_in_the_list_of_seats_sets_that_one(show):
    shown = leader(show)
    shown.key(Key.Key_S, ALT)
    shown.find("seats.table").select_id("s2")
    shown.key(Key.Key_Return)
    shown.key(Key.Key_9)
    shown.key(Key.Key_Return)
    assert state(shown) == (SeatState.AWAY, "")
    shown.find("seats.table").select_id("s1")
    shown.find("seats.set_seat").click()
    shown.settle()
    assert "这是本席" in shown.text("notice.text")


def test_a_seat_that_takes_a_call_is_left_alone(show: Show) -> None:
    shown = leader(show)
    shown.seat.hub.as_hub(cmd.SetSeatState("s2", SeatState.INTAKE), seat_id="s2", person="d2")
    shown.settle()
    shown.key(Key.Key_D, ALT)
    assert "没有可代设的坐席" in shown.text("notice.text")


def test_who_is_no_leader_may_not(seat: Seatful, show: Show) -> None:
    seat.hub.as_hub(cmd.LogIn("s2", "d2"))
    shown = show(seat)
    shown.key(Key.Key_D, ALT)
    assert "无权" in shown.text("notice.text")
    assert state(shown)[0] is SeatState.READY


def test_the_seat_is_told_by_whom(seat: Seatful, show: Show) -> None:
    shown = show(seat)
    seat.hub.as_hub(cmd.LogIn("s2", "d2"))
    order = cmd.SetSeatState("s1", SeatState.PAUSED, "training")
    roles = frozenset({Role.SHIFT_LEADER})
    seat.hub.decide_order(Order("c", order, seat.clock.now, "seat-02", roles, "s2", "d2"))
    shown.settle()
    assert "02 台 李强 把本席设为暂停·培训" in shown.text("notice.text")
    assert shown.text("notice.act")
