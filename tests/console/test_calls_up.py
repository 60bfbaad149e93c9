"""Several calls at once in the window, by keys: hold, swap, conference, transfers, dialling, ring-back."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from console.models.phone_words import result_words
from dispatch import commands as cmd
from dispatch.kinds import CallResult
from store.core.ids import new_id
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.virtual import CAPABILITIES
from tests.console.busy import Seatful
from tests.console.conftest import Shown

CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key
HOSPITAL = "0451-84880120"
TALK, HELD, ASIDE = CallPlace.TALK, CallPlace.HELD, CallPlace.ASIDE


@pytest.fixture
def shown(seat: Seatful, show: Callable[[Seatful], Shown]) -> Shown:
    """One caller is talked with; the first hospital can be called."""
    hospital = seat.desk.floor.hospitals["h0"]
    seat.hub.as_hub(cmd.RegisterHospital(replace(hospital, phone=HOSPITAL)))
    seat.pump()
    shown = show(seat)
    seat.phone.happens(msg.PhoneReady(0, "headset", CAPABILITIES))
    seat.phone.ring("13904510001", "张先生")
    shown.settle()
    shown.key(Key.Key_F3)
    return shown


def place(shown: Shown, number: str) -> CallPlace | None:
    calls = shown.seat.phone.calls.values()
    return next(call.place for call in calls if call.number.endswith(number))


def call_id(shown: Shown, number: str) -> str:
    return next(c.call_id for c in shown.seat.phone.calls.values() if c.number.endswith(number))


def strip(shown: Shown) -> str:
    """Everything the strip says."""
    return "\n".join(label.text() for label in shown.find("talks").findChildren(QLabel))


def dial_hospital(shown: Shown) -> str:
    shown.key(Key.Key_F2, CTRL)
    shown.type("第一")
    shown.key(Key.Key_Return)
    hospital = call_id(shown, "0120")
    shown.seat.phone.far_end_answers(hospital)
    shown.settle()
    return hospital


def test_without_a_headset_nobody_is_said_to_hear_whom_he_does_not(shown: Shown) -> None:
    shown.seat.phone.happens(msg.PhoneReady(0, "null", CAPABILITIES))
    shown.settle()
    assert "您与对方互相听不见" in shown.text("talk.0.told")
    dial_hospital(shown)
    shown.key(Key.Key_F7, CTRL)
    assert "2 方互相听见；本机无耳机" in shown.text("talk.0.told")
    shown.seat.phone.happens(msg.PhoneReady(0, "headset", CAPABILITIES))
    deaf = msg.HeadsetState("", "麦克风", "音箱", False)
    shown.seat.phone.happens(deaf)
    shown.settle()
    assert "您听不到对方" in shown.text("talk.0.told")
    shown.seat.phone.happens(replace(deaf, ear="耳机", mouth=""))
    shown.settle()
    assert "对方听不到您" in shown.text("talk.0.told")


def test_hold_and_resume_say_who_hears_whom(shown: Shown) -> None:
    assert "互相听见" in strip(shown)
    shown.key(Key.Key_F9, CTRL)
    assert place(shown, "13904510001") is HELD
    assert "保持" in shown.text("talk.0.place")
    assert "您听不到对方" in shown.text("talk.0.told")
    shown.key(Key.Key_F9, CTRL)
    assert place(shown, "13904510001") is TALK


def test_a_second_caller_waits_in_sight_until_a_key_takes_it(shown: Shown) -> None:
    shown.seat.phone.ring("13800000002")
    shown.settle()
    assert "等待接听" in shown.text("talk.1.place")
    shown.key(Key.Key_F3)
    assert place(shown, "13904510001") is TALK, "nothing interrupts speech"
    assert "Ctrl+F3" in shown.text("notice.text")
    first_form = shown.seat.desk.hand.intake_id
    shown.key(Key.Key_F3, CTRL)
    assert (place(shown, "13904510001"), place(shown, "13800000002")) == (HELD, TALK)
    assert shown.seat.desk.hand.intake_id != first_form
    shown.key(Key.Key_F10, CTRL)
    assert (place(shown, "13904510001"), place(shown, "13800000002")) == (TALK, HELD)
    assert shown.seat.desk.hand.intake_id == first_form, "the form follows the caller"


def test_a_press_on_a_card_answers_that_call_or_talks_with_it(shown: Shown) -> None:
    shown.key(Key.Key_F9, CTRL)
    for number in ("13800000002", "13800000003"):
        shown.seat.phone.ring(number)
    shown.settle()
    QTest.mouseClick(shown.find("talk.2"), Qt.MouseButton.LeftButton)
    shown.settle()
    assert (place(shown, "13800000003"), place(shown, "13800000002")) == (TALK, None)
    QTest.mouseClick(shown.find("talk.1"), Qt.MouseButton.LeftButton)
    shown.settle()
    assert place(shown, "13800000002") is None, "nothing interrupts speech"
    QTest.mouseClick(shown.find("talk.0"), Qt.MouseButton.LeftButton)
    shown.settle()
    assert (place(shown, "13904510001"), place(shown, "13800000003")) == (TALK, HELD)


def test_a_call_keeps_its_place_in_the_strip(shown: Shown) -> None:
    shown.seat.phone.ring("13800000002")
    shown.settle()
    first = call_id(shown, "13904510001")
    shown.seat.phone.far_end_hangs_up(first)
    shown.settle()
    assert shown.text("talk.0.who") == ""
    assert "13800000002" in shown.text("talk.1.who")


def test_caller_station_and_hospital_confer_and_the_operator_leaves_them(shown: Shown) -> None:
    hospital = dial_hospital(shown)
    assert "市第一医院" in strip(shown)
    assert place(shown, "13904510001") is HELD
    shown.key(Key.Key_F7, CTRL)
    assert {call.place for call in shown.seat.phone.calls.values()} == {TALK}
    assert "3 方互相听见" in strip(shown)
    shown.key(Key.Key_F8, CTRL)
    assert {call.place for call in shown.seat.phone.calls.values()} == {ASIDE}
    shown.key(Key.Key_F8, CTRL)
    assert {call.place for call in shown.seat.phone.calls.values()} == {TALK}
    shown.key(Key.Key_F10)
    assert shown.find("reason").isVisible(), "which one"
    shown.key(Key.Key_2)
    shown.key(Key.Key_Return)
    assert hospital not in shown.seat.phone.calls
    assert place(shown, "13904510001") is TALK


def test_an_attended_transfer_joins_the_two_and_frees_the_seat(shown: Shown) -> None:
    dial_hospital(shown)
    caller = call_id(shown, "13904510001")
    shown.key(Key.Key_F6, CTRL)
    assert shown.seat.phone.calls[caller].transferring
    assert "转接中" in strip(shown)
    shown.seat.phone.far_end_accepts(caller)
    shown.settle()
    assert "已转往" in shown.text("notice.text")


def test_a_blind_transfer_that_fails_keeps_the_caller(shown: Shown) -> None:
    caller = call_id(shown, "13904510001")
    shown.key(Key.Key_F5, CTRL)
    assert "盲转" in "".join(label.text() for label in shown.find("dial").findChildren(QLabel))
    shown.type("110")
    shown.key(Key.Key_Return)
    assert shown.seat.phone.calls[caller].transferring
    shown.seat.phone.far_end_declines(caller)
    shown.settle()
    assert "通话仍在本台" in shown.text("notice.text")
    assert caller in shown.seat.phone.calls


def test_dialling_keeps_the_keyboard_and_gives_it_back(shown: Shown) -> None:
    field = shown.find("form.remark")
    field.setFocus()
    shown.key(Key.Key_F2, CTRL)
    assert shown.find("dial.number").hasFocus()
    shown.key(Key.Key_Escape)
    assert field.hasFocus()
    assert not shown.find("dial").isVisible()
    shown.window.doing.run("/拨号 110")
    shown.settle()
    assert place(shown, "110") is TALK
    (dialled,) = [c for c in shown.seat.desk.floor.calls.values() if c.number == "110"]
    assert dialled.direction == "out"
    shown.key(Key.Key_F10)
    shown.key(Key.Key_F12, CTRL)
    assert place(shown, "110") is TALK, "redial"


def test_a_call_of_ours_given_up_is_not_answered_and_nobody_refused_it(shown: Shown) -> None:
    shown.window.doing.run("/拨号 110")
    shown.settle()
    shown.key(Key.Key_F10)
    (dialled,) = [call for call in shown.seat.desk.floor.calls.values() if call.number == "110"]
    assert dialled.result == "not_answered"
    assert any(line.text == "呼出 110" for line in shown.seat.desk.latest)


def test_why_a_call_of_ours_came_to_nothing(shown: Shown) -> None:
    for sip_code, reason, words in (
        (486, "Busy Here", "对方忙"),
        (415, "SDP negotiation failed", "语音参数不能用"),
        (0, "phone_restarted", "电话程序中止"),
        (499, "Odd", "499 Odd"),
        (0, "Too many objects of the specified type (PJ_ETOOMANY)", "四路通话都占着"),
    ):
        call_id, far_end = new_id(), msg.EndedBy.FAR_END
        shown.seat.phone.happens(msg.CallDialled(call_id, "direct", "sip:110@127.0.0.1", 1))
        shown.seat.phone.happens(msg.CallEnded(call_id, far_end, sip_code, reason, answered=False, at_ms=2))
        shown.settle()
        assert "110 没有接通" in shown.text("notice.text")
        assert words in shown.text("notice.text")


@pytest.mark.parametrize(
    ("sip_code", "words"), [(480, "无人应答，或对方话机不在线"), (503, "交换机或对方线路故障")]
)
def test_a_call_of_ours_that_reached_nobody_is_no_line_that_was_cut(
    shown: Shown, sip_code: int, words: str
) -> None:
    dialled, cut = new_id(), msg.EndedBy.NETWORK
    shown.seat.phone.happens(msg.CallDialled(dialled, "direct", "sip:110@127.0.0.1", 1))
    shown.seat.phone.happens(msg.CallEnded(dialled, cut, sip_code, "Gone", answered=False, at_ms=2))
    shown.settle()
    assert shown.seat.desk.latest[-1].text == f"110 没有接通：{words}"
    call = shown.seat.desk.floor.calls[dialled]
    assert (call.result, result_words(call)) == (CallResult.NOT_ANSWERED, "没有接通")


def test_a_hospital_picked_on_the_map_stands_first_in_the_directory(shown: Shown) -> None:
    shown.window._chart.canvas.site_picked.emit("h0")
    shown.settle()
    assert HOSPITAL in shown.text("notice.text")
    shown.key(Key.Key_F2, CTRL)
    shown.key(Key.Key_Return)
    assert place(shown, "0120") is TALK


def test_key_tones_are_typed_and_both_sides_shown(shown: Shown) -> None:
    shown.key(Key.Key_F1, CTRL)
    QTest.keyClicks(shown.find("keypad"), "12#")
    shown.settle()
    caller = call_id(shown, "13904510001")
    assert shown.seat.phone.sent_digits == [(caller, "1"), (caller, "2"), (caller, "#")]
    shown.seat.phone.far_end_keys(caller, "5*")
    shown.settle()
    assert "12#" in shown.text("keypad.sent")
    assert "5*" in shown.text("keypad.heard")
    shown.key(Key.Key_Escape)
    assert not shown.find("keypad").isVisible()


def test_a_silent_caller_and_bad_quality_are_said_and_the_quality_is_kept(shown: Shown) -> None:
    caller = call_id(shown, "13904510001")
    shown.seat.phone.falls_silent(caller)
    shown.seat.clock.now += 5_000
    shown.settle()
    shown.window.second()
    assert "无音频 5 秒" in shown.text("talk.0.told")
    assert "互相听见" not in shown.text("talk.0.told")
    assert shown.find("talk.0").property("filled") is True
    shown.seat.phone.falls_silent(caller, 5_000)
    shown.seat.phone.heard_badly(caller)
    shown.settle()
    assert "MOS 2.4" in shown.text("talk.0.told")
    shown.seat.phone.heard_badly(caller, final=True)
    shown.seat.phone.far_end_hangs_up(caller)
    shown.settle()
    kept = shown.seat.desk.floor.calls[caller].quality
    assert kept is not None
    assert (kept.bad, kept.loss_percent, kept.silent_ms) == (True, 20.0, 5_000)


def test_a_caller_the_line_lost_is_rung_back_with_one_key_until_they_answer(shown: Shown) -> None:
    lost = call_id(shown, "13904510001")
    shown.seat.phone.die()
    shown.settle()
    shown.seat.phone.revive()
    shown.settle()
    assert "失线" in shown.text("talk.3.place")
    assert "还没有回拨过" in shown.text("talk.3.told")
    shown.key(Key.Key_F11, CTRL)
    tried = call_id(shown, "13904510001")
    shown.seat.phone.far_end_hangs_up(tried)
    shown.settle()
    shown.seat.clock.now += 65_000
    shown.window.second()
    assert "已试 1 次" in shown.text("talk.3.told")
    assert "1:05" in shown.text("talk.3.told")
    assert shown.seat.desk.floor.calls[tried].call_back_of == lost
    shown.key(Key.Key_F11, CTRL)
    shown.seat.phone.far_end_answers(call_id(shown, "13904510001"))
    shown.settle()
    assert "失线" not in strip(shown)


def test_a_refused_order_is_said_in_plain_words(shown: Shown) -> None:
    shown.seat.phone.send_digits("nobody", "1")
    shown.settle()
    assert "对方还没有接听" in shown.text("notice.text")
