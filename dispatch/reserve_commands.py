"""Orders about reserve seats: put into service, check, ready, hand back, stand down."""

from msgspec import Struct

from dispatch.kinds import CallOutAnswer
from dispatch.reserve import Check, SeatOrder


class _Command(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these commands, tagged like all of `commands.py`."""


class OrderActivation(_Command, frozen=True):
    """启用储备席位: these seats in these roles, now. A real one needs a second person, a drill does not."""

    activation_id: str
    seats: tuple[SeatOrder, ...]
    reason: str
    drill: bool = False
    until_at: int | None = None
    call_out: tuple[str, ...] = ()
    """Ids of the people whose phones are being called."""
    map_mark: str = ""
    """Which city map the ordering seat has; the reserve seats compare theirs."""


class ExtendActivation(_Command, frozen=True):
    """`until_at` None: until stood down."""

    activation_id: str
    until_at: int | None


class RecordCallOut(_Command, frozen=True):
    """A person was called out, or has answered."""

    activation_id: str
    dispatcher_id: str
    answer: CallOutAnswer
    remark: str = ""


class ReportActivationShown(_Command, frozen=True):
    """The order is on the screen of the ordering seat. Given by the machine, nobody needs to sit there."""

    activation_id: str


class ConfirmActivation(_Command, frozen=True):
    """A person at the seat has read the order: its sound ends."""

    activation_id: str


class ReportReadiness(_Command, frozen=True):
    """Results of the readiness check of the ordering seat; only what changed."""

    activation_id: str
    checks: tuple[Check, ...]


class BecomeReady(_Command, frozen=True):
    """Calls may ring here; with red items only with a reason (`override`). `seat_id` "": the giver's own."""

    activation_id: str
    override: str = ""
    seat_id: str = ""


class StandDown(_Command, frozen=True):
    """撤收: no new calls at these seats (none named: all); what they hold is handed back first."""

    activation_id: str
    seat_ids: tuple[str, ...] = ()


class FinishStandDown(_Command, frozen=True):
    """The seat holds nothing any more. `seat_id` "": the ordering seat."""

    activation_id: str
    seat_id: str = ""


class ReportSelfTest(_Command, frozen=True):
    """The readiness self-test of the ordering seat in calm times."""

    checks: tuple[Check, ...]


ReserveCommand = (
    OrderActivation
    | ExtendActivation
    | RecordCallOut
    | ReportActivationShown
    | ConfirmActivation
    | ReportReadiness
    | BecomeReady
    | StandDown
    | FinishStandDown
    | ReportSelfTest
)
