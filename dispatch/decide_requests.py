"""Requests between sites: asked by a seat of one, signed for or returned by a seat of the other.

A request is made only where one site commands both; when command is divided it is undelivered on either
side. Nothing here moves an incident but the signature of the asked site.
"""

from dispatch import events as ev
from dispatch import requests as req
from dispatch.decision import Decision, Handler
from dispatch.events import Event
from dispatch.floor import Floor
from dispatch.kinds import IncidentState, RequestKind, RequestState
from dispatch.order import Order
from dispatch.refusals import AlreadyThere, NeedsReason, NotFound, NotPossible, Refusal, WrongState
from dispatch.requests import Request, RequestAnswered, RequestMade
from dispatch.scopes import commander_of, home_of
from dispatch.words import Incident

_MAKING = req.OfferIncident | req.AskHelp | req.SendBulletin


def site_of_seat(floor: Floor, seat_id: str | None) -> str:
    """Code of the site a seat stands in; the centre where the floor does not know better."""
    seat = floor.seats.get(seat_id or "")
    return seat.site if seat is not None and seat.site in floor.sites else home_of(floor)


# --- asking --------------------------------------------------------------------------------------


def offer(floor: Floor, order: Order, command: req.OfferIncident, at: int) -> Decision:
    incident = _open_incident(floor, command.incident_id)
    if not isinstance(incident, Incident):
        return incident
    owner = incident.site if incident.site in floor.sites else home_of(floor)
    if owner != site_of_seat(floor, order.seat_id):
        return NotPossible("not_of_this_site")
    if any(it.incident_id == incident.id and _is_offer(it) for it in floor.requests.values()):
        return NotPossible("already_offered")
    return _made(floor, order, command, at, RequestKind.INCIDENT)


def ask_help(floor: Floor, order: Order, command: req.AskHelp, at: int) -> Decision:
    if command.incident_id is not None:
        incident = _open_incident(floor, command.incident_id)
        if not isinstance(incident, Incident):
            return incident
    return _made(floor, order, command, at, RequestKind.HELP)


def bulletin(floor: Floor, order: Order, command: req.SendBulletin, at: int) -> Decision:
    if not command.text.strip():
        return NeedsReason()
    return _made(floor, order, command, at, RequestKind.BULLETIN)


def _made(floor: Floor, order: Order, command: _MAKING, at: int, kind: RequestKind) -> Decision:
    from_site, to_site = site_of_seat(floor, order.seat_id), command.to_site
    if command.request_id in floor.requests:
        return AlreadyThere("request", command.request_id)
    if to_site not in floor.sites:
        return NotFound("site", to_site)
    if from_site == to_site:
        return NotPossible("same_site")
    if order.late is None and _apart(floor, from_site, to_site):
        return NotPossible("site_apart")
    request = Request(
        id=command.request_id,
        kind=kind,
        from_site=from_site,
        to_site=to_site,
        made_at=at,
        seat_id=order.seat_id,
        dispatcher_id=order.dispatcher_id,
        incident_id=getattr(command, "incident_id", None),
        vehicles=max(0, getattr(command, "vehicles", 0)),
        text=command.text,
    )
    return (RequestMade(request),)


def _open_incident(floor: Floor, incident_id: str) -> Incident | Refusal:
    incident = floor.incidents.get(incident_id)
    if incident is None:
        return NotFound("incident", incident_id)
    if incident.state is IncidentState.CLOSED:
        return WrongState("incident", incident.id, incident.state, ("open", "held"))
    return incident


def _is_offer(request: Request) -> bool:
    return request.kind is RequestKind.INCIDENT and request.state is RequestState.OPEN


# --- answering -----------------------------------------------------------------------------------


