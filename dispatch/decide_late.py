"""Orders another site accepted while it was apart (孤岛补录): merged with their own times and numbers.

None is ever refused away: what does not fit becomes a `Conflict`, what followed from it there is kept with
it, and what is true already is noted. Deadlines and the division of command do not count for them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch import requests as req
from dispatch.commands import Command
from dispatch.decide_milestones import reach_late
from dispatch.decide_requests import following_requests
from dispatch.decide_reserve import following
from dispatch.decision import Decision, Handler
from dispatch.distribution import ReportQueue
from dispatch.floor import Floor
from dispatch.kinds import IncidentState, OrderStatus
from dispatch.moments import believed
from dispatch.order import Late, Order
from dispatch.refusals import AlreadyThere, NotPossible, Refusal, WrongState
from dispatch.sites import Conflict, Dependent
from dispatch.words import Mission

Handlers = Mapping[type, Handler]

_OVER = cmd.LogIn | cmd.LogOut | cmd.SetSeatState | cmd.ArchiveEnded | ReportQueue
"""What was true of that site only while it was apart: noted, never carried out again."""
_HLC_COUNTER_BITS = 16
_ID_TABLES = {
    "mission_id": "missions",
    "incident_id": "incidents",
    "intake_id": "intakes",
    "request_id": "requests",
}
_MAKERS: dict[type, str] = {
    cmd.AssignVehicle: "mission_id",
    cmd.OpenIncident: "incident_id",
    cmd.BeginIntake: "intake_id",
    req.OfferIncident: "request_id",
    req.AskHelp: "request_id",
    req.SendBulletin: "request_id",
}
_encoder = msgspec.msgpack.Encoder()


def decide_late(
    floor: Floor, order: Order, late: Late, handlers: Handlers, now: int, settling: str = ""
) -> tuple[ev.Event, ...]:
    """What a late order comes to; always something that is kept. `settling`: a conflict that ends now."""
    at = given_at(order, late, now)
    note = _needless(floor, order.command, at)
    if note:
        return (_came(order, late, note),)
    blocked_by = _conflict_behind(floor, order.command, late, settling)
    if blocked_by is not None:
        dependent = Dependent(order.cid, _kind(order), order.at, _encoder.encode(order))
        return (_came(order, late, "in_conflict"), ev.ConflictGrew(blocked_by.id, dependent))
    decision = carry_out_late(floor, order, late, handlers, at)
    if isinstance(decision, tuple):
        after = (*following(floor, decision), *following_requests(floor, decision))
        return (_came(order, late), *decision, *after)
    if isinstance(order.command, cmd.MoveAuthority):  # a lower term than what holds now
        return (_came(order, late, "over"),)
    if _done_before(order.command, decision):
        return (_came(order, late, "already_there"),)
    return in_conflict(floor, order, late, decision, now)


def given_at(order: Order, late: Late, now: int) -> int:
    """When it was given there: the giver's clock as far as that site believed it, never after `now`."""
    return min(believed(order.at, late.hlc >> _HLC_COUNTER_BITS), now)


def in_conflict(floor: Floor, order: Order, late: Late, refusal: Refusal, now: int) -> tuple[ev.Event, ...]:
    """The order kept for a person to settle; also when a rule of ours or of the store broke on it."""
    conflict = _conflict(floor, order, late, refusal, now)
    return (_came(order, late, "conflict"), ev.ConflictFound(conflict))


def carry_out_late(floor: Floor, order: Order, late: Late, handlers: Handlers, at: int) -> Decision:
    """The order decided with its own time; numbers stay those people were told."""
    command = order.command
    if isinstance(command, cmd.RecordVehicleKey):
        return reach_late(floor, late.mission_id, command, at)
    if isinstance(command, cmd.AssignVehicle):
        overlapping = _overlapping(floor, command, at)
        if overlapping is not None:
            return overlapping
    decision = handlers[type(command)](floor, order, command, at)
    if not isinstance(decision, tuple):
        return decision
    return tuple(_as_told(floor, event, late) for event in decision)


def _done_before(command: Command, refusal: Refusal) -> bool:
    """The same thing, by its own id, or the same step of a mission is here already."""
    if isinstance(refusal, AlreadyThere):
        recording = isinstance(command, cmd.KeepRecording)
        return recording or refusal.id == getattr(command, f"{refusal.what}_id", None)
    return isinstance(refusal, WrongState) and refusal.what == "milestone"


def _came(order: Order, late: Late, note: str = "") -> ev.CameLate:
    return ev.CameLate(order.cid, late.site, late.term, order.at, late.seq, late.hlc, _kind(order), note)


