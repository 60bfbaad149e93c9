"""Where the network says the callers of this desk are: what came with a call, was fetched, or was asked.

The hub keeps all of it with the call; what it has not confirmed yet is shown all the same. Nothing of it
enters the form by itself: a dispatcher takes it with one key, and no typed word is ever replaced by it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from console.i18n import say
from console.models.caller_details import CRASH, UNREAD, details_of, headline
from console.models.state import Topic
from dispatch.kinds import Direction, HowPlaced
from dispatch.shapes import Polygon, Shape, Spot, converted
from dispatch.whereabouts import (
    CallerDetail,
    CallerPlace,
    LookUp,
    ReportWhereabouts,
    Source,
    noted,
)
from dispatch.words import Call, Place, Point
from mapview.geo.datum import Datum, parse_datum, to_wgs84
from store.core.ids import new_id
from telephony import messages as phone
from telephony.location.additional import Block
from telephony.location.civic import spoken
from telephony.location.found import Location
from telephony.location.lookup import LocationLookup, LookupDesk
from telephony.location.safe_xml import Unread
from telephony.location.veds import Crash

if TYPE_CHECKING:
    from console.models.desk import Desk

CALLS_KEPT_MAX = 200
CORNERS_MAX = 48
ADDRESS_CHARS_MAX = 200
WORDS_CHARS_MAX = 80
ADDRESS_ONLY_REACH_M = 60.0  # for the order of what is offered: a house, and not quite sure
SPOT_REACH_M = 3_000.0  # the same for a point of which nobody said how exact it is
NAMED_REACH_M_MAX = 200.0  # a street's name would say more than is known beyond this


class Whereabouts:
    """What this seat heard of its callers. `lookup` None: no service is joined to this seat."""

    def __init__(self) -> None:
        self.lookup: LocationLookup | None = None
        self.book = LookupDesk()
        self.heard: dict[str, Call] = {}
        """Calls with nothing but places, details and questions in them, before the hub has them."""
        self.looked_at: dict[str, str] = {}
        """The place somebody turned to, by call."""

    def hear(self, call_id: str, places: tuple[CallerPlace, ...], details: tuple[CallerDetail, ...]) -> None:
        known = self.of(call_id)
        self._put(replace(known, places=(*known.places, *places), details=(*known.details, *details)))

    def note(self, call_id: str, look_up: LookUp, place: CallerPlace | None) -> None:
        known = self.of(call_id)
        places = known.places if place is None else (*known.places, place)
        self._put(replace(known, look_ups=noted(known.look_ups, look_up), places=places))

    def of(self, call_id: str) -> Call:
        return self.heard.get(call_id) or Call(call_id, "", Direction.INBOUND, "", 0)

    def _put(self, call: Call) -> None:
        self.heard.pop(call.id, None)
        self.heard[call.id] = call
        while len(self.heard) > CALLS_KEPT_MAX:
            del self.heard[next(iter(self.heard))]


# --- what comes in ---------------------------------------------------------------------------------


def said(desk: "Desk", event: phone.CallSaid) -> None:
    """The INVITE said where its caller is, or what happened to their car."""
    it = event.said
    _heard(desk, event.call_id, it.locations, it.blocks, it.refused)


def fetched(desk: "Desk", event: phone.CallFetched) -> None:
    """A location server answered, on a thread of the telephone's process."""
    it = event.fetched
    _heard(desk, event.call_id, it.locations, it.blocks, it.refused)


def _heard(
    desk: "Desk",
    call_id: str,
    locations: tuple[Location, ...],
    blocks: tuple[Block, ...],
    refused: tuple[Unread, ...],
) -> None:
    now = desk.clock()
    places = [place_of(location, now) for location in locations]
    places += [_of_crash(it, now) for it in blocks if isinstance(it, Crash) and it.point is not None]
    details = details_of(blocks, refused)
    if not places and not details:
        return
    desk.whereabouts.hear(call_id, tuple(places), details)
    desk.give(ReportWhereabouts(call_id, tuple(places), details))
    changed(desk)
    crash = headline(tuple(one for one in details if one.topic == CRASH))
    if crash:
        desk.notice(crash, say("Alt+I 看来电资料"), "go_caller")
    elif any(one.topic == UNREAD for one in details):
        what = say("随来电的资料不完整") if places else say("来电带有位置，但未能读取")
        desk.notice(what, say("问清地址；原因见来电资料（Alt+I）"), "go_caller", grave=not places)


def place_of(location: Location, received_at: int) -> CallerPlace:
    """The location as it is kept: on WGS-84, cut for the journal; an unknown datum costs its shape."""
    return CallerPlace(
        new_id(),
        location.source,
        received_at,
        shape=_on_wgs84(location.shape, location.datum),
        address=(spoken(location.civic) if location.civic else "")[:ADDRESS_CHARS_MAX],
        confidence_percent=location.confidence_percent,
        method=location.method[:WORDS_CHARS_MAX],
        measured_at=location.at_ms,
        said_by=location.said_by[:WORDS_CHARS_MAX],
        raw_datum=location.datum[:WORDS_CHARS_MAX],
        cited=location.cited,
    )


