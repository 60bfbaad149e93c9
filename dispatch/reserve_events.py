"""What happened to reserve seats. Every event but `SeatTested` names its activation."""

from msgspec import Struct

from dispatch.reserve import Activation, CallOut, Check, SelfTest


class _Event(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these events, tagged like all of `events.py`."""


class ActivationOrdered(_Event, frozen=True):
    activation: Activation


class ActivationExtended(_Event, frozen=True):
    activation_id: str
    at: int
    until_at: int | None


class CallOutRecorded(_Event, frozen=True):
    activation_id: str
    called_out: CallOut


class ActivationShown(_Event, frozen=True):
    activation_id: str
    seat_id: str
    at: int


class ActivationConfirmed(_Event, frozen=True):
    activation_id: str
    seat_id: str
    at: int
    dispatcher_id: str | None


class ReadinessReported(_Event, frozen=True):
    activation_id: str
    seat_id: str
    at: int
    checks: tuple[Check, ...]


class SeatBecameReady(_Event, frozen=True):
    """The seat is in service: its phone takes calls, its orders count."""

    activation_id: str
    seat_id: str
    at: int
    dispatcher_id: str | None
    override: str = ""
    override_by: str | None = None


class FirstCallAnswered(_Event, frozen=True):
    activation_id: str
    seat_id: str
    at: int
    call_id: str


class SeatStandingDown(_Event, frozen=True):
    activation_id: str
    seat_id: str
    at: int
    dispatcher_id: str | None


class IncidentHandedBack(_Event, frozen=True):
    """Another seat took over what a seat that stands down held."""

    activation_id: str
    seat_id: str
    at: int
    incident_id: str
    to_seat_id: str | None
    dispatcher_id: str | None


class SeatStoodDown(_Event, frozen=True):
    activation_id: str
    seat_id: str
    at: int


class ActivationEnded(_Event, frozen=True):
    """The last seat has stood down."""

    activation_id: str
    at: int


class SeatTested(_Event, frozen=True):
    """A reserve seat tested itself in calm times."""

    seat_id: str
    test: SelfTest


ReserveEvent = (
    ActivationOrdered
    | ActivationExtended
    | CallOutRecorded
    | ActivationShown
    | ActivationConfirmed
    | ReadinessReported
    | SeatBecameReady
    | FirstCallAnswered
    | SeatStandingDown
    | IncidentHandedBack
    | SeatStoodDown
    | ActivationEnded
    | SeatTested
)