def _kind(order: Order) -> str:
    return type(order.command).__name__


def _overlapping(floor: Floor, command: cmd.AssignVehicle, at: int) -> Refusal | None:
    """A vehicle cannot have been on two missions at once, whatever became of ours since."""
    for mission in floor.missions.values():
        same = mission.vehicle_id == command.vehicle_id and mission.id != command.supersedes
        if same and not mission.active and (mission.ended_at or 0) > at:
            return NotPossible("vehicle_was_elsewhere")
    return None


# --- numbers people were told --------------------------------------------------------------------


def _as_told(floor: Floor, event: ev.Event, late: Late) -> ev.Event:
    if isinstance(event, ev.IncidentOpened):
        return _opened_as_told(floor, event, late)
    if isinstance(event, ev.VehicleAssigned):
        return ev.VehicleAssigned(_mission_as_told(floor, event.mission, late))
    return event


def _opened_as_told(floor: Floor, event: ev.IncidentOpened, late: Late) -> ev.IncidentOpened:
    taken = {incident.number for incident in floor.incidents.values()}
    number = next((told for told in late.numbers if "." not in told and told not in taken), None)
    if number is None or not number.rpartition("-")[2].isdigit():
        return event
    day, _, serial = number.rpartition("-")
    incident = replace(event.incident, number=number)
    return ev.IncidentOpened(incident, event.intake_id, day, int(serial))


def _mission_as_told(floor: Floor, mission: Mission, late: Late) -> Mission:
    """Whether the crew has the order is not known yet: it is never sent a second time by itself."""
    taken = {other.number for other in floor.missions.values()}
    number = next((told for told in late.numbers if "." in told), mission.number)
    if number in taken:
        number = f"{number}/{late.site}"
    return replace(mission, number=number, order_status=OrderStatus.TIMED_OUT, late_from=late.site)


# --- what needs no doing any more ----------------------------------------------------------------


def _needless(floor: Floor, command: Command, at: int) -> str:
    """Why a late order has nothing left to do; "" when it has."""
    if isinstance(command, _OVER):
        return "over"
    if isinstance(command, cmd.SuspendVehicle | cmd.SetVehicleState):
        vehicle = floor.vehicles.get(command.vehicle_id)
        return "outdated" if vehicle is not None and vehicle.state_since > at else ""
    if isinstance(command, cmd.AnswerCrewCall):
        vehicle = floor.vehicles.get(command.vehicle_id)
        called_at = vehicle.crew_called_at if vehicle else None
        return "outdated" if called_at is None or called_at > at else ""
    test = _TRUE_ALREADY.get(type(command))
    return "already_so" if test is not None and test(floor, command) else ""


def _ended(floor: Floor, command: cmd.ReportCallEnded) -> bool:
    call = floor.calls.get(command.call_id)
    return call is not None and call.ended_at is not None


def _answered(floor: Floor, command: cmd.ReportAnswered) -> bool:
    call = floor.calls.get(command.call_id)
    return call is not None and (call.answered_at is not None or call.ended_at is not None)


def _intake_over(floor: Floor, command: cmd.EndIntake) -> bool:
    intake = floor.intakes.get(command.intake_id)
    return intake is not None and intake.ended_at is not None and intake.outcome == command.outcome


def _incident_in(state: IncidentState) -> Callable[[Floor, Any], bool]:
    def test(floor: Floor, command: Any) -> bool:
        incident = floor.incidents.get(command.incident_id)
        return incident is not None and incident.state is state

    return test


def _order_known(floor: Floor, command: cmd.ReportOrderDelivered | cmd.ReportOrderTimedOut) -> bool:
    mission = floor.missions.get(command.mission_id)
    if mission is None:
        return False
    if isinstance(command, cmd.ReportOrderTimedOut):
        return mission.order_status is not OrderStatus.WAITING
    return mission.order_status not in {OrderStatus.WAITING, OrderStatus.TIMED_OUT}


_TRUE_ALREADY: dict[type, Callable[[Floor, Any], bool]] = {
    cmd.ReportCallEnded: _ended,
    cmd.ReportAnswered: _answered,
    cmd.EndIntake: _intake_over,
    cmd.CloseIncident: _incident_in(IncidentState.CLOSED),
    cmd.HoldIncident: _incident_in(IncidentState.HELD),
    cmd.ResumeIncident: _incident_in(IncidentState.OPEN),
    cmd.ReportOrderDelivered: _order_known,
    cmd.ReportOrderTimedOut: _order_known,
}


# --- conflicts -----------------------------------------------------------------------------------


