"""Is this caller calling about something we already know? Same number, or same place a short while ago."""

from math import cos, hypot, radians

from msgspec import Struct

from dispatch.call_book import CallBook
from dispatch.floor import Floor
from dispatch.kinds import IncidentState
from dispatch.words import Call, Incident, Point

NEAR_M = 300
SINCE_MS = 60 * 60 * 1000
METRES_PER_DEGREE = 111_320.0


class Hint(Struct, frozen=True):
    """An incident this call may belong to. `metres` None: found by number, not by place."""

    incident_id: str
    same_number: bool
    metres: float | None = None


def distance_m(a: Point, b: Point) -> float:
    """Metres between two WGS-84 points a few kilometres apart (flat-earth, error below 0.1 %)."""
    east = (a.lon - b.lon) * METRES_PER_DEGREE * cos(radians((a.lat + b.lat) / 2))
    return hypot(east, (a.lat - b.lat) * METRES_PER_DEGREE)


def likely_same(floor: Floor, number: str, point: Point | None, now: int) -> tuple[Hint, ...]:
    """Running incidents this caller probably means: same number first, then the nearest."""
    hints = []
    for incident in floor.incidents.values():
        if incident.state is IncidentState.CLOSED or now - incident.opened_at > SINCE_MS:
            continue
        same = bool(number) and number in _numbers(floor, incident)
        metres = _metres(incident, point)
        if same or metres is not None:
            hints.append(Hint(incident.id, same, metres))
    return tuple(sorted(hints, key=lambda hint: (not hint.same_number, hint.metres or 0.0)))


def earlier_calls(book: CallBook, number: str, before: int) -> tuple[Call, ...]:
    """Earlier calls from this number that are still on the floor, newest first; none where it is hidden."""
    found = (call for call in (book.of(number) if number else ()) if call.rang_at < before)
    return tuple(sorted(found, key=lambda call: -call.rang_at))


def _numbers(floor: Floor, incident: Incident) -> set[str]:
    numbers: set[str] = set()
    for intake_id in incident.intake_ids:
        intake = floor.intakes[intake_id]
        call = floor.calls.get(intake.call_id or "")
        numbers |= {intake.form.contact_phone, call.number if call else ""}
    return numbers - {""}


def _metres(incident: Incident, point: Point | None) -> float | None:
    if point is None or incident.place.point is None:
        return None
    metres = distance_m(point, incident.place.point)
    return metres if metres <= NEAR_M else None
