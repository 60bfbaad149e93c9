"""What the window says of calls: in a dispatcher's words, and never two things at once."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from console.models.directory import find, typed_number
from console.models.notices import HINT_MS
from dispatch import commands as cmd
from store.core.ids import new_id
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.facts import RegistrarState
from tests.console.busy import Seatful
from tests.console.conftest import Shown

CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key
CALLER, SECOND, HOSPITAL = "13904510001", "13800000002", "0451-84880120"
TALK, HELD = CallPlace.TALK, CallPlace.HELD


@pytest.fixture
def shown(seat: Seatful, show: Callable[[Seatful], Shown]) -> Shown:
    """One caller is talked with; the first hospital can be called."""
    hospital = seat.desk.floor.hospitals["h0"]
    seat.hub.as_hub(cmd.RegisterHospital(replace(hospital, phone=HOSPITAL)))
    seat.pump()
    shown = show(seat)
    seat.phone.ring(CALLER, "张先生")
    shown.settle()
    shown.key(Key.Key_F3)
    return shown


def place(shown: Shown, number: str) -> CallPlace | None:
    calls = shown.seat.phone.calls.values()
    return next(call.place for call in calls if call.number.endswith(number))


def call_id(shown: Shown, number: str) -> str:
    return next(c.call_id for c in shown.seat.phone.calls.values() if c.number.endswith(number))


def test_after_an_attended_transfer_the_number_is_said(shown: Shown) -> None:
    shown.window.doing.run(f"/拨号 {HOSPITAL}")
    shown.settle()
    shown.seat.phone.far_end_answers(call_id(shown, "0120"))
    shown.settle()
    caller = call_id(shown, CALLER)
    shown.key(Key.Key_F6, CTRL)
    shown.seat.phone.far_end_accepts(caller)
    shown.settle()
    assert "已转往 0451" in shown.text("notice.text")


@pytest.mark.parametrize(
    ("sip_code", "reason", "words"),
    [
        (486, "Busy Here", "转接失败（对方忙）"),
        (0, "no word of it", "转接失败（对方一直没有回音）"),
        (405, "Method Not Allowed", "转接失败（来电人的线路不支持转接）"),
    ],
)
def test_why_a_transfer_failed(shown: Shown, sip_code: int, reason: str, words: str) -> None:
    caller = call_id(shown, CALLER)
    shown.seat.phone.happens(msg.TransferFailed(caller, sip_code, reason))
    shown.settle()
    assert words in shown.text("notice.text")
    assert reason not in shown.text("notice.text")


def test_redial_of_an_address_dials_the_whole_of_it(shown: Shown) -> None:
    shown.window.doing.run("/拨号 sip:02@seat-02.lan")
    shown.settle()
    shown.key(Key.Key_F10)
    shown.key(Key.Key_F12, CTRL)
    assert [call.number for call in shown.seat.phone.calls.values()][-1] == "sip:02@seat-02.lan"


@pytest.mark.parametrize(
    "typed", ["１３９０４５１０００２", "1390 451-0002", "(139)0451.0002", "139—0451—0002"]
)
def test_a_number_as_people_type_it(typed: str) -> None:
    assert typed_number(typed) == "13904510002"


def test_wide_digits_find_whom_they_mean(shown: Shown) -> None:
    assert [one.name for one in find(shown.seat.desk, "１１０")] == ["公安"]


def test_a_contact_that_is_no_number_is_not_dialled(shown: Shown) -> None:
    shown.key(Key.Key_F10)
    shown.seat.desk.type(contact_phone="不详")
    shown.settle()
    shown.key(Key.Key_B, CTRL)
    assert not shown.seat.phone.calls
    assert "“不详”" in shown.text("notice.text")
    assert all(entry.number != "不详" for entry in find(shown.seat.desk, ""))


def test_a_call_that_could_not_be_placed_is_said_once(shown: Shown) -> None:
    dialled, reason = new_id(), "gethostbyname() has returned error (PJ_ERESOLVE)"
    shown.seat.desk.notices.clear()
    shown.seat.phone.happens(msg.CallDialled(dialled, "direct", "sip:110@127.0.0.1", 1))
    shown.seat.phone.happens(msg.CallEnded(dialled, msg.EndedBy.PHONE, 0, reason, answered=False, at_ms=2))
    shown.seat.phone.happens(msg.CommandRefused(dialled, "Dial", reason))
    shown.settle()
    (said,) = shown.seat.desk.notices
    assert "110 没有接通：找不到这个地址的主机" in said.what


def test_a_dead_line_is_said_with_what_to_do_and_promises_no_hold(shown: Shown) -> None:
    own = shown.seat.desk.sounding.own_line_id()
    gone = RegistrarState("10.1.0.1:5060", registered=False, alive=False, code=408)
    shown.seat.phone.happens(msg.LineState(own, False, 408, registrars=(gone,)))
    shown.key(Key.Key_F2, CTRL)
    assert "线路断开" in shown.text("dial.title")
    assert "保持" not in shown.text("dial.title")
    shown.key(Key.Key_Escape)
    shown.seat.desk.notices.clear()
    shown.seat.phone.happens(msg.CommandRefused(new_id(), "Dial", msg.LINE_DOWN))
    shown.settle()
    assert "没有拨出" in shown.text("notice.text")
    assert "桌上话机" in shown.text("notice.text")
    assert place(shown, CALLER) is TALK


def test_who_waits_on_hold_is_not_nobody(shown: Shown) -> None:
    shown.key(Key.Key_F9, CTRL)
    shown.key(Key.Key_F10)
    assert "保持" in shown.text("notice.text")
    assert "Ctrl+F9" in shown.text("notice.text")
    assert place(shown, CALLER) is HELD


def test_enter_answers_the_call_that_was_chosen(shown: Shown) -> None:
    shown.key(Key.Key_F9, CTRL)
    for number in (SECOND, "13800000003"):
        shown.seat.phone.ring(number)
        shown.seat.clock.now += 10
    shown.settle()
    shown.window._calls.table.used.emit(call_id(shown, "13800000003"))
    shown.settle()
    assert (place(shown, "13800000003"), place(shown, SECOND)) == (TALK, None)


def test_escape_closes_the_sheet_with_the_keyboard(shown: Shown) -> None:
    shown.key(Key.Key_F2, CTRL)
    shown.key(Key.Key_Escape)
    shown.key(Key.Key_F1, CTRL)
    shown.key(Key.Key_F2, CTRL)
    shown.key(Key.Key_F1, CTRL)
    shown.key(Key.Key_Escape)
    assert (shown.find("dial").isVisible(), shown.find("keypad").isVisible()) == (True, False)


def test_the_dial_sheet_says_who_will_be_held_as_it_is_now(shown: Shown) -> None:
    shown.key(Key.Key_F2, CTRL)
    assert CALLER in shown.text("dial.title")
    shown.seat.phone.far_end_hangs_up(call_id(shown, CALLER))
    shown.settle()
    assert CALLER not in shown.text("dial.title")


def test_the_head_of_the_form_says_that_the_caller_waits(shown: Shown) -> None:
    assert "通话" in shown.text("form.call")
    shown.key(Key.Key_F9, CTRL)
    assert "保持" in shown.text("form.call")
    assert "通话" not in shown.text("form.call")
    assert shown.find("form.call").property("tone") == "warning"


def test_a_notice_goes_once_its_act_is_done(shown: Shown) -> None:
    shown.seat.phone.ring(SECOND)
    shown.settle()
    shown.key(Key.Key_F3)
    assert "正在通话" in shown.text("notice.text")
    shown.key(Key.Key_F3, CTRL)
    assert "正在通话" not in shown.text("notice.text")


def test_an_answer_that_leaves_nothing_to_do_passes(shown: Shown) -> None:
    desk = shown.seat.desk
    shown.key(Key.Key_F10, CTRL)
    assert "没有保持中的通话" in shown.text("notice.text")
    desk.notice("须处理", "请处理", grave=False)
    shown.seat.pass_time(20_000)
    shown.settle()
    assert [one.what for one in desk.notices if not one.grave] == ["须处理"]


def test_news_of_the_archive_does_not_cover_a_lost_caller(shown: Shown) -> None:
    shown.seat.phone.die()
    shown.seat.phone.revive()
    closed = msg.RecordingClosed(new_id(), "a.wav", "0" * 64, 1, 1000, 100, True)
    shown.seat.phone.happens(closed)
    shown.settle()
    shown.window.second()
    assert [one for one in shown.seat.desk.notices if "已修复归档" in one.what]
    assert "因线路故障中断" in shown.text("notice.text")


def test_bad_by_jitter_is_said_by_jitter(shown: Shown) -> None:
    heard = msg.CallQuality(call_id(shown, CALLER), 0.2, 80.0, 120.0, 4.4, bad=True, final=False)
    shown.seat.phone.happens(heard)
    shown.settle()
    assert "抖动 80 毫秒" in shown.text("talk.0.told")
    assert "丢包" not in shown.text("talk.0.told")


def test_in_a_call_the_sheet_of_sound_has_the_keyboard(shown: Shown) -> None:
    shown.key(Key.Key_F11, Qt.KeyboardModifier.ShiftModifier)
    sheet, focus = shown.find("sound"), shown.window.focusWidget()
    assert focus is not None
    assert sheet.isAncestorOf(focus)


def test_all_callers_a_dead_telephone_lost_are_in_sight(shown: Shown) -> None:
    for at in range(3):
        shown.seat.phone.ring(f"1380000000{at}")
        shown.settle()
        shown.key(Key.Key_F3, CTRL)
    assert [shown.text(f"talk.{at}.place") for at in range(4)] == ["‖ 保持", "‖ 保持", "‖ 保持", "● 通话"]
    shown.seat.phone.die()
    shown.settle()
    assert [shown.text(f"talk.{at}.place") for at in range(4)] == ["△ 失线"] * 4
    shown.seat.phone.revive()
    shown.seat.phone.ring("13800000009")
    shown.settle()
    assert shown.text("talk.0.place") == "◉ 振铃"
    assert shown.text("talk.1.place") == "△ 失线（另有 1 个）", "who has no place is counted"


def test_a_line_that_is_back_does_not_cover_a_lost_caller(shown: Shown) -> None:
    sounding = shown.seat.desk.sounding
    shown.seat.phone.die()
    shown.settle()
    sounding._tell("line", "电话线路恢复")
    shown.settle()
    assert "因线路故障中断" in shown.text("notice.text")
    sounding._tell("line", "电话线路断开", "请用桌上话机接听")
    shown.settle()
    assert "电话线路断开" in shown.text("notice.text")
    assert [one.what for one in shown.seat.desk.notices if "恢复" in one.what] == []


def test_an_answer_with_a_hint_goes_after_a_while(shown: Shown) -> None:
    """'No caller is on the line' stood on beside one who heard a prompt."""
    shown.key(Key.Key_F8, CTRL)
    assert "没有会议" in shown.text("notice.text")
    shown.seat.pass_time(HINT_MS)
    shown.settle()
    assert not any("没有会议" in one.what for one in shown.seat.desk.notices)
