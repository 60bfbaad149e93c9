"""Reserve seats from the desk of the leader, who orders, watches and stands down."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from console import i18n
from console.models import acts_reserve
from console.models.alarm_rows import alarms
from console.models.reserve import clocks, seat_rows, shown_activation, urgency
from console.record import csv_of, html_of, write_record
from console.record_pdf import write_pdf
from dispatch import commands as cmd
from dispatch import reserve_commands as reserve
from dispatch.drill_record import record
from dispatch.kinds import CallOutAnswer, CallResult, CheckItem, CheckResult, ReserveRole
from dispatch.reserve import Check, SeatOrder
from telephony import messages as phone
from tests.console.reserve_city import RED, ReserveSeatful

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def turn(seat: ReserveSeatful) -> Any:
    return next(iter(seat.hub.floor.activations.values())).turn("r1")


@pytest.fixture
def leader() -> ReserveSeatful:
    seat = ReserveSeatful("s4")
    seat.log_in("0900", "wang")
    seat.test_all("r3")
    return seat


def test_an_activation_by_keys_with_a_second_person(leader: ReserveSeatful, show: Any) -> None:
    window = show(leader)
    window.key(Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    rows = window.find("reserve.seats").rows_model.rows
    assert [(row.number, row.tone) for row in rows] == [
        ("21", "ok"), ("22", "ok"), ("31", "fault"), ("32", "ok")
    ]  # fmt: skip
    assert "试呼" in rows[2].lamp
    window.key(Qt.Key.Key_Space)
    window.key(Qt.Key.Key_Down)
    window.key(Qt.Key.Key_2)
    assert leader.desk.plan.roles == {"r1": ReserveRole.FULL, "r2": ReserveRole.ANSWER_ONLY}
    window.key(Qt.Key.Key_A, CTRL_SHIFT)
    window.key(Qt.Key.Key_2)
    window.type("江北化工厂")
    window.key(Qt.Key.Key_Return)
    assert leader.desk.wants_second is not None, "a real activation needs two"
    leader.desk.give(leader.desk.wants_second, leader.hub.log_in("0102", "li", second=True).encode())
    leader.desk.wants_second = None
    window.settle()
    (activation,) = leader.desk.floor.activations.values()
    assert (activation.reason, activation.drill) == ("重大突发事件 江北化工厂", False)
    assert activation.called_out == (), "nobody was rung up yet"
    people = window.find("reserve.people").rows_model.rows
    assert [(row.id, row.answer) for row in people][:2] == [("p2", "备勤"), ("p1", "备勤")]
    assert window.text("mode") == "急"
    assert window.text("reserve.shortfall") == "缺 2 人"


@pytest.mark.parametrize(
    ("line", "roles"),
    [
        ("/qy 21", {"r1": ReserveRole.FULL}),
        ("／启用　只受理　21　22", {"r1": ReserveRole.ANSWER_ONLY, "r2": ReserveRole.ANSWER_ONLY}),
        ("/qy 21 咨询 32", {"r1": ReserveRole.FULL, "r4": ReserveRole.CONSULT_ONLY}),
        ("/activate consult 全部", dict.fromkeys(("r1", "r2", "r3", "r4"), ReserveRole.CONSULT_ONLY)),
    ],
)
def test_the_command_line_names_seats_and_roles(
    leader: ReserveSeatful, show: Any, line: str, roles: dict[str, ReserveRole]
) -> None:
    window = show(leader)
    assert window.window.doing.run(line)
    assert leader.desk.plan.roles == roles
    assert window.find("reason").isVisible()


def test_a_seat_nobody_knows_is_said_so(leader: ReserveSeatful, show: Any) -> None:
    window = show(leader)
    window.window.doing.run("/qy 99")
    assert any("99" in notice.what for notice in leader.desk.notices)
    assert not leader.desk.plan.roles


def test_the_monthly_drill_takes_every_seat_that_is_well(leader: ReserveSeatful) -> None:
    ask = acts_reserve.ask_drill(leader.desk)
    assert ask is not None
    ask.then("all", "", 0)
    leader.pump()
    (activation,) = leader.desk.floor.activations.values()
    assert [turn.seat_id for turn in activation.seats] == ["r1", "r2", "r4"]
    assert activation.drill
    assert urgency(leader.desk.floor)[0] == "演练"


def test_people_are_called_out_and_their_answers_kept(leader: ReserveSeatful) -> None:
    leader.order_up("r1")
    ask = acts_reserve.ask_call_out(leader.desk, "p3")
    assert ask is not None
    ask.then("called", "", 0)
    assert any(isinstance(one, phone.CallDialled) and one.target == "13900002003" for one in leader.heard)
    leader.pass_time(20_000)
    ask = acts_reserve.ask_call_out(leader.desk, "p3")
    assert ask is not None
    ask.then("coming", "15 分钟", 0)
    leader.pump()
    one = next(o for o in leader.desk.floor.activations["a" * 32].called_out if o.dispatcher_id == "p3")
    assert (one.answer, one.remark) == (CallOutAnswer.COMING, "15 分钟")
    assert one.answered_at is not None
    assert one.answered_at - one.called_at == 20_000


def test_late_seats_and_missed_tests_are_alarms_with_words(leader: ReserveSeatful) -> None:
    leader.order_up("r1")
    leader.pass_time(301_000)
    rows = alarms(leader.desk, leader.clock.now)
    assert [(row.words, row.target) for row in rows] == [("储备席未就绪", "21 江南分中心")]
    leader.pass_time(26 * 3_600_000)
    words = {row.words for row in alarms(leader.desk, leader.clock.now)}
    assert "自检逾期" in words
    late = next(row for row in alarms(leader.desk, leader.clock.now) if row.words == "自检逾期")
    assert "上次 11-21 20:30 合格；请本区开机，在该席按 Ctrl+Shift+T" in late.target
    leader.of("r3", reserve.ReportSelfTest((RED,)))
    leader.pass_time(26 * 3_600_000)
    rows = alarms(leader.desk, leader.clock.now)
    assert any("不合格：" in row.target and row.target.startswith("31 ") for row in rows)
    (first, *_) = seat_rows(leader.desk.floor, leader.desk.plan, leader.clock.now)
    assert first.number == "21"


def test_an_activation_that_ended_before_a_seat_was_ready_says_so(leader: ReserveSeatful) -> None:
    activation = leader.order_up("r1", "r2")
    leader.pass_time(65_000)
    leader.lead(reserve.StandDown(activation))
    ended = clocks(leader.desk.floor.activations[activation], leader.clock.now)
    assert (ended.since, ended.first, ended.last, ended.ready) == ("1:05", "未就绪", "未就绪", "0/2")


def test_clocks_run_and_stop(leader: ReserveSeatful) -> None:
    activation = leader.order_up("r1", "r2", drill=True)
    for key, person, after in (("r1", "p1", 12_000), ("r2", "p2", 60_000)):
        leader.pass_time(after)
        leader.hub.as_hub(cmd.LogIn(key, person))
        well = tuple(Check(item, CheckResult.OK) for item in CheckItem)
        leader.of(key, reserve.ReportReadiness(activation, well), person)
        leader.of(key, reserve.BecomeReady(activation), person)
        if key == "r1":
            now = clocks(leader.desk.floor.activations[activation], leader.clock.now + 5_000)
            assert (now.first, now.last, now.ready, now.last_done) == ("0:12", "0:17", "1/2", False)
    done = clocks(leader.desk.floor.activations[activation], leader.clock.now + 99_000)
    assert (done.first, done.last, done.ready, done.last_done) == ("0:12", "1:12", "2/2", True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_record_says_everything(
    leader: ReserveSeatful, qtbot: object, tmp_path: Path, language: str
) -> None:
    i18n.use(language)
    activation_id = leader.order_up("r1", "r3", drill=True, reason="月度<演练>")
    leader.pass_time(7_400)
    leader.hub.as_hub(cmd.LogIn("r1", "p1"))
    well = tuple(Check(item, CheckResult.OK) for item in CheckItem)
    leader.of("r1", reserve.ReportReadiness(activation_id, well), "p1")
    leader.of("r1", reserve.BecomeReady(activation_id), "p1")
    red = Check(CheckItem.TEST_CALL, CheckResult.FAULT, "无应答", "查线")
    leader.of("r3", reserve.ReportReadiness(activation_id, (red,)))
    leader.lead(reserve.StandDown(activation_id))
    activation = shown_activation(leader.desk.floor)
    assert activation is not None
    found = record(activation)
    assert [(one.name, one.measured, one.met) for one in found.targets] == [
        ("first_ready", 7.4, True), ("all_ready", None, False), ("missing", 1, False)
    ]  # fmt: skip
    page = html_of(leader.desk.floor, found, leader.clock.now)
    for part in ("0:07.4", "月度&lt;演练&gt;", "王芳 / 李强", "无应答", "13900002001"):
        assert part in page, part
    lines = csv_of(leader.desk.floor, found).splitlines()
    assert lines[1].split(",")[4:10] == ["21", "02", "full", "赵雪", "", ""]
    files = write_record(leader.desk.floor, activation, leader.clock.now, tmp_path)
    pdf = write_pdf(files[0])
    assert pdf.read_bytes().startswith(b"%PDF")
    assert pdf.stat().st_size > 5_000


def test_a_seat_that_was_switched_off_while_standing_down_is_let_go_by_the_leader(
    leader: ReserveSeatful,
) -> None:
    activation = leader.order_up("r1")
    well = tuple(Check(item, CheckResult.OK) for item in CheckItem)
    leader.hub.as_hub(cmd.LogIn("r1", "p1"))
    leader.of("r1", reserve.ReportReadiness(activation, well), "p1")
    leader.of("r1", reserve.BecomeReady(activation), "p1")
    leader.of("r1", cmd.BeginIntake("n1"), "p1")
    leader.lead(reserve.StandDown(activation))
    leader.desk.give(cmd.EndIntake("n1", cmd.IntakeOutcome.CONSULTATION, "代办"))
    leader.pump()
    assert turn(leader).stood_down_at is None, "its own machine would have said so"
    assert acts_reserve.ask_stand_down(leader.desk) is None
    leader.pump()
    assert turn(leader).stood_down_at is not None


def test_a_call_on_a_dead_seat_is_ended_by_the_leader_who_knows_that_it_is_dead(
    leader: ReserveSeatful,
) -> None:
    activation = leader.order_up("r1")
    well = tuple(Check(item, CheckResult.OK) for item in CheckItem)
    leader.hub.as_hub(cmd.LogIn("r1", "p1"))
    leader.of("r1", reserve.ReportReadiness(activation, well), "p1")
    leader.of("r1", reserve.BecomeReady(activation), "p1")
    leader.of("r1", cmd.ReportRinging("dead", "13900000000"), "p1")
    leader.lead(reserve.StandDown(activation))
    ask = acts_reserve.ask_stand_down(leader.desk)
    assert ask is not None
    assert "已断电" in ask.choices[0].words
    assert turn(leader).stood_down_at is None, "nothing is ended before somebody says so"
    ask.then("r1", "", 0)
    leader.pump()
    assert leader.desk.floor.calls["dead"].result is CallResult.LINE_FAULT
    assert turn(leader).stood_down_at is not None


def test_the_panel_gives_the_keyboard_back_to_where_it_was(leader: ReserveSeatful, show: Any) -> None:
    shown = show(leader)
    shown.key(Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    before = shown.window.focusWidget()
    for closing in ((Qt.Key.Key_Escape,), (Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)):
        shown.key(Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
        assert shown.find("reserve.panel").isVisible()
        shown.key(*closing)
        assert not shown.find("reserve.panel").isVisible()
        assert shown.window.focusWidget() is before


def test_every_activation_that_runs_can_be_stood_down(leader: ReserveSeatful) -> None:
    """Two districts were activated one after the other: the older one is not stuck behind the newer."""
    older = leader.order_up("r1")
    leader.pass_time(60_000)
    seats = (SeatOrder("r3", ReserveRole.FULL), SeatOrder("r4", ReserveRole.FULL))
    leader.lead(reserve.OrderActivation("b" * 32, seats, "再增两席"))
    ask = acts_reserve.ask_stand_down(leader.desk)
    assert ask is not None
    assert [choice.value for choice in ask.choices] == ["all", "r1", "r3", "r4"]
    ask.then("r1", "", 0)
    leader.pump()
    assert leader.desk.floor.activations[older].ended_at is not None
    ask = acts_reserve.ask_stand_down(leader.desk)
    assert ask is not None
    ask.then("all", "", 0)
    leader.pump()
    assert leader.desk.floor.activations["b" * 32].ended_at is not None


def test_tab_goes_round_on_the_panel_and_in_the_bar_that_asks(leader: ReserveSeatful, show: Any) -> None:
    window = show(leader)
    window.key(Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    seen = []
    for _ in range(16):
        window.key(Qt.Key.Key_Tab)
        seen.append(window.window.focusWidget().objectName())
    assert all(name.startswith("reserve.") for name in seen), seen
    assert {"reserve.seats", "reserve.people", "reserve.monthly_drill", "reserve.stand_down"} <= set(seen)
    window.key(Qt.Key.Key_M, CTRL_SHIFT)
    asked = []
    for _ in range(12):
        window.key(Qt.Key.Key_Tab)
        asked.append(window.window.focusWidget().objectName())
    assert all(name.startswith("reason.") for name in asked), asked
    assert {"reason.remark", "reason.confirm", "reason.cancel"} <= set(asked)
