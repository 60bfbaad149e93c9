"""The seat window by keys only, on a local hub with a fake phone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QTableView

from console import i18n
from console.models import acts
from console.verbs import VERBS
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.kinds import Answer, CloseReason, IncidentState, IntakeOutcome, MilestoneKind, Need, Severity
from dispatch.words import Recording
from tests.console.busy import PASSWORDS, START, Seatful, busy

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
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


def test_the_help_overlay_lists_every_verb(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F1)
    assert sorted(shown.window._help.names) == sorted(verb.id for verb in VERBS)
    assert shown.find("help").isVisible()
    shown.key(Key.Key_Escape)
    assert not shown.find("help").isVisible()


def test_rows_do_not_move_under_the_pointer(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    table = shown.window._incidents.table
    before = [row.id for row in table.rows_model.rows]
    fresh = list(reversed(table.rows_model.rows))
    table.underMouse = lambda: True
    table.show_rows(fresh)
    assert [row.id for row in table.rows_model.rows] == before
    del table.underMouse
    table.show_rows(fresh)
    assert [row.id for row in table.rows_model.rows] == [row.id for row in fresh]


def test_a_parked_pointer_never_keeps_the_ranking_of_another_place(seat, show):
    shown = show(seat)
    busy(seat)
    table = shown.window._advice.table
    acts.show(seat.desk, "e4")
    shown.settle()
    table.rows_model.put(list(reversed(table.rows_model.rows)))
    table.underMouse = lambda: True
    acts.show(seat.desk, "e5")
    shown.settle()
    assert [row.id for row in table.rows_model.rows] == [p.id for p in seat.desk.recommendation.picks]


def test_the_next_key_walks_through_what_waits(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    first = seat.desk.hand.intake_id
    shown.key(Key.Key_F5)
    assert seat.desk.incident_id() == "e5"
    shown.key(Key.Key_F5)
    assert seat.desk.hand.intake_id == first


def test_layout_and_theme_come_back_for_the_same_person(seat, show):
    shown = show(seat)
    shown.window._columns.setSizes([600, 700, 584])
    sizes = shown.window._columns.sizes()
    shown.key(Key.Key_D, CTRL)
    shown.window._save_layout()
    again = show(seat)
    again.window._restore_layout()
    again.settle()
    assert again.window._theme.name == "night"
    assert abs(again.window._columns.sizes()[0] - sizes[0]) < 12


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scene", ["busy", "mission", "help", "idle"])
def test_nothing_is_clipped(show, language, scene):
    i18n.use(language)
    seat = Seatful()
    seat.pump()
    seat.log_in()
    busy(seat)
    if scene == "idle":
        seat.desk.take_in_hand()
    if scene == "mission":
        acts.show(seat.desk, "e0")
    shown = show(seat)
    if scene == "help":
        shown.key(Key.Key_F1)
    shown.settle()
    assert clipped(shown.window) == []


ELIDED = {"notice.text", "calls.hint", "banner"}
"""These carry whole sentences: cut at the end, whole in the tooltip."""


def clipped(window) -> list[str]:
    """Words that do not fit where they stand."""
    found = []
    for widget in [one for kind in (QLabel, QPushButton, QCheckBox) for one in window.findChildren(kind)]:
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        if not widget.isVisible() or widget.objectName() in ELIDED or wraps:
            continue
        wanted, given = widget.sizeHint(), widget.size()
        if wanted.width() > given.width() + 1 or wanted.height() > given.height() + 1:
            found.append(f"{widget.objectName()} {widget.text()} {wanted} {given}")
    for table in window.findChildren(QTableView):
        head = table.horizontalHeader()
        for at in range(table.model().columnCount()):
            words = str(table.model().headerData(at, Qt.Orientation.Horizontal) or "")
            if head.isVisible() and head.fontMetrics().horizontalAdvance(words) + 8 > table.columnWidth(at):
                found.append(f"{table.objectName()} {words} {table.columnWidth(at)}")
    return found


def test_every_input_has_a_name(seat, show):
    shown = show(seat)
    for kind in (QPushButton, QLineEdit, QTableView):
        nameless = [widget for widget in shown.window.findChildren(kind) if not widget.objectName()]
        assert [w for w in nameless if w.isVisible()] == []


def test_chips_add_and_take_back(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    QTest.mouseClick(shown.find("form.needs.stretcher"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(shown.find("form.infectious.yes"), Qt.MouseButton.LeftButton)
    shown.wait_pause()
    form = seat.desk.form()
    assert form.needs == {Need.STRETCHER}
    assert form.infectious
    QTest.mouseClick(shown.find("form.needs.stretcher"), Qt.MouseButton.LeftButton)
    assert seat.desk.form().needs == frozenset()
    assert seat.clock.now > START


def test_two_incidents_closed_one_after_the_other(seat, show):
    """The second question once pressed the buttons of the first: they still carried their names."""
    shown = show(seat)
    busy(seat)
    shown.settle()
    for at, vehicle in ((0, "v1"), (1, "v2")):
        seat.hub.as_hub(cmd.RecordVehicleKey(vehicle, MilestoneKind.COMPLETED, seat.clock()))
        shown.settle()
        shown.key(Key.Key_Slash, CTRL)
        shown.type(f"close {at + 1:04}")
        shown.key(Key.Key_Return)
        QTest.mouseClick(shown.find("reason.completed"), Qt.MouseButton.LeftButton)
        QTest.mouseClick(shown.find("reason.confirm"), Qt.MouseButton.LeftButton)
        shown.settle()
        assert seat.desk.floor.incidents[f"e{at}"].state is IncidentState.CLOSED


def test_recordings_are_listed_and_played_or_said_why_not(seat, show):
    shown = show(seat)
    call = seat.phone.ring("13904510001")
    shown.settle()
    shown.key(Key.Key_F3)
    shown.key(Key.Key_F10)
    recording = Recording("r1", f"2026/{call}.wav", "ab" * 32, 61_000, 100_000)
    seat.hub.as_hub(cmd.KeepRecording(call, recording), seat_id="s1", person="d1")
    shown.settle()
    shown.key(Key.Key_L, ALT)
    assert shown.find("calls_of.table").isVisible()
    assert "1:01" in shown.window._records.rows_model.rows[0].length
    shown.key(Key.Key_P, CTRL)
    assert "不在本机" in shown.text("notice.text")


def test_the_hospital_of_a_mission_is_chosen_by_digit(seat, show):
    shown = show(seat)
    busy(seat)
    acts.show(seat.desk, "e2")
    shown.settle()
    shown.key(Key.Key_H, CTRL)
    assert shown.find("reason").isVisible()
    shown.key(Key.Key_2)
    shown.key(Key.Key_Return)
    assert seat.desk.floor.missions["m2"].hospital_id is not None


def test_vehicles_by_state_and_by_time(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    QTest.mouseClick(shown.find("vehicles.free"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(shown.find("vehicles.by_time"), Qt.MouseButton.LeftButton)
    rows = shown.window._vehicles.table.rows_model.rows
    assert all(row.callable for row in rows)
    times = [row.eta_s for row in rows if row.eta_s is not None]
    assert times == sorted(times)
    assert len(times) > 10


def test_walking_through_a_list_keeps_the_keyboard_in_it(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    shown.key(Key.Key_W, ALT)
    table = shown.find("incidents.table")
    assert table.hasFocus()
    shown.key(Key.Key_Down)
    first = seat.desk.incident_id()
    shown.key(Key.Key_Down)
    assert table.hasFocus()
    assert seat.desk.incident_id() not in {None, first}
