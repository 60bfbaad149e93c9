"""What the lists show: one small frozen row per thing, made from the desk. No Qt, no drawing.

`tone` names a colour of the theme: "" calm, "quiet", "warning", "fault", "ok", "info".
"""

from typing import Any

from msgspec import Struct

from console.i18n import say
from console.models.ages import age, clock, day, span
from console.models.desk import Desk
from console.models.labels import site_name, word
from console.models.latest import short
from console.models.modes import city_age_ms
from console.models.requests import offered_to
from console.models.spoken import is_offline, sent_by_voice
from dispatch.kinds import SEVERITY_RANK, IncidentState, Severity, VehicleState
from dispatch.recommend import POSITION_STALE_S, Caution, Pick, Shortfall
from dispatch.stages import CALLABLE
from dispatch.words import Incident, Intake, Vehicle
from mapview.canvas.palette import look_of_vehicle

WAITING_RED_MS = 60_000
PRIORITY = {Severity.CRITICAL: 1, Severity.SEVERE: 2, Severity.MODERATE: 3, Severity.MILD: 4}
"""The priority sign of the palette; an unknown severity shows as 2, so that it is not overlooked."""


class IncidentRow(Struct, frozen=True):
    """An incident, or an intake of ours that is none yet. `age` counts from the first ring."""

    id: str
    number: str
    priority: int
    address: str
    complaint: str
    state: str
    vehicles: str
    seat: str
    age: str
    tone: str
    waiting: bool
    mine: bool


class VehicleRow(Struct, frozen=True):
    """`eta_s` None: no place in hand or no position. `old`: the position is."""

    id: str
    number: str
    kind: str
    look: str
    state: str
    station: str
    incident: str
    age: str
    eta_s: float | None
    estimated: bool
    old: bool
    callable: bool
    calls: bool = False  # the crew calls


class AdviceRow(Struct, frozen=True):
    """One proposal. `key` is the digit that picks it with Ctrl, 0 for none."""

    id: str
    key: int
    number: str
    kind: str
    look: str
    state: str
    eta: str
    distance: str
    reasons: str
    cautions: str
    grave: bool
    chosen: bool


def seat_number(desk: Desk, seat_id: str | None) -> str:
    seat = desk.floor.seats.get(seat_id or "")
    return seat.number if seat else ""


def is_mine(desk: Desk, seat_id: str | None) -> bool:
    return desk.person is not None and seat_id == desk.person.seat_id


# --- incidents -------------------------------------------------------------------------------------


def incidents(desk: Desk, now: int) -> list[IncidentRow]:
    """Without a vehicle first, gravest and longest waiting on top; then held, then under way."""
    loose = [i for i in (*desk.floor.intakes.values(), *_begun(desk)) if _unfinished(desk, i)]
    running = [i for i in desk.floor.incidents.values() if i.state is not IncidentState.CLOSED]
    rows = [(_intake_key(intake), _intake_row(desk, intake, now)) for intake in loose]
    rows += [(_incident_key(desk, it), _incident_row(desk, it, now)) for it in running]
    rows.sort(key=lambda pair: pair[0])
    return [row for _, row in rows]


def _begun(desk: Desk) -> list[Intake]:
    """Forms of this desk the hub does not know yet: none of them may vanish behind the next."""
    seat_id = desk.person.seat_id if desk.person else None
    return [
        Intake(key, "", it.at, seat_id, None, it.call_id, form=desk.form_of(key))
        for key, it in desk.begun.items()
        if key not in desk.floor.intakes
    ]


def _unfinished(desk: Desk, intake: Intake) -> bool:
    return intake.ended_at is None and intake.incident_id is None


def _intake_key(intake: Intake) -> tuple[int, int, int]:
    return (0, SEVERITY_RANK[intake.form.severity], intake.begun_at)


def _incident_key(desk: Desk, incident: Incident) -> tuple[int, int, int]:
    since = incident.first_rang_at or incident.opened_at
    if incident.state is IncidentState.HELD:
        return (1, SEVERITY_RANK[incident.severity], since)
    under_way = any(mission.active for mission in desk.missions_of(incident.id))
    return (2 if under_way else 0, 0 if under_way else SEVERITY_RANK[incident.severity], since)


