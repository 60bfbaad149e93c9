"""Missions: one vehicle, one incident. Single assignment is decided here first, then guarded by the store."""

from itertools import count

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.kinds import (
    AbortReason,
    IncidentState,
    MilestoneKind,
    MilestoneSource,
    MissionResult,
    OrderStatus,
    RefuseReason,
    SuspendReason,
    VehicleState,
)
from dispatch.order import Order
from dispatch.refusals import (
    AlreadyThere,
    NeedsPlace,
    NeedsSecondPerson,
    NotFound,
    NotPossible,
    Refusal,
    VehicleNotCallable,
    VehicleTaken,
    WrongState,
)
from dispatch.rights import second_person
from dispatch.stages import AFTER_RESULT, CALLABLE, has_left, result_possible
from dispatch.words import Incident, Milestone, Mission, Vehicle

# --- the order -----------------------------------------------------------------------------------


def assign(floor: Floor, order: Order, command: cmd.AssignVehicle, at: int) -> Decision:
    """Send a vehicle; a held incident is resumed by it, a running mission only superseded by name."""
    incident = floor.incidents.get(command.incident_id)
    vehicle = floor.vehicles.get(command.vehicle_id)
    if command.mission_id in floor.missions:
        return AlreadyThere("mission", command.mission_id)
    if incident is None:
        return NotFound("incident", command.incident_id)
    if vehicle is None:
        return NotFound("vehicle", command.vehicle_id)
    if command.hospital_id is not None and command.hospital_id not in floor.hospitals:
        return NotFound("hospital", command.hospital_id)
    obstacle = _incident_obstacle(incident) or _vehicle_obstacle(floor, vehicle, incident, command)
    if obstacle is not None:
        return obstacle
    happened: list[ev.Event] = []
    if command.supersedes is not None:
        happened.append(_reassigned(floor, order, command.supersedes, at))
    if incident.state is IncidentState.HELD:
        happened.append(ev.IncidentResumed(incident.id, at))
    happened.append(ev.VehicleAssigned(_new_mission(floor, order, command, incident, vehicle, at)))
    return tuple(happened)


def _incident_obstacle(incident: Incident) -> Refusal | None:
    if incident.state is IncidentState.CLOSED:
        return WrongState("incident", incident.id, incident.state, ("open", "held"))
    return None if incident.place.exists else NeedsPlace()


def _vehicle_obstacle(
    floor: Floor, vehicle: Vehicle, incident: Incident, command: cmd.AssignVehicle
) -> Refusal | None:
    if command.supersedes != vehicle.mission_id:
        if vehicle.mission_id is None:
            return NotFound("mission", command.supersedes or "")
        return _taken(floor, vehicle)
    if vehicle.mission_id is None:
        return None if vehicle.state in CALLABLE else VehicleNotCallable(vehicle.number, vehicle.state)
    running = floor.missions[vehicle.mission_id]
    if running.incident_id == incident.id:
        return NotPossible("already_on_this_incident")
    if not result_possible(running, MissionResult.ABORTED):
        return WrongState("mission", running.id, running.stage, ())
    return None


def _taken(floor: Floor, vehicle: Vehicle) -> VehicleTaken:
    mission = floor.missions[vehicle.mission_id or ""]
    seat = floor.seats.get(mission.seat_id or "")
    person = floor.dispatchers.get(mission.dispatcher_id or "")
    return VehicleTaken(
        vehicle_number=vehicle.number,
        mission_id=mission.id,
        incident_number=floor.incidents[mission.incident_id].number,
        seat_number=seat.number if seat else "",
        dispatcher_name=person.name if person else "",
        ordered_at=mission.ordered_at,
    )


def _reassigned(floor: Floor, order: Order, mission_id: str, at: int) -> ev.MissionEnded:
    return ev.MissionEnded(
        mission_id,
        _end_of(floor.missions[mission_id], at),
        MissionResult.ABORTED,
        AbortReason.REASSIGNED,
        dispatcher_id=order.dispatcher_id,
    )


def _is_out(floor: Floor, vehicle: Vehicle) -> bool:
    """True when the order reaches the vehicle on the road, diverted or on its way home."""
    running = floor.missions.get(vehicle.mission_id or "")
    if running is None:
        return vehicle.state is VehicleState.ON_ROAD
    return running.from_road or has_left(running)


def _new_mission(
    floor: Floor, order: Order, command: cmd.AssignVehicle, incident: Incident, vehicle: Vehicle, at: int
) -> Mission:
    by = order.dispatcher_id or ""
    assigned = Milestone(MilestoneKind.ASSIGNED, at, at, MilestoneSource.HUB, by)
    return Mission(
        id=command.mission_id,
        number=_next_number(floor, incident),
        incident_id=incident.id,
        vehicle_id=vehicle.id,
        station_id=vehicle.station_id,
        ordered_at=at,
        seat_id=order.seat_id,
        dispatcher_id=order.dispatcher_id,
        order_text=command.order_text,
        from_road=_is_out(floor, vehicle),
        hospital_id=command.hospital_id,
        milestones=(assigned,),
        supersedes=command.supersedes,
        drill=incident.drill,
        order_status=OrderStatus.ACCEPTED if command.manual else OrderStatus.WAITING,
        manual=command.manual,
    )


