"""Settling a conflict: a person chooses, the floor follows with orders of the trade, nothing is dropped.

Ours stays, the late order takes its place, both happened, or both incidents are one. What followed from the
late order there is decided with it. An order that the trade would refuse is refused here too.
"""

from collections.abc import Callable
from functools import cached_property

from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.apply import apply
from dispatch.commands import Command
from dispatch.decide_late import Handlers, carry_out_late, decide_late, decode_order, given_at
from dispatch.decision import Decision
from dispatch.floor import Floor, copy_of
from dispatch.kinds import (
    EMERGENCY_TYPES,
    CloseReason,
    ConflictChoice,
    EmptyRunReason,
    IncidentState,
    MilestoneKind,
    MilestoneSource,
    MissionResult,
    OrderStatus,
)
from dispatch.order import Late, Order
from dispatch.refusals import NeedsReason, NeedsSecondPerson, NotFound, NotPossible, Refusal, WrongState
from dispatch.rights import second_person
from dispatch.sites import Conflict, Settlement
from dispatch.stages import STAGE_RANK
from dispatch.words import Closing, Milestone, Mission


class _Desk:
    """One conflict on its way to its settlement; what is decided is seen by what is decided after it."""

    def __init__(
        self, floor: Floor, order: Order, command: cmd.SettleConflict, at: int, handlers: Handlers
    ) -> None:
        self.floor = copy_of(floor)
        self.order, self.command, self.at, self.handlers = order, command, at, handlers
        self.conflict: Conflict = floor.conflicts[command.conflict_id]
        self.events: list[ev.Event] = []

    @cached_property
    def late_order(self) -> Order:
        """The late order at the time it was given; read only where needed: ours stays whatever it says."""
        return self._in_time(decode_order(self.conflict.order))

    @cached_property
    def dependents(self) -> tuple[Order, ...]:
        return tuple(self._in_time(decode_order(dependent.order)) for dependent in self.conflict.dependents)

    def _in_time(self, order: Order) -> Order:
        return order if order.late is None else replace(order, at=given_at(order, order.late, self.at))

    @property
    def late(self) -> Late:
        return self.late_order.late or Late(self.conflict.from_site, 0, 0, 0)

    def happen(self, *events: ev.Event) -> None:
        for event in events:
            apply(self.floor, event)
            self.events.append(event)

    def take_in_dependents(self, change: Callable[[Command], Command | None], mission_id: str = "") -> None:
        """Decide what followed there; `change` may turn it to another thing, None: it is told already.

        `mission_id` not "": a mission of ours is the one it was about there.
        """
        for dependent in self.dependents:
            command, late = change(dependent.command), dependent.late
            if command is None or late is None:
                continue
            if mission_id and late.mission_id == self.conflict.mission_id:
                late = replace(late, mission_id=mission_id)
            order = replace(dependent, command=command, late=late)
            self.happen(*decide_late(self.floor, order, late, self.handlers, self.at, self.conflict.id))


def settle(floor: Floor, order: Order, command: cmd.SettleConflict, at: int, handlers: Handlers) -> Decision:
    """Settle one conflict; `handlers` are those of all commands."""
    conflict = floor.conflicts.get(command.conflict_id)
    if conflict is None:
        return NotFound("conflict", command.conflict_id)
    if conflict.settled is not None:
        return WrongState("conflict", conflict.id, "settled", ("open",))
    if not command.remark.strip():
        return NeedsReason()
    desk = _Desk(floor, order, command, at, handlers)
    refusal = _CHOICES[command.choice](desk)
    if refusal is not None:
        return refusal
    second = second_person(floor, order)
    settlement = Settlement(command.choice, at, order.dispatcher_id, second, command.remark)
    return (ev.ConflictSettled(conflict.id, settlement), *desk.events)


_OPENS = cmd.OpenIncident.__name__


def _keep_ours(desk: _Desk) -> Refusal | None:
    """An emergency of theirs that is never opened here is given up: by two, as when one is closed."""
    kinds = {desk.conflict.kind, *(dependent.kind for dependent in desk.conflict.dependents)}
    alone = second_person(desk.floor, desk.order) is None
    return NeedsSecondPerson() if _OPENS in kinds and alone else None


# --- the late one takes the place ----------------------------------------------------------------


