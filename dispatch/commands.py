"""Orders given to the hub, in the imperative. Ids of new things are minted by whoever gives the order."""

from msgspec import Struct

from dispatch.administration import NoteAdministration
from dispatch.changes import FormChanges
from dispatch.kinds import (
    AbortReason,
    CallClass,
    CallResult,
    CloseReason,
    ConflictChoice,
    CrewCall,
    Direction,
    EmptyRunReason,
    HoldReason,
    IncidentType,
    IntakeOutcome,
    MilestoneKind,
    MilestoneSource,
    RefuseReason,
    SceneReason,
    SeatState,
    Severity,
    SuspendReason,
    VehicleState,
)
from dispatch.requests import RequestCommand
from dispatch.reserve_commands import ReserveCommand
from dispatch.sites import Authority, Site
from dispatch.telephone import TelephoneCommand
from dispatch.words import Dispatcher, Hospital, Place, Recording, Seat, Station, Vehicle


class _Command(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of all commands; the tag on the wire is the class name."""


# --- calls ---------------------------------------------------------------------------------------


class ReportRinging(_Command, frozen=True):
    """A call rings at the ordering seat (or is dialled from it)."""

    call_id: str
    number: str
    direction: Direction = Direction.INBOUND
    name: str = ""
    dialled: str = ""
    call_back_of: str | None = None


class ReportAnswered(_Command, frozen=True):
    call_id: str


class ReportCallEnded(_Command, frozen=True):
    """`sip_code`, `why`: of a call of ours that came to nothing, as the telephone says; 0 and "" else."""

    call_id: str
    result: CallResult
    ended_by_caller: bool | None = None
    sip_code: int = 0
    why: str = ""


class KeepRecording(_Command, frozen=True):
    call_id: str
    recording: Recording


class ClassifyCall(_Command, frozen=True):
    call_id: str
    call_class: CallClass


# --- intakes -------------------------------------------------------------------------------------


class BeginIntake(_Command, frozen=True):
    """Open a form, for a call or (call_id None) by hand."""

    intake_id: str
    call_id: str | None = None


class ChangeIntake(_Command, frozen=True):
    """Set some fields. `base_rev` is the revision the typist was looking at."""

    intake_id: str
    base_rev: int
    changes: FormChanges


class JoinIncident(_Command, frozen=True):
    """A repeat caller: this intake belongs to an incident we already have."""

    intake_id: str
    incident_id: str
    outcome: IntakeOutcome = IntakeOutcome.JOINED


class EndIntake(_Command, frozen=True):
    """Finish a form. Outcomes that send nobody need a reason in `remark`."""

    intake_id: str
    outcome: IntakeOutcome
    remark: str = ""


# --- incidents -----------------------------------------------------------------------------------


class OpenIncident(_Command, frozen=True):
    """Make an incident of an intake; its place and severity are those of the form."""

    incident_id: str
    intake_id: str
    type: IncidentType = IncidentType.ON_SCENE
    drill: bool = False


class ChangeIncident(_Command, frozen=True):
    """Correct place, severity, type or complaint; None leaves a field as it is."""

    incident_id: str
    base_rev: int
    place: Place | None = None
    severity: Severity | None = None
    type: IncidentType | None = None
    complaint: str | None = None


class TakeIncident(_Command, frozen=True):
    """The ordering seat takes the incident from the seat that holds it (接管)."""

    incident_id: str


class HoldIncident(_Command, frozen=True):
    incident_id: str
    reason: HoldReason
    alarm_at: int
    remark: str = ""


class ResumeIncident(_Command, frozen=True):
    incident_id: str


class CloseIncident(_Command, frozen=True):
    """An emergency that ends without a vehicle needs a remark and a second person (see Order.second_id)."""

    incident_id: str
    reason: CloseReason
    remark: str = ""


class ReopenIncident(_Command, frozen=True):
    incident_id: str
    remark: str


# --- missions ------------------------------------------------------------------------------------


class AssignVehicle(_Command, frozen=True):
    """Send a vehicle. `supersedes` names the vehicle's running mission when it is re-assigned (改派)."""

    mission_id: str
    incident_id: str
    vehicle_id: str
    order_text: str = ""
    hospital_id: str | None = None
    supersedes: str | None = None
    manual: bool = False  # sent by voice while no hub could be reached: this only records it


class ReportOrderDelivered(_Command, frozen=True):
    """The terminal has the order text (its 0x0001); nobody has read it yet."""

    mission_id: str


class ReportOrderTimedOut(_Command, frozen=True):
    """The order could not be delivered in time; a person must reach the crew by voice."""

    mission_id: str
    remark: str = ""


class RecordMilestone(_Command, frozen=True):
    """A step of a mission. `at` is the time it happened by the source's clock."""

    mission_id: str
    kind: MilestoneKind
    at: int
    source: MilestoneSource
    by: str = ""


class RecordVehicleKey(_Command, frozen=True):
    """A status key of a vehicle terminal, for whatever mission the vehicle is on."""

    vehicle_id: str
    kind: MilestoneKind
    at: int
    by: str = ""


class CorrectMilestone(_Command, frozen=True):
    """Change the time of a milestone; the original stays with it."""

    mission_id: str
    kind: MilestoneKind
    at: int
    reason: str


class ChooseHospital(_Command, frozen=True):
    mission_id: str
    hospital_id: str


class AbortMission(_Command, frozen=True):
    mission_id: str
    reason: AbortReason
    remark: str = ""


class EndEmptyRun(_Command, frozen=True):
    mission_id: str
    reason: EmptyRunReason
    remark: str = ""


class EndAtScene(_Command, frozen=True):
    mission_id: str
    reason: SceneReason
    remark: str = ""


class RefuseMission(_Command, frozen=True):
    """The crew cannot go. Needs a confirming second person."""

    mission_id: str
    reason: RefuseReason
    remark: str = ""


# --- vehicles, seats -----------------------------------------------------------------------------


class SuspendVehicle(_Command, frozen=True):
    vehicle_id: str
    reason: SuspendReason
    until_at: int | None = None
    remark: str = ""


class SetVehicleState(_Command, frozen=True):
    """Set the state of a vehicle that is not on a mission."""

    vehicle_id: str
    state: VehicleState


class ReportCrewCall(_Command, frozen=True):
    """The crew pressed SOS, 请求支援 or 无法执行."""

    vehicle_id: str
    call: CrewCall
    at: int


class AnswerCrewCall(_Command, frozen=True):
    """A dispatcher has spoken with the crew: the alarm ends."""

    vehicle_id: str
    remark: str = ""


class LogIn(_Command, frozen=True):
    """Given by the hub itself after the person has proved who they are."""

    seat_id: str
    dispatcher_id: str


class LogOut(_Command, frozen=True):
    seat_id: str


class SetSeatState(_Command, frozen=True):
    seat_id: str
    state: SeatState
    reason: str = ""


# --- master data and housekeeping ----------------------------------------------------------------


class RegisterStation(_Command, frozen=True):
    station: Station


class RegisterHospital(_Command, frozen=True):
    hospital: Hospital


class RegisterVehicle(_Command, frozen=True):
    vehicle: Vehicle


class RegisterDispatcher(_Command, frozen=True):
    dispatcher: Dispatcher


class RegisterSeat(_Command, frozen=True):
    seat: Seat


# --- between sites -------------------------------------------------------------------------------


class RegisterSite(_Command, frozen=True):
    site: Site


class MoveAuthority(_Command, frozen=True):
    """Given by the hub itself after it proved two people, or heard that another site holds the scope."""

    authority: Authority


class SettleConflict(_Command, frozen=True):
    """Settle what two sites ordered while they were apart; `remark` says why.

    MERGE: the late incident becomes part of `into_incident_id` ("": that of the mission in its way).
    BOTH: the late mission is recorded as ended, 放空 with `empty_run`.
    """

    conflict_id: str
    choice: ConflictChoice
    remark: str
    into_incident_id: str = ""
    empty_run: bool = False


class ArchiveEnded(_Command, frozen=True):
    """Take what ended before `before_at` off the floor; the journal and the tables keep it."""

    before_at: int


Command = (
    ReportRinging
    | ReportAnswered
    | ReportCallEnded
    | KeepRecording
    | ClassifyCall
    | BeginIntake
    | ChangeIntake
    | JoinIncident
    | EndIntake
    | OpenIncident
    | ChangeIncident
    | TakeIncident
    | HoldIncident
    | ResumeIncident
    | CloseIncident
    | ReopenIncident
    | AssignVehicle
    | ReportOrderDelivered
    | ReportOrderTimedOut
    | RecordMilestone
    | RecordVehicleKey
    | CorrectMilestone
    | ChooseHospital
    | AbortMission
    | EndEmptyRun
    | EndAtScene
    | RefuseMission
    | SuspendVehicle
    | SetVehicleState
    | ReportCrewCall
    | AnswerCrewCall
    | LogIn
    | LogOut
    | SetSeatState
    | RegisterStation
    | RegisterHospital
    | RegisterVehicle
    | RegisterDispatcher
    | RegisterSeat
    | RegisterSite
    | MoveAuthority
    | SettleConflict
    | ArchiveEnded
    | ReserveCommand
    | RequestCommand
    | TelephoneCommand
    | NoteAdministration
)
