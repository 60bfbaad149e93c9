"""The seat's state, the queue and missed callers, at a desk with telephone, hub and exchange."""

import pytest
from PySide6.QtCore import Qt

from console.models import queue_rows
from console.models.missed_rows import missed_rows
from console.ports import HubMode, Link
from dispatch import commands as cmd
from dispatch.alarms import AlarmKind
from dispatch.distribution import FollowUpMissed, MissedOutcome, PauseReason
from dispatch.kinds import CallResult, Direction, Role, SeatState
from dispatch.missed import missed
from dispatch.order import Order
from telephony import messages as msg
from telephony.acd import port as acd
from telephony.acd.port import QueuePicture, Waiting
from tests.console.busy import START, Seatful
from tests.console.exchange_link import Exchange

Key, ALT, CTRL = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
S = SeatState


def desk_with_exchange(wrap_up_s: int = 15) -> tuple[Seatful, Exchange]:
    seat, exchange = Seatful(), Exchange()
    seat.desk.distribution._wrap_up_ms = wrap_up_s * 1000
    seat.desk.distribution.link = exchange
    exchange.start(seat.desk.take)
    seat.pump()
    seat.log_in()
    return seat, exchange


def state(seat: Seatful) -> SeatState:
    """As the hub has it."""
    seat.pump()
    return seat.hub.floor.seats["s1"].state


def picture(seat: Seatful, *numbers: str, over: int = 0, since: int = 20_000) -> QueuePicture:
    now = seat.clock.now
    waiting = tuple(
        Waiting(f"k{number}", number, place, now - since + place * 1000, place <= over)
        for place, number in enumerate(numbers, 1)
    )
    return QueuePicture("120", now, waiting)


# --- the seat's state ------------------------------------------------------------------------------


def test_a_call_its_wrap_up_and_ready_again_are_told_to_hub_and_exchange():
    seat, exchange = desk_with_exchange()
    assert ("login", "") in exchange.told
    exchange.told.clear()
    call = seat.phone.ring("13904510001")
    seat.pump()
    seat.phone.answer(call)
    assert state(seat) is S.INTAKE
    seat.pass_time(30_000)
    seat.phone.hang_up(call)
    assert state(seat) is S.AFTER_CALL
    seat.pass_time(14_900)
    assert state(seat) is S.AFTER_CALL
    seat.pass_time(200)
    assert state(seat) is S.READY
    assert exchange.told == [(S.INTAKE, ""), (S.AFTER_CALL, ""), (S.READY, "")]
    spent = seat.hub.floor.seats["s1"].spent
    assert (spent["intake"], spent["after_call"]) == (30_000, 15_100)


def test_ready_by_key_ends_the_wrap_up_and_none_is_skipped():
    seat, exchange = desk_with_exchange()
    call = seat.phone.ring("13904510001")
    seat.pump()
    seat.phone.answer(call)
    seat.pump()
    seat.phone.hang_up(call)
    assert state(seat) is S.AFTER_CALL
    seat.desk.distribution.ready()
    assert state(seat) is S.READY
    seat, exchange = desk_with_exchange(wrap_up_s=0)
    exchange.told.clear()
    call = seat.phone.ring("13904510001")
    seat.pump()
    seat.phone.answer(call)
    seat.pump()
    seat.phone.hang_up(call)
    assert state(seat) is S.READY
    assert exchange.told == [(S.INTAKE, ""), (S.READY, "")]


def test_a_pause_asked_for_in_a_call_begins_after_it():
    seat, exchange = desk_with_exchange()
    call = seat.phone.ring("13904510001")
    seat.pump()
    seat.phone.answer(call)
    seat.pump()
    seat.desk.distribution.pause(PauseReason.MEAL)
    assert state(seat) is S.INTAKE
    assert queue_rows.own_state(seat.desk, seat.clock.now)[0].endswith("，随后暂停")
    seat.phone.hang_up(call)
    seat.pump()
    seat.pass_time(15_100)
    assert state(seat) is S.PAUSED
    assert seat.hub.floor.seats["s1"].state_reason == PauseReason.MEAL
    assert exchange.told[-1] == (S.PAUSED, "meal")
    assert queue_rows.own_state(seat.desk, seat.clock.now)[0].startswith("▣ 暂停·用餐")


def test_what_a_shift_leader_sets_is_taken_over_and_told_to_the_exchange():
    seat, exchange = desk_with_exchange()
    leader = frozenset({Role.SHIFT_LEADER})
    command = cmd.SetSeatState("s1", S.PAUSED, "training")
    seat.hub.decide_order(Order("c", command, seat.clock.now, "seat-02", leader, "s2", "d9"))
    seat.pump()
    assert seat.desk.distribution.standing.state is S.PAUSED
    assert exchange.told[-1] == (S.PAUSED, "training")


