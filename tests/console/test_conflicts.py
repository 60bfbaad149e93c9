"""The conflict desk: both orders side by side, the consequence before the button, one by one by keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console import i18n
from console.models import conflict_rows, lamps
from dispatch.kinds import ConflictChoice, IncidentState, MissionResult
from tests.console.apart import conflicting
from tests.console.busy import PASSWORDS
from tests.console.clipping import clipped

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(seat, show):
    """A window with two conflicts, the desk open."""
    conflicting(seat)
    shown = show(seat)
    shown.key(Key.Key_G, CTRL)
    return shown


def conflict(seat, at=0):
    return list(seat.desk.floor.conflicts.values())[at]


def test_both_orders_stand_side_by_side_with_what_the_vehicle_did(seat, desk):
    ours, theirs = desk.text("conflicts.ours"), desk.text("conflicts.theirs")
    assert "任务 01-20261121-0005.1：进行中" in ours
    assert "下令：李强　02 台" in ours
    assert "收到指令（终端按键）" in ours
    assert "下令：李强　03 台" in theirs
    assert "A05 → 0017 南岗区西大直街 92 号" in theirs
    assert "当时告知的编号：01-20261121-0017.1" in theirs
    for step in ("收到指令", "出车", "到达现场"):
        assert step in theirs
    (lamp,) = [one for one in lamps.lamps(seat.desk, seat.clock()) if one.key == "conflicts"]
    assert lamp.state == "2"


def test_they_are_settled_one_after_the_other_by_keys_only(seat, desk):
    assert desk.find("conflicts.table").hasFocus()
    desk.key(Key.Key_1)
    desk.key(Key.Key_Return)
    assert desk.find("conflicts.remark").hasFocus()
    desk.key(Key.Key_Return)
    assert "必须写明依据" in desk.text("conflicts.told")
    assert conflict(seat).settled is None
    desk.type("电话向车组核实")
    desk.key(Key.Key_Return)
    settled = conflict(seat).settled
    assert (settled.choice, settled.remark) == (ConflictChoice.KEEP_OURS, "电话向车组核实")
    assert desk.find("conflicts.table").current_id() == conflict(seat, 1).id, "the next one by itself"
    seat.pass_time(1_000)
    desk.settle()
    assert "已提交：" in desk.text("conflicts.told"), "it stays until a hand goes on"
    assert desk.find("conflicts.told").isVisible()
    desk.key(Key.Key_3)
    assert "以放空结束" in desk.text("conflicts.means")
    desk.key(Key.Key_Return)
    desk.type("两趟都去过")
    desk.key(Key.Key_Return)
    assert conflict(seat, 1).settled.choice is ConflictChoice.BOTH
    assert seat.desk.floor.missions["m-late2"].result is MissionResult.EMPTY_RUN
    assert not [one for one in lamps.lamps(seat.desk, seat.clock()) if one.key == "conflicts"]
    QTest.mouseClick(desk.find("conflicts.settled"), Qt.MouseButton.LeftButton)
    desk.settle()
    kept = conflict_rows.rows(seat.desk, settled=True)
    assert {row.state.split()[0] for row in kept} == {"保留", "两者都发生"}
    assert not desk.find("conflicts.confirm").isVisible(), "what is settled stays settled"
    told = desk.text("conflicts.outcome")
    for part in ("已核对：", "张敏", "依据：", "2026-11-21"):
        assert part in told


def test_tab_goes_round_on_the_desk_and_never_to_what_it_covers(seat, desk):
    seen = []
    for _ in range(12):
        desk.key(Key.Key_Tab)
        seen.append(desk.window.focusWidget().objectName())
    assert all(name.startswith("conflicts.") for name in seen), seen
    assert {"conflicts.table", "conflicts.remark", "conflicts.confirm", "conflicts.cancel"} <= set(seen)


def test_the_late_order_takes_the_place_of_ours(seat, desk):
    desk.key(Key.Key_2)
    means = desk.text("conflicts.means")
    assert "按改派终止" in means
    assert "A05 改往 0017" in means
    assert "后续 3 条" in means
    desk.key(Key.Key_Return)
    desk.type("车组已到 0017 现场")
    desk.key(Key.Key_Return)
    floor = seat.desk.floor
    assert floor.missions["m4"].result is MissionResult.ABORTED
    assert floor.vehicles["v5"].mission_id == "m-late"


def test_merging_an_emergency_takes_a_second_person(seat, desk):
    desk.key(Key.Key_4)
    assert "并入" in desk.text("conflicts.means")
    desk.key(Key.Key_Return)
    desk.type("同一现场")
    desk.key(Key.Key_Return)
    assert conflict(seat).settled is None
    assert "并入" in desk.text("second.act")
    assert "同一现场" in desk.text("second.act")
    desk.find("second.staff").setText("0102")
    desk.find("second.password").setText(PASSWORDS["0102"])
    QTest.keyClick(desk.find("second.password"), Key.Key_Return)
    desk.settle()
    assert conflict(seat).settled.second_id == "d2"
    assert seat.desk.floor.incidents["e-late"].state is IncidentState.CLOSED


def test_a_call_answered_makes_room_for_its_form_and_the_remark_stays(seat, desk):
    desk.key(Key.Key_Return)
    desk.type("半句话")
    seat.phone.ring("13904510009")
    desk.settle()
    assert desk.find("conflicts.remark").hasFocus()
    for key in (Key.Key_F10, Key.Key_F3):
        desk.key(key)
    assert not desk.find("conflicts").isVisible()
    assert desk.find("form.place").hasFocus()
    desk.key(Key.Key_G, CTRL)
    assert desk.find("conflicts.remark").text() == "半句话"


def test_the_desk_follows_what_other_seats_settle(seat, desk):
    from dispatch import commands as cmd

    who = {"seat_id": "s2", "person": "d2"}
    seat.hub.as_hub(cmd.SettleConflict(conflict(seat).id, ConflictChoice.KEEP_OURS, "另一台核对"), **who)
    desk.settle()
    assert len(desk.find("conflicts.table").rows_model.rows) == 1


def test_the_command_line_opens_it(seat, desk):
    desk.key(Key.Key_Escape)
    assert not desk.find("conflicts").isVisible()
    desk.window.doing.run("/ct")
    assert desk.find("conflicts").isVisible()


def test_an_order_nobody_here_can_read_can_only_be_kept_as_it_is(seat, desk):
    from msgspec.structs import replace

    newer = replace(conflict(seat), order=b"\xc1", dependents=())
    assert conflict_rows.choices(seat.desk.floor, newer) == (ConflictChoice.KEEP_OURS,)
    assert "更新的版本" in conflict_rows.theirs(seat.desk.floor, newer).lines[0]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("choice", range(4))
def test_nothing_is_clipped(seat, show, language, choice):
    i18n.use(language)
    conflicting(seat)
    shown = show(seat)
    shown.key(Key.Key_G, CTRL)
    shown.key(Key(Key.Key_1 + choice))
    assert clipped(shown.window) == []


def test_an_incident_that_was_merged_can_be_looked_at_and_the_hand_follows_it(seat, desk):
    """It has no intake any more; who had it in hand has the one it became part of."""
    from dispatch import commands as cmd

    seat.desk.take_in_hand(incident_id="e-late")
    into = conflict_rows.into(seat.desk.floor, conflict(seat))
    second = seat.hub.log_in("0102", "li", second=True).encode()
    seat.desk.give(cmd.SettleConflict(conflict(seat).id, ConflictChoice.MERGE, "同一现场"), second)
    desk.settle()
    assert seat.desk.floor.incidents["e-late"].state is IncidentState.CLOSED
    assert (seat.desk.hand.incident_id, seat.desk.hand.intake_id) == (into, "i-late")
    seat.desk.take_in_hand(incident_id="e-late")
    desk.window.second()
    desk.settle()
    assert seat.desk.hand.incident_id == "e-late"