def _keep_late(desk: _Desk) -> Refusal | None:
    late_order = replace(desk.late_order, second_id=desk.late_order.second_id or desk.order.second_id)
    command = late_order.command
    if isinstance(command, cmd.AssignVehicle):
        refusal = _send_after_all(desk, late_order, command)
    else:
        fresh = replace(late_order, command=_on_the_newest(desk.floor, command))
        decision = carry_out_late(desk.floor, fresh, desk.late, desk.handlers, late_order.at)
        refusal = _happened(desk, decision)
    if refusal is None:
        desk.take_in_dependents(lambda following: following)
    return refusal


def _send_after_all(desk: _Desk, late_order: Order, command: cmd.AssignVehicle) -> Refusal | None:
    """Ours ends as re-assigned, if it can; the crew is told again, with what it may know already."""
    vehicle = desk.floor.vehicles.get(command.vehicle_id)
    if vehicle is None:
        return NotFound("vehicle", command.vehicle_id)
    command = replace(command, supersedes=vehicle.mission_id)
    order = replace(late_order, command=command, decided_by=desk.order.decided_by)
    decision = desk.handlers[cmd.AssignVehicle](desk.floor, order, command, desk.at)
    if not isinstance(decision, tuple):
        return decision
    desk.happen(*(_at_its_time(desk, event, late_order.at) for event in decision))
    return None


def _at_its_time(desk: _Desk, event: ev.Event, at: int) -> ev.Event:
    if not isinstance(event, ev.VehicleAssigned):
        return event
    assigned = replace(event.mission.milestones[0], at=at)
    number = _told_number(desk, event.mission.number)
    return ev.VehicleAssigned(
        replace(
            event.mission,
            number=number,
            ordered_at=at,
            milestones=(assigned,),
            late_from=desk.conflict.from_site,
        )
    )


def _told_number(desk: _Desk, own: str) -> str:
    taken = {mission.number for mission in desk.floor.missions.values()}
    told = next((number for number in desk.late.numbers if "." in number), own)
    return f"{told}/{desk.conflict.from_site}" if told in taken else told


def _on_the_newest(floor: Floor, command: Command) -> Command:
    """An edit that was stale is made on what is there now; an intake whose call is taken begins by hand."""
    if isinstance(command, cmd.ChangeIntake) and command.intake_id in floor.intakes:
        return replace(command, base_rev=floor.intakes[command.intake_id].rev)
    if isinstance(command, cmd.ChangeIncident) and command.incident_id in floor.incidents:
        return replace(command, base_rev=floor.incidents[command.incident_id].rev)
    if isinstance(command, cmd.BeginIntake):
        call = floor.calls.get(command.call_id or "")
        return replace(command, call_id=None) if call is None or call.intake_id else command
    return command


def _happened(desk: _Desk, decision: Decision) -> Refusal | None:
    if not isinstance(decision, tuple):
        return decision
    desk.happen(*decision)
    return None


# --- both happened -------------------------------------------------------------------------------


def _both(desk: _Desk) -> Refusal | None:
    """A late mission is recorded as ended; anything else is carried out where it still can be."""
    command = desk.late_order.command
    if not isinstance(command, cmd.AssignVehicle):
        if isinstance(command, cmd.OpenIncident | cmd.BeginIntake | cmd.JoinIncident):
            return _keep_late(desk)
        desk.take_in_dependents(lambda following: following)
        return None
    if command.incident_id not in desk.floor.incidents:
        return NotFound("incident", command.incident_id)
    if command.vehicle_id not in desk.floor.vehicles:
        return NotFound("vehicle", command.vehicle_id)
    desk.happen(ev.MissionRecorded(_over(desk, command)))
    desk.take_in_dependents(lambda following: None if _step_of(following, command) is not None else following)
    return None


def _over(desk: _Desk, command: cmd.AssignVehicle) -> Mission:
    """The late mission with the steps told of it, ended."""
    order, conflict = desk.late_order, desk.conflict
    vehicle, incident = desk.floor.vehicles[command.vehicle_id], desk.floor.incidents[command.incident_id]
    first = Milestone(
        MilestoneKind.ASSIGNED, order.at, order.at, MilestoneSource.HUB, order.dispatcher_id or ""
    )
    steps = _steps(desk, command, first)
    stage = [step for step in steps if not step.late][-1].kind
    empty = desk.command.empty_run
    return Mission(
        id=command.mission_id,
        number=_told_number(desk, f"{incident.number}.{len(incident.mission_ids) + 1}"),
        incident_id=incident.id,
        vehicle_id=vehicle.id,
        station_id=vehicle.station_id,
        ordered_at=order.at,
        seat_id=order.seat_id,
        dispatcher_id=order.dispatcher_id,
        order_text=command.order_text,
        order_status=OrderStatus.CANCELLED if empty else OrderStatus.ACCEPTED,
        hospital_id=command.hospital_id,
        stage=stage,
        milestones=steps,
        result=MissionResult.EMPTY_RUN if empty else MissionResult.COMPLETED,
        reason=EmptyRunReason.OTHER_VEHICLE if empty else "",
        remark=desk.command.remark,
        ended_at=max(step.at for step in steps),
        drill=incident.drill,
        late_from=conflict.from_site,
    )


