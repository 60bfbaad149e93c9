"""The things of the trade as frozen structs: one definition for memory, wire and store.

Times are milliseconds since 1970 UTC and end in `_at`; `None` means it has not happened.
Points are WGS-84 degrees. Ids are minted where the fact is born; people see numbers.
"""

from msgspec import Struct, field

from dispatch.archive_notes import ArchiveUse
from dispatch.call_notes import Quality, Supervision
from dispatch.distribution import FollowUp
from dispatch.kinds import (
    Answer,
    CallClass,
    CallResult,
    Centre,
    CloseReason,
    CrewCall,
    Direction,
    EmergencyDepartment,
    HoldReason,
    HowPlaced,
    IncidentState,
    IncidentType,
    IntakeOutcome,
    MilestoneKind,
    MilestoneSource,
    MissionResult,
    Need,
    OrderStatus,
    Role,
    SeatKind,
    SeatState,
    Severity,
    SuspendReason,
    VehicleKind,
    VehicleState,
)
from dispatch.points import Point as Point  # noqa: PLC0414 - a word like the others
from dispatch.reserve import SelfTest
from dispatch.whereabouts import CallerDetail, CallerPlace, LookUp


class Place(Struct, frozen=True):
    """Where something is, how we know it and how sure we are.

    `point` None: only words so far; an order may still be given to an approximate place.
    `uncertainty_m` None: not known, which is not the same as exact.
    `raw` keeps the point as it came when its datum was not WGS-84.
    """

    address: str = ""
    point: Point | None = None
    how: HowPlaced = HowPlaced.SPOKEN
    uncertainty_m: float | None = None
    confirmed: bool = False
    district: str = ""
    raw: Point | None = None
    raw_datum: str = "wgs84"

    @property
    def exists(self) -> bool:
        """True as soon as an ambulance could be sent there, be it by words alone."""
        return self.point is not None or bool(self.address.strip())


class Recording(Struct, frozen=True):
    """A closed recording file; `path` is relative to the recordings folder."""

    id: str
    path: str
    sha256: str
    duration_ms: int
    bytes: int
    repaired: bool = False


class Call(Struct, frozen=True):
    """来电: one telephone contact, answered or not."""

    id: str
    site: str
    direction: Direction
    number: str
    rang_at: int
    name: str = ""
    dialled: str = ""
    seat_id: str | None = None
    dispatcher_id: str | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    ended_by_caller: bool | None = None
    result: CallResult | None = None
    call_class: CallClass | None = None
    intake_id: str | None = None
    incident_id: str | None = None
    recordings: tuple[Recording, ...] = ()
    call_back_of: str | None = None
    queue: str = ""  # of a caller who gave up waiting: where
    follow_up: FollowUp | None = None
    """Nobody answered it: how it was worked off."""
    quality: Quality | None = None
    supervisions: tuple[Supervision, ...] = ()
    places: tuple[CallerPlace, ...] = ()
    details: tuple[CallerDetail, ...] = ()
    look_ups: tuple[LookUp, ...] = ()
    uses: tuple[ArchiveUse, ...] = ()
    """Who listened to its recordings or handed them out."""


class Form(Struct, frozen=True):
    """What the dispatcher types during an intake. Every field can stay empty."""

    place: Place = Place()
    waiting_point: str = ""  # 等车地址: a field of its own
    contact_name: str = ""
    contact_phone: str = ""
    patient_count: int = 1
    patient_name: str = ""
    patient_sex: str = ""
    patient_age: str = ""
    chief_complaint: str = ""
    condition: str = ""
    severity: Severity = Severity.UNKNOWN
    conscious: Answer = Answer.NOT_ASKED
    breathing: Answer = Answer.NOT_ASKED
    infectious: bool = False
    danger: bool = False
    needs: frozenset[Need] = frozenset()
    remark: str = ""


class Intake(Struct, frozen=True):
    """受理: one act of taking in information. `touched` maps a field to the rev that last set it."""

    id: str
    site: str
    begun_at: int
    seat_id: str | None
    dispatcher_id: str | None
    call_id: str | None = None
    incident_id: str | None = None
    number: int = 1
    form: Form = Form()
    located_at: int | None = None
    ordered_at: int | None = None
    ended_at: int | None = None
    outcome: IntakeOutcome | None = None
    remark: str = ""
    second_id: str | None = None
    rev: int = 1
    touched: dict[str, int] = field(default_factory=dict)
    entered_at: int | None = None
    """When it came to the hub, if later than `LATE_ENTRY_MS` after it was begun (补录)."""


class Hold(Struct, frozen=True):
    """挂起: why, since when, and when somebody must look again."""

    reason: HoldReason
    since_at: int
    alarm_at: int
    remark: str = ""


class Closing(Struct, frozen=True):
    """How an incident ended. `second_id` is the second person where the rule asks for one."""

    reason: CloseReason
    closed_at: int
    dispatcher_id: str | None
    second_id: str | None = None
    remark: str = ""


