"""What is overdue. An alarm needs somebody to act; the limits are settings, in seconds."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from dispatch.activation import running, running_turn
from dispatch.call_book import CallBook
from dispatch.floor import Floor
from dispatch.kinds import (
    Direction,
    IncidentState,
    MilestoneKind,
    OrderStatus,
    RequestKind,
    RequestState,
    SeatKind,
    Severity,
)
from dispatch.missed import MISSED_S, Missed, MissedList
from dispatch.stages import milestone, vehicle_came
from dispatch.words import Incident


class AlarmKind(StrEnum):
    RINGING = "ringing"  # 振铃超时
    INTAKE_LONG = "intake_long"  # 受理超时
    NO_VEHICLE = "no_vehicle"  # 未派车
    ORDER_UNCONFIRMED = "order_unconfirmed"  # 指令未确认
    NOT_DEPARTED = "not_departed"  # 未出车
    HOLD_DUE = "hold_due"  # 挂起到时
    CREW_CALL = "crew_call"  # 车组呼叫
    SEAT_NOT_READY = "seat_not_ready"  # 储备席未就绪
    ACTIVATION_DUE = "activation_due"  # 启用到期
    SELF_TEST_DUE = "self_test_due"  # 自检逾期
    REQUEST_UNSIGNED = "request_unsigned"  # 转单、增援、通报无人签收
    REQUEST_UNDELIVERED = "request_undelivered"  # 未送达
    MISSED_WAITING = "missed_waiting"  # 未接来电无人回拨
    CALL_LONG = "call_long"  # 通话过久：席位的程序可能早已不在


class Limits(Struct, frozen=True):
    """Seconds after which somebody must look; domain chapter 8.3 gives the defaults."""

    ringing_s: int = 10
    intake_s: int = 90
    no_vehicle_critical_s: int = 60
    no_vehicle_s: int = 300
    order_unconfirmed_s: int = 20
    not_departed_s: int = 180
    seat_ready_s: int = 300
    self_test_s: int = 25 * 3600
    request_unsigned_s: int = 60
    bulletin_unsigned_s: int = 600
    missed_s: int = MISSED_S
    call_s: int = 3600
    """No 120 call takes an hour. The seat may be gone for good and nobody rings the caller back; or it is cut
    off and talks on: the hub cannot tell, so nothing is ended, a person looks."""


class Alarm(Struct, frozen=True):
    """`id`: of the call, intake, incident, mission … or request. `since`: when its limit passed (ms)."""

    kind: AlarmKind
    id: str
    since: int
    seat_id: str | None = None


DEFAULT_LIMITS = Limits()


def overdue(
    floor: Floor, now: int, limits: Limits = DEFAULT_LIMITS, kept: MissedList | None = None
) -> tuple[Alarm, ...]:
    """Everything overdue at `now` (ms), longest first. `kept`: of this floor; None: one is made."""
    kept = kept or MissedList(floor, limits.missed_s)
    found = (
        *_calls(kept.book, limits),
        *_intakes(floor, limits),
        *_incidents(floor, limits),
        *_missions(floor, limits),
        *_crews(floor),
        *_reserve(floor, limits),
        *_requests(floor, limits),
        *_missed(kept.entries()),
    )
    return tuple(sorted((alarm for alarm in found if alarm.since <= now), key=lambda alarm: alarm.since))


def _calls(book: CallBook, limits: Limits) -> Iterator[Alarm]:
    for call in map(book.floor.calls.__getitem__, book.live):
        if call.direction is Direction.INBOUND and call.answered_at is None:
            yield Alarm(AlarmKind.RINGING, call.id, call.rang_at + limits.ringing_s * 1000, call.seat_id)
        else:
            began_at = call.answered_at or call.rang_at
            yield Alarm(AlarmKind.CALL_LONG, call.id, began_at + limits.call_s * 1000, call.seat_id)


def _intakes(floor: Floor, limits: Limits) -> Iterator[Alarm]:
    for intake in floor.intakes.values():
        if intake.ended_at is None and intake.ordered_at is None:
            since = intake.begun_at + limits.intake_s * 1000
            yield Alarm(AlarmKind.INTAKE_LONG, intake.id, since, intake.seat_id)


def _incidents(floor: Floor, limits: Limits) -> Iterator[Alarm]:
    for incident in floor.incidents.values():
        if incident.state is IncidentState.HELD and incident.hold is not None:
            yield Alarm(AlarmKind.HOLD_DUE, incident.id, incident.hold.alarm_at, incident.seat_id)
        since = _without_vehicle_since(floor, incident)
        if since is not None:
            critical = incident.severity is Severity.CRITICAL
            wait_s = limits.no_vehicle_critical_s if critical else limits.no_vehicle_s
            yield Alarm(AlarmKind.NO_VEHICLE, incident.id, since + wait_s * 1000, incident.seat_id)


def _without_vehicle_since(floor: Floor, incident: Incident) -> int | None:
    """When it began to wait for a vehicle, again if it lost one; None: it has one, had one, or need not."""
    if incident.state is not IncidentState.OPEN:
        return None
    opened_at = incident.reopened_at or incident.opened_at
    missions = [floor.missions[key] for key in incident.mission_ids]
    if any(it.active or (vehicle_came(it) and it.ordered_at >= opened_at) for it in missions):
        return None
    return max([opened_at, *(it.ended_at for it in missions if it.ended_at is not None)])


def _crews(floor: Floor) -> Iterator[Alarm]:
    for vehicle in floor.vehicles.values():
        if vehicle.crew_call is not None and vehicle.crew_called_at is not None:
            mission = floor.missions.get(vehicle.mission_id or "")
            seat_id = mission.seat_id if mission else None
            yield Alarm(AlarmKind.CREW_CALL, vehicle.id, vehicle.crew_called_at, seat_id)


def _reserve(floor: Floor, limits: Limits) -> Iterator[Alarm]:
    for activation in running(floor):
        if activation.until_at is not None:
            yield Alarm(AlarmKind.ACTIVATION_DUE, activation.id, activation.until_at, activation.seat_id)
        for turn in activation.seats:
            if turn.ready_at is None and turn.standing_down_at is None:
                since = activation.ordered_at + limits.seat_ready_s * 1000
                yield Alarm(AlarmKind.SEAT_NOT_READY, turn.seat_id, since, activation.seat_id)
    for seat in floor.seats.values():
        if seat.kind is SeatKind.RESERVE and running_turn(floor, seat.id) is None:
            tested_at = seat.self_test.at if seat.self_test else seat.state_since
            yield Alarm(AlarmKind.SELF_TEST_DUE, seat.id, tested_at + limits.self_test_s * 1000, seat.id)


def _requests(floor: Floor, limits: Limits) -> Iterator[Alarm]:
    """`seat_id` is the seat that asked; the seats of the asked site find theirs by the request."""
    for request in floor.requests.values():
        if request.state is RequestState.UNDELIVERED:
            since = request.answered_at or request.made_at
            yield Alarm(AlarmKind.REQUEST_UNDELIVERED, request.id, since, request.seat_id)
        elif request.state is RequestState.OPEN:
            told = request.kind is RequestKind.BULLETIN
            wait_s = limits.bulletin_unsigned_s if told else limits.request_unsigned_s
            since = request.made_at + wait_s * 1000
            yield Alarm(AlarmKind.REQUEST_UNSIGNED, request.id, since, request.seat_id)


def _missed(lost: Sequence[Missed]) -> Iterator[Alarm]:
    """Everybody's until somebody rings back; whoever is being rung back right now waits no longer."""
    for one in lost:
        if not one.calling:
            yield Alarm(AlarmKind.MISSED_WAITING, one.call_id, one.due_at)


def _missions(floor: Floor, limits: Limits) -> Iterator[Alarm]:
    for mission in floor.missions.values():
        if not mission.active:
            continue
        unheard = mission.order_status in {OrderStatus.WAITING, OrderStatus.TIMED_OUT}
        if unheard and mission.stage is MilestoneKind.ASSIGNED:  # any later step proves they heard it
            since = mission.ordered_at + limits.order_unconfirmed_s * 1000
            yield Alarm(AlarmKind.ORDER_UNCONFIRMED, mission.id, since, mission.seat_id)
        if mission.stage in {MilestoneKind.ASSIGNED, MilestoneKind.ACKNOWLEDGED}:
            received = milestone(mission, MilestoneKind.ACKNOWLEDGED)
            start = received.at if received else mission.ordered_at
            since = start + limits.not_departed_s * 1000
            yield Alarm(AlarmKind.NOT_DEPARTED, mission.id, since, mission.seat_id)