def _intake_row(desk: Desk, intake: Intake, now: int) -> IncidentRow:
    call = desk.line.call(desk.floor, intake.call_id)
    since = call.rang_at if call else intake.begun_at
    form = desk.form_of(intake.id)
    return IncidentRow(
        id=intake.id,
        number="—",
        priority=PRIORITY.get(form.severity, 2),
        address=form.place.address or (call.number if call else say("手工受理")),
        complaint=form.chief_complaint,
        state=say("受理中 本机") if _is_local(desk, intake.id) else say("受理中"),
        vehicles="",
        seat=seat_number(desk, intake.seat_id),
        age=age(since, now),
        tone="warning" if now - since > WAITING_RED_MS else "",
        waiting=True,
        mine=is_mine(desk, intake.seat_id),
    )


def _is_local(desk: Desk, intake_id: str) -> bool:
    """True for what only this machine knows: a form the hub has not, or typed while it is away."""
    return intake_id not in desk.floor.intakes or (is_offline(desk) and desk.forms.pending(intake_id))


def _incident_row(desk: Desk, incident: Incident, now: int) -> IncidentRow:
    missions = [mission for mission in desk.missions_of(incident.id) if mission.active]
    vehicles = "、".join(desk.floor.vehicles[mission.vehicle_id].number for mission in missions)
    since = incident.first_rang_at or incident.opened_at
    held = incident.state is IncidentState.HELD
    waiting = not missions
    tone = "warning" if held else "fault" if waiting and now - since > WAITING_RED_MS else ""
    done = bool(incident.mission_ids) and not missions
    state = word(incident.state) if held else say("待结束") if done else say("待派车") if waiting else ""
    if missions:
        state = word(missions[-1].stage)
    if held and incident.hold:
        state = f"{word(incident.state)} {clock(incident.hold.alarm_at)[:5]}"
    offered = offered_to(desk.floor, incident.id)
    if offered:
        state = say("待{site}签收", site=site_name(desk.floor, offered))
    if _came_late(desk, incident):
        state = f"{state} {say('补录')}".strip()
    typed = _typed(desk, incident)
    if typed and is_offline(desk):
        state = f"{state} {say('本机')}".strip()
    return IncidentRow(
        id=incident.id,
        number=short(incident.number, desk.floor),
        priority=PRIORITY.get(typed.get("severity", incident.severity), 2),
        address=typed.get("place", incident.place).address,
        complaint=typed.get("chief_complaint", incident.complaint),
        state=state,
        vehicles=vehicles,
        seat=seat_number(desk, incident.seat_id),
        age=age(since, now),
        tone="" if done else tone,
        waiting=waiting,
        mine=is_mine(desk, incident.seat_id),
    )


def _typed(desk: Desk, incident: Incident) -> dict[str, Any]:
    """The fields of its first intake that were typed here and that the hub has not confirmed."""
    first = incident.intake_ids[0] if incident.intake_ids else ""
    unsent = desk.forms.unsent().get(first) if desk.forms.pending(first) else None
    return unsent.touched() if unsent else {}


def _came_late(desk: Desk, incident: Incident) -> bool:
    """True when any of it was written down without a hub, or at another site while it was apart."""
    intakes = [desk.floor.intakes.get(key) for key in incident.intake_ids]
    if any(intake is not None and intake.entered_at is not None for intake in intakes):
        return True
    return any(mission.manual or mission.late_from for mission in desk.missions_of(incident.id))


def closed_today(desk: Desk, now: int) -> list[IncidentRow]:
    """What was closed since midnight (UTC+8), newest first."""
    today = day(now)
    found = [it for it in desk.floor.incidents.values() if it.closing and day(it.closing.closed_at) == today]
    found.sort(key=lambda it: -(it.closing.closed_at if it.closing else 0))
    return [_closed_row(desk, incident) for incident in found]


def _closed_row(desk: Desk, incident: Incident) -> IncidentRow:
    assert incident.closing is not None  # its caller looked
    return IncidentRow(
        id=incident.id,
        number=short(incident.number, desk.floor),
        priority=PRIORITY.get(incident.severity, 2),
        address=incident.place.address,
        complaint=incident.complaint,
        state=word(incident.closing.reason),
        vehicles="",
        seat=seat_number(desk, incident.seat_id),
        age=clock(incident.closing.closed_at)[:5],
        tone="quiet",
        waiting=False,
        mine=is_mine(desk, incident.seat_id),
    )