def sign(floor: Floor, order: Order, command: req.SignRequest, at: int) -> Decision:
    request = _asked_here(floor, order, command.request_id)
    if not isinstance(request, Request):
        return request
    signed = _answer(order, request, RequestState.SIGNED, at)
    if request.kind is not RequestKind.INCIDENT:
        return (signed,)
    incident = _open_incident(floor, request.incident_id or "")
    if not isinstance(incident, Incident):
        return incident
    taken = ev.IncidentTaken(incident.id, at, order.seat_id, order.dispatcher_id, site=request.to_site)
    return (signed, taken)


def give_back(floor: Floor, order: Order, command: req.ReturnRequest, at: int) -> Decision:
    request = _asked_here(floor, order, command.request_id)
    if not isinstance(request, Request):
        return request
    if not command.reason.strip():
        return NeedsReason()
    return (_answer(order, request, RequestState.RETURNED, at, command.reason),)


def withdraw(floor: Floor, order: Order, command: req.WithdrawRequest, at: int) -> Decision:
    request = floor.requests.get(command.request_id)
    if request is None:
        return NotFound("request", command.request_id)
    if request.ended:
        return WrongState("request", request.id, request.state, ("open", "undelivered"))
    if site_of_seat(floor, order.seat_id) != request.from_site:
        return NotPossible("not_asked_by_us")
    return (_answer(order, request, RequestState.WITHDRAWN, at),)


def _asked_here(floor: Floor, order: Order, request_id: str) -> Request | Refusal:
    """The open request, when the giver sits in the site that was asked."""
    request = floor.requests.get(request_id)
    if request is None:
        return NotFound("request", request_id)
    if request.state is not RequestState.OPEN:
        return WrongState("request", request.id, request.state, ("open",))
    if site_of_seat(floor, order.seat_id) != request.to_site:
        return NotPossible("not_asked_here")
    return request


def _answer(
    order: Order, request: Request, state: RequestState, at: int, reason: str = ""
) -> RequestAnswered:
    return RequestAnswered(request.id, state, at, order.seat_id, order.dispatcher_id, reason)


# --- what follows from other orders --------------------------------------------------------------


def following_requests(floor: Floor, events: tuple[Event, ...]) -> tuple[RequestAnswered, ...]:
    """What events decided on this floor mean for requests: a closed incident, command that was divided."""
    standing = {key: it for key, it in floor.requests.items() if not it.ended}
    standing |= {event.request.id: event.request for event in events if isinstance(event, RequestMade)}
    for event in events:
        if isinstance(event, RequestAnswered):
            standing.pop(event.request_id, None)
    found: list[RequestAnswered] = []
    for event in events if standing else ():
        answers = _of_event(floor, event, standing)
        for answer in answers:
            del standing[answer.request_id]
        found += answers
    return tuple(found)


def _of_event(floor: Floor, event: Event, standing: dict[str, Request]) -> list[RequestAnswered]:
    if isinstance(event, ev.IncidentClosed | ev.IncidentsMerged):
        closing = event.closing
        return [
            RequestAnswered(
                it.id, RequestState.WITHDRAWN, closing.closed_at, dispatcher_id=closing.dispatcher_id
            )
            for it in standing.values()
            if it.incident_id == event.incident_id
        ]
    if isinstance(event, ev.AuthorityMoved):
        moved = {**floor.authorities, event.authority.id: event.authority}
        after = Floor(sites=floor.sites, authorities=moved)
        return [
            RequestAnswered(it.id, RequestState.UNDELIVERED, event.authority.since_at)
            for it in standing.values()
            if it.state is RequestState.OPEN and _apart(after, it.from_site, it.to_site)
        ]
    return []


def _apart(floor: Floor, one: str, other: str) -> bool:
    """True while two sites are commanded by different ones: nothing decided here reaches the other."""
    return commander_of(floor, one) != commander_of(floor, other)


HANDLERS: dict[type, Handler] = {
    req.OfferIncident: offer,
    req.AskHelp: ask_help,
    req.SendBulletin: bulletin,
    req.SignRequest: sign,
    req.ReturnRequest: give_back,
    req.WithdrawRequest: withdraw,
}
