"""Between sites: an incident offered (转单), reinforcement asked for (增援), a bulletin (通报).

One thing, what is ordered about it, what happened. It ends once: signed for (签收), returned with a reason
(退单) or withdrawn; an incident changes its owner only when the asked site signs. Times as everywhere.
"""

from msgspec import Struct
from msgspec.structs import replace

from dispatch.kinds import RequestKind, RequestState


class Request(Struct, frozen=True):
    """`vehicles`: how many are asked for, 0: not said. `answered_*`: who brought it into its state, when."""

    id: str
    kind: RequestKind
    from_site: str
    to_site: str
    made_at: int
    seat_id: str | None = None
    dispatcher_id: str | None = None
    incident_id: str | None = None
    vehicles: int = 0
    text: str = ""
    state: RequestState = RequestState.OPEN
    answered_at: int | None = None
    answered_seat_id: str | None = None
    answered_by: str | None = None
    reason: str = ""

    @property
    def ended(self) -> bool:
        """Undelivered is no end: whoever sent it has to see it and take it back."""
        return self.state not in {RequestState.OPEN, RequestState.UNDELIVERED}


# --- orders --------------------------------------------------------------------------------------


class _Command(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these commands, tagged like all of `commands.py`."""


class OfferIncident(_Command, frozen=True):
    """转单: another site is asked to take the incident over."""

    request_id: str
    incident_id: str
    to_site: str
    text: str = ""


class AskHelp(_Command, frozen=True):
    """请求增援: `vehicles` are wanted, for an incident or in general."""

    request_id: str
    to_site: str
    vehicles: int = 0
    text: str = ""
    incident_id: str | None = None


class SendBulletin(_Command, frozen=True):
    """通报: words that the other site signs as read."""

    request_id: str
    to_site: str
    text: str


class SignRequest(_Command, frozen=True):
    """签收: by a seat of the asked site; an offered incident is that seat's from now on."""

    request_id: str


class ReturnRequest(_Command, frozen=True):
    """退单: the asked site says why not."""

    request_id: str
    reason: str


class WithdrawRequest(_Command, frozen=True):
    """撤回: by the site that sent it; also how an undelivered one is taken note of."""

    request_id: str


RequestCommand = OfferIncident | AskHelp | SendBulletin | SignRequest | ReturnRequest | WithdrawRequest


# --- what happened -------------------------------------------------------------------------------


class _Event(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these events, tagged like all of `events.py`."""


class RequestMade(_Event, frozen=True):
    request: Request


class RequestAnswered(_Event, frozen=True):
    """It came into `state`: signed, returned, withdrawn, or undelivered because command was divided."""

    request_id: str
    state: RequestState
    at: int
    seat_id: str | None = None
    dispatcher_id: str | None = None
    reason: str = ""


RequestEvent = RequestMade | RequestAnswered


def answered(request: Request, event: RequestAnswered) -> Request:
    """The request after the event."""
    return replace(
        request,
        state=event.state,
        answered_at=event.at,
        answered_seat_id=event.seat_id,
        answered_by=event.dispatcher_id,
        reason=event.reason,
    )
