"""A reserve seat proves itself, serves and leaves."""

from typing import Any

import pytest
from msgspec.structs import replace

from console.models import acts_reserve
from console.ports import HubMode, Link
from dispatch import commands as cmd
from dispatch import reserve_commands as reserve
from dispatch.kinds import CheckItem, CheckResult, Role, SeatState
from telephony.settings import AccountSettings
from tests.console.exchange_link import Exchange
from tests.console.reserve_city import ReserveSeatful, reserve_setup

GROUP = AccountSettings("group", "sip:120@pbx", "sip:pbx")


def at_seat(**setup: Any) -> ReserveSeatful:
    return ReserveSeatful("r1", replace(reserve_setup(), **setup))


def turn(seat: ReserveSeatful) -> Any:
    return next(iter(seat.hub.floor.activations.values())).turn("r1")


def test_a_warm_seat_goes_from_the_order_into_service_by_itself() -> None:
    seat = at_seat(group=GROUP, accounts=(AccountSettings("desk", "120"),))
    seat.log_in("2001", "pw")
    assert not seat.phone.accepting
    seat.order_up("r1")
    for _ in range(3):
        seat.pass_time(100)
    assert turn(seat).ready_at is not None
    assert turn(seat).shown_at is not None
    assert len(turn(seat).checked) == len(CheckItem)
    assert seat.phone.accepting
    assert set(seat.phone.lines) == {"desk", "group"}, "it is in the ring group"
    seat.phone.ring("139")
    seat.pump()
    assert seat.desk.line.ringing()


def test_a_cold_seat_waits_for_its_person_and_says_so() -> None:
    seat = at_seat()
    seat.order_up("r1")
    seat.pass_time(100)
    assert turn(seat).shown_at is not None, "nobody needs to sit there"
    assert seat.desk.readiness.checks[CheckItem.PERSON].result is CheckResult.FAULT
    assert "登录" in seat.desk.readiness.checks[CheckItem.PERSON].cure
    assert not seat.phone.accepting
    seat.log_in("2001", "pw")
    seat.pass_time(100)
    assert seat.phone.accepting


def test_what_is_broken_turns_red_and_heals_by_itself() -> None:
    seat = at_seat()
    seat.log_in("2001", "pw")
    seat.phone.die()
    seat.pump()
    seat.order_up("r1")
    seat.pass_time(100)
    assert "未运行" in seat.desk.readiness.checks[CheckItem.PHONE].found
    assert turn(seat).ready_at is None
    seat.phone.revive()
    for _ in range(40):
        seat.pass_time(100)
    assert turn(seat).ready_at is not None
    cured = next(one for one in turn(seat).checked if one.check.item is CheckItem.PHONE)
    assert cured.cured_at is not None
    assert cured.cured_at > cured.first_at


def test_another_version_holds_it_back_until_somebody_says_why() -> None:
    seat = at_seat(version="0.0.9")
    seat.log_in("2001", "pw")
    seat.order_up("r1")
    seat.pass_time(100)
    assert "0.0.9" in seat.desk.readiness.checks[CheckItem.VERSION].found
    assert turn(seat).ready_at is None
    ask = acts_reserve.ask_release(seat.desk)
    assert ask is not None
    ask.then("release", "", 0)
    assert "原因" in seat.desk.notices[-1].what
    ask.then("release", "夜间无人升级", 0)
    seat.pass_time(100)
    assert (turn(seat).override, turn(seat).override_by) == ("夜间无人升级", "p1")
    assert seat.phone.accepting


def test_the_sound_repeats_until_a_person_confirms() -> None:
    seat = at_seat()
    seat.log_in("2001", "pw")
    seat.order_up("r1")
    now = seat.clock.now
    heard = [at for at in range(0, 12_000, 500) if seat.desk.readiness.sound_due(now + at)]
    assert heard == [0, 4_000, 8_000]
    acts_reserve.confirm(seat.desk)
    seat.pump()
    assert not seat.desk.readiness.sound_due(now + 60_000)
    assert turn(seat).seen_at is not None


def test_the_exchange_knows_it_only_while_it_is_in_service() -> None:
    """Logged in with the order carried out, its state as any other's, logged out from the stand-down on."""
    seat, exchange = at_seat(), Exchange()
    seat.desk.distribution.link = exchange
    exchange.start(seat.desk.take)
    seat.log_in("2001", "pw")
    assert {what for what, _ in exchange.told} == {"logout"}, "whoever sits there"
    exchange.told.clear()
    activation = seat.order_up("r1", "r2")
    seat.pass_time(100)
    assert exchange.told == [("login", ""), (SeatState.READY, "")]
    exchange.told.clear()
    call = seat.phone.ring("139")
    seat.pump()
    seat.phone.answer(call)
    seat.pump()
    assert exchange.told == [(SeatState.INTAKE, "")]
    seat.lead(reserve.StandDown(activation))
    seat.pass_time(100)
    assert exchange.told[-1] == ("logout", ""), "no new calls"
    exchange.told.clear()
    seat.phone.hang_up(call)
    seat.pump()
    seat.pass_time(60_000)
    assert {what for what, _ in exchange.told} <= {"logout"}, "neither in wrap-up nor ready"


