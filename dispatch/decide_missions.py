"""Missions: one vehicle, one incident. Single assignment is decided here first, then guarded by the store."""

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.commands import Order
from dispatch.decide_incidents import second_person
from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.kinds import (
    AbortReason,
    IncidentState,
    MilestoneKind,
    MilestoneSource,
    MissionResult,
    OrderStatus,
    SuspendReason,
    VehicleState,
)
from dispatch.refusals import (
    AlreadyThere,
    NeedsPlace,
    NeedsReason,
    NeedsSecondPerson,
    NotFound,
    NotPossible,
    Refusal,
    VehicleNotCallable,
    VehicleTaken,
    WrongState,
)
from dispatch.stages import AFTER_RESULT, CALLABLE, ENDING, advances, milestone, result_possible
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
    obstacle = _incident_obstacle(incident) or _vehicle_obstacle(floor, vehicle, incident, command)
    if obstacle is not None:
        return obstacle
    happened: list[ev.Event] = []
    if command.supersedes is not None:
        happened.append(_reassigned(floor, order, command.supersedes, at))
    if incident.state is IncidentState.HELD:
        happened.append(ev.IncidentResumed(incident.id, at))
    happened.append(ev.VehicleAssigned(_new_mission(order, command, incident, vehicle, at)))
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
        max(at, floor.missions[mission_id].ordered_at),
        MissionResult.ABORTED,
        AbortReason.REASSIGNED,
        dispatcher_id=order.dispatcher_id,
    )


def _new_mission(
    order: Order, command: cmd.AssignVehicle, incident: Incident, vehicle: Vehicle, at: int
) -> Mission:
    by = order.dispatcher_id or ""
    assigned = Milestone(MilestoneKind.ASSIGNED, at, at, MilestoneSource.HUB, by)
    return Mission(
        id=command.mission_id,
        number=f"{incident.number}.{len(incident.mission_ids) + 1}",
        incident_id=incident.id,
        vehicle_id=vehicle.id,
        station_id=vehicle.station_id,
        ordered_at=at,
        seat_id=order.seat_id,
        dispatcher_id=order.dispatcher_id,
        order_text=command.order_text,
        from_road=vehicle.state is VehicleState.ON_ROAD,
        hospital_id=command.hospital_id,
        milestones=(assigned,),
        supersedes=command.supersedes,
        drill=incident.drill,
    )


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


# --- milestones ----------------------------------------------------------------------------------


def record(floor: Floor, order: Order, command: cmd.RecordMilestone, at: int) -> Decision:
    mission = floor.missions.get(command.mission_id)
    if mission is None:
        return NotFound("mission", command.mission_id)
    by = command.by or order.dispatcher_id or ""
    return _reach(floor, mission, Milestone(command.kind, command.at, at, command.source, by))


def vehicle_key(floor: Floor, order: Order, command: cmd.RecordVehicleKey, at: int) -> Decision:
    """A terminal key belongs to the running mission, or to the last one when it is over."""
    vehicle = floor.vehicles.get(command.vehicle_id)
    if vehicle is None:
        return NotFound("vehicle", command.vehicle_id)
    mission = floor.missions.get(vehicle.mission_id or vehicle.last_mission_id or "")
    if mission is None:
        return NotPossible("vehicle_has_no_mission")
    entry = Milestone(command.kind, command.at, at, MilestoneSource.TERMINAL, command.by)
    return _reach(floor, mission, entry)


def _reach(floor: Floor, mission: Mission, entry: Milestone) -> Decision:
    """Accept a step: in order it moves the stage, out of order it is kept and flagged late."""
    if entry.kind is MilestoneKind.ASSIGNED:
        return NotPossible("assigned_by_order_only")
    counted = milestone(mission, entry.kind)
    if counted is not None and (entry.source is MilestoneSource.SEAT or counted.source == entry.source):
        return WrongState("milestone", mission.id, entry.kind, ())
    entry = _plausible(mission, entry)
    if not _in_order(floor, mission, entry):
        late = Milestone(entry.kind, entry.at, entry.received_at, entry.source, entry.by, late=True)
        return (ev.MilestoneReached(mission.id, late),)
    happened: list[ev.Event] = [ev.MilestoneReached(mission.id, entry)]
    if entry.kind is MilestoneKind.ACKNOWLEDGED and mission.order_status is not OrderStatus.ACCEPTED:
        happened.append(ev.OrderProgressed(mission.id, entry.at, OrderStatus.ACCEPTED))
    return (*happened, *_ends(floor, mission, entry))


