"""What the network said of a caller: where they are, what else came with the call, what was asked (定位).

The words, orders and events of it. A place of the network is a shape with a doubt and never moves an incident
by itself: a dispatcher takes it into the form or does not. All of it stays on the call.
"""

from enum import StrEnum

from msgspec import Struct

from dispatch.points import Point
from dispatch.shapes import Shape, centre_of, reach_m

PLACES_MAX = 24
DETAILS_MAX = 80
LOOK_UPS_MAX = 12


class Source(StrEnum):
    """How a location reached us."""

    BY_VALUE = "by_value"  # in the INVITE (RFC 6442)
    BY_REFERENCE = "by_reference"  # fetched from a location server (RFC 6753)
    OPERATOR = "operator"  # 打一查一: asked of the operator, once for this call
    SMS_LINK = "sms_link"  # the caller opened the link we sent


class Way(StrEnum):
    """How to ask."""

    OPERATOR = "operator"  # 打一查一: position of the mobile, from the network
    SUBSCRIBER = "subscriber"  # 三字段: number, name, address of a fixed line
    SMS_LINK = "sms_link"  # a link by SMS; the caller's own telephone answers


class Basis(StrEnum):
    """Why it may be asked."""

    EMERGENCY = "emergency"  # life is in danger: no consent is needed
    CONSENT = "consent"  # the caller agreed, aloud or by opening the link


class Outcome(StrEnum):
    LOCATED = "located"
    NOT_FOUND = "not_found"  # switched off, roaming, no such line
    DECLINED = "declined"  # the caller said no, or the operator did
    TIMED_OUT = "timed_out"
    FAILED = "failed"  # the service is out of order
    ALREADY_ASKED = "already_asked"
    NO_NUMBER = "no_number"


ASK_AGAIN = frozenset({Outcome.FAILED, Outcome.TIMED_OUT})
"""After these the one question of a call may be asked once more."""


class CallerPlace(Struct, frozen=True, omit_defaults=True):
    """Where the network says the caller is; points are WGS-84, `raw_datum` is what they came in.

    `confidence_percent` None: not said. `method` as in the registry of RFC 4119, "" not said. `measured_at`
    None: nobody said when. `said_by`: who put it in. `cited` False: no header of the call named it.
    """

    id: str
    source: Source
    received_at: int
    shape: Shape | None = None
    address: str = ""
    confidence_percent: float | None = None
    method: str = ""
    measured_at: int | None = None
    said_by: str = ""
    raw_datum: str = "wgs84"
    cited: bool = True

    @property
    def point(self) -> Point | None:
        """Where to put the mark; None with an address only."""
        return None if self.shape is None else centre_of(self.shape)

    @property
    def uncertainty_m(self) -> float | None:
        """Radius around `point` that holds the shape; None: not known, which is not the same as exact."""
        return None if self.shape is None else reach_m(self.shape)


class CallerDetail(Struct, frozen=True):
    """One thing that came with the call (RFC 7852, VEDS): `topic` and `name` are words of a fixed list."""

    topic: str
    name: str
    value: str


class LookUp(Struct, frozen=True, omit_defaults=True):
    """One question where the caller is (打一查一), kept with who asked and by which clause it was allowed.

    `outcome` None: not answered yet. `late`: the answer came after its time.
    """

    id: str
    way: Way
    basis: Basis
    clause: str
    number: str
    asked_at: int
    asked_by: str | None = None
    outcome: Outcome | None = None
    answered_at: int | None = None
    name: str = ""
    address: str = ""
    operator: str = ""
    late: bool = False


class _Command(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these commands, tagged like all of `commands.py`."""


class ReportWhereabouts(_Command, frozen=True):
    """What came with a call, or was fetched for it."""

    call_id: str
    places: tuple[CallerPlace, ...] = ()
    details: tuple[CallerDetail, ...] = ()


class ReportLookUp(_Command, frozen=True):
    """A question was asked or answered; `place` is where the answer says the caller is."""

    call_id: str
    look_up: LookUp
    place: CallerPlace | None = None


WhereaboutsCommand = ReportWhereabouts | ReportLookUp


class _Event(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these events, tagged like all of `events.py`."""


class WhereaboutsKept(_Event, frozen=True):
    call_id: str
    places: tuple[CallerPlace, ...] = ()
    details: tuple[CallerDetail, ...] = ()


class LookUpNoted(_Event, frozen=True):
    call_id: str
    look_up: LookUp
    place: CallerPlace | None = None


WhereaboutsEvent = WhereaboutsKept | LookUpNoted


def noted(known: tuple[LookUp, ...], new: LookUp) -> tuple[LookUp, ...]:
    """The questions of a call with this one in its newest form."""
    if all(one.id != new.id for one in known):
        return (*known, new)
    return tuple(new if one.id == new.id else one for one in known)
