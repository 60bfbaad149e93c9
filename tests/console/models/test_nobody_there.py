"""Calls while nobody is logged in, windows without a hub, replaced floors, answers that never came."""

from console.models import acts, rows
from console.models.keeping import Kept
from console.ports import Expired, FloorLoaded
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.floor import copy_of
from dispatch.kinds import HowPlaced, Role
from dispatch.words import Dispatcher, Place
from tests.console.busy import CENTRE, Seatful

OTHER = {"seat_id": "s2", "person": "d2"}


def test_a_call_before_the_log_in_reaches_the_hub_with_its_times_and_the_persons_name():
    kept: list[Kept] = []
    seat = Seatful(keep=lambda copy: kept.append(copy) or "")
    rang = seat.clock()
    call = seat.phone.ring("13904510001")
    seat.pump()
    seat.pass_time(4_000)
    acts.answer(seat.desk)
    seat.pump()
    seat.desk.type(place=Place("中山路 1 号"), chief_complaint="胸痛")
    seat.pass_time(600_000)
    assert seat.hub.floor.calls == {}, "nobody gave an order"
    assert len(kept[-1].unsigned) == 3
    assert rows.incidents(seat.desk, seat.clock())[0].address == "中山路 1 号"

    again = Seatful(kept=kept[-1], keep=lambda copy: kept.append(copy) or "")  # the window is started anew
    again.clock.now = seat.clock()
    assert again.desk.form().chief_complaint == "胸痛"
    again.pump()
    again.log_in()
    again.pass_time(500)
    known = again.hub.floor.calls[call]
    assert (known.rang_at, known.answered_at) == (rang, rang + 4_000)
    intake = again.desk.intake()
    assert (intake.dispatcher_id, intake.call_id, intake.begun_at) == ("d1", call, rang + 4_000)
    assert intake.form.place.address == "中山路 1 号"
    assert "1 单" in again.desk.notices[-1].what
    assert kept[-1].unsigned == []


def test_somebody_who_may_not_report_calls_leaves_them_for_the_next():
    seat = Seatful()
    admin = Dispatcher("d7", "0700", "管", frozenset({Role.ADMINISTRATOR}))
    seat.hub.as_hub(cmd.RegisterDispatcher(admin))
    seat.hub._passwords["0700"] = "admin"
    seat.pump()
    seat.log_in("0700", "admin")
    call = seat.phone.ring("13904510001")
    seat.pump()
    assert call not in seat.hub.floor.calls
    seat.desk.stand_up()
    seat.hub.logged_out()
    seat.log_in()
    assert call in seat.hub.floor.calls


def test_a_window_closed_before_it_saw_a_hub_keeps_the_crash_copy():
    kept: list[Kept] = []
    old = Kept(intake_id="i9", typed={"i9": FormChanges(remark="三楼")})
    seat = Seatful(kept=old, keep=lambda copy: kept.append(copy) or "")
    seat.hub.drain()
    seat.desk.save()
    assert kept[-1].typed == old.typed
    assert kept[-1].intake_id == "i9"
    assert seat.desk.form().remark == "三楼"


def begin(seat: Seatful) -> str:
    acts.new_intake(seat.desk)
    seat.pump()
    seat.desk.type(place=Place("中山路 1 号", CENTRE, HowPlaced.SEARCH))
    seat.pass_time(500)
    return seat.desk.hand.intake_id


def test_a_new_floor_in_the_middle_of_an_intake_keeps_hand_and_text(seat):
    intake = begin(seat)
    seat.desk.type(remark="三楼")
    seat.hub.as_hub(cmd.OpenIncident("e9", intake), **OTHER)
    seat.hub.drain()  # lost with the backlog
    seat.desk.take(FloorLoaded(copy_of(seat.hub.floor)))
    assert seat.desk.incident().id == "e9"
    assert seat.desk.form().remark == "三楼"
    seat.pass_time(500)
    assert seat.hub.floor.intakes[intake].form.remark == "三楼"


def test_what_a_new_floor_no_longer_has_leaves_the_hand(seat):
    intake = begin(seat)
    floor = copy_of(seat.hub.floor)
    del floor.intakes[intake]
    seat.desk.take(FloorLoaded(floor))
    assert seat.desk.hand.intake_id is None


def test_an_order_nobody_answered_is_named_and_can_be_given_again(seat):
    begin(seat)
    seat.hub.holding = True
    seat.desk.advise()
    acts.order(seat.desk)
    sent = {type(pending.command): cid for cid, pending in seat.desk.pending.items()}
    seat.desk.take(Expired(sent[cmd.AssignVehicle]))
    assert "结果不明" in seat.desk.notices[-1].what
    assert seat.desk.floor.vehicles[seat.desk.hand.vehicle_id].number in seat.desk.notices[-1].what
    seat.desk.take(Expired(sent[cmd.OpenIncident]))
    assert seat.desk.incident_id() is None, "the next order opens the incident again"
    seat.desk.take(Expired("an order of an earlier window"))
    assert "结果不明" in seat.desk.notices[-1].what


def test_a_form_for_a_call_that_has_one_goes_on_there(seat):
    call = seat.phone.ring("13904510001")
    seat.pump()
    seat.hub.holding = True
    acts.answer(seat.desk)
    seat.pump()
    seat.desk.type(remark="三楼")
    seat.hub.as_hub(cmd.BeginIntake("theirs", call), **OTHER)
    seat.hub.release()
    seat.hub.holding = False
    seat.pump()
    seat.pass_time(500)
    assert seat.desk.hand.intake_id == "theirs"
    assert seat.hub.floor.intakes["theirs"].form.remark == "三楼"


def test_a_form_whose_call_the_hub_lost_is_begun_by_hand(seat):
    intake = seat.desk.begin_intake("no such call", "139")
    seat.pump()
    assert seat.desk.floor.intakes[intake].call_id is None


def test_the_words_of_a_point_go_only_into_its_own_form(seat):
    begin(seat)
    seat.navigator.reverse(CENTRE)
    other = begin(seat)
    seat.pump()
    assert seat.desk.form().place.address == "中山路 1 号"
    assert seat.hub.floor.intakes[other].form.place.address == "中山路 1 号"


def test_a_second_form_begun_without_a_hub_hides_neither(seat):
    seat.hub.holding = True
    first = seat.desk.begin_intake(None, "")
    seat.desk.type(place=Place("中山路 1 号"))
    second = seat.desk.begin_intake(None, "")
    assert {row.id for row in rows.incidents(seat.desk, seat.clock())} == {first, second}
    acts.next_waiting(seat.desk, rows.waiting(seat.desk, seat.clock()))
    assert seat.desk.hand.intake_id == first