def _plausible(mission: Mission, entry: Milestone) -> Milestone:
    """A step cannot have happened before its order or after we heard of it."""
    at = min(max(entry.at, mission.ordered_at), max(entry.received_at, mission.ordered_at))
    return Milestone(entry.kind, at, entry.received_at, entry.source, entry.by)


def _in_order(floor: Floor, mission: Mission, entry: Milestone) -> bool:
    last = max((step.at for step in mission.milestones if not step.late), default=0)
    if not advances(mission, entry.kind) or entry.at < last:
        return False
    if mission.active:
        return True
    vehicle = floor.vehicles[mission.vehicle_id]
    return entry.kind in ENDING and vehicle.mission_id is None and vehicle.last_mission_id == mission.id


def _ends(floor: Floor, mission: Mission, entry: Milestone) -> tuple[ev.Event, ...]:
    if entry.kind not in ENDING:
        return ()
    state = ENDING[entry.kind]
    vehicle = floor.vehicles[mission.vehicle_id]
    happened: tuple[ev.Event, ...] = ()
    if mission.active:
        happened = (ev.MissionEnded(mission.id, entry.at, MissionResult.COMPLETED),)
    elif vehicle.state not in CALLABLE:
        return ()
    return (*happened, ev.VehicleStateChanged(vehicle.id, entry.at, state))


def correct(floor: Floor, order: Order, command: cmd.CorrectMilestone, at: int) -> Decision:
    mission = floor.missions.get(command.mission_id)
    if mission is None:
        return NotFound("mission", command.mission_id)
    if not command.reason.strip():
        return NeedsReason()
    steps = [step for step in mission.milestones if not step.late]
    index = next((i for i, step in enumerate(steps) if step.kind is command.kind), None)
    if index is None or command.kind is MilestoneKind.ASSIGNED:
        return NotFound("milestone", command.kind)
    before = steps[index - 1].at if index else mission.ordered_at
    after = steps[index + 1].at if index + 1 < len(steps) else at
    if not before <= command.at <= after:
        return NotPossible("time_out_of_order")
    corrected = ev.MilestoneCorrected(
        mission.id, command.kind, command.at, at, order.dispatcher_id, command.reason
    )
    return (corrected,)


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


def _ending(result: MissionResult) -> Handler:
    """A handler that ends a mission with this result and the command's reason."""

    def end(
        floor: Floor,
        order: Order,
        command: cmd.AbortMission | cmd.EndEmptyRun | cmd.EndAtScene | cmd.RefuseMission,
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
        ended_at = max(at, *(step.at for step in mission.milestones))
        ended = ev.MissionEnded(
            mission.id, ended_at, result, command.reason, command.remark, order.dispatcher_id, second
        )
        return (ended, _vehicle_after(mission, result, command.remark, ended_at))

    return end


def _vehicle_after(mission: Mission, result: MissionResult, remark: str, at: int) -> ev.VehicleStateChanged:
    state = AFTER_RESULT[result]
    if result is MissionResult.ABORTED and not mission.from_road:
        left = milestone(mission, MilestoneKind.DEPARTED) is not None
        state = VehicleState.ON_ROAD if left else VehicleState.IN_STATION
    why = SuspendReason.FAULT if state is VehicleState.SUSPENDED else None
    return ev.VehicleStateChanged(mission.vehicle_id, at, state, why, None, remark)


HANDLERS: dict[type, Handler] = {
    cmd.AssignVehicle: assign,
    cmd.ReportOrderDelivered: order_delivered,
    cmd.ReportOrderTimedOut: order_timed_out,
    cmd.RecordMilestone: record,
    cmd.RecordVehicleKey: vehicle_key,
    cmd.CorrectMilestone: correct,
    cmd.ChooseHospital: choose_hospital,
    cmd.AbortMission: _ending(MissionResult.ABORTED),
    cmd.EndEmptyRun: _ending(MissionResult.EMPTY_RUN),
    cmd.EndAtScene: _ending(MissionResult.ENDED_AT_SCENE),
    cmd.RefuseMission: _ending(MissionResult.REFUSED),
}
