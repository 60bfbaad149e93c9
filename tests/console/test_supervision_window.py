"""The supervisor: by rights, shown on the monitored seat, every step in the journal."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from console.models.archive import row
from dispatch import commands as cmd
from dispatch.call_notes import NoteSupervision
from dispatch.kinds import SupervisionMode
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.monitoring import MonitorMode
from telephony.virtual import CAPABILITIES
from tests.console.busy import START, Seatful
from tests.console.conftest import Shown
from tests.console.test_calls_up import call_id, strip

BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key
HEADSET = msg.PhoneReady(0, "headset", CAPABILITIES)
Show = Callable[[Seatful], Shown]


def elsewhere(seat: Seatful) -> str:
    """Seat 02 talks with a caller."""
    who = {"seat_id": "s2", "person": "d2"}
    seat.hub.as_hub(cmd.ReportRinging("theirs", "13700000007"), **who)
    seat.hub.as_hub(cmd.ReportAnswered("theirs"), **who)
    seat.pump()
    return "theirs"


def leader(show: Show) -> Shown:
    seat = Seatful()
    seat.pump()
    seat.log_in("0900", "wang")
    elsewhere(seat)
    shown = show(seat)
    seat.phone.happens(HEADSET)
    return shown


def test_only_a_leader_may_listen(seat: Seatful, show: Show) -> None:
    elsewhere(seat)
    shown = show(seat)
    shown.key(Key.Key_F5, BOTH)
    assert "无权" in shown.text("notice.text")
    assert "请由调度班长、调度科科长登录后操作" in shown.text("notice.text"), "who asks is a dispatcher"
    assert not shown.seat.phone.calls


def test_a_leader_listens_whispers_takes_over_and_leaves(show: Show) -> None:
    shown = leader(show)
    shown.key(Key.Key_F5, BOTH)
    assert shown.find("reason").isVisible()
    shown.key(Key.Key_Return)
    (leg,) = shown.seat.phone.calls.values()
    assert (leg.supervises, leg.number) == ("theirs", "02")
    assert all(call.number != "02" for call in shown.seat.desk.floor.calls.values()), "no call to anybody"
    assert "正在请求" in strip(shown)
    shown.seat.phone.far_end_answers(leg.call_id)
    shown.settle()
    assert "请求监听" in shown.text("talk.0.place")
    confirmed(shown, SupervisionMode.LISTEN)
    assert "无人听到" in strip(shown), "as the other seat confirms"
    for key in (Key.Key_F6, Key.Key_F7, Key.Key_F8):
        shown.key(key, BOTH)
    shown.key(Key.Key_F9, BOTH)
    assert shown.find("reason").isVisible(), "by force only after a second look"
    shown.key(Key.Key_6)
    shown.key(Key.Key_Return)
    assert "须在备注写明原因" in shown.text("notice.text")
    shown.key(Key.Key_F9, BOTH)
    shown.key(Key.Key_2)
    shown.type("反复拨打")
    shown.key(Key.Key_Return)
    assert shown.seat.phone.supervised[-1][2] == "恶意占线：反复拨打"
    modes = [mode for _, mode, _ in shown.seat.phone.supervised]
    listen, whisper, barge, take_over = list(MonitorMode)[:4]
    assert modes == [listen, whisper, barge, take_over, MonitorMode.RELEASE]
    shown.key(Key.Key_F5, BOTH)
    assert not shown.seat.phone.calls, "again: leaves"
    shown.key(Key.Key_F5, BOTH)
    shown.key(Key.Key_Return)
    shown.key(Key.Key_F10)
    assert not shown.seat.phone.calls, "so does the key that hangs up"


def confirmed(shown: Shown, mode: SupervisionMode, number: str = "0900", monitor: str = "m1") -> None:
    """The other seat puts it down."""
    shown.seat.hub.as_hub(NoteSupervision(monitor, "theirs", mode, number, "王芳"), seat_id="s2", person="d2")
    shown.settle()
    shown.window.second()


def listening(show: Show) -> tuple[Shown, str]:
    """A leader's window that listens to seat 02, and its leg."""
    shown = leader(show)
    shown.key(Key.Key_F5, BOTH)
    shown.key(Key.Key_Return)
    (leg,) = shown.seat.phone.calls
    shown.seat.phone.far_end_answers(leg)
    shown.settle()
    return shown, leg


def stands(shown: Shown, leg: str, mode: MonitorMode, place: CallPlace, *, silent: bool = False) -> str:
    """What our card says once the other telephone has said how the call stands there."""
    shown.seat.phone.happens(msg.SupervisionStands(leg, mode, place, silent, START))
    shown.settle()
    shown.window.second()
    return f"{shown.text('talk.0.place')} {shown.text('talk.0.told')}"


