"""Vehicles off missions, seats, master data and the housekeeping of the floor."""

from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.administration import Act, AdministrationNoted, NoteAdministration, administration_refused
from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.kinds import CrewCall, Role, SeatState, VehicleState
from dispatch.moments import CLOCK_BEHIND_MS_MAX, DAY_MS, local_day
from dispatch.order import Order
from dispatch.refusals import NotAllowed, NotFound, WrongState
from dispatch.rights import over_seat
from dispatch.seat_times import ended
from dispatch.stages import VEHICLE_MOVES
from dispatch.words import Incident, Intake, Seat, Vehicle

_LIVE_FIELDS = (
    "state",
    "state_since",
    "mission_id",
    "last_mission_id",
    "suspended_for",
    "suspended_until",
    "remark",
    "crew_call",
    "crew_called_at",
)
"""What a vehicle is doing now: master data never touches it."""

ARCHIVED_MAX = 500
"""Things of one kind that leave the floor by one event."""


# --- vehicles ------------------------------------------------------------------------------------


def suspend(floor: Floor, order: Order, command: cmd.SuspendVehicle, at: int) -> Decision:
    vehicle = floor.vehicles.get(command.vehicle_id)
    if vehicle is None:
        return NotFound("vehicle", command.vehicle_id)
    obstacle = _cannot_move(vehicle, VehicleState.SUSPENDED)
    if obstacle is not None:
        return obstacle
    changed = ev.VehicleStateChanged(
        vehicle.id, at, VehicleState.SUSPENDED, command.reason, command.until_at, command.remark
    )
    return (changed,)


def set_state(floor: Floor, order: Order, command: cmd.SetVehicleState, at: int) -> Decision:
    vehicle = floor.vehicles.get(command.vehicle_id)
    if vehicle is None:
        return NotFound("vehicle", command.vehicle_id)
    obstacle = _cannot_move(vehicle, command.state)
    if obstacle is not None:
        return obstacle
    return (ev.VehicleStateChanged(vehicle.id, at, command.state),)


def crew_call(floor: Floor, order: Order, command: cmd.ReportCrewCall, at: int) -> Decision:
    """An SOS is never overwritten by a lesser call; the same call again changes nothing."""
    vehicle = floor.vehicles.get(command.vehicle_id)
    if vehicle is None:
        return NotFound("vehicle", command.vehicle_id)
    if vehicle.crew_call in {command.call, CrewCall.SOS}:
        return ()
    return (ev.CrewCalled(vehicle.id, command.call, min(command.at, at)),)


def answer_crew_call(floor: Floor, order: Order, command: cmd.AnswerCrewCall, at: int) -> Decision:
    vehicle = floor.vehicles.get(command.vehicle_id)
    if vehicle is None:
        return NotFound("vehicle", command.vehicle_id)
    if vehicle.crew_call is None:
        return WrongState("crew_call", vehicle.id, "answered", ("calling",))
    return (ev.CrewCallAnswered(vehicle.id, at, order.dispatcher_id, command.remark),)


def _cannot_move(vehicle: Vehicle, state: VehicleState) -> WrongState | None:
    allowed = VEHICLE_MOVES[vehicle.state]
    if vehicle.mission_id is None and state in allowed:
        return None
    return WrongState("vehicle", vehicle.id, vehicle.state, tuple(sorted(allowed)))


# --- seats ---------------------------------------------------------------------------------------


def log_in(floor: Floor, order: Order, command: cmd.LogIn, at: int) -> Decision:
    """One person on one seat; logging in elsewhere leaves the first seat."""
    if command.seat_id not in floor.seats:
        return NotFound("seat", command.seat_id)
    if command.dispatcher_id not in floor.dispatchers:
        return NotFound("dispatcher", command.dispatcher_id)
    left = (
        ev.SeatLoggedOut(seat.id, at, ended(seat, at))
        for seat in floor.seats.values()
        if seat.dispatcher_id == command.dispatcher_id and seat.id != command.seat_id
    )
    before = ended(floor.seats[command.seat_id], at)
    return (*left, ev.SeatLoggedIn(command.seat_id, at, command.dispatcher_id, before))