def test_a_seat_that_comes_back_goes_on_as_it_was_and_says_so():
    seat, _ = desk_with_exchange()
    seat.desk.distribution.pause(PauseReason.REST)
    seat.pump()
    from console.models.desk import Desk

    again, exchange = Desk(seat.hub, seat.phone, seat.navigator, seat.clock), Exchange()
    again.distribution.link = exchange
    seat.hub.load()
    for message in reversed(seat.hub.drain()):  # which seat we are comes first
        again.take(message)
    again.take(acd.LinkChanged(True))
    assert (again.distribution.standing.state, exchange.told[-1]) == (S.PAUSED, (S.PAUSED, "rest"))


def test_an_order_the_hub_never_got_is_given_again():
    seat, _ = desk_with_exchange()
    seat.hub.holding = True
    seat.desk.distribution.leave()
    seat.pump()
    seat.hub._waiting.clear()
    seat.desk.pending.clear()
    seat.hub.holding = False
    seat.pass_time(9_000)
    assert state(seat) is S.READY
    seat.pass_time(1_100)
    assert state(seat) is S.AWAY


def test_nobody_logged_in_and_no_hub_calls_come_if_somebody_says_so():
    seat, exchange = desk_with_exchange()
    seat.desk.stand_up()
    seat.pump()
    assert exchange.told[-1] == ("logout", "")
    seat.desk.distribution.ready()
    assert exchange.told[-1] == ("logout", ""), "a hub is there: log in"
    seat.hub.tell(Link(HubMode.CUT_OFF, seat_id="s1"))
    seat.pump()
    seat.desk.distribution.ready()
    assert exchange.told[-1] == (S.READY, "")


# --- the queue -----------------------------------------------------------------------------------------


def test_the_queue_comes_to_every_floor_and_stands_in_the_list(seat):
    seat, exchange = desk_with_exchange()
    seat.desk.take(picture(seat, "13904510001", "13904510002", over=1))
    seat.pass_time(1_100)
    assert exchange.asked
    queue = seat.hub.floor.queues["01:120"]
    assert (queue.depth, queue.seat_id, queue.calls[0].overflowed) == (2, "s1", True)
    rows = queue_rows.queued(seat.desk, seat.clock.now)
    assert [(row.words, row.number, row.seat) for row in rows] == [
        ("排队 1", "13904510001", "已溢出"),
        ("排队 2", "13904510002", ""),
    ]
    assert queue_rows.queue_words(seat.desk, seat.clock.now) == ("排队 2　最长 0:20　溢出 1", "fault")
    seat.phone.ring("13904510002")
    seat.pump()
    assert len(queue_rows.queued(seat.desk, seat.clock.now)) == 1, "who rings has a row of his own"
    assert queue_rows.queue_words(seat.desk, seat.clock.now) == ("排队 1　最长 0:20　溢出 1", "fault")
    seat.phone.ring("13904510001")
    seat.pump()
    assert queue_rows.queue_words(seat.desk, seat.clock.now) == ("最长 0:20　溢出 1", "fault"), "all ring"
    told = len(seat.desk.pending)
    seat.desk.take(picture(seat, "13904510001", "13904510002", over=1))
    seat.pass_time(1_100)
    assert len(seat.desk.pending) == told, "nothing new"
    seat.desk.take(QueuePicture("120", seat.clock.now))
    seat.pass_time(1_100)
    assert seat.hub.floor.queues["01:120"].depth == 0


def test_the_next_seat_reports_only_when_the_first_does_not():
    seat, _ = desk_with_exchange()
    for number in ("s3", "s4"):
        seat.hub.floor.seats[number] = seat.hub.floor.seats["s1"]
    from msgspec.structs import replace

    first = replace(seat.hub.floor.seats["s2"], number="00", state=S.READY)
    seat.desk.floor.seats["s2"] = first
    seat.desk.take(picture(seat, "13904510001"))
    seat.pass_time(1_000)
    seat.desk.take(picture(seat, "13904510001"))
    seat.pass_time(900)
    assert not seat.hub.floor.queues
    seat.pass_time(1_200)
    assert seat.hub.floor.queues["01:120"].depth == 1


def test_who_gave_up_waiting_comes_on_the_list_of_missed_calls():
    seat, _ = desk_with_exchange()
    seat.desk.take(acd.CallerGaveUp("120", "13904510009", seat.clock.now, 42_000, 1, "abc"))
    seat.pass_time(100)
    seat.desk.take(acd.CallerGaveUp("120", "13904510009", seat.clock.now, 42_000, 1, "abc"))
    seat.pass_time(100)
    [call] = [one for one in seat.hub.floor.calls.values() if one.result is CallResult.GAVE_UP]
    assert (call.number, call.queue, len(call.id)) == ("13904510009", "120", 32)
    [row] = missed_rows(seat.desk, seat.clock.now)
    assert (row.state, row.how) == ("waiting", "排队放弃")