def test_it_leaves_when_nothing_is_left() -> None:
    seat = at_seat(group=GROUP)
    seat.log_in("2001", "pw")
    activation = seat.order_up("r1", "r2")
    seat.pass_time(100)
    call = seat.phone.ring("139")
    seat.pump()
    seat.phone.answer(call)
    seat.pump()
    seat.lead(reserve.StandDown(activation))
    seat.pass_time(100)
    assert not seat.phone.accepting, "no new calls"
    assert turn(seat).stood_down_at is None, "somebody is on the line"
    intake = seat.desk.hand.intake_id
    assert intake
    seat.phone.hang_up(call)
    seat.pump()
    seat.desk.give(cmd.EndIntake(intake, cmd.IntakeOutcome.CONSULTATION, "用药"))
    seat.pump()
    seat.pass_time(2_500)
    assert turn(seat).stood_down_at is not None
    assert turn(seat).first_call_at is not None
    seat.desk.give(cmd.BeginIntake("n9"))
    seat.pump()
    assert "未启用" in seat.desk.notices[-1].what


def test_calm_it_tests_itself_daily() -> None:
    seat = at_seat()
    seat.pass_time(1_000)
    assert seat.hub.floor.seats["r1"].self_test is None, "telephone and hub need a moment"
    seat.pass_time(21_000)
    seat.pass_time(1_000)
    test = seat.hub.floor.seats["r1"].self_test
    assert test is not None
    assert test.passed
    assert CheckItem.PERSON not in {one.item for one in test.checks}
    seat.pass_time(3_600_000)
    assert seat.hub.floor.seats["r1"].self_test == test
    seat.pass_time(20 * 3_600_000)
    seat.pass_time(1_000)
    assert seat.hub.floor.seats["r1"].self_test.at > test.at


def test_a_caller_who_comes_in_calm_is_turned_away_and_nothing_rings() -> None:
    seat = at_seat()
    seat.phone.ring("139")
    seat.pump()
    assert not seat.desk.line.ringing()
    assert not seat.hub.floor.calls


def test_a_city_seat_has_none_of_this() -> None:
    seat = ReserveSeatful("s1")
    seat.log_in()
    seat.order_up("r1")
    seat.pass_time(30_000)
    assert seat.phone.accepting
    assert not seat.desk.readiness.checks


def test_a_machine_the_hub_knows_as_reserve_is_one_whatever_its_settings_say() -> None:
    seat = ReserveSeatful("r1")
    seat.pass_time(100)
    assert seat.desk.readiness.is_reserve()
    assert not seat.phone.accepting


def test_a_line_that_is_gone_takes_its_proof_with_it() -> None:
    seat = at_seat()
    seat.order_up("r1")
    seat.pass_time(100)
    assert seat.desk.readiness.checks[CheckItem.TEST_CALL].result is CheckResult.OK
    seat.phone.die()
    seat.pump()
    seat.pass_time(100)
    assert seat.desk.readiness.checks[CheckItem.TEST_CALL].result is CheckResult.FAULT
    seat.phone.revive()
    for _ in range(40):
        seat.pass_time(100)
    assert seat.desk.readiness.checks[CheckItem.TEST_CALL].result is CheckResult.OK, "a new one was made"


def test_a_test_call_whose_telephone_died_is_made_again() -> None:
    seat = at_seat()
    told, seat.phone._tell = seat.phone._tell, lambda _event: None
    seat.order_up("r1")
    seat.pass_time(100)
    assert CheckItem.TEST_CALL not in seat.desk.readiness.checks, "under way"
    seat.phone._tell = told
    seat.phone.die()
    seat.pump()
    seat.phone.revive()
    for _ in range(40):
        seat.pass_time(100)
    assert seat.desk.readiness.checks[CheckItem.TEST_CALL].result is CheckResult.OK


@pytest.mark.parametrize(
    ("role", "seat_id", "result"),
    [
        (Role.RESERVE_DISPATCHER, "r1", CheckResult.OK),
        (Role.CONSULTANT, "r1", CheckResult.FAULT),
        (Role.CONSULTANT, "r3", CheckResult.OK),
    ],
)
def test_those_who_are_kept_for_reserve_seats_may_serve(
    role: Role, seat_id: str, result: CheckResult
) -> None:
    """r1 is to do everything, r3 only to consult."""
    seat = ReserveSeatful(seat_id, reserve_setup())
    person = replace(seat.hub.floor.dispatchers["p1"], roles=frozenset({role}))
    seat.hub.as_hub(cmd.RegisterDispatcher(person))
    seat.log_in("2001", "pw")
    seat.order_up("r1", "r2", "r3")
    seat.pass_time(100)
    assert seat.desk.readiness.checks[CheckItem.PERSON].result is result


def test_a_seat_behind_a_relay_that_lost_the_city_is_not_green() -> None:
    seat = at_seat()
    seat.order_up("r1")
    seat.desk.take(Link(HubMode.CITY_CUT_OFF, seat_id="r1", relay="02", hub_age_ms=9_000))
    seat.desk.readiness.on_time(seat.clock())
    assert seat.desk.readiness.checks[CheckItem.HUB].result is CheckResult.FAULT
