"""Requests between sites as this seat sees them: which concern it, their words, what is told of them."""

from typing import TYPE_CHECKING

from console.i18n import say
from console.models.ages import clock
from console.models.labels import site_name, word
from dispatch.decide_requests import site_of_seat
from dispatch.events import Event
from dispatch.floor import Floor
from dispatch.kinds import RequestKind, RequestState
from dispatch.requests import Request, RequestAnswered, RequestMade

if TYPE_CHECKING:
    from console.models.desk import Desk

SIGN = "sign_request"


def own_site(desk: "Desk") -> str:
    """Code of the site this seat stands in."""
    return site_of_seat(desk.floor, desk.own_seat_id())


def to_sign(desk: "Desk") -> list[Request]:
    """What waits for the signature of a seat of our site, oldest first."""
    ours = own_site(desk)
    found = [it for it in standing(desk.floor) if it.to_site == ours and it.state is RequestState.OPEN]
    return sorted(found, key=lambda it: it.made_at)


def sent(desk: "Desk") -> list[Request]:
    """What our site sent and has not ended, oldest first."""
    ours = own_site(desk)
    return sorted((it for it in standing(desk.floor) if it.from_site == ours), key=lambda it: it.made_at)


def standing(floor: Floor) -> list[Request]:
    return [it for it in floor.requests.values() if not it.ended]


def offered_to(floor: Floor, incident_id: str) -> str:
    """Code of the site this incident is offered to, "" for none."""
    for it in standing(floor):
        if it.incident_id == incident_id and it.kind is RequestKind.INCIDENT:
            return it.to_site
    return ""


def about(floor: Floor, request: Request) -> str:
    """The incident, how many vehicles, and the words that came with it."""
    incident = floor.incidents.get(request.incident_id or "")
    number = incident.number.rsplit("-", 1)[-1] if incident else ""
    wanted = say("{n} 辆车", n=request.vehicles) if request.vehicles else ""
    parts = (number, incident.place.address if incident else "", wanted, request.text)
    return " ".join(part for part in parts if part)


def named(floor: Floor, request: Request) -> str:
    """Who sent what, in a line."""
    kind, site = word(request.kind), site_name(floor, request.from_site)
    return say("{site} {kind}：{what}", site=site, kind=kind, what=about(floor, request))


def titled(floor: Floor, request: Request) -> str:
    """One line that tells this request from the others: when it was made, by whom, and what."""
    return f"{clock(request.made_at)[:5]} {named(floor, request)}"


# --- what is told when something happens ---------------------------------------------------------


def tell(desk: "Desk", event: Event) -> None:
    """A request that came, or what became of one of ours; the floor has the event already."""
    if isinstance(event, RequestMade):
        _came(desk, event.request)
    elif isinstance(event, RequestAnswered):
        _answered(desk, desk.floor.requests[event.request_id])


def _came(desk: "Desk", request: Request) -> None:
    if request.to_site == own_site(desk):
        grave = request.kind is not RequestKind.BULLETIN
        desk.notice(named(desk.floor, request), say("Shift+F7 签收，Shift+F8 退单"), SIGN, grave=grave)
        if not grave:
            _under_the_grave(desk)


def _under_the_grave(desk: "Desk") -> None:
    """The newest notice is words only: what asks for an answer stays in front of it."""
    waiting = [one for one in desk.notices if one.verb == SIGN and one.grave]
    for one in waiting:
        desk.notices.remove(one)
    desk.notices.extend(waiting)


def _answered(desk: "Desk", request: Request) -> None:
    if not to_sign(desk):
        for notice in [one for one in desk.notices if one.verb == SIGN]:
            desk.notices.remove(notice)
    ours, site = own_site(desk), site_name(desk.floor, request.to_site)
    kind, what = word(request.kind), about(desk.floor, request)
    if request.from_site == ours and request.state is RequestState.RETURNED:
        why = request.reason
        told = say("{site}退回{kind}（{what}）：{reason}", site=site, kind=kind, what=what, reason=why)
        desk.notice(told, say("由本中心派车，或转其他中心"))
    elif request.from_site == ours and request.state is RequestState.UNDELIVERED:
        told = say("{kind}未送达{site}（{what}）：指挥已分开", site=site, kind=kind, what=what)
        desk.notice(told, say("请电话联系该中心，再按 Shift+F12 撤回"), "withdraw_request")
    elif request.from_site == ours and request.state is RequestState.SIGNED:
        desk.notice(say("{site}已签收{kind}（{what}）", site=site, kind=kind, what=what), grave=False)
    signed_here = request.state is RequestState.SIGNED and request.answered_seat_id == desk.own_seat_id()
    if signed_here and request.incident_id is not None and desk.hand.intake_id is None:
        desk.take_in_hand(incident_id=request.incident_id)
