"""Milestones: the steps of a mission, from keys and by hand. None is invented, none is lost.

In order they move the mission; out of order, or where they cannot belong, they are kept and flagged.
"""

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.kinds import MilestoneKind, MilestoneSource, MissionResult, OrderStatus
from dispatch.order import Order
from dispatch.refusals import NeedsReason, NotFound, NotPossible, WrongState
from dispatch.stages import CALLABLE, ENDING, advances, has_left, milestone
from dispatch.words import Milestone, Mission

BY_HAND = frozenset({MilestoneSource.SEAT, MilestoneSource.POSITION})
"""What a person may enter; the other sources speak for themselves."""

EARLY_MS_MAX = 60_000
"""A terminal's clock may be this slow; a key further before the order belongs to the mission before."""


def record(floor: Floor, order: Order, command: cmd.RecordMilestone, at: int) -> Decision:
    mission = floor.missions.get(command.mission_id)
    if mission is None:
        return NotFound("mission", command.mission_id)
    if command.source not in BY_HAND:
        return NotPossible("source_is_not_a_person")
    if command.at < mission.ordered_at:
        return NotPossible("time_out_of_order")
    by = order.dispatcher_id or ""
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


def reach_late(floor: Floor, mission_id: str, command: cmd.RecordVehicleKey, at: int) -> Decision:
    """A key another site heard while it was apart: it belongs to the mission it was taken for there."""
    mission = floor.missions.get(mission_id)
    if mission is None:
        return NotFound("mission", mission_id)
    return _reach(
        floor, mission, Milestone(command.kind, command.at, at, MilestoneSource.TERMINAL, command.by)
    )


def _reach(floor: Floor, mission: Mission, entry: Milestone) -> Decision:
    """Accept a step: in order it moves the stage, out of order it is kept and flagged late."""
    if entry.kind is MilestoneKind.ASSIGNED:
        return NotPossible("assigned_by_order_only")
    in_order = _in_order(floor, mission, entry)
    counted = milestone(mission, entry.kind)
    news = counted is None or (counted.late and in_order)
    if counted and not news and (entry.source is MilestoneSource.SEAT or counted.source == entry.source):
        return WrongState("milestone", mission.id, entry.kind, ())
    entry = _plausible(mission, entry)
    if not in_order:
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
    """True when the step may move the mission on: ahead of its stage, not before its last step.

    A terminal's 完成 or 回站 ends nothing that has not begun: it was pressed for the run before.
    """
    last = max(step.at for step in mission.milestones if not step.late)
    slack = EARLY_MS_MAX if mission.stage is MilestoneKind.ASSIGNED else 0
    if not advances(mission, entry.kind) or entry.at < last - slack:
        return False
    if mission.active:
        by_key = entry.source is MilestoneSource.TERMINAL
        return not (by_key and entry.kind in ENDING and not has_left(mission))
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
    wrong = milestone(mission, command.kind)
    if wrong is None or command.kind is MilestoneKind.ASSIGNED:
        return NotFound("milestone", command.kind)
    before, after = _neighbours(mission, wrong, at)
    if not before <= command.at <= after:
        return NotPossible("time_out_of_order")
    corrected = ev.MilestoneCorrected(
        mission.id, command.kind, command.at, at, order.dispatcher_id, command.reason
    )
    return (corrected,)


def _neighbours(mission: Mission, entry: Milestone, at: int) -> tuple[int, int]:
    """The times between which the step must lie; one that came late only between its order and `at`."""
    steps = [step for step in mission.milestones if not step.late]
    if entry.late:
        return mission.ordered_at, at
    index = steps.index(entry)
    return steps[index - 1].at, steps[index + 1].at if index + 1 < len(steps) else at


HANDLERS: dict[type, Handler] = {
    cmd.RecordMilestone: record,
    cmd.RecordVehicleKey: vehicle_key,
    cmd.CorrectMilestone: correct,
}
