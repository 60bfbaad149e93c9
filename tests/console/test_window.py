"""The seat window by keys only, on a local hub with a fake phone."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.models import acts
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.kinds import Answer, CloseReason, IncidentState, IntakeOutcome, MilestoneKind, Severity
from tests.console.busy import PASSWORDS, Seatful, busy

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


def test_a_call_from_ring_to_close_by_keys_only(seat, show):
    shown = show(seat)
    desk, floor = seat.desk, seat.desk.floor
    call = seat.phone.ring("13904510001", "张先生")
    shown.settle()
    assert "13904510001" in shown.text("form.call")
    assert shown.text("form.contact_phone") == "13904510001"

    shown.key(Key.Key_F3)
    assert floor.calls[call].answered_at is not None
    assert desk.intake().call_id == call
    assert shown.find("form.place").hasFocus()

    shown.type("zydj")
    QTest.qWait(150)
    shown.settle()
    assert shown.find("form.place.suggestions").isVisible()
    shown.key(Key.Key_Down)
    shown.key(Key.Key_Return)
    assert shown.text("form.place").startswith("南岗区学府路")
    shown.key(Key.Key_1, ALT)
    shown.key(Key.Key_4, ALT)
    shown.key(Key.Key_7, ALT)
    shown.key(Key.Key_Return)
    shown.type("西门岗亭")
    shown.wait_pause()
    form = floor.intakes[desk.hand.intake_id].form
    assert (form.conscious, form.breathing, form.severity) == (Answer.YES, Answer.YES, Severity.CRITICAL)
    assert form.waiting_point == "西门岗亭"

    shown.key(Key.Key_2, CTRL)
    second = desk.recommendation.picks[1].id
    shown.key(Key.Key_F4)
    incident = desk.incident()
    mission = floor.missions[incident.mission_ids[0]]
    assert mission.vehicle_id == second
    assert floor.intakes[desk.hand.intake_id].outcome is IntakeOutcome.DISPATCHED
    shown.key(Key.Key_F10)
    assert floor.calls[call].ended_at is not None

    for kind in list(MilestoneKind)[1:9]:
        seat.clock.now += 60_000
        shown.key(Key.Key_F6)
        assert floor.missions[mission.id].stage is kind
    assert not floor.missions[mission.id].active

    shown.key(Key.Key_F12)
    assert shown.find("reason").isVisible()
    shown.key(Key.Key_1)
    shown.key(Key.Key_Return)
    assert floor.incidents[incident.id].state is IncidentState.CLOSED
    assert floor.incidents[incident.id].closing.reason is CloseReason.COMPLETED


def test_ringing_never_takes_the_keyboard(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    shown.type("中山路")
    seat.phone.ring("13800000001")
    shown.settle()
    shown.type("88号")
    assert shown.text("form.place") == "中山路88号"
    assert "13800000001" in shown.text("calls.hint")
    assert shown.find("form.place").hasFocus()


def test_an_order_needs_an_address_and_says_so(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    assert not shown.find("advice.order").isEnabled()
    shown.key(Key.Key_F4)
    assert "还没有地址" in shown.text("notice.text")
    shown.type("学府路一带")
    shown.wait_pause()
    assert shown.find("advice.order").isEnabled(), "an approximate place is enough"
    shown.key(Key.Key_1, CTRL)
    shown.key(Key.Key_F4)
    assert seat.desk.incident().mission_ids


def test_the_loser_of_a_race_reads_who_won(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    seat.desk.floor.vehicles["v8"]
    acts.choose_vehicle(seat.desk, "v8")
    who = {"seat_id": "s2", "person": "d2"}
    seat.hub.as_hub(cmd.AssignVehicle("other", "e5", "v8"), **who)
    shown.key(Key.Key_F4)
    told = shown.text("notice.text")
    assert "A08" in told
    assert "02 台 李强" in told
    assert "Ctrl+数字" in told
    shown.key(Key.Key_Escape)
    assert "A08 已被" not in shown.text("notice.text")


def test_sending_until_the_hub_has_answered(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    seat.hub.holding = True
    shown.key(Key.Key_F4)
    assert shown.find("mission.0.next").isVisible()
    rows = shown.window._missions._strips[0].line._row
    assert rows.order.startswith("发送中")
    seat.hub.holding = False
    seat.hub.release()
    shown.settle()
    assert shown.window._missions._strips[0].line._row.order == "待送达"


def test_a_field_being_typed_is_never_replaced(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    shown.type("中山路")
    shown.wait_pause()
    intake = seat.desk.hand.intake_id
    complaint = shown.find("form.chief_complaint")
    complaint.setFocus()
    shown.type("胸")
    who = {"seat_id": "s2", "person": "d2"}
    rev = seat.desk.floor.intakes[intake].rev
    seat.hub.as_hub(
        cmd.ChangeIntake(intake, rev, FormChanges(chief_complaint="腹痛", remark="二台补充")), **who
    )
    shown.settle()
    assert shown.text("form.chief_complaint") == "胸"
    assert shown.text("form.remark") == "二台补充"
    shown.type("痛")
    shown.wait_pause()
    assert "主诉" in shown.text("notice.text")
    assert complaint.property("disputed") is True
    shown.key(Key.Key_K, CTRL)
    assert seat.desk.floor.intakes[intake].form.chief_complaint == "胸痛"
    assert complaint.property("disputed") is False


def test_the_other_value_can_be_taken(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    complaint = shown.find("form.chief_complaint")
    complaint.setFocus()
    shown.type("胸")
    intake = seat.desk.hand.intake_id
    who = {"seat_id": "s2", "person": "d2"}
    seat.hub.as_hub(cmd.ChangeIntake(intake, 1, FormChanges(chief_complaint="腹痛")), **who)
    shown.wait_pause()
    shown.key(Key.Key_J, CTRL)
    shown.find("form.remark").setFocus()
    seat.desk.changed(*seat.desk.changes(), "form")
    shown.settle()
    assert shown.text("form.chief_complaint") == "腹痛"


def test_what_was_typed_survives_the_window(seat, show):
    kept = []
    first = Seatful(keep=lambda copy: kept.append(copy) or "")
    first.pump()
    first.log_in()
    shown = show(first)
    first.hub.holding = True
    shown.key(Key.Key_F2)
    shown.type("学府路74号")
    shown.find("form.chief_complaint").setFocus()
    shown.type("胸痛")
    second = Seatful(kept=kept[-1])
    second.pump()
    again = show(second)
    assert again.text("form.place") == "学府路74号"
    assert again.text("form.chief_complaint") == "胸痛"


def test_closing_without_a_vehicle_takes_two_people(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    shown.type("中山路")
    shown.wait_pause()
    shown.key(Key.Key_F9)
    shown.key(Key.Key_3)
    shown.key(Key.Key_Return)
    incident = seat.desk.incident()
    assert incident.state is IncidentState.HELD
    shown.key(Key.Key_F12)
    shown.key(Key.Key_3)
    shown.type("家属来电取消，已自行就医")
    shown.key(Key.Key_Return)
    assert shown.find("second_person").isVisible()
    staff, password = shown.find("second.staff"), shown.find("second.password")
    QTest.keyClicks(staff, "0101")
    QTest.keyClicks(password, PASSWORDS["0101"])
    QTest.keyClick(password, Key.Key_Return)
    shown.settle()
    assert seat.desk.floor.incidents[incident.id].state is IncidentState.HELD, (
        "the same person does not count"
    )
    staff, password = shown.find("second.staff"), shown.find("second.password")
    staff.clear()
    QTest.keyClicks(staff, "0900")
    QTest.keyClicks(password, PASSWORDS["0900"])
    QTest.keyClick(password, Key.Key_Return)
    shown.settle()
    assert seat.desk.floor.incidents[incident.id].closing.second_id == "d9"


def test_a_repeat_caller_joins_with_one_key(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    shown.key(Key.Key_F10)
    shown.key(Key.Key_F3)
    assert "0004" in shown.text("form.join")
    intake = seat.desk.hand.intake_id
    shown.key(Key.Key_F7)
    assert seat.desk.floor.intakes[intake].incident_id == "e3"
    assert seat.desk.incident_id() == "e3"


def test_the_command_line_works_over_the_form(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    shown.find("form.remark").setFocus()
    shown.type("三楼")
    shown.key(Key.Key_Slash, CTRL)
    assert shown.find("command.line").hasFocus()
    shown.type("pai")
    shown.key(Key.Key_Tab)
    assert shown.text("command.line") == "/派车 "
    shown.type("10")
    shown.key(Key.Key_Return)
    assert seat.desk.floor.vehicles["v10"].mission_id is not None
    assert shown.find("form.remark").hasFocus()
    assert shown.text("form.remark") == "三楼"


def test_a_slash_in_a_field_is_a_slash(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    shown.type("1/2号楼")
    assert shown.text("form.place") == "1/2号楼"


def test_editing_keys_of_the_platform_do_not_eat_verbs(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    shown.type("中山路")
    shown.key(Key.Key_D, CTRL)
    assert shown.text("form.place") == "中山路"
    assert shown.window._theme.name == "night"


def test_log_in_page_covers_and_says_why_not(show):
    seat = Seatful()
    seat.pump()
    shown = show(seat)
    shown.window.open_login()
    shown.settle()
    QTest.keyClicks(shown.find("login.staff"), "0101")
    QTest.keyClicks(shown.find("login.password"), "nope")
    shown.key(Key.Key_F2)
    assert seat.desk.hand.intake_id is None, "no verb works before somebody has logged in"
    QTest.keyClick(shown.find("login.password"), Key.Key_Return)
    shown.settle()
    assert "口令不对" in shown.text("login.told")
    QTest.keyClicks(shown.find("login.password"), "zhang")
    QTest.keyClick(shown.find("login.password"), Key.Key_Return)
    shown.settle()
    assert not shown.find("login").isVisible()
    assert seat.desk.person.dispatcher_id == "d1"


def test_log_out_keeps_what_is_in_hand(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    shown.type("中山路")
    shown.key(Key.Key_L, CTRL)
    assert shown.find("login").isVisible()
    assert seat.desk.form().place.address == "中山路"