def waiting(desk: Desk, now: int) -> list[str]:
    """Ids of what waits for somebody, in the order of the list: for the next-waiting key."""
    return [row.id for row in incidents(desk, now) if row.waiting]


# --- vehicles --------------------------------------------------------------------------------------


def vehicles(desk: Desk, now: int) -> list[VehicleRow]:
    """All vehicles by number; times are to the place in hand."""
    rows = [_vehicle_row(desk, vehicle, now) for vehicle in desk.floor.vehicles.values()]
    return sorted(rows, key=lambda row: row.number)


def look(desk: Desk, vehicle: Vehicle) -> str:
    mission = desk.floor.missions.get(vehicle.mission_id or "")
    return look_of_vehicle(vehicle.state, mission.stage if mission else None)


def _vehicle_row(desk: Desk, vehicle: Vehicle, now: int) -> VehicleRow:
    floor = desk.floor
    mission = floor.missions.get(vehicle.mission_id or "")
    station = floor.stations.get(vehicle.station_id)
    time = desk.travel.of(desk.hand.intake_id).get(vehicle.id)
    report = desk.positions.get(vehicle.id)
    state = word(vehicle.state)
    if mission is not None:
        state = word(mission.stage)
    elif vehicle.suspended_for is not None and vehicle.state is VehicleState.SUSPENDED:
        state = f"{state} · {word(vehicle.suspended_for)}"
    city_ms = city_age_ms(desk.link)
    if city_ms is not None:
        state = say("{state}（{age}前）", state=state, age=span(city_ms / 1000))
    if sent_by_voice(desk, vehicle.id):
        state = say("▲ 已口头派车，待补录")
    if vehicle.crew_call is not None:
        state = f"▲ {word(vehicle.crew_call)} · {state}"
    return VehicleRow(
        id=vehicle.id,
        number=vehicle.number,
        kind=word(vehicle.kind),
        look=look(desk, vehicle),
        state=state,
        station=station.name if station else "",
        incident=short(floor.incidents[mission.incident_id].number, floor) if mission else "",
        age=age(vehicle.state_since, now) if vehicle.state_since else "",
        eta_s=time.seconds if time else None,
        estimated=time.estimated if time else False,
        old=report is not None and now - report.at_ms > POSITION_STALE_S * 1000,
        callable=vehicle.state in CALLABLE and not sent_by_voice(desk, vehicle.id),
        calls=vehicle.crew_call is not None,
    )


# --- advice ----------------------------------------------------------------------------------------


def advice(desk: Desk) -> list[AdviceRow]:
    """The ranked list of the desk's recommendation."""
    return [_advice_row(desk, key, pick) for key, pick in enumerate(desk.recommendation.picks, 1)]


def _advice_row(desk: Desk, key: int, pick: Pick) -> AdviceRow:
    cautions = pick.cautions
    if Shortfall.NO_PLACE in desk.recommendation.shortfalls:  # said once above the list, not on every line
        cautions = tuple(one for one in cautions if one is not Caution.POSITION_UNKNOWN)
    vehicle = desk.floor.vehicles[pick.id]
    mission = desk.floor.missions.get(vehicle.mission_id or "")
    station = desk.floor.stations.get(vehicle.station_id)
    state = word(mission.stage) if mission else word(vehicle.state)
    if vehicle.state is VehicleState.IN_STATION and station:
        state = station.name
    trip = pick.travel
    return AdviceRow(
        id=pick.id,
        key=key if key <= 9 else 0,
        number=vehicle.number,
        kind=word(vehicle.kind),
        look=look(desk, vehicle),
        state=state,
        eta="–" if trip.seconds is None else span(trip.seconds),
        distance="" if trip.metres is None else f"{trip.metres / 1000:.1f} km",
        reasons=" · ".join(word(reason) for reason in pick.reasons),
        cautions=" · ".join(word(caution) for caution in cautions),
        grave=bool(set(cautions) - {Caution.ESTIMATED}),
        chosen=pick.id == desk.hand.vehicle_id,
    )