# --- missed calls, by keys ------------------------------------------------------------------------------


@pytest.fixture
def lost() -> Seatful:
    """Somebody rang for 20 s and nobody answered."""
    seat, _ = desk_with_exchange()
    call = seat.phone.ring("13904510007", "赵先生")
    seat.pump()
    seat.pass_time(20_000)
    seat.phone.far_end_hangs_up(call)
    seat.pump()
    return seat


def test_a_missed_call_is_rung_back_by_key_and_its_form_opens(lost, show):
    shown = show(lost)
    shown.wait_pause(61_000)
    assert AlarmKind.MISSED_WAITING in {alarm.kind for alarm in lost.desk.alarms}
    shown.window.second()
    assert shown.window._pages.tabs.tabText(3) == "未接 ▲ 1"
    shown.key(Key.Key_K, ALT)
    assert shown.window._pages.tabs.currentIndex() == 3
    shown.key(Key.Key_Return)
    [dialled] = list(lost.phone.calls.values())
    [row] = missed_rows(lost.desk, lost.clock.now)
    assert (row.state, row.tried) == ("calling", f"已拨 1 次：01 台 张敏 {row.tried[-5:]}")
    lost.phone.far_end_answers(dialled.call_id)
    shown.settle()
    assert missed(lost.hub.floor) == ()
    call = lost.hub.floor.calls[lost.desk.call_id() or ""]
    assert (call.number, call.answered_at) == ("13904510007", None), "the form is of the missed call"
    assert shown.text("form.contact_phone") == "13904510007"


def test_of_two_seats_that_ring_back_at_once_one_goes_on(lost, show):
    shown = show(lost)
    [entry] = missed(lost.hub.floor)
    lost.hub.holding = True  # both pressed before either had heard of the other
    shown.key(Key.Key_B, ALT)
    [ours] = list(lost.phone.calls)
    theirs = cmd.ReportRinging("theirs", entry.number, Direction.OUTBOUND, call_back_of=entry.call_id)
    lost.hub.as_hub(theirs, seat_id="s2", person="d2")
    shown.settle()
    lost.hub.holding = False
    lost.hub.release()
    shown.settle()
    assert ours not in lost.phone.calls
    assert "02 台先拨出了 13904510007，本席这一路已挂断" in shown.text("notice.text")


def test_what_came_of_it_is_written_down_by_key(lost, show):
    shown = show(lost)
    shown.key(Key.Key_K, CTRL | SHIFT)
    shown.find("reason.no_answer").click()
    shown.find("reason.confirm").click()
    shown.settle()
    [entry] = missed(lost.hub.floor)
    assert entry.follow_up is not None
    assert entry.follow_up.outcome is MissedOutcome.NO_ANSWER
    assert entry.due_at == lost.clock.now + 600_000
    [row] = missed_rows(lost.desk, lost.clock.now)
    assert (row.state, row.late) == ("later", False)


def test_pause_by_key_and_the_sign_in_the_header(show):
    seat, _ = desk_with_exchange()
    shown = show(seat)
    assert shown.text("seat.state").startswith("● 就绪")
    shown.key(Key.Key_P, ALT)
    shown.find("reason.meal").click()
    shown.find("reason.confirm").click()
    shown.settle()
    assert shown.text("seat.state").startswith("▣ 暂停·用餐")
    shown.key(Key.Key_Y, CTRL | SHIFT)
    assert shown.text("seat.state").startswith("● 就绪")
    assert START


def test_a_telephone_that_died_and_registers_again_is_told_the_state_again():
    seat, exchange = desk_with_exchange()
    seat.desk.take(msg.LineState("desk", True, 200))
    seat.desk.distribution.pause(PauseReason.REST)
    told = len(exchange.told)
    seat.desk.take(msg.PhoneDown("killed", restarting=True))
    seat.desk.take(msg.LineState("desk", True, 200))
    assert exchange.told[told:] == [(S.PAUSED, "rest")]
    seat.desk.take(msg.LineState("desk", True, 200))
    assert len(exchange.told) == told + 1, "a renewal is no news"


def test_a_pause_and_what_came_of_a_missed_call_are_said(lost):
    lost.desk.distribution.pause(PauseReason.MEAL)
    lost.pump()
    [entry] = missed(lost.hub.floor)
    lost.desk.give(FollowUpMissed(entry.call_id, MissedOutcome.POLICE, remark="三次未接"))
    lost.pump()
    said = [line.text for line in lost.desk.latest]
    assert said[-2:] == ["01 台 暂停·用餐", "未接 13904510007：转 110 协查（张敏）"]