def _on_wgs84(shape: Shape | None, datum: str) -> Shape | None:
    if isinstance(shape, Polygon) and len(shape.ring) > CORNERS_MAX:
        step = -(-len(shape.ring) // CORNERS_MAX)
        shape = Polygon(shape.ring[::step])
    try:
        named = parse_datum(datum)
    except ValueError:
        return None
    if shape is None or named is Datum.WGS84:
        return shape
    return converted(shape, lambda point: Point(*to_wgs84(point.lon, point.lat, named)))


def _of_crash(it: Crash, received_at: int) -> CallerPlace:
    assert it.point is not None
    return CallerPlace(
        new_id(), Source.BY_VALUE, received_at, Spot(it.point), method="veds", measured_at=it.at_ms
    )


# --- what is shown ---------------------------------------------------------------------------------


def calls_in_hand(desk: "Desk") -> list[str]:
    """The call of the intake in hand and the other calls of its incident; with nothing in hand what rings."""
    mine, incident = desk.call_id(), desk.incident()
    if desk.hand.intake_id is None and incident is None:
        return [call.id for call in desk.line.ringing()[:1]]
    intakes = [desk.floor.intakes[key] for key in incident.intake_ids] if incident else []
    found = [mine, *(intake.call_id for intake in reversed(intakes))]
    return list(dict.fromkeys(key for key in found if key))


def known(desk: "Desk", call_id: str) -> Call:
    """Everything heard about a call: the hub's record, then what it does not have yet."""
    ours, theirs = desk.whereabouts.of(call_id), desk.floor.calls.get(call_id)
    if theirs is None:
        return ours
    look_ups = ours.look_ups
    for one in theirs.look_ups:
        mine = next((it for it in ours.look_ups if it.id == one.id), None)
        look_ups = noted(look_ups, mine if mine is not None and mine.outcome is not None else one)
    have = {place.id for place in theirs.places}
    places = (*theirs.places, *(place for place in ours.places if place.id not in have))
    details = tuple(dict.fromkeys((*theirs.details, *ours.details)))
    return replace(theirs, places=places, details=details, look_ups=look_ups)


def candidates(desk: "Desk") -> list[CallerPlace]:
    """The places of the calls in hand that can be used, the least unsure first."""
    return best_first(place for call_id in calls_in_hand(desk) for place in known(desk, call_id).places)


def best_first(places: Iterable[CallerPlace]) -> list[CallerPlace]:
    """Those that can be used, the least unsure first."""
    usable = [place for place in places if place.shape is not None or place.address]
    return sorted(usable, key=_worth)


def current(desk: "Desk") -> CallerPlace | None:
    """The place offered: the one somebody turned to, else the best."""
    found = candidates(desk)
    wanted = desk.whereabouts.looked_at.get(_key(desk))
    return next((place for place in found if place.id == wanted), found[0] if found else None)


def details(desk: "Desk") -> tuple[CallerDetail, ...]:
    """What came with the calls in hand beside places."""
    found = (detail for call_id in calls_in_hand(desk) for detail in known(desk, call_id).details)
    return tuple(dict.fromkeys(found))


def look_ups(desk: "Desk") -> list[LookUp]:
    """The questions asked for the calls in hand, newest first."""
    found = [one for call_id in calls_in_hand(desk) for one in known(desk, call_id).look_ups]
    return sorted(found, key=lambda one: -one.asked_at)


def is_taken(place: Place, offered: CallerPlace) -> bool:
    """True when the form has this place of the network."""
    if place.how is not HowPlaced.NETWORK:
        return False
    if offered.point is None:
        return place.point is None and place.address == offered.address
    return place.point == offered.point


def keeps_point(desk: "Desk") -> bool:
    """True when the words of the address may change without letting go of the point: it never had words."""
    place = desk.form().place
    return any(is_taken(place, one) and not one.address for one in candidates(desk) if one.point)


def _worth(place: CallerPlace) -> tuple[bool, float, bool, int]:
    """The least first: named by the call, least unsure, with an address, the newest."""
    return not place.cited, _reach(place), not place.address, -place.received_at


def _reach(place: CallerPlace) -> float:
    if place.shape is None:
        return ADDRESS_ONLY_REACH_M
    return SPOT_REACH_M if place.uncertainty_m is None else place.uncertainty_m


def _key(desk: "Desk") -> str:
    return desk.hand.intake_id or desk.hand.incident_id or ""


# --- acts ------------------------------------------------------------------------------------------


def adopt(desk: "Desk") -> None:
    """Take the place offered into the form; words that were typed stay."""
    offered, old = current(desk), desk.form().place
    if desk.hand.intake_id is None:
        desk.notice(say("没有受理中的事件"), say("先接听（F3）、手工受理（F2）或在列表中选一个事件"))
    elif offered is None:
        desk.notice(say("本次来电没有定位"), say("Ctrl+Q 向运营商查询，或问清地址"), "ask_location")
    elif offered.point is None and old.address.strip() and not is_taken(old, offered):
        desk.notice(say("已有地址，未改动"), say("清空地址栏后再按 Ctrl+I 采用"), grave=False)
    else:
        _take(desk, desk.hand.intake_id, offered, old)


def _take(desk: "Desk", intake_id: str, offered: CallerPlace, old: Place) -> None:
    words = old.address.strip() or offered.address
    place = Place(
        address=words,
        point=offered.point,
        how=HowPlaced.NETWORK,
        uncertainty_m=offered.uncertainty_m,
        confirmed=True,
        raw_datum=offered.raw_datum,
    )
    desk.type(place=place)
    desk.forms.flush(desk.floor, intake_id)
    changed(desk)
    reach = offered.uncertainty_m
    if offered.point is None:
        desk.navigator.search(words, None)
    elif not words and reach is not None and reach <= NAMED_REACH_M_MAX:
        desk.navigator.reverse(offered.point)


def turn(desk: "Desk") -> None:
    """Offer the next place."""
    found, now = candidates(desk), current(desk)
    if now is None or len(found) < 2:
        desk.notice(say("没有其他定位"), grave=False)
        return
    desk.whereabouts.looked_at[_key(desk)] = found[(found.index(now) + 1) % len(found)].id
    changed(desk)


def changed(desk: "Desk") -> None:
    desk.changed(Topic.FORM, Topic.PLACE, Topic.CALLS)
