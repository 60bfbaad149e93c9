"""What must be read at once: banners of every mode, a crew to be called, two people in one field."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from console import i18n
from console.models import acts, mission_rows
from console.ports import HubMode, Link
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.kinds import CloseReason
from tests.console.busy import Seatful, busy

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
OTHER = {"seat_id": "s2", "person": "d2"}


def test_without_the_hub_the_order_button_says_radio_first(seat, show):
    shown = show(seat)
    busy(seat)
    shown.settle()
    seat.desk.take(Link(HubMode.CUT_OFF, tick_age_ms=4_000))
    shown.settle()
    assert "先用电台" in shown.window._advice._chosen.text()
    seat.desk.take(Link(HubMode.NORMAL))
    shown.settle()
    assert "先用电台" not in shown.window._advice._chosen.text()


def test_the_crew_that_must_be_called_stands_first(seat):
    busy(seat)
    acts.show(seat.desk, "e5")
    for at in range(4):
        seat.hub.as_hub(cmd.AssignVehicle(f"z{at}", "e5", f"v{at + 10}"), **OTHER)
    seat.hub.as_hub(cmd.ReportOrderTimedOut("z3"))
    seat.pump()
    assert [row.id for row in mission_rows.missions(seat.desk, seat.clock())] == ["z3", "z0", "z1", "z2"]


def disputed(seat: Seatful, shown) -> str:
    shown.key(Key.Key_F2)
    shown.find("form.chief_complaint").setFocus()
    shown.type("胸")
    intake = seat.desk.hand.intake_id
    seat.hub.as_hub(cmd.ChangeIntake(intake, 1, FormChanges(chief_complaint="腹痛")), **OTHER)
    shown.wait_pause()
    return intake


def test_both_values_can_be_read_before_one_is_chosen(seat, show):
    shown = show(seat)
    disputed(seat, shown)
    assert "对方写：主诉“腹痛”" in shown.window._form._hint.text()
    assert shown.text("form.chief_complaint") == "胸"


def test_a_conflict_of_another_form_is_shown_before_it_is_settled(seat, show):
    shown = show(seat)
    first = disputed(seat, shown)
    shown.key(Key.Key_F2)
    shown.key(Key.Key_J, CTRL)
    assert seat.desk.hand.intake_id == first
    assert seat.desk.form().chief_complaint == "胸", "nothing is settled unseen"
    shown.key(Key.Key_J, CTRL)
    shown.find("form.remark").setFocus()
    assert seat.desk.form().chief_complaint == "腹痛"


def test_keys_without_effect_say_so(seat, show):
    shown = show(seat)
    for key, held, words in (
        (Key.Key_K, CTRL, "没有两人同改"),
        (Key.Key_F10, Qt.KeyboardModifier.ShiftModifier, "没有振铃"),
        (Key.Key_9, CTRL, "没有第 9 行"),
    ):
        seat.desk.floor.vehicles.clear()
        seat.desk.advise()
        shown.key(key, held)
        assert words in shown.text("notice.text")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_second_person_reads_all_of_what_they_confirm(show, language):
    i18n.use(language)
    seat = Seatful()
    seat.pump()
    seat.log_in()
    busy(seat)
    shown = show(seat)
    seat.desk.give(cmd.CloseIncident("e5", CloseReason.CALLER_CANCELLED, "家属来电取消，已自行乘车就医" * 3))
    shown.settle()
    act = shown.find("second.act")
    assert act.height() >= act.heightForWidth(act.width())
    assert "防洪纪念塔" in act.text()
    shown.window._second.dialog.reject()


def test_reasons_are_readable_in_english(show):
    i18n.use("en")
    seat = Seatful()
    seat.pump()
    seat.log_in()
    busy(seat)
    acts.show(seat.desk, "e4")
    shown = show(seat)
    shown.window.doing.do("stop")
    shown.settle()
    made = [one for one in shown.find("reason").findChildren(QPushButton) if one.isVisible()]
    assert len(made) > 4
    assert [one.text() for one in made if one.sizeHint().width() > one.width() + 1] == []


def ask_about_the_first_while_the_second_comes(seat: Seatful, shown, key: Key) -> tuple[str, str]:
    shown.key(Key.Key_F2)
    shown.type("中山路")
    shown.wait_pause()
    first = seat.desk.hand.intake_id
    shown.key(key)
    seat.phone.ring("13904510001")
    shown.settle()
    shown.key(Key.Key_F3)
    second = seat.desk.hand.intake_id
    assert shown.find("reason").isVisible()
    shown.find("reason.confirm").click()
    shown.settle()
    return first, second


def test_an_answer_ends_the_call_it_was_asked_about(seat, show):
    """Once it ended the call that had been answered in between."""
    first, second = ask_about_the_first_while_the_second_comes(seat, show(seat), Key.Key_F12)
    assert seat.desk.floor.intakes[first].ended_at is not None
    assert seat.desk.floor.intakes[second].ended_at is None
    assert seat.desk.hand.intake_id == second


def test_an_answer_holds_the_incident_it_was_asked_about(seat, show):
    first, second = ask_about_the_first_while_the_second_comes(seat, show(seat), Key.Key_F9)
    assert seat.desk.floor.intakes[first].incident_id is not None
    assert seat.desk.floor.intakes[second].incident_id is None