def log_out(floor: Floor, order: Order, command: cmd.LogOut, at: int) -> Decision:
    seat = floor.seats.get(command.seat_id)
    if seat is None:
        return NotFound("seat", command.seat_id)
    if not over_seat(order, seat.id):
        return NotAllowed(command="LogOut")
    if seat.state is SeatState.LOGGED_OUT:
        return WrongState("seat", seat.id, seat.state, ())
    return (ev.SeatLoggedOut(seat.id, at, ended(seat, at)),)


def set_seat_state(floor: Floor, order: Order, command: cmd.SetSeatState, at: int) -> Decision:
    seat = floor.seats.get(command.seat_id)
    if seat is None:
        return NotFound("seat", command.seat_id)
    if not over_seat(order, seat.id):
        return NotAllowed(command="SetSeatState")
    if seat.state is SeatState.LOGGED_OUT or command.state is SeatState.LOGGED_OUT:
        return WrongState("seat", seat.id, seat.state, ())
    if seat.state is command.state and command.reason in ("", seat.state_reason):
        return ()
    over = ended(seat, at)
    changed = ev.SeatStateChanged(seat.id, at, command.state, command.reason, over, order.seat_id)
    return (changed,)


# --- master data ---------------------------------------------------------------------------------


def register_station(floor: Floor, order: Order, command: cmd.RegisterStation, at: int) -> Decision:
    return (ev.StationRegistered(command.station),)


def register_hospital(floor: Floor, order: Order, command: cmd.RegisterHospital, at: int) -> Decision:
    return (ev.HospitalRegistered(command.hospital),)


def register_vehicle(floor: Floor, order: Order, command: cmd.RegisterVehicle, at: int) -> Decision:
    vehicle = command.vehicle
    if vehicle.station_id not in floor.stations:
        return NotFound("station", vehicle.station_id)
    known = floor.vehicles.get(vehicle.id)
    if known is not None:
        vehicle = replace(vehicle, **{name: getattr(known, name) for name in _LIVE_FIELDS})
    else:  # busy is entered by missions only
        idle = VehicleState.IN_STATION if vehicle.state is VehicleState.BUSY else vehicle.state
        vehicle = replace(vehicle, state=idle, state_since=at, mission_id=None, last_mission_id=None)
    return (ev.VehicleRegistered(vehicle),)


def register_dispatcher(floor: Floor, order: Order, command: cmd.RegisterDispatcher, at: int) -> Decision:
    """Who may what is changed by two people; the hub's own orders come from them, or fill an empty store."""
    if Role.HUB not in order.roles:
        people = floor.dispatchers
        refusal = administration_refused(
            people.get(order.dispatcher_id or ""), people.get(order.second_id or "")
        )
        if refusal is not None:
            return refusal
    known = floor.dispatchers.get(command.dispatcher.id)
    barred = known is not None and known.barred  # an account is enabled again by its own act
    return (ev.DispatcherRegistered(replace(command.dispatcher, barred=barred)),)


def register_seat(floor: Floor, order: Order, command: cmd.RegisterSeat, at: int) -> Decision:
    seat = command.seat
    known = floor.seats.get(seat.id)
    live = known or Seat(seat.id, seat.number, seat.site, state_since=at)
    kept = ("state", "state_since", "state_reason", "dispatcher_id", "self_test", "spent", "spent_day")
    seat = replace(seat, **{name: getattr(live, name) for name in kept})
    return (ev.SeatRegistered(seat),)


def note_administration(floor: Floor, order: Order, command: NoteAdministration, at: int) -> Decision:
    """What was done; whose account was disabled is logged in nowhere from now on."""
    noted = AdministrationNoted(at, command)
    if command.refused or command.act not in {Act.DISABLE_ACCOUNT, Act.ENABLE_ACCOUNT}:
        return (noted,)
    barred = command.act is Act.DISABLE_ACCOUNT
    people = [it for it in floor.dispatchers.values() if it.staff_number == command.subject]
    changed = [replace(it, barred=barred) for it in people if it.barred is not barred]
    left = {it.id for it in changed if barred}
    seats = [seat for seat in floor.seats.values() if seat.dispatcher_id in left]
    return (
        noted,
        *(ev.DispatcherRegistered(it) for it in changed),
        *(ev.SeatLoggedOut(seat.id, at, ended(seat, at)) for seat in seats),
    )