@pytest.mark.parametrize(
    ("mode", "place", "said"),
    [
        ("listen", "talk", "监听中 听得到双方，无人听到您"),
        ("whisper", "talk", "耳语中 听得到双方，只有席位听到您"),
        ("barge", "talk", "强插中 您与席位、对方互相听见"),
        ("take_over", "taken", "已接管 您与对方互相听见，席位听不到"),
        ("listen", "held", "监听中 通话保持中：您听不到，也无人听到您"),
        ("barge", "held", "强插中 通话保持中：您听不到，也无人听到您"),
        ("whisper", "aside", "耳语中 只听得到对方，席位不在其中；无人听到您"),
        ("barge", "aside", "强插中 您与对方互相听见，席位不在其中"),
    ],
)
def test_the_card_of_the_leader_says_the_mode_and_who_hears_whom(
    show: Show, mode: str, place: str, said: str
) -> None:
    shown, leg = listening(show)
    words = stands(shown, leg, MonitorMode(mode), CallPlace(place))
    assert all(part in words for part in said.split()), words
    assert "无音频" not in words
    assert "对方无音频" in stands(shown, leg, MonitorMode(mode), CallPlace(place), silent=True)


def test_a_supervision_that_is_on_hold_here_hears_nothing(show: Show) -> None:
    shown, leg = listening(show)
    stands(shown, leg, MonitorMode.LISTEN, CallPlace.TALK)
    shown.seat.phone.hold(leg)
    shown.settle()
    shown.window.second()
    assert "您听不到" in shown.text("talk.0.told")


def test_without_word_of_the_other_telephone_the_journal_says_the_mode_and_nothing_untrue(show: Show) -> None:
    shown, _ = listening(show)
    confirmed(shown, SupervisionMode.WHISPER)
    confirmed(shown, SupervisionMode.BARGE, "0901", "m2")
    assert "耳语中" in shown.text("talk.0.place"), "another leader's mode is not ours"
    assert "席位通话时" in shown.text("talk.0.told"), "it may be on hold"


@pytest.mark.parametrize("key", [(Key.Key_L, CTRL), (Key.Key_L, BOTH)], ids=["log out", "lock"])
def test_nobody_goes_on_listening_once_the_leader_went_away(show: Show, key: tuple[Key, Key]) -> None:
    shown, _ = listening(show)
    shown.key(*key)
    assert shown.seat.desk.person is None
    assert not shown.seat.phone.calls, "the rights went with the person"


def test_a_desk_that_listens_does_not_lock_itself(show: Show) -> None:
    shown, leg = listening(show)
    assert shown.window._on_the_phone(), "whoever only listens does not touch anything"
    shown.seat.phone.hang_up(leg)
    shown.settle()
    assert not shown.window._on_the_phone()


def test_why_a_supervision_is_over_is_said(show: Show) -> None:
    shown, leg = listening(show)
    shown.seat.phone.far_end_hangs_up(leg)
    shown.settle()
    assert "02 台的通话已结束，监听随之结束" in shown.text("notice.text")
    shown.key(Key.Key_F5, BOTH)
    shown.key(Key.Key_Return)
    (leg,) = shown.seat.phone.calls
    shown.seat.phone.happens(msg.CallEnded(leg, msg.EndedBy.FAR_END, 403, "Forbidden", False, START))
    shown.settle()
    assert "02 台拒绝了监听" in shown.text("notice.text")
    shown.key(Key.Key_F5, BOTH)
    shown.key(Key.Key_Return)
    (leg,) = shown.seat.phone.calls
    shown.seat.phone.happens(msg.CallEnded(leg, msg.EndedBy.NETWORK, 480, "", False, START))
    shown.settle()
    assert "对 02 台的监听没有接通：无人应答" in shown.text("notice.text")


def test_who_listens_again_is_not_told_to(show: Show) -> None:
    shown, leg = listening(show)
    shown.seat.phone.happens(msg.CallEnded(leg, msg.EndedBy.FAR_END, 480, "", False, shown.seat.clock()))
    shown.settle()
    assert "再监听" in shown.text("notice.text")
    shown.key(Key.Key_F5, BOTH)
    shown.key(Key.Key_Return)
    assert not any(one.verb == "listen" for one in shown.seat.desk.notices)


def test_what_a_leader_heard_is_archived_as_that(show: Show) -> None:
    shown, leg = listening(show)
    desk = shown.seat.desk
    note = NoteSupervision("m1", "theirs", SupervisionMode.LISTEN, "0900", "王芳")
    shown.seat.hub.as_hub(note, seat_id="s2", person="d2")
    shown.seat.phone.hang_up(leg)
    path = f"2026-11-21/{leg}.wav"
    shown.seat.phone.happens(msg.RecordingClosed(leg, path, "0" * 64, START, 60_000, 960_044, False))
    shown.settle()
    shown.window.second()
    label = desk.line.labels._told[leg]
    assert (label.number, label.dispatcher, label.seat) == ("13700000007", "王芳 0900", "01")
    assert row(label).note == "◈ 班长监听"


def supervised(seat: Seatful, show: Show) -> tuple[Shown, str, str]:
    """A caller is talked with, and a supervisor listens: the window, the call, the supervision."""
    shown = show(seat)
    seat.phone.happens(HEADSET)
    seat.phone.ring("13904510001")
    shown.settle()
    shown.key(Key.Key_F3)
    caller = call_id(shown, "13904510001")
    return shown, caller, seat.phone.supervisor_comes(caller, MonitorMode.LISTEN, "8100", "王芳")