def _steps(desk: _Desk, command: cmd.AssignVehicle, first: Milestone) -> tuple[Milestone, ...]:
    """The milestones that hang on the conflict: in order they count, out of order they are kept as late."""
    steps = [first]
    for order in desk.dependents:
        step = _step_of(order.command, command)
        if step is None:
            continue
        at = max(min(step.at, order.at), first.at)
        last = [known for known in steps if not known.late][-1]
        ahead = STAGE_RANK[step.kind] > STAGE_RANK[last.kind] and at >= last.at
        steps.append(replace(step, received_at=order.at, at=at, late=not ahead))
    return tuple(steps)


def _step_of(command: Command, mission: cmd.AssignVehicle) -> Milestone | None:
    """The step a dependent order tells of this mission; None: it is about something else."""
    if isinstance(command, cmd.RecordMilestone) and command.mission_id == mission.mission_id:
        return Milestone(command.kind, command.at, command.at, command.source, command.by)
    if isinstance(command, cmd.RecordVehicleKey) and command.vehicle_id == mission.vehicle_id:
        return Milestone(command.kind, command.at, command.at, MilestoneSource.TERMINAL, command.by)
    return None


# --- both incidents are one ----------------------------------------------------------------------


def _merge(desk: _Desk) -> Refusal | None:
    against = desk.floor.missions.get(desk.conflict.against)
    into = desk.command.into_incident_id or (against.incident_id if against else "")
    gone = desk.floor.incidents.get(desk.conflict.incident_id)
    kept = desk.floor.incidents.get(into)
    if kept is None:
        return NotFound("incident", into)
    if kept.state is IncidentState.CLOSED:
        return WrongState("incident", kept.id, kept.state, ("open", "held"))
    if gone is None:
        desk.take_in_dependents(lambda following: _turned(following, desk.conflict.incident_id, kept.id))
        return None
    if gone.id == kept.id:
        return NotPossible("same_incident")
    if gone.state is IncidentState.CLOSED:
        return WrongState("incident", gone.id, gone.state, ("open", "held"))
    second = second_person(desk.floor, desk.order)
    if gone.type in EMERGENCY_TYPES and second is None:
        return NeedsSecondPerson()
    if kept.state is IncidentState.HELD:
        desk.happen(ev.IncidentResumed(kept.id, desk.at))
    closing = Closing(CloseReason.DUPLICATE, desk.at, desk.order.dispatcher_id, second, desk.command.remark)
    desk.happen(ev.IncidentsMerged(gone.id, kept.id, closing))
    if against is None or against.incident_id != kept.id:
        desk.take_in_dependents(lambda following: following)
        return None
    theirs, ours = desk.conflict.mission_id, against.id
    desk.take_in_dependents(lambda following: _on_mission(following, theirs, ours), ours)
    return None


_OF_THE_OTHER_ORDER = cmd.ReportOrderDelivered | cmd.ReportOrderTimedOut


def _on_mission(command: Command, theirs: str, ours: str) -> Command | None:
    """What the crew did for their mission it did for ours; None: it is about an order that is none now."""
    if isinstance(command, cmd.AssignVehicle) and command.supersedes == theirs:
        return replace(command, supersedes=ours)
    if isinstance(command, cmd.RecordMilestone | cmd.ChooseHospital) and command.mission_id == theirs:
        return replace(command, mission_id=ours)
    other = isinstance(command, _OF_THE_OTHER_ORDER) and command.mission_id == theirs
    return None if other else command


def _turned(command: Command, gone: str, kept: str) -> Command:
    """The same order about the incident that stays."""
    if getattr(command, "incident_id", None) != gone:
        return command
    return replace(command, incident_id=kept)


_CHOICES: dict[ConflictChoice, Callable[[_Desk], Refusal | None]] = {
    ConflictChoice.KEEP_OURS: _keep_ours,
    ConflictChoice.KEEP_LATE: _keep_late,
    ConflictChoice.BOTH: _both,
    ConflictChoice.MERGE: _merge,
}