# --- housekeeping --------------------------------------------------------------------------------


def archive(floor: Floor, order: Order, command: cmd.ArchiveEnded, at: int) -> Decision:
    """Whole incidents leave together, and only when every part of them has ended before the limit.

    ARCHIVED_MAX of each table at most: the event has to fit into a message; the next one takes the rest.
    """
    before = command.before_at
    silent = {
        call.id for call in floor.calls.values() if call.ended_at is not None and call.ended_at < before
    }
    incidents = [it for it in floor.incidents.values() if _over(floor, it, silent, before)][:ARCHIVED_MAX]
    gone = {incident.id for incident in incidents}
    loose = [it.id for it in floor.intakes.values() if _loose_and_over(it, silent, before)]
    intakes = {key for incident in incidents for key in incident.intake_ids} | set(loose[:ARCHIVED_MAX])
    unread = [key for key in floor.calls if key in silent and floor.calls[key].intake_id is None]
    of_intakes = {floor.intakes[key].call_id for key in intakes} - {None}
    calls = tuple(key for key in floor.calls if key in of_intakes) + tuple(unread[:ARCHIVED_MAX])
    missions = tuple(key for incident in incidents for key in incident.mission_ids)
    days = _forgotten_days(floor, before)
    drills = tuple(it.id for it in floor.activations.values() if it.ended_at and it.ended_at < before)
    conflicts = tuple(it.id for it in floor.conflicts.values() if it.settled and it.settled.at < before)
    requests = tuple(it.id for it in floor.requests.values() if it.ended and (it.answered_at or 0) < before)
    if not (calls or intakes or incidents or days or drills or conflicts or requests):
        return ()
    closed = tuple(sorted(gone))
    left = ev.Archived(calls, tuple(sorted(intakes)), closed, missions, days, conflicts, drills, requests)
    return (left,)


def _forgotten_days(floor: Floor, before: int) -> tuple[str, ...]:
    """Serial counters of days so long ago that not even a late order opens an incident on them."""
    kept_from = local_day(before - CLOCK_BEHIND_MS_MAX - DAY_MS)
    return tuple(day for day in floor.serials if day.rsplit("-", 1)[1] < kept_from)


def _over(floor: Floor, incident: Incident, silent: set[str], before: int) -> bool:
    """Closed before the limit, with every intake ended and every call silent since before it."""
    if incident.closing is None or incident.closing.closed_at >= before:
        return False
    intakes = [floor.intakes[key] for key in incident.intake_ids]
    return all(it.ended_at is not None and (it.call_id is None or it.call_id in silent) for it in intakes)


def _loose_and_over(intake: Intake, silent: set[str], before: int) -> bool:
    """An intake that belongs to no incident, has ended, and whose call (if any) has ended too."""
    over = intake.ended_at is not None and intake.ended_at < before
    return intake.incident_id is None and over and (intake.call_id is None or intake.call_id in silent)


HANDLERS: dict[type, Handler] = {
    cmd.SuspendVehicle: suspend,
    cmd.SetVehicleState: set_state,
    cmd.ReportCrewCall: crew_call,
    cmd.AnswerCrewCall: answer_crew_call,
    cmd.LogIn: log_in,
    cmd.LogOut: log_out,
    cmd.SetSeatState: set_seat_state,
    cmd.RegisterStation: register_station,
    cmd.RegisterHospital: register_hospital,
    cmd.RegisterVehicle: register_vehicle,
    cmd.RegisterDispatcher: register_dispatcher,
    cmd.RegisterSeat: register_seat,
    cmd.ArchiveEnded: archive,
    NoteAdministration: note_administration,
}
