"""Whom this desk may want to call: the callers of the incident in hand, stations, hospitals, seats, 110.

What is in hand stands first, then what is chosen on map and lists, then everything by its name.
"""

import re
import unicodedata
from collections.abc import Iterator

from msgspec import Struct

from console.i18n import say
from console.models.desk import Desk
from dispatch.kinds import Direction

FOUND_MAX = 9
DIGITS = frozenset("0123456789+*#")


class Entry(Struct, frozen=True):
    """Somebody with a number. `kind` says how they come to be in the list."""

    number: str
    name: str
    kind: str


def emergency() -> tuple[Entry, ...]:
    """The other services everybody knows by heart."""
    return (
        Entry("110", say("公安"), say("联动")),
        Entry("119", say("消防"), say("联动")),
        Entry("122", say("交警"), say("联动")),
    )


def entries(desk: Desk) -> list[Entry]:
    """Everybody with a number, the nearest to what is in hand first; one entry a number."""
    near = (*_picked(desk), *_of_the_incident(desk), *_chosen(desk))
    found: dict[str, Entry] = {}
    for entry in (*near, *emergency(), *_places(desk), *_seats(desk)):
        if entry.number:
            found.setdefault(bare(entry.number), entry)
    return list(found.values())


def find(desk: Desk, typed: str) -> list[Entry]:
    """Who fits what was typed: name, pinyin, initials, number. One nobody has is dialled as it stands."""
    words = typed.strip().lower()
    on_the_line = {bare(call.number) for call in (*desk.line.up(), *desk.line.ringing())}
    known = [it for it in entries(desk) if bare(it.number) not in on_the_line]
    desk.spelling.ask(desk.navigator.spell, (it.name for it in known))
    number = typed_number(typed)
    digits = number or words
    found = [
        it for it in known if words in it.name.lower() or words in it.number or digits in bare(it.number)
    ]
    if not number:
        found += [it for it in known if it not in found and desk.spelling.fits(words, it.name)]
    if number and all(bare(it.number) != number for it in found):
        found.insert(0, Entry(number, "", say("号码")))
    return found[:FOUND_MAX]


def typed_number(typed: str) -> str:
    """The number in these words, "" when they are none. A SIP address counts as it stands."""
    number = bare(typed)
    if number.lower().startswith(("sip:", "sips:")):
        return number
    return number if number and set(number) <= DIGITS else ""


def bare(number: str) -> str:
    """As a telephone takes it: without the blanks, dashes, dots and brackets of people, and no wide signs."""
    plain = unicodedata.normalize("NFKC", number).strip()
    return plain.replace(" ", "") if ":" in plain else re.sub(r"[\s().–—-]", "", plain)


def name_of(desk: Desk, number: str) -> str:
    """Whose number this is, "" when nobody knows."""
    wanted = bare(number)
    return next((it.name for it in entries(desk) if bare(it.number) == wanted), "") if wanted else ""


def _picked(desk: Desk) -> Iterator[Entry]:
    """The station or hospital picked on the map."""
    floor, site_id = desk.floor, desk.hand.site_id or ""
    site = floor.hospitals.get(site_id) or floor.stations.get(site_id)
    if site is not None:
        yield Entry(site.phone, site.name, say("地图所选"))


def _of_the_incident(desk: Desk) -> Iterator[Entry]:
    form = desk.form()
    yield Entry(typed_number(form.contact_phone), form.contact_name, say("联系人"))
    incident = desk.incident()
    intakes = incident.intake_ids if incident else ()
    for at, intake_id in enumerate(intakes, 1):
        contact = desk.form_of(intake_id)
        number = typed_number(contact.contact_phone)
        yield Entry(number, contact.contact_name, say("第 {n} 次来电", n=at))
        call = desk.floor.calls.get(desk.floor.intakes[intake_id].call_id or "")
        if call is not None and call.direction is Direction.INBOUND:
            yield Entry(call.number, call.name, say("第 {n} 次来电", n=at))


def _chosen(desk: Desk) -> Iterator[Entry]:
    """Of the vehicle chosen on the map or in a list: its station; of the mission: its hospital."""
    floor, hand = desk.floor, desk.hand
    vehicle = floor.vehicles.get(hand.vehicle_id or "")
    mission = floor.missions.get(hand.mission_id or "")
    if vehicle is None and mission is not None:
        vehicle = floor.vehicles.get(mission.vehicle_id)
    station = floor.stations.get(vehicle.station_id) if vehicle else None
    if vehicle is not None and station is not None:
        words = say("{vehicle} 所在站", vehicle=vehicle.number)
        yield Entry(station.phone, station.name, words)
    hospital = floor.hospitals.get((mission.hospital_id if mission else None) or "")
    if hospital is not None:
        yield Entry(hospital.phone, hospital.name, say("送往医院"))


def _places(desk: Desk) -> Iterator[Entry]:
    for hospital in desk.floor.hospitals.values():
        yield Entry(hospital.phone, hospital.name, say("医院"))
    for station in desk.floor.stations.values():
        yield Entry(station.phone, station.name, say("急救站"))


def _seats(desk: Desk) -> Iterator[Entry]:
    own = desk.own_seat_id()
    for seat in desk.floor.seats.values():
        if seat.id != own:
            person = desk.floor.dispatchers.get(seat.dispatcher_id or "")
            name = say("{seat} 台", seat=seat.number) + (f" {person.name}" if person else "")
            yield Entry(seat_target(desk, seat.number), name, say("坐席"))


def seat_target(desk: Desk, number: str) -> str:
    """What to dial for another seat."""
    return desk.readiness.setup.seat_number.replace("{seat}", number)
