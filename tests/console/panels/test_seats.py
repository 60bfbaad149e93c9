"""The last test of each seat: who, when, what came of it, how old; an old one and none are said."""

import pytest
from PySide6.QtCore import Qt

from console import i18n
from console.models.seat_rows import seat_rows
from console.models.sounding import SHIFT_MS
from dispatch import commands as cmd
from dispatch.distribution import PauseReason
from dispatch.kinds import CheckItem, CheckResult, SeatState
from dispatch.reserve import Check
from dispatch.reserve_commands import ReportSelfTest
from tests.console.clipping import clipped, cut_cells

GOOD = (
    Check(CheckItem.PHONE, CheckResult.OK, "已注册"),
    Check(CheckItem.TEST_CALL, CheckResult.WARNING, "慢"),
)
BAD = (
    Check(CheckItem.PHONE, CheckResult.OK, "已注册"),
    Check(CheckItem.AUDIO, CheckResult.FAULT, "无声", "换耳机"),
)


def of_seats(seat):
    return {row.number: row.test for row in seat_rows(seat.desk, seat.clock())}


def test_each_seat_has_its_last_test_with_who_and_when(seat):
    assert of_seats(seat)["01"].words == "△ 未测", "somebody sits there"
    assert (of_seats(seat)["02"].words, of_seats(seat)["02"].tone) == ("未测", "quiet")
    seat.desk.send(ReportSelfTest(BAD))
    seat.pump()
    seat.pass_time(61_000)
    test = of_seats(seat)["01"]
    assert (test.tone, test.age, test.by) == ("fault", "1:01", "张敏 11-21 20:30:00")
    assert test.words.startswith("■ 不合格：")
    assert "无声 换耳机" in test.whole
    seat.desk.send(ReportSelfTest(GOOD))
    seat.pump()
    assert (of_seats(seat)["01"].words, of_seats(seat)["01"].tone) == ("● 合格", "ok")


@pytest.mark.parametrize(("later_ms", "tone"), [(SHIFT_MS, "ok"), (SHIFT_MS + 1, "warning")])
def test_one_of_the_shift_before_is_not_enough(seat, later_ms, tone):
    seat.desk.send(ReportSelfTest(GOOD))
    seat.pump()
    seat.clock.now += later_ms
    assert of_seats(seat)["01"].tone == tone


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("which", ["times", "tests"])
def test_no_state_and_no_result_is_cut(seat, show, language, which):
    """Whatever the reason of a pause, and however much was wrong."""
    i18n.use(language)
    people = {"s1": "d1", "s2": "d2", "s3": "d9"}
    every = tuple(Check(item, CheckResult.FAULT, "无", "修") for item in CheckItem)
    for seat_id, person in people.items():
        seat.hub.as_hub(cmd.LogIn(seat_id, person))
        seat.hub.as_hub(ReportSelfTest(every), seat_id=seat_id, person=person)
    seat.pump()
    shown = show(seat)
    shown.window.go("seats")
    shown.find(f"seats.list.{which}").click()
    for reason in PauseReason:
        for seat_id, person in people.items():
            paused = cmd.SetSeatState(seat_id, SeatState.PAUSED, reason)
            seat.hub.as_hub(paused, seat_id=seat_id, person=person)
        seat.clock.now += 11 * 3_600_000
        shown.settle()
        shown.window.second()
        assert not [cell for cell in cut_cells(shown.window) if cell.startswith("seats.")]
        assert not clipped(shown.window)
    assert seat.desk.floor.seats["s2"].state is SeatState.PAUSED
    table = shown.find("seats.tests.table" if which == "tests" else "seats.table")
    assert table.horizontalScrollBar().maximum() == 0, "every column is in sight"


def test_the_list_is_reached_by_keys(seat, show):
    shown = show(seat)
    shown.key(Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    assert shown.window.focusWidget() is shown.find("seats.table")
    for _ in range(3):
        if shown.window.focusWidget() is shown.find("seats.list.tests"):
            break
        shown.key(Qt.Key.Key_Tab)
    shown.key(Qt.Key.Key_Space)
    assert shown.find("seats.tests.table").isVisible()
    assert not shown.find("seats.table").isVisible()
    assert not clipped(shown.window)
