"""What happened, in the past tense. The journal is made of these; `floor.apply` is their only reader.

Every event carries all it needs, so that a floor can be rebuilt from events alone.
"""

from msgspec import Struct

from dispatch.administration import AdministrationNoted
from dispatch.changes import FormChanges
from dispatch.distribution import StateEnded
from dispatch.kinds import (
    CallClass,
    CallResult,
    CrewCall,
    IncidentType,
    IntakeOutcome,
    MilestoneKind,
    MissionResult,
    OrderStatus,
    SeatState,
    Severity,
    SuspendReason,
    VehicleState,
)
from dispatch.requests import RequestEvent
from dispatch.reserve_events import ReserveEvent
from dispatch.sites import Authority, Conflict, Dependent, Settlement, Site
from dispatch.telephone import TelephoneEvent
from dispatch.words import (
    Call,
    Closing,
    Dispatcher,
    Hold,
    Hospital,
    Incident,
    Intake,
    Milestone,
    Mission,
    Place,
    Recording,
    Seat,
    Station,
    Vehicle,
)


class _Event(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of all events; the tag on the wire is the class name."""


class CallRang(_Event, frozen=True):
    call: Call


class CallAnswered(_Event, frozen=True):
    call_id: str
    at: int
    seat_id: str | None
    dispatcher_id: str | None


class CallEnded(_Event, frozen=True):
    """`sip_code`, `why`: as in `ReportCallEnded`."""

    call_id: str
    at: int
    result: CallResult
    ended_by_caller: bool | None = None
    sip_code: int = 0
    why: str = ""


class RecordingKept(_Event, frozen=True):
    call_id: str
    recording: Recording


class CallClassified(_Event, frozen=True):
    call_id: str
    call_class: CallClass


class IntakeBegun(_Event, frozen=True):
    intake: Intake


class IntakeChanged(_Event, frozen=True):
    intake_id: str
    at: int
    rev: int
    changes: FormChanges


class IncidentJoined(_Event, frozen=True):
    intake_id: str
    incident_id: str
    number: int  # of the intake inside the incident


class IntakeEnded(_Event, frozen=True):
    intake_id: str
    at: int
    outcome: IntakeOutcome
    remark: str = ""
    second_id: str | None = None


class IncidentOpened(_Event, frozen=True):
    """`serial` is the running number inside site and day that made the incident's number."""

    incident: Incident
    intake_id: str
    day: str
    serial: int


class IncidentChanged(_Event, frozen=True):
    incident_id: str
    rev: int
    place: Place | None = None
    severity: Severity | None = None
    type: IncidentType | None = None
    complaint: str | None = None
    second_id: str | None = None  # who agreed that it is no emergency


class IncidentTaken(_Event, frozen=True):
    """`site`: the site it belongs to from now on, None: as before."""

    incident_id: str
    at: int
    seat_id: str | None
    dispatcher_id: str | None
    site: str | None = None


class IncidentHeld(_Event, frozen=True):
    incident_id: str
    hold: Hold


class IncidentResumed(_Event, frozen=True):
    incident_id: str
    at: int


class IncidentClosed(_Event, frozen=True):
    incident_id: str
    closing: Closing


class IncidentReopened(_Event, frozen=True):
    incident_id: str
    at: int
    dispatcher_id: str | None
    remark: str


class VehicleAssigned(_Event, frozen=True):
    """A mission exists: the gateway must now carry the order to the terminal."""

    mission: Mission


class OrderProgressed(_Event, frozen=True):
    mission_id: str
    at: int
    status: OrderStatus
    remark: str = ""


class MilestoneReached(_Event, frozen=True):
    mission_id: str
    milestone: Milestone


class MilestoneCorrected(_Event, frozen=True):
    mission_id: str
    kind: MilestoneKind
    at: int
    corrected_at: int
    corrected_by: str | None
    reason: str


class HospitalChosen(_Event, frozen=True):
    mission_id: str
    hospital_id: str


class MissionEnded(_Event, frozen=True):
    """The mission is over; what becomes of the vehicle is an event of its own."""

    mission_id: str
    at: int
    result: MissionResult
    reason: str = ""
    remark: str = ""
    dispatcher_id: str | None = None
    second_id: str | None = None


class VehicleStateChanged(_Event, frozen=True):
    vehicle_id: str
    at: int
    state: VehicleState
    suspended_for: SuspendReason | None = None
    suspended_until: int | None = None
    remark: str = ""


class CrewCalled(_Event, frozen=True):
    vehicle_id: str
    call: CrewCall
    at: int


class CrewCallAnswered(_Event, frozen=True):
    vehicle_id: str
    at: int
    dispatcher_id: str | None
    remark: str = ""


class SeatLoggedIn(_Event, frozen=True):
    """`ended`, here and below: the state that was over with it; None in events of before."""

    seat_id: str
    at: int
    dispatcher_id: str
    ended: StateEnded | None = None


class SeatLoggedOut(_Event, frozen=True):
    seat_id: str
    at: int
    ended: StateEnded | None = None


class SeatStateChanged(_Event, frozen=True):
    """`by_seat`: the seat that ordered it, its own or a shift leader's."""

    seat_id: str
    at: int
    state: SeatState
    reason: str = ""
    ended: StateEnded | None = None
    by_seat: str | None = None


class StationRegistered(_Event, frozen=True):
    station: Station


class HospitalRegistered(_Event, frozen=True):
    hospital: Hospital


class VehicleRegistered(_Event, frozen=True):
    vehicle: Vehicle


class DispatcherRegistered(_Event, frozen=True):
    dispatcher: Dispatcher


class SeatRegistered(_Event, frozen=True):
    seat: Seat


# --- between sites -------------------------------------------------------------------------------


class SiteRegistered(_Event, frozen=True):
    site: Site


class AuthorityMoved(_Event, frozen=True):
    """Another site commands the scope from now on; the first row of a journal that goes on alone."""

    authority: Authority


class CameLate(_Event, frozen=True):
    """孤岛补录: the events of this command id that follow are from `site`, which accepted it at `at`.

    `note` "": carried out; else why nothing had to be done any more. `seq` and `hlc` are those there.
    """

    cid: str
    site: str
    term: int
    at: int
    seq: int
    hlc: int
    kind: str
    note: str = ""


class ConflictFound(_Event, frozen=True):
    conflict: Conflict


class ConflictGrew(_Event, frozen=True):
    """One more order that was given there because of the one in conflict."""

    conflict_id: str
    dependent: Dependent


class ConflictSettled(_Event, frozen=True):
    conflict_id: str
    settlement: Settlement


class MissionRecorded(_Event, frozen=True):
    """A mission that took place at another site and is over; the vehicle is left as it is."""

    mission: Mission


class IncidentsMerged(_Event, frozen=True):
    """Both were one happening: missions and intakes of the first belong to `into_id`, it is closed."""

    incident_id: str
    into_id: str
    closing: Closing


class Archived(_Event, frozen=True):
    """These left the floor; the journal and the tables keep them."""

    call_ids: tuple[str, ...]
    intake_ids: tuple[str, ...]
    incident_ids: tuple[str, ...]
    mission_ids: tuple[str, ...]
    days: tuple[str, ...]  # serial counters of these days are dropped
    conflict_ids: tuple[str, ...] = ()
    activation_ids: tuple[str, ...] = ()
    request_ids: tuple[str, ...] = ()


Event = (
    CallRang
    | CallAnswered
    | CallEnded
    | RecordingKept
    | CallClassified
    | IntakeBegun
    | IntakeChanged
    | IncidentJoined
    | IntakeEnded
    | IncidentOpened
    | IncidentChanged
    | IncidentTaken
    | IncidentHeld
    | IncidentResumed
    | IncidentClosed
    | IncidentReopened
    | VehicleAssigned
    | OrderProgressed
    | MilestoneReached
    | MilestoneCorrected
    | HospitalChosen
    | MissionEnded
    | VehicleStateChanged
    | CrewCalled
    | CrewCallAnswered
    | SeatLoggedIn
    | SeatLoggedOut
    | SeatStateChanged
    | StationRegistered
    | HospitalRegistered
    | VehicleRegistered
    | DispatcherRegistered
    | SeatRegistered
    | SiteRegistered
    | AuthorityMoved
    | CameLate
    | ConflictFound
    | ConflictGrew
    | ConflictSettled
    | MissionRecorded
    | IncidentsMerged
    | Archived
    | ReserveEvent
    | RequestEvent
    | TelephoneEvent
    | AdministrationNoted
)