def _next_number(floor: Floor, incident: Incident) -> str:
    """The first free one after those there are: another site may have told its crews numbers out of turn."""
    taken = {floor.missions[key].number for key in incident.mission_ids}
    serials = count(len(taken) + 1)
    return next(number for serial in serials if (number := f"{incident.number}.{serial}") not in taken)


def order_delivered(floor: Floor, order: Order, command: cmd.ReportOrderDelivered, at: int) -> Decision:
    mission = floor.missions.get(command.mission_id)
    if mission is None:
        return NotFound("mission", command.mission_id)
    if mission.order_status not in {OrderStatus.WAITING, OrderStatus.TIMED_OUT}:
        return WrongState("order", mission.id, mission.order_status, ("waiting", "timed_out"))
    return (ev.OrderProgressed(mission.id, max(at, mission.ordered_at), OrderStatus.DELIVERED),)


def order_timed_out(floor: Floor, order: Order, command: cmd.ReportOrderTimedOut, at: int) -> Decision:
    mission = floor.missions.get(command.mission_id)
    if mission is None:
        return NotFound("mission", command.mission_id)
    if mission.order_status is not OrderStatus.WAITING:
        return WrongState("order", mission.id, mission.order_status, ("waiting",))
    return (ev.OrderProgressed(mission.id, at, OrderStatus.TIMED_OUT, command.remark),)


def choose_hospital(floor: Floor, order: Order, command: cmd.ChooseHospital, at: int) -> Decision:
    mission = floor.missions.get(command.mission_id)
    if mission is None:
        return NotFound("mission", command.mission_id)
    if command.hospital_id not in floor.hospitals:
        return NotFound("hospital", command.hospital_id)
    if not mission.active:
        return WrongState("mission", mission.id, mission.result or "", ("active",))
    return (ev.HospitalChosen(mission.id, command.hospital_id),)


# --- other ends ----------------------------------------------------------------------------------


_End = cmd.AbortMission | cmd.EndEmptyRun | cmd.EndAtScene | cmd.RefuseMission

# A vehicle whose crew cannot go is not called until somebody frees it.
SUSPENDED_FOR: dict[RefuseReason, SuspendReason] = {
    RefuseReason.FAULT: SuspendReason.FAULT,
    RefuseReason.CREW: SuspendReason.CREW_INCOMPLETE,
    RefuseReason.ROAD: SuspendReason.OTHER,
    RefuseReason.OTHER: SuspendReason.OTHER,
}


def _ending(result: MissionResult) -> Handler:
    """A handler that ends a mission with this result and the command's reason."""

    def end(
        floor: Floor,
        order: Order,
        command: _End,
        at: int,
    ) -> Decision:
        mission = floor.missions.get(command.mission_id)
        if mission is None:
            return NotFound("mission", command.mission_id)
        if not mission.active:
            return WrongState("mission", mission.id, mission.result or "", ("active",))
        if not result_possible(mission, result):
            return WrongState("mission", mission.id, mission.stage, ())
        second = second_person(floor, order)
        if result is MissionResult.REFUSED and second is None:
            return NeedsSecondPerson()
        ended_at = _end_of(mission, at)
        ended = ev.MissionEnded(
            mission.id, ended_at, result, command.reason, command.remark, order.dispatcher_id, second
        )
        return (ended, _vehicle_after(mission, result, command, ended_at))

    return end


def _end_of(mission: Mission, at: int) -> int:
    """A mission cannot end before its last step."""
    return max(at, *(step.at for step in mission.milestones))


def _vehicle_after(mission: Mission, result: MissionResult, command: _End, at: int) -> ev.VehicleStateChanged:
    state = AFTER_RESULT[result]
    if result is MissionResult.ABORTED and not (mission.from_road or has_left(mission)):
        state = VehicleState.IN_STATION
    why = SUSPENDED_FOR[command.reason] if isinstance(command, cmd.RefuseMission) else None
    return ev.VehicleStateChanged(mission.vehicle_id, at, state, why, None, command.remark)


HANDLERS: dict[type, Handler] = {
    cmd.AssignVehicle: assign,
    cmd.ReportOrderDelivered: order_delivered,
    cmd.ReportOrderTimedOut: order_timed_out,
    cmd.ChooseHospital: choose_hospital,
    cmd.AbortMission: _ending(MissionResult.ABORTED),
    cmd.EndEmptyRun: _ending(MissionResult.EMPTY_RUN),
    cmd.EndAtScene: _ending(MissionResult.ENDED_AT_SCENE),
    cmd.RefuseMission: _ending(MissionResult.REFUSED),
}
