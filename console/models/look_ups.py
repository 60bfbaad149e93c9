"""Asking where a caller is: the one question a call allows (打一查一), whose line it is, a link by SMS.

Who asked, by which clause and what came of it are kept with the call; the service answers on its own thread.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from console.i18n import pick, say
from console.models.ages import clock
from console.models.whereabouts import (
    ADDRESS_CHARS_MAX,
    WORDS_CHARS_MAX,
    calls_in_hand,
    changed,
    fetched,
    known,
    place_of,
    said,
)
from console.models.whereabouts_words import OUTCOMES, WAYS, doubt, method
from dispatch.whereabouts import ASK_AGAIN, Basis, CallerPlace, LookUp, Outcome, ReportLookUp, Source, Way
from store.core.ids import new_id
from telephony import messages as phone
from telephony.location.lookup import LocationLookup, LookupAnswer, LookupRequest

if TYPE_CHECKING:
    from console.models.desk import Desk

MOBILE_DIGITS = 11


def ask_number(desk: "Desk") -> None:
    """打一查一: a mobile's position, or whose fixed line it is and where."""
    _, number = _asked_about(desk)
    _ask(desk, Way.OPERATOR if is_mobile(number) else Way.SUBSCRIBER, Basis.EMERGENCY)


def send_link(desk: "Desk") -> None:
    """A link by SMS: the caller opens it and their own telephone says where they are."""
    _, number = _asked_about(desk)
    if number and not is_mobile(number):
        desk.notice(say("{number} 不是手机，收不到短信", number=number), say("Ctrl+Q 查机主地址"))
    else:
        _ask(desk, Way.SMS_LINK, Basis.CONSENT)


def is_mobile(number: str) -> bool:
    """True for a mobile of this country, written with or without its code."""
    bare = number.removeprefix("+").removeprefix("86")
    return len(bare) == MOBILE_DIGITS and bare.startswith("1") and bare.isdigit()


def _asked_about(desk: "Desk") -> tuple[str, str]:
    """The call in hand and its number, "" for none."""
    keys = calls_in_hand(desk)
    call = desk.line.call(desk.floor, keys[0]) if keys else None
    return (call.id, call.number or desk.form().contact_phone) if call else ("", "")


def _ask(desk: "Desk", way: Way, basis: Basis) -> None:
    here = desk.whereabouts
    call_id, number = _asked_about(desk)
    if not call_id:
        desk.notice(say("没有可查询的来电"), say("先接听来电，或在列表中选一个事件"))
    elif here.lookup is None or way not in here.lookup.ways:
        desk.notice(say("本台没有接入“{way}”", way=pick(WAYS[way])), say("问清地址，或请班长联系运营商"))
    elif (old := _asked_already(desk, call_id, way)) is not None:
        at, what = clock(old.asked_at), pick(WAYS[way])
        desk.notice(say("本次来电已于 {at} 查过“{what}”", at=at, what=what), _outcome_words(old), grave=False)
    else:
        _send(desk, here.lookup, call_id, number, way, basis)


def _asked_already(desk: "Desk", call_id: str, way: Way) -> LookUp | None:
    """The question of this kind for the call, here or at another seat, that stands."""
    asked = (one for one in known(desk, call_id).look_ups if one.way is way)
    return next((one for one in asked if one.outcome not in ASK_AGAIN), None)


def _outcome_words(look_up: LookUp) -> str:
    return say("等待答复") if look_up.outcome is None else pick(OUTCOMES[look_up.outcome])


def _send(desk: "Desk", lookup: LocationLookup, call_id: str, number: str, way: Way, basis: Basis) -> None:
    by = desk.person.dispatcher_id if desk.person else ""
    request = LookupRequest(new_id(), call_id, number, way, basis, by, desk.clock())
    allowed = desk.whereabouts.book.ask(request)
    if isinstance(allowed, LookupAnswer):
        desk.notice(f"{pick(WAYS[way])}：{pick(OUTCOMES[allowed.outcome])}")
        return
    asked = LookUp(allowed.lookup_id, way, basis, allowed.clause, number, request.asked_at_ms, by or None)
    _keep(desk, call_id, asked, None)
    lookup.ask(allowed)
    changed(desk)
    desk.notice(say("已查询：{way}，{number}", way=pick(WAYS[way]), number=number), grave=False)


def _tell(desk: "Desk", answer: LookupAnswer) -> None:
    """Keep the answer and say it."""
    asked = next((it for it in known(desk, answer.call_id).look_ups if it.id == answer.lookup_id), None)
    if asked is None:
        return
    place = _of_answer(answer, desk.clock())
    done = replace(
        asked,
        outcome=answer.outcome,
        answered_at=desk.clock(),
        name=answer.subscriber_name[:WORDS_CHARS_MAX],
        address=answer.subscriber_address[:ADDRESS_CHARS_MAX],
        operator=answer.operator[:WORDS_CHARS_MAX],
        late=answer.late,
    )
    _keep(desk, answer.call_id, done, place)
    changed(desk)
    what = f"{pick(WAYS[answer.way])}：{pick(OUTCOMES[answer.outcome])}"
    if place is not None:
        words = " ".join(part for part in (method(place), doubt(place), place.address) if part)
        desk.notice(f"{what} {words}", say("Ctrl+I 采用"), "use_location", grave=False)
    else:
        desk.notice(what, _once_more(answer) or say("问清地址"))


def _once_more(answer: LookupAnswer) -> str:
    """What to press when it may be asked again, "" when it may not."""
    if answer.outcome not in ASK_AGAIN:
        return ""
    if answer.way is Way.SMS_LINK:
        return say("可再发一次（Ctrl+Shift+Q），并问清地址")
    return say("可再查一次（Ctrl+Q），并问清地址")


def _of_answer(answer: LookupAnswer, now: int) -> CallerPlace | None:
    if answer.outcome is not Outcome.LOCATED:
        return None
    address = answer.subscriber_address[:ADDRESS_CHARS_MAX]
    if answer.location is None:
        if not address:
            return None
        return CallerPlace(
            new_id(), Source.OPERATOR, now, None, address, method="wiremap", said_by=answer.operator
        )
    place = place_of(answer.location, now)
    return replace(place, address=place.address or address)


def _keep(desk: "Desk", call_id: str, look_up: LookUp, place: CallerPlace | None) -> None:
    desk.whereabouts.note(call_id, look_up, place)
    desk.give(ReportLookUp(call_id, look_up, place))


# --- answers ---------------------------------------------------------------------------------------


def answered(desk: "Desk", answer: LookupAnswer) -> None:
    """A look-up service answered; an answer nobody waits for any more is dropped."""
    known = desk.whereabouts.book.answered(answer)
    if known is not None:
        _tell(desk, known)


def on_time(desk: "Desk") -> None:
    """Questions whose time is over."""
    for answer in desk.whereabouts.book.due(desk.clock()):
        _tell(desk, answer)


HANDLERS: dict[type, Callable[["Desk", Any], None]] = {
    phone.CallSaid: said,
    phone.CallFetched: fetched,
    LookupAnswer: answered,
}