class Incident(Struct, frozen=True):
    """事件: one happening at one place. `reopened_at`: the last time it was opened again."""

    id: str
    number: str
    site: str
    type: IncidentType
    severity: Severity
    place: Place
    opened_at: int
    seat_id: str | None  # the seat holding it now 占用台号
    dispatcher_id: str | None  # responsible intake dispatcher 责任受理人
    complaint: str = ""
    state: IncidentState = IncidentState.OPEN
    held_since: int | None = None
    first_rang_at: int | None = None
    first_accepted_at: int | None = None
    first_ordered_at: int | None = None
    hold: Hold | None = None
    closing: Closing | None = None
    intake_ids: tuple[str, ...] = ()
    mission_ids: tuple[str, ...] = ()
    drill: bool = False
    rev: int = 1
    reopened_at: int | None = None


class Milestone(Struct, frozen=True):
    """任务节点 with its evidence. A correction keeps `original_at`; the first report is never lost.

    `late` marks an entry that arrived out of order: kept, shown, never moving the stage.
    """

    kind: MilestoneKind
    at: int
    received_at: int
    source: MilestoneSource
    by: str = ""  # dispatcher id, or the terminal's phone number
    late: bool = False
    original_at: int | None = None
    corrected_by: str | None = None
    correction_reason: str = ""


class Mission(Struct, frozen=True):
    """任务: one vehicle sent to one incident, from order to completion."""

    id: str
    number: str
    incident_id: str
    vehicle_id: str
    station_id: str
    ordered_at: int
    seat_id: str | None
    dispatcher_id: str | None
    order_text: str
    order_status: OrderStatus = OrderStatus.WAITING
    delivered_at: int | None = None
    from_road: bool = False
    hospital_id: str | None = None
    stage: MilestoneKind = MilestoneKind.ASSIGNED
    milestones: tuple[Milestone, ...] = ()
    result: MissionResult | None = None
    reason: str = ""
    remark: str = ""
    ended_at: int | None = None
    supersedes: str | None = None
    drill: bool = False
    manual: bool = False
    """Ordered by voice while no hub could be reached, recorded afterwards (补录)."""
    late_from: str = ""  # 孤岛补录: the site that ordered it while it was apart
    order_failure: str = ""
    """Why the order text did not reach its crew, in the gateway's word; TERMINAL_REFUSED: the fence."""

    @property
    def active(self) -> bool:
        return self.result is None


class Vehicle(Struct, frozen=True):
    """救护车. Where it is travels apart from this (positions are not facts of the journal)."""

    id: str
    number: str
    plate: str
    kind: VehicleKind
    station_id: str
    terminal: str = ""  # the terminal's phone number; "" = reached by voice only
    radio: str = ""
    capabilities: frozenset[str] = frozenset()
    state: VehicleState = VehicleState.IN_STATION
    state_since: int = 0
    mission_id: str | None = None
    last_mission_id: str | None = None
    suspended_for: SuspendReason | None = None
    suspended_until: int | None = None
    remark: str = ""
    crew_call: CrewCall | None = None
    crew_called_at: int | None = None


class Station(Struct, frozen=True):
    """急救站."""

    id: str
    code: str
    name: str
    point: Point
    district: str = ""
    phone: str = ""
    hospital_id: str | None = None


class Hospital(Struct, frozen=True):
    """医院 with what it can do now. `free_beds` None: not reported."""

    id: str
    code: str
    name: str
    point: Point
    level: str = ""
    phone: str = ""
    centres: frozenset[Centre] = frozenset()
    department: EmergencyDepartment = EmergencyDepartment.OPEN
    free_beds: int | None = None


class Dispatcher(Struct, frozen=True):
    """A person with a staff number; the proof of identity is kept elsewhere.

    `phone`: the number for calling out. `site`: where they are called to, "" for the city. `on_call`: 备勤.
    `qualified_until_at` None: not qualified to work a reserve seat. `station_id`: station duty persons only.
    `barred`: the account is disabled; no log-in of theirs counts any more.
    """

    id: str
    staff_number: str
    name: str
    roles: frozenset[Role]
    phone: str = ""
    site: str = ""
    on_call: bool = False
    qualified_until_at: int | None = None
    station_id: str = ""
    barred: bool = False


class Seat(Struct, frozen=True):
    """席位 and who sits there. `self_test`: of a reserve seat in calm times, of others before a shift.

    `spent`: ms in each state that ended on `spent_day` (see `seat_times`).
    """

    id: str
    number: str
    site: str
    kind: SeatKind = SeatKind.CITY
    state: SeatState = SeatState.LOGGED_OUT
    state_since: int = 0
    state_reason: str = ""
    dispatcher_id: str | None = None
    self_test: SelfTest | None = None
    spent: dict[str, int] = field(default_factory=dict)
    spent_day: str = ""
