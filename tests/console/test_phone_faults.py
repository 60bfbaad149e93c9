"""A telephone that dies again and again, strangers who call it, one caller too many: said once, an alarm."""

import pytest

from console.models.phone_faults import STEADY_MS, STRANGER_MS
from console.models.sound_lamps import phone_sign, sound_alarms
from telephony import messages as msg
from telephony.virtual import CAPABILITIES
from tests.console.busy import Seatful


@pytest.fixture
def seat() -> Seatful:
    made = Seatful()
    made.pump()
    made.log_in()
    made.desk.notices.clear()
    return made


def happens(seat: Seatful, *facts: msg.AnyEvent) -> None:
    for fact in facts:
        seat.phone.happens(fact)
    seat.pump()


def alarms(seat: Seatful) -> dict[str, str]:
    return {one.id: one.target for one in sound_alarms(seat.desk)}


READY = msg.PhoneReady(5060, "null", CAPABILITIES)


def test_one_death_is_no_loop_and_three_are(seat: Seatful) -> None:
    happens(seat, msg.PhoneDown("killed by SIGABRT", restarting=True), READY)
    assert "sound:process" not in alarms(seat)
    assert not seat.desk.notices
    happens(seat, msg.PhoneDown("killed by SIGABRT", restarting=True, crash_loop=True))
    assert "电话库自行中止" in alarms(seat)["sound:process"]
    assert "桌上话机" in seat.desk.notices[-1].do
    assert seat.desk.sounding.alarmed
    happens(seat, READY, msg.PhoneDown("killed by SIGABRT", restarting=True, crash_loop=True))
    assert len(seat.desk.notices) == 1, "said once"
    happens(seat, READY)
    assert "sound:process" in alarms(seat), "it may die again at once"
    seat.pass_time(STEADY_MS)
    assert "sound:process" not in alarms(seat)


def test_a_call_that_is_recorded_no_more_is_said_while_it_lasts(seat: Seatful) -> None:
    call_id = seat.phone.ring("13904510001")
    seat.phone.answer(call_id)
    happens(seat, msg.RecordingFailed(call_id, "No space left on device"))
    assert "13904510001" in seat.desk.notices[-1].what
    assert "磁盘已满" in seat.desk.notices[-1].what
    assert alarms(seat)["sound:recorder"] == "磁盘已满"
    told = len(seat.desk.notices)
    happens(seat, msg.RecordingFailed(call_id, "[Errno 28] No space left on device: 'x.wav.part'"))
    assert len(seat.desk.notices) == told, "said once"
    happens(seat, msg.RecordingClosed("1" * 32, "x.wav", "0" * 64, 1, 1, 1))
    assert "sound:recorder" not in alarms(seat)


def test_a_telephone_that_does_not_react_is_said_until_it_does(seat: Seatful) -> None:
    happens(seat, msg.PhoneHung(True))
    assert phone_sign(seat.desk).tone == "fault"
    assert "sound:hung" in alarms(seat)
    assert "没有反应" in seat.desk.notices[-1].what
    happens(seat, msg.PhoneHung(False))
    assert phone_sign(seat.desk).tone != "fault"
    assert not seat.desk.notices, "true no more"
    assert "sound:hung" not in alarms(seat)
    happens(seat, msg.PhoneHung(True), msg.PhoneDown("no sign of life", restarting=True), READY)
    assert "sound:hung" not in alarms(seat), "another process"


def test_strangers_are_counted_by_address_and_forgotten_in_time(seat: Seatful) -> None:
    seat.phone.stranger_calls("192.0.2.7")
    seat.pump()
    assert "192.0.2.7" in seat.desk.notices[-1].what
    assert not seat.desk.notices[-1].grave
    seat.phone.stranger_calls("192.0.2.7", 40)
    seat.pump()
    assert len(seat.desk.notices) == 1, "said once"
    assert "40" in alarms(seat)["sound:stranger:192.0.2.7"]
    assert not seat.desk.line.calls, "it is nobody's call"
    seat.pass_time(STRANGER_MS)
    assert not alarms(seat)


def test_a_caller_who_found_no_room_is_said_and_one_who_is_rung_elsewhere_is_not(seat: Seatful) -> None:
    happens(
        seat, msg.CallRejected("13904510009", "", "120", 480, 1), msg.CallRejected("1", "", "120", 486, 1)
    )
    assert not seat.desk.notices
    for n in range(CAPABILITIES.calls_max):
        seat.phone.ring(f"1390451000{n}")
    happens(seat, msg.CallRejected("13904510009", "", "120", 486, 1))
    assert "13904510009" in seat.desk.notices[-1].what


def test_a_caller_whose_call_cannot_be_read_is_said_with_the_number(seat: Seatful) -> None:
    happens(seat, msg.CallRejected("13904510009", "", "120", 513, 1))
    assert "13904510009" in seat.desk.notices[-1].what
    assert "回拨" in seat.desk.notices[-1].do
