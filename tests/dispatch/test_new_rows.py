"""What of the centre's lists a floor does not have yet."""

from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.apply import apply
from dispatch.decide import decide
from dispatch.events import VehicleStateChanged
from dispatch.floor import Floor
from dispatch.kinds import Role, SuspendReason, VehicleKind, VehicleState
from dispatch.new_rows import new_rows
from dispatch.order import Order
from dispatch.refusals import NotFound
from dispatch.sites import Site
from dispatch.words import Dispatcher, Point, Seat, Station, Vehicle

NOW = 1_790_000_000_000
STATION = Station("station-S1", "S1", "江北站", Point(126.6, 45.7))
VEHICLE = Vehicle("vehicle-01", "01", "A00001", VehicleKind.BASIC, "station-S1")
LISTS: tuple[cmd.Command, ...] = (
    cmd.RegisterSite(Site("01", "市中心")),
    cmd.RegisterStation(STATION),
    cmd.RegisterVehicle(VEHICLE),
    cmd.RegisterDispatcher(Dispatcher("staff-1001", "1001", "王芳", frozenset({Role.DISPATCHER}))),
    cmd.RegisterSeat(Seat("seat-01-01", "01", "01")),
)


def registered(floor: Floor, *commands: cmd.Command) -> Floor:
    for command in commands:
        decided = decide(floor, Order("c", command, NOW, "hub", frozenset({Role.HUB})), NOW)
        assert isinstance(decided, tuple), decided
        for event in decided:
            apply(floor, event)
    return floor


def test_everything_is_new_once_and_a_vehicle_finds_its_new_station() -> None:
    floor = Floor()
    found = new_rows(floor, LISTS, NOW)
    assert floor == Floor(), "looked at only"
    assert [row.command for row in found.rows] == list(LISTS)
    assert all(row.is_new for row in found.rows)
    assert found.refused == ()
    assert new_rows(registered(floor, *LISTS), LISTS, NOW + 1).rows == ()


def test_what_a_vehicle_is_doing_is_no_change_and_nobody_loses_a_role() -> None:
    floor = registered(Floor(), *LISTS)
    apply(floor, VehicleStateChanged("vehicle-01", NOW, VehicleState.SUSPENDED, next(iter(SuspendReason))))
    promoted = Dispatcher("other-id", "1001", "王芳", frozenset({Role.SHIFT_LEADER}))
    lists = (*LISTS, cmd.RegisterDispatcher(promoted))
    assert new_rows(floor, lists, NOW + 1).rows == ()
    moved = cmd.RegisterVehicle(replace(VEHICLE, plate="B00001"))
    (row,) = new_rows(floor, [moved], NOW + 1).rows
    assert (row.table, row.key, row.is_new) == ("vehicles", "vehicle-01", False)


def test_a_vehicle_of_no_station_is_named_and_the_rest_goes_on() -> None:
    lost = cmd.RegisterVehicle(replace(VEHICLE, id="vehicle-02", station_id="station-S9"))
    found = new_rows(registered(Floor(), *LISTS), [lost, cmd.RegisterSeat(Seat("s2", "02", "01"))], NOW)
    assert found.refused == ((lost, NotFound("station", "station-S9")),)
    assert [row.key for row in found.rows] == ["s2"]
