"""What stands on the wall, computed from the floor: numbers, rows and figures. No Qt here."""

from collections import Counter

from msgspec import Struct

from console.models.ages import local
from console.models.queue_rows import QueueView, seat_counts, view
from dispatch.alarms import Alarm, AlarmKind, overdue
from dispatch.figure import Figure
from dispatch.floor import Floor
from dispatch.indicators import figures
from dispatch.kinds import (
    SEVERITY_RANK,
    Direction,
    IncidentState,
    MilestoneKind,
    OrderStatus,
    SeatState,
    Severity,
)
from dispatch.missed import MissedList
from dispatch.stages import CALLABLE
from dispatch.words import Call, Incident
from mapview.canvas.palette import look_of_vehicle

HOURS = 24


class WaitingCall(Struct, frozen=True):
    """A ringing call; `overdue` when it rang longer than the limit."""

    number: str
    since: int
    seat_number: str
    overdue: bool


class IncidentRow(Struct, frozen=True):
    """An open incident. `vehicles` are numbers with the stage of each; `served` False: nobody sent yet."""

    id: str
    number: str
    severity: Severity
    address: str
    complaint: str
    since: int
    vehicles: tuple[tuple[str, MilestoneKind], ...]
    seat_number: str
    held: bool
    served: bool
    overdue: bool


class Board(Struct, frozen=True):
    """One picture of the centre at `at` (ms)."""

    at: int
    calls: tuple[WaitingCall, ...]
    incidents: tuple[IncidentRow, ...]
    missions_running: int
    orders_unconfirmed: int
    vehicles: dict[str, int]
    vehicles_callable: int
    vehicles_total: int
    figures: dict[str, Figure]
    calls_by_hour: tuple[int, ...]
    seats: dict[SeatState, int]
    """City seats somebody sits at, by state."""
    alarms: tuple[Alarm, ...]
    queue: QueueView = QueueView()
    missed: int = 0
    missed_late: int = 0
    """Callers nobody answered, and those of them past their time."""

    @property
    def queued(self) -> int:
        """Who waits in the queue and rings at no seat."""
        return max(0, self.queue.depth - len(self.calls))

    @property
    def without_vehicle(self) -> int:
        """Open incidents nobody has been sent to."""
        return sum(1 for row in self.incidents if not row.served)


def board(floor: Floor, now: int, kept: MissedList | None = None) -> Board:
    """The wall's picture at `now` (ms). `kept`: callers of this floor nobody answered; None: looked up."""
    kept = kept or MissedList(floor)
    lost = kept.entries()
    alarms = overdue(floor, now, kept=kept)
    late = {alarm.id for alarm in alarms}
    running = [mission for mission in floor.missions.values() if mission.active]
    unconfirmed = [m for m in running if m.order_status in {OrderStatus.WAITING, OrderStatus.TIMED_OUT}]
    return Board(
        at=now,
        calls=_waiting(floor, late),
        incidents=_open_incidents(floor, late),
        missions_running=len(running),
        orders_unconfirmed=len(unconfirmed),
        vehicles=_by_look(floor),
        vehicles_callable=sum(vehicle.state in CALLABLE for vehicle in floor.vehicles.values()),
        vehicles_total=len(floor.vehicles),
        figures={figure.name: figure for figure in figures(floor, midnight(now), now + 1)},
        calls_by_hour=_by_hour(floor, now),
        seats=seat_counts(floor),
        alarms=tuple(alarm for alarm in alarms if alarm.kind is not AlarmKind.INTAKE_LONG),
        queue=view(list(floor.queues.values()), now),
        missed=len(lost),
        missed_late=sum(one.due_at <= now and not one.calling for one in lost),
    )


def midnight(now: int) -> int:
    """The start of the local (UTC+8) day, ms."""
    return int(local(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def look_of(floor: Floor, vehicle_id: str) -> str:
    """The palette's key for a vehicle: its state, or its mission's stage while it is busy."""
    vehicle = floor.vehicles[vehicle_id]
    mission = floor.missions.get(vehicle.mission_id or "")
    return look_of_vehicle(vehicle.state, mission.stage if mission else None)


def _waiting(floor: Floor, late: set[str]) -> tuple[WaitingCall, ...]:
    ringing = [call for call in floor.calls.values() if _rings(call)]
    ringing.sort(key=lambda call: call.rang_at)
    return tuple(
        WaitingCall(call.number, call.rang_at, _seat(floor, call.seat_id), call.id in late)
        for call in ringing
    )


def _rings(call: Call) -> bool:
    return call.direction is Direction.INBOUND and call.answered_at is None and call.ended_at is None


def _open_incidents(floor: Floor, late: set[str]) -> tuple[IncidentRow, ...]:
    open_ones = [i for i in floor.incidents.values() if i.state is not IncidentState.CLOSED]
    open_ones.sort(key=lambda i: (bool(i.mission_ids), SEVERITY_RANK[i.severity], i.opened_at))
    return tuple(_row(floor, incident, late) for incident in open_ones)


def _row(floor: Floor, incident: Incident, late: set[str]) -> IncidentRow:
    missions = [floor.missions[key] for key in incident.mission_ids]
    running = tuple((floor.vehicles[m.vehicle_id].number, m.stage) for m in missions if m.active)
    return IncidentRow(
        id=incident.id,
        number=incident.number,
        severity=incident.severity,
        address=incident.place.address,
        complaint=incident.complaint,
        since=incident.first_rang_at or incident.opened_at,
        vehicles=running,
        seat_number=_seat(floor, incident.seat_id),
        held=incident.state is IncidentState.HELD,
        served=bool(missions),
        overdue=incident.id in late or any(mission.id in late for mission in missions),
    )


def _seat(floor: Floor, seat_id: str | None) -> str:
    seat = floor.seats.get(seat_id or "")
    return seat.number if seat else ""


def _by_look(floor: Floor) -> dict[str, int]:
    return dict(Counter(look_of(floor, vehicle_id) for vehicle_id in floor.vehicles))


def _by_hour(floor: Floor, now: int) -> tuple[int, ...]:
    start, hours = midnight(now), [0] * HOURS
    for call in floor.calls.values():
        if call.direction is Direction.INBOUND and start <= call.rang_at <= now:
            hours[local(call.rang_at).hour] += 1
    return tuple(hours)
