"""Roles: what each may, how far it reaches, and who may change machines and people."""

import pytest

from dispatch import commands as cmd
from dispatch.administration import (
    Act,
    AdministrationNoted,
    NoteAdministration,
    administration_refused,
    is_first_start,
)
from dispatch.apply import apply
from dispatch.decide import decide
from dispatch.events import SeatRegistered
from dispatch.floor import Floor
from dispatch.kinds import Role, SeatKind, SeatState, SuspendReason, VehicleKind
from dispatch.order import Order
from dispatch.refusals import NeedsSecondPerson, NotAllowed, NotPossible
from dispatch.rights import RIGHTS
from dispatch.words import Dispatcher, Point, Seat, Station, Vehicle

NOW = 1_790_000_000_000


def person(key: str, *roles: Role, station: str = "", qualified: int | None = None) -> Dispatcher:
    return Dispatcher(key, key, key, frozenset(roles), station_id=station, qualified_until_at=qualified)


PEOPLE = (
    person("admin", Role.ADMINISTRATOR),
    person("leader", Role.SHIFT_LEADER),
    person("duty", Role.STATION_DUTY, station="st1"),
    person("boss", Role.LEADER),
    person("reserve", Role.RESERVE_DISPATCHER, qualified=NOW + 1),
    person("late", Role.RESERVE_DISPATCHER, qualified=NOW - 1),
    person("1001", Role.DISPATCHER),
)


@pytest.fixture
def floor() -> Floor:
    stations = {key: Station(key, key, key, Point(126.6, 45.7)) for key in ("st1", "st2")}
    vehicles = {
        key: Vehicle(key, key, key, VehicleKind.BASIC, station)
        for key, station in (("v1", "st1"), ("v2", "st2"))
    }
    seats = {"s1": Seat("s1", "01", "01"), "r1": Seat("r1", "90", "01", kind=SeatKind.RESERVE)}
    people = {one.id: one for one in PEOPLE}
    return Floor(stations=stations, vehicles=vehicles, seats=seats, dispatchers=people)


def order(floor: Floor, who: str, command: cmd.Command, seat: str = "s1", second: str | None = None) -> Order:
    roles = floor.dispatchers[who].roles
    return Order("c", command, NOW, "m", roles, seat, who, second)


def test_every_role_is_in_the_table() -> None:
    assert set(RIGHTS) == set(Role)


def test_a_station_duty_person_speaks_for_the_vehicles_of_the_station(floor: Floor) -> None:
    own, other = (cmd.SuspendVehicle(key, SuspendReason.FUEL) for key in ("v1", "v2"))
    assert isinstance(decide(floor, order(floor, "duty", own), NOW), tuple)
    assert decide(floor, order(floor, "duty", other), NOW) == NotAllowed("SuspendVehicle")
    assert decide(floor, order(floor, "boss", own), NOW) == NotAllowed("SuspendVehicle")


def test_a_reserve_dispatcher_orders_only_at_a_reserve_seat_in_service_and_while_qualified(
    floor: Floor,
) -> None:
    suspend = cmd.SuspendVehicle("v1", SuspendReason.FUEL)
    assert decide(floor, order(floor, "reserve", suspend), NOW) == NotPossible("reserve_not_active")
    calm = decide(floor, order(floor, "reserve", suspend, "r1"), NOW)
    assert isinstance(calm, NotPossible), "the seat is not in service"
    ringing = cmd.ReportRinging("c1", "138")
    assert isinstance(decide(floor, order(floor, "reserve", ringing, "r1"), NOW), tuple)
    assert decide(floor, order(floor, "late", ringing, "r1"), NOW) == NotPossible("not_qualified")


def test_several_roles_reach_as_far_as_the_widest(floor: Floor) -> None:
    floor.dispatchers["both"] = person("both", Role.RESERVE_DISPATCHER, Role.DISPATCHER)
    suspend = cmd.SuspendVehicle("v1", SuspendReason.FUEL)
    assert isinstance(decide(floor, order(floor, "both", suspend), NOW), tuple)


def test_people_are_changed_by_two(floor: Floor) -> None:
    change = cmd.RegisterDispatcher(person("new", Role.DISPATCHER))
    assert decide(floor, order(floor, "admin", change), NOW) == NeedsSecondPerson()
    assert decide(floor, order(floor, "admin", change, second="admin"), NOW) == NeedsSecondPerson()
    assert decide(floor, order(floor, "admin", change, second="1001"), NOW) == NeedsSecondPerson()
    assert decide(floor, order(floor, "leader", change, second="admin"), NOW) == NotAllowed(
        "RegisterDispatcher"
    )
    assert isinstance(decide(floor, order(floor, "admin", change, second="leader"), NOW), tuple)


def test_who_may_administer(floor: Floor) -> None:
    people = floor.dispatchers
    assert administration_refused(people["admin"], people["leader"]) is None
    assert administration_refused(people["leader"], people["admin"]) == NotAllowed("NoteAdministration")
    assert administration_refused(None, people["admin"]) == NotAllowed("NoteAdministration")
    assert administration_refused(people["admin"], people["1001"]) == NeedsSecondPerson()
    assert administration_refused(people["admin"], None) == NeedsSecondPerson()


def test_the_first_administrator_is_made_alone(floor: Floor) -> None:
    assert is_first_start(PEOPLE, ["1001"])
    assert is_first_start(PEOPLE, ["1001", "admin"]), "nobody could stand beside"
    assert not is_first_start(PEOPLE, ["leader", "admin"])


def test_a_note_of_administration_is_kept_and_changes_nothing(floor: Floor) -> None:
    note = NoteAdministration(Act.STRIKE, "seat-01", "admin", "leader")
    given = Order("c", note, NOW, "hub", frozenset({Role.HUB}))
    assert decide(floor, given, NOW) == (AdministrationNoted(NOW, note),)
    assert apply(floor, AdministrationNoted(NOW, note)) == ()
    assert decide(floor, order(floor, "admin", note), NOW) == NotAllowed("NoteAdministration")


def test_whose_account_is_disabled_is_logged_out_on_every_floor(floor: Floor) -> None:
    apply(floor, SeatRegistered(Seat("s1", "01", "01", state=SeatState.READY, dispatcher_id="1001")))

    def happen(command: cmd.Command) -> None:
        decided = decide(floor, Order("c", command, NOW, "hub", frozenset({Role.HUB})), NOW)
        assert isinstance(decided, tuple)
        for event in decided:
            apply(floor, event)

    happen(NoteAdministration(Act.DISABLE_ACCOUNT, "1001", refused="wrong_password"))
    assert floor.seats["s1"].dispatcher_id == "1001"
    happen(NoteAdministration(Act.DISABLE_ACCOUNT, "1001", "admin", "leader"))
    assert (floor.seats["s1"].dispatcher_id, floor.dispatchers["1001"].barred) == (None, True)
    happen(cmd.RegisterDispatcher(person("1001", Role.SHIFT_LEADER)))
    assert floor.dispatchers["1001"].barred, "other roles do not enable an account"
    happen(NoteAdministration(Act.ENABLE_ACCOUNT, "1001", "admin", "leader"))
    assert not floor.dispatchers["1001"].barred
