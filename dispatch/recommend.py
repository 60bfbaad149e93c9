"""Which ambulance, which hospital, and why. Every pick has reasons, every shortfall is typed.

Rank first by what the patient needs, then by time to the scene; the dispatcher may always choose another.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from dispatch.floor import Floor
from dispatch.kinds import (
    Centre,
    EmergencyDepartment,
    MilestoneKind,
    Need,
    Severity,
    VehicleKind,
    VehicleState,
)
from dispatch.stages import CALLABLE, STAGE_RANK
from dispatch.words import Form, Hospital, Vehicle

POSITION_STALE_S = 60
"""A position older than this makes the travel time doubtful (grey on the map)."""

POSITION_LOST_S = 180
"""A position older than this counts as unknown."""


class Reason(StrEnum):
    """Why a vehicle or hospital stands where it stands; the screens translate these words."""

    FASTEST = "fastest"
    KIND_FITS = "kind_fits"
    ISOLATION_FITS = "isolation_fits"
    ON_THE_ROAD = "on_the_road"
    CENTRE_FITS = "centre_fits"
    NEAREST = "nearest"


class Caution(StrEnum):
    """What speaks against it, or makes its time doubtful."""

    ESTIMATED = "estimated"  # 估算: straight line, not the road
    POSITION_STALE = "position_stale"
    POSITION_UNKNOWN = "position_unknown"
    UNREACHABLE = "unreachable"
    KIND_TOO_LOW = "kind_too_low"
    NO_ISOLATION = "no_isolation"
    BUSY_CAN_DIVERT = "busy_can_divert"
    VOICE_ONLY = "voice_only"  # no terminal: the order must be spoken
    DEPARTMENT_BUSY = "department_busy"
    DIVERTING = "diverting"
    NO_BEDS = "no_beds"


class Shortfall(StrEnum):
    """What the whole list lacks."""

    NO_VEHICLE = "no_vehicle"  # 欲派无车
    NO_SUITABLE_KIND = "no_suitable_kind"
    NO_ISOLATION = "no_isolation"
    NO_PLACE = "no_place"  # no point yet: no times can be given


class Travel(Struct, frozen=True):
    """Time to the scene as far as known. `seconds` None: no road found or position unknown."""

    seconds: float | None
    metres: float | None = None
    estimated: bool = False
    position_age_s: float | None = None


class Pick(Struct, frozen=True):
    """One row of the list, best first."""

    id: str
    travel: Travel
    reasons: tuple[Reason, ...] = ()
    cautions: tuple[Caution, ...] = ()


class Recommendation(Struct, frozen=True):
    picks: tuple[Pick, ...]
    shortfalls: tuple[Shortfall, ...] = ()


class Wants(Struct, frozen=True):
    """What the patient needs of a vehicle and a hospital."""

    severity: Severity = Severity.UNKNOWN
    isolation: bool = False
    centre: Centre | None = None


UNKNOWN_TRAVEL = Travel(None)

_CENTRE_WORDS: tuple[tuple[Centre, tuple[str, ...]], ...] = (
    (Centre.CHEST_PAIN, ("胸痛", "胸闷", "心梗", "心绞痛")),
    (Centre.STROKE, ("卒中", "中风", "偏瘫", "口齿不清", "脑出血", "脑梗")),
    (Centre.TRAUMA, ("外伤", "车祸", "坠落", "骨折", "刀伤", "摔伤", "砸伤")),
    (Centre.MATERNAL, ("孕", "临产", "分娩", "产妇", "羊水")),
    (Centre.NEONATAL, ("新生儿", "婴儿", "早产儿", "患儿", "小儿")),
)


def wants(form: Form) -> Wants:
    """Read the form: gravity, isolation, and the specialty centre its words point at (a suggestion only)."""
    text = form.chief_complaint + form.condition
    centre = next((c for c, words in _CENTRE_WORDS if any(word in text for word in words)), None)
    isolation = form.infectious or Need.ISOLATION in form.needs
    return Wants(form.severity, isolation, centre)


def vehicles(
    floor: Floor, want: Wants, travel: Mapping[str, Travel], incident_id: str = ""
) -> Recommendation:
    """Rank every vehicle that can be sent now; running missions that may still be re-assigned come last."""
    rows = [
        _vehicle_row(floor, vehicle, want, travel.get(vehicle.id, UNKNOWN_TRAVEL))
        for vehicle in floor.vehicles.values()
        if vehicle.state in CALLABLE or _can_divert(floor, vehicle, incident_id)
    ]
    rows.sort(key=_vehicle_order)
    picks = _mark_first([pick for _, pick in rows], Reason.FASTEST)
    return Recommendation(picks, _shortfalls(rows, want, travel))


def hospitals(floor: Floor, want: Wants, travel: Mapping[str, Travel]) -> Recommendation:
    """Rank hospitals: those that can treat the case first, then by time; a diverting one comes last."""
    rows = [_hospital_row(hospital, want, travel) for hospital in floor.hospitals.values()]
    rows.sort(key=_hospital_order)
    return Recommendation(_mark_first(rows, Reason.NEAREST))


def _can_divert(floor: Floor, vehicle: Vehicle, incident_id: str) -> bool:
    mission = floor.missions.get(vehicle.mission_id or "")
    if mission is None or mission.incident_id == incident_id:
        return False
    return STAGE_RANK[mission.stage] < STAGE_RANK[MilestoneKind.ON_SCENE]  # a patient is never left


def _vehicle_row(floor: Floor, vehicle: Vehicle, want: Wants, travel: Travel) -> tuple[Vehicle, Pick]:
    reasons: list[Reason] = []
    cautions: list[Caution] = list(_travel_cautions(travel))
    grave = want.severity in {Severity.CRITICAL, Severity.SEVERE}
    if grave and vehicle.kind is VehicleKind.BASIC:
        cautions.append(Caution.KIND_TOO_LOW)
    elif grave:
        reasons.append(Reason.KIND_FITS)
    if want.isolation and vehicle.kind is VehicleKind.NEGATIVE_PRESSURE:
        reasons.append(Reason.ISOLATION_FITS)
    elif want.isolation:
        cautions.append(Caution.NO_ISOLATION)
    if vehicle.state is VehicleState.ON_ROAD:
        reasons.append(Reason.ON_THE_ROAD)
    if vehicle.state is VehicleState.BUSY:
        cautions.append(Caution.BUSY_CAN_DIVERT)
    if not vehicle.terminal:
        cautions.append(Caution.VOICE_ONLY)
    return vehicle, Pick(vehicle.id, travel, tuple(reasons), tuple(cautions))


def _travel_cautions(travel: Travel) -> Iterable[Caution]:
    age = travel.position_age_s
    if travel.seconds is None:
        yield Caution.POSITION_UNKNOWN if age is None or age > POSITION_LOST_S else Caution.UNREACHABLE
    if travel.seconds is not None and travel.estimated:
        yield Caution.ESTIMATED
    if age is not None and travel.seconds is not None and age > POSITION_STALE_S:
        yield Caution.POSITION_STALE


_PENALTY_RANK = {
    Caution.BUSY_CAN_DIVERT: 8,
    Caution.NO_ISOLATION: 4,
    Caution.KIND_TOO_LOW: 2,
    Caution.POSITION_UNKNOWN: 1,
    Caution.UNREACHABLE: 1,
}


def _vehicle_order(row: tuple[Vehicle, Pick]) -> tuple[int, float, str]:
    vehicle, pick = row
    penalty = sum(_PENALTY_RANK.get(caution, 0) for caution in pick.cautions)
    return penalty, _seconds(pick), vehicle.number


def _hospital_row(hospital: Hospital, want: Wants, travel: Mapping[str, Travel]) -> Pick:
    trip = travel.get(hospital.id, UNKNOWN_TRAVEL)
    cautions = [Caution.ESTIMATED] if trip.estimated else []
    if hospital.department is EmergencyDepartment.BUSY:
        cautions.append(Caution.DEPARTMENT_BUSY)
    if hospital.department is EmergencyDepartment.DIVERTING:
        cautions.append(Caution.DIVERTING)
    if hospital.free_beds == 0:
        cautions.append(Caution.NO_BEDS)
    fits = want.centre is not None and want.centre in hospital.centres
    return Pick(hospital.id, trip, (Reason.CENTRE_FITS,) if fits else (), tuple(cautions))


def _hospital_order(pick: Pick) -> tuple[bool, bool, float, str]:
    fits = Reason.CENTRE_FITS in pick.reasons
    return Caution.DIVERTING in pick.cautions, not fits, _seconds(pick), pick.id


def _seconds(pick: Pick) -> float:
    return float("inf") if pick.travel.seconds is None else pick.travel.seconds


def _mark_first(picks: list[Pick], reason: Reason) -> tuple[Pick, ...]:
    """Give the quickest of all rows its reason, wherever it stands."""
    timed = [pick for pick in picks if pick.travel.seconds is not None]
    if not timed:
        return tuple(picks)
    quickest = min(timed, key=_seconds)
    return tuple(
        Pick(pick.id, pick.travel, (reason, *pick.reasons), pick.cautions) if pick is quickest else pick
        for pick in picks
    )


def _shortfalls(
    rows: list[tuple[Vehicle, Pick]], want: Wants, travel: Mapping[str, Travel]
) -> tuple[Shortfall, ...]:
    free = [pick for _, pick in rows if Caution.BUSY_CAN_DIVERT not in pick.cautions]
    found: list[Shortfall] = []
    if not free:
        found.append(Shortfall.NO_VEHICLE)
    if free and all(Caution.KIND_TOO_LOW in pick.cautions for pick in free):
        found.append(Shortfall.NO_SUITABLE_KIND)
    if free and want.isolation and all(Caution.NO_ISOLATION in pick.cautions for pick in free):
        found.append(Shortfall.NO_ISOLATION)
    if not travel:
        found.append(Shortfall.NO_PLACE)
    return tuple(found)