def _conflict_behind(floor: Floor, command: Command, late: Late, settling: str) -> Conflict | None:
    """The open conflict this order follows from: it is about a thing that exists only inside it.

    Nobody looks again at what is settled: what comes after that is a conflict of its own.
    """
    lacking = {
        name: key for name, key in _needed(command, late).items() if key and not _on_floor(floor, name, key)
    }
    conflicts = [it for it in floor.conflicts.values() if it.settled is None and it.id != settling]
    for conflict in conflicts if lacking else ():
        if any(getattr(conflict, name) == key for name, key in lacking.items()):
            return conflict
        if any(_makes(dependent, lacking) for dependent in conflict.dependents):
            return conflict
    return None


def _needed(command: Command, late: Late) -> dict[str, str]:
    """The ids of what has to be there already."""
    ids = {name: str(getattr(command, name, None) or "") for name in _ID_TABLES}
    if isinstance(command, cmd.AssignVehicle):
        ids["mission_id"] = command.supersedes or ""
    elif late.mission_id:
        ids["mission_id"] = late.mission_id
    if isinstance(command, cmd.OpenIncident):
        ids["incident_id"] = ""
    if isinstance(command, cmd.BeginIntake):
        ids["intake_id"] = ""
    if isinstance(command, req.OfferIncident | req.AskHelp | req.SendBulletin):
        ids["request_id"] = ""
    return ids


def _on_floor(floor: Floor, name: str, key: str) -> bool:
    return floor.get(_ID_TABLES[name], key) is not None


def _makes(dependent: Dependent, lacking: Mapping[str, str]) -> bool:
    """True for an order that only hangs on a conflict and would have made what is lacking."""
    made = decode_order(dependent.order).command
    return _MAKERS.get(type(made), "") in {
        name for name, key in lacking.items() if getattr(made, name, None) == key
    }


def _conflict(floor: Floor, order: Order, late: Late, refusal: Refusal, now: int) -> Conflict:
    command = order.command
    mission_id = late.mission_id or str(getattr(command, "mission_id", ""))
    mission = floor.missions.get(mission_id)
    vehicle_id = str(getattr(command, "vehicle_id", "")) or (mission.vehicle_id if mission else "")
    incident_id = str(getattr(command, "incident_id", None) or "") or (mission.incident_id if mission else "")
    return Conflict(
        id=f"x{order.cid}",
        cid=order.cid,
        from_site=late.site,
        kind=_kind(order),
        given_at=given_at(order, late, now),
        came_at=now,
        order=_encoder.encode(order),
        rule=rule_of(refusal),
        dispatcher_id=order.dispatcher_id,
        seat_id=order.seat_id,
        vehicle_id=vehicle_id,
        intake_id=str(getattr(command, "intake_id", "")),
        request_id=str(getattr(command, "request_id", "")),
        incident_id=incident_id,
        mission_id=mission_id,
        against=_against(floor, command, vehicle_id, incident_id, given_at(order, late, now)),
    )


def rule_of(refusal: Refusal) -> str:
    """The name of a refusal, with its rule where it has one."""
    return refusal.rule if isinstance(refusal, NotPossible) else type(refusal).__name__


def _against(floor: Floor, command: Command, vehicle_id: str, incident_id: str, at: int) -> str:
    """The mission of ours in the way: the vehicle's, running or over since; "" none."""
    if not isinstance(command, cmd.AssignVehicle):
        running = [m.id for m in floor.missions.values() if m.incident_id == incident_id and m.active]
        return running[0] if isinstance(command, cmd.CloseIncident) and running else ""
    vehicle = floor.vehicles.get(vehicle_id)
    if vehicle is not None and vehicle.mission_id is not None:
        return vehicle.mission_id
    since = [m for m in floor.missions.values() if m.vehicle_id == vehicle_id and (m.ended_at or 0) > at]
    return max(since, key=lambda m: m.ordered_at).id if since else ""


_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)


def decode_order(order: bytes) -> Order:
    """The order inside a conflict. Raises msgspec.MsgspecError for one of a newer program."""
    return _orders.decode(order)


def told(events: Iterable[ev.Event]) -> tuple[tuple[str, ...], str]:
    """What people were told when these events of one order happened: numbers, and its mission ("" none)."""
    numbers: list[str] = []
    mission_id = ""
    for event in events:
        if isinstance(event, ev.IncidentOpened):
            numbers.append(event.incident.number)
        elif isinstance(event, ev.VehicleAssigned):
            numbers.append(event.mission.number)
            mission_id = event.mission.id
        elif isinstance(event, ev.MilestoneReached):
            mission_id = event.mission_id
    return tuple(numbers), mission_id
