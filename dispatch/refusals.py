"""Why an order was not carried out. Typed, so that a screen can say what to do about it.

A refusal is an answer, not an error: it is stored as the verdict of the command like an acceptance.
"""

from msgspec import Struct

from dispatch.kinds import CheckItem, VehicleState


class _Refusal(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of all refusals; the tag on the wire is the class name."""


class NotFound(_Refusal, frozen=True):
    """There is no such thing (any more)."""

    what: str
    id: str


class AlreadyThere(_Refusal, frozen=True):
    """The id is already used by another thing of this kind."""

    what: str
    id: str


class WrongState(_Refusal, frozen=True):
    """`what` is in `state`; the order is possible only in `allowed`."""

    what: str
    id: str
    state: str
    allowed: tuple[str, ...] = ()


class VehicleTaken(_Refusal, frozen=True):
    """Another seat has the vehicle: who, since when, for which incident."""

    vehicle_number: str
    mission_id: str
    incident_number: str
    seat_number: str
    dispatcher_name: str
    ordered_at: int


class VehicleNotCallable(_Refusal, frozen=True):
    vehicle_number: str
    state: VehicleState


class MissionsOpen(_Refusal, frozen=True):
    """The incident still has vehicles on the way: finish or abort these first."""

    mission_numbers: tuple[str, ...]


class NeedsPlace(_Refusal, frozen=True):
    """No address and no point yet: an order needs at least words to go by."""


class NeedsReason(_Refusal, frozen=True):
    """A reason in words is required."""


class NeedsSecondPerson(_Refusal, frozen=True):
    """A second person has to confirm this with their own log-in."""


class StaleForm(_Refusal, frozen=True):
    """Somebody else changed these fields meanwhile; look at both and decide."""

    intake_id: str
    rev: int
    fields: tuple[str, ...]


class StaleIncident(_Refusal, frozen=True):
    incident_id: str
    rev: int


class NotAllowed(_Refusal, frozen=True):
    """The role does not include this order."""

    command: str


class TooLate(_Refusal, frozen=True):
    """The deadline passed before the hub could act; the dispatcher decides again."""

    deadline_at: int


class NotPossible(_Refusal, frozen=True):
    """A rule of the trade forbids it; `rule` is a fixed word the screens translate."""

    rule: str


class HeldElsewhere(_Refusal, frozen=True):
    """`scope` is commanded by another site since `since_at`: order it there, or by telephone."""

    scope: str
    site: str
    term: int
    since_at: int


class NotReady(_Refusal, frozen=True):
    """The seat has not proven these: cure them, or say in words why it goes into service all the same."""

    items: tuple[CheckItem, ...]


class HoldsWork(_Refusal, frozen=True):
    """The seat answers for these: others take them over one by one, or they end, before it may leave."""

    incident_numbers: tuple[str, ...]
    intakes: int = 0
    calls: int = 0


class InConflict(_Refusal, frozen=True):
    """Accepted by another site while it was apart; it does not fit here: a person settles it."""

    conflict_id: str


Refusal = (
    NotFound
    | AlreadyThere
    | WrongState
    | VehicleTaken
    | VehicleNotCallable
    | MissionsOpen
    | NeedsPlace
    | NeedsReason
    | NeedsSecondPerson
    | StaleForm
    | StaleIncident
    | NotAllowed
    | TooLate
    | NotPossible
    | HeldElsewhere
    | InConflict
    | NotReady
    | HoldsWork
)