def test_who_is_supervised_sees_it_takes_back_and_it_is_in_the_journal(seat: Seatful, show: Show) -> None:
    shown, caller, monitor = supervised(seat, show)
    shown.settle()
    assert shown.text("talk.0.told") == "▲ 8100 王芳 监听：听得到双方，无人听到", "nothing cut behind it"
    assert "无人听到" in shown.text("notice.text")
    seat.phone.supervisor_changes(monitor, MonitorMode.TAKE_OVER)
    shown.settle()
    assert "班长接管" in shown.text("talk.0.place")
    assert "收回" in shown.text("notice.text")
    shown.key(Key.Key_F9, CTRL)
    assert "通话" in shown.text("talk.0.place")
    seat.phone.supervisor_goes(monitor)
    shown.settle()
    (noted,) = seat.desk.floor.calls[caller].supervisions
    assert (noted.by_name, noted.mode) == ("王芳", SupervisionMode.TAKE_OVER)
    assert noted.ended_at is not None
    lines = [line.text for line in seat.desk.latest]
    assert any("8100 王芳" in text and "监听" in text for text in lines)
    assert "▲" not in shown.text("talk.0.told")


def test_a_supervisor_who_goes_with_the_call_taken_gives_it_back(seat: Seatful, show: Show) -> None:
    shown, _, monitor = supervised(seat, show)
    seat.phone.supervisor_changes(monitor, MonitorMode.TAKE_OVER)
    shown.settle()
    seat.phone.supervisor_goes(monitor)
    shown.settle()
    assert "班长已离开，通话交还本席" in shown.text("notice.text")


def test_a_call_released_by_force_says_by_whom_and_why(seat: Seatful, show: Show) -> None:
    shown, caller, monitor = supervised(seat, show)
    seat.phone.supervisor_changes(monitor, MonitorMode.RELEASE, "恶意占线：反复拨打")
    shown.settle()
    assert "8100 王芳 强拆了本席的通话：恶意占线：反复拨打" in shown.text("notice.text")
    (noted,) = seat.desk.floor.calls[caller].supervisions
    assert (noted.mode, noted.reason) == (SupervisionMode.RELEASE, "恶意占线：反复拨打"), "kept to the end"
    said = [
        line for line in seat.desk.latest if "8100 王芳 强拆 01 台的通话：恶意占线：反复拨打" in line.text
    ]
    assert said
    assert said[0].abnormal


def test_a_stranger_who_tries_is_told_and_noted(seat: Seatful, show: Show) -> None:
    shown = show(seat)
    seat.phone.happens(HEADSET)
    seat.phone.ring("13904510001")
    shown.settle()
    shown.key(Key.Key_F3)
    seat.phone.stranger_tries(call_id(shown, "13904510001"))
    shown.settle()
    assert "签名不对" in shown.text("notice.text")
    assert "192.0.2.1" in shown.text("notice.text")
    assert any("拒绝监听" in line.text and line.abnormal for line in seat.desk.latest)


def test_a_take_over_of_a_call_on_hold_is_no_attempt_of_anybody(seat: Seatful, show: Show) -> None:
    shown = show(seat)
    seat.phone.happens(HEADSET)
    seat.phone.ring("13904510001")
    shown.settle()
    shown.key(Key.Key_F3)
    caller, why = call_id(shown, "13904510001"), "the call is not in conversation"
    mode = MonitorMode.TAKE_OVER
    seat.phone.happens(msg.MonitorRefused("8100", "王芳", "192.0.2.1:5060", why, START, caller, mode))
    shown.settle()
    assert "8100 王芳 没有接管成：通话在保持中" in shown.text("notice.text")
    assert "告知班长" not in shown.text("notice.text"), "nobody did what is forbidden"
    said = [line for line in seat.desk.latest if "8100 王芳 没有接管成 01 台的通话" in line.text]
    assert said
    assert not said[0].abnormal


def test_the_leader_is_told_why_nothing_came_of_a_take_over(show: Show) -> None:
    shown, _ = listening(show)
    note = NoteSupervision(
        "", "theirs", SupervisionMode.TAKE_OVER, "0900", "王芳", refused="the call is not in conversation"
    )
    shown.seat.hub.as_hub(note, seat_id="s2", person="d2")
    shown.settle()
    assert "02 台的通话没有接管成：通话在保持中" in shown.text("notice.text")


@pytest.mark.parametrize("told", ["telephone", "journal"])
def test_the_leader_is_told_that_the_seat_took_its_call_back(show: Show, told: str) -> None:
    shown, leg = listening(show)
    for mode, place in ((MonitorMode.TAKE_OVER, CallPlace.TAKEN), (MonitorMode.LISTEN, CallPlace.TALK)):
        if told == "telephone":
            stands(shown, leg, mode, place)
        confirmed(shown, SupervisionMode(mode))
    assert "监听中" in shown.text("talk.0.place")
    told_once = [one for one in shown.seat.desk.notices if "02 台收回了通话" in one.what]
    assert len(told_once) == 1
