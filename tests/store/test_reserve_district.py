"""A reserve seat where reserve seats stand: in a district, behind its relay, put into service by the city.

leader, seat 02 ──OrderActivation──► hub ──journal──► relay 02 ──► seat 21 (calm: reads, orders nothing)
seat 21 ──shown, checks, ready──► relay ──Forward──► hub: in service, with its own (role, seat, person)
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch import reserve_commands as reserve
from dispatch.activation import CHECKS
from dispatch.kinds import CallResult, CheckResult, IntakeOutcome, ReserveRole, Role, SeatKind
from dispatch.refusals import NotPossible
from dispatch.reserve import Check, SeatOrder, SeatTurn
from dispatch.words import Dispatcher, Seat
from store.bus.keys import own_keys
from store.core.ids import new_id
from store.core.roster import MachineRole
from store.hub_admin import enrol_machine
from tests.store.commanding import LEADER, two_sites
from tests.store.conftest import City, Desk
from tests.store.district import District

pytestmark = pytest.mark.process
SEAT, PERSON = "seat21", "1003"
QUALIFIED_UNTIL_AT = 4_102_444_800_000
SHOWN_S_MAX = 3.0
PASSED = tuple(Check(item, CheckResult.OK) for item in CHECKS)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    kept_for_it = Dispatcher(f"d{PERSON}", PERSON, "赵敏", frozenset({Role.RESERVE_DISPATCHER}))
    qualified = replace(kept_for_it, qualified_until_at=QUALIFIED_UNTIL_AT, site="02")
    seat = Seat(SEAT, "21", "02", SeatKind.RESERVE)
    city.seed_more([*two_sites(), cmd.RegisterSeat(seat), cmd.RegisterDispatcher(qualified)])
    made = District(city)
    public = own_keys(made.folder / "keys", "seat-21").public
    enrol_machine(city.config, "seat-21", MachineRole.SEAT, "21", public, site="02", reserve=True)
    made.carry()
    city.start_hub()
    made.start()
    yield made
    made.close()
    city.close()


def turn(desk: Desk) -> SeatTurn | None:
    """The seat's part in the only activation, as this floor knows it."""
    return next((found for one in desk.floor.activations.values() if (found := one.turn(SEAT))), None)


def accepted(desk: Desk, command: cmd.Command) -> None:
    assert desk.order(command).refusal is None


def test_the_city_puts_a_seat_of_a_district_into_service_and_takes_its_work_back(district: District) -> None:
    leader = district.city.desk("seat-02")
    leader.wait_live()
    assert leader.login(LEADER).ok is not None
    seat = district.lonely_desk("seat-21")
    seat.wait(lambda: seat.link.state.relay == "02" and SEAT in seat.floor.seats, "served by its relay")
    accepted(seat, reserve.ReportSelfTest(PASSED))
    assert seat.login(PERSON).ok is not None
    call = new_id()
    calm = seat.order(cmd.BeginIntake(call))
    assert calm.refusal == NotPossible("reserve_calm")

    activation, begun = new_id(), time.monotonic()
    seats = (SeatOrder(SEAT, ReserveRole.FULL),)
    accepted(leader, reserve.OrderActivation(activation, seats, "区县演练", drill=True))
    seat.wait(lambda: turn(seat), "the order at the district's seat")
    assert time.monotonic() - begun < SHOWN_S_MAX
    for step in (
        reserve.ReportActivationShown(activation),
        reserve.ReportReadiness(activation, PASSED),
        reserve.BecomeReady(activation),
    ):
        accepted(seat, step)
    leader.wait(lambda: (one := turn(leader)) and one.ready_at, "ready on the leader's screen")
    incident = seat.open_incident("江北路21号")
    accepted(seat, cmd.AssignVehicle(new_id(), incident, "d1"))
    leader.wait(lambda: (one := turn(leader)) and one.first_call_at, "its first call")

    accepted(leader, reserve.StandDown(activation))
    assert seat.order(reserve.FinishStandDown(activation)).refusal is not None, "it still holds an incident"
    accepted(leader, cmd.TakeIncident(incident))
    for intake in [one.id for one in seat.floor.intakes.values() if one.ended_at is None]:
        accepted(seat, cmd.EndIntake(intake, IntakeOutcome.DISPATCHED))
    for ringing in [one.id for one in seat.floor.calls.values() if one.ended_at is None]:
        accepted(seat, cmd.ReportCallEnded(ringing, CallResult.TALKED))
    accepted(seat, reserve.FinishStandDown(activation))
    ended = leader.wait(lambda: (one := leader.floor.activations[activation]).ended_at and one, "the end")
    assert [back.to_seat_id for back in ended.seats[0].handed_back] == ["seat02"]
    assert seat.order(cmd.BeginIntake(new_id())).refusal == NotPossible("reserve_calm")
    seat.wait(lambda: seat.floor == leader.floor, "equal floors")
