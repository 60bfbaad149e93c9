"""What the archive is told of this seat's recordings: whose call, which incident, where, what happened in it.

Made of what the telephone said and what the floor knows; told again when the floor knows more. No Qt.
"""

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from console.models.quality_words import grade
from dispatch.archive_notes import ArchiveNoted
from dispatch.floor import Floor
from dispatch.words import Call, Place
from telephony import messages as phone
from telephony.archive.labels import RECORDING, SUPERVISED, Label, Marker
from telephony.conversation import CallPlace

if TYPE_CHECKING:
    from console.models.desk import Desk

OWN_MAX = 200
"""So many of the newest calls are followed: what is known of an older one changes no more."""
NOTED_MAX = 50
MARKED_CALLS_MAX = 50
MARKS_MAX = 100
DRILL = "drill"
NEAR_MS = 5_000
"""Seat and leader do not say the same moment for the begin of a supervision."""
PLACES = {CallPlace.HELD: "held", CallPlace.ASIDE: "aside", CallPlace.TAKEN: "taken"}


class Labelling:
    """Belongs to a desk. `hear` gets every fact of the telephone, `due` is asked once a second."""

    def __init__(self) -> None:
        self._closed: dict[str, phone.RecordingClosed] = {}
        self._marks: dict[str, list[Marker]] = {}
        self._told: dict[str, Label] = {}
        self._supervised: dict[str, str] = {}
        """Our own legs with calls of other seats, and those calls."""
        self._repaired = 0
        self.noted: deque[ArchiveNoted] = deque(maxlen=NOTED_MAX)
        """What the journal said of the archive last: whoever waits for a note finds it here."""

    def hear(self, event: phone.AnyEvent, now: int) -> None:
        """`now`: ms by the clock of this machine."""
        if isinstance(event, phone.RecordingClosed):
            self._closed[event.call_id] = event
            self._repaired += event.repaired
            return
        if isinstance(event, phone.CallDialled) and event.supervises:
            self._supervised[event.call_id] = event.supervises
            for old in list(self._supervised)[:-MARKED_CALLS_MAX]:
                del self._supervised[old]
        mark = _mark(event, now, self._marks.get(getattr(event, "call_id", ""), []))
        if mark is not None:
            call_id = getattr(event, "call_id", "")
            marks = self._marks.setdefault(call_id, [])
            if len(marks) < MARKS_MAX:
                marks.append(mark)
            for old in list(self._marks)[:-MARKED_CALLS_MAX]:
                del self._marks[old]

    def beat_since(self, call_id: str) -> int | None:
        """When the beat began that this caller hears, by the clock given to `hear`; None: none is heard."""
        marks = [one for one in self._marks.get(call_id, []) if one.kind.startswith("metronome")]
        return marks[-1].at_ms if marks and marks[-1].kind == "metronome_on" else None

    def repaired(self) -> int:
        """How many recordings a crash had left open were closed since this was asked last."""
        count, self._repaired = self._repaired, 0
        return count

    def due(self, desk: "Desk") -> tuple[Label, ...]:
        """Labels that are new, or know more than when they were told last."""
        found = []
        for call_id in self._own(desk):
            label = self._label(desk, desk.line.call(desk.floor, call_id), call_id)
            if label is not None and self._told.get(call_id) != label:
                self._told[call_id] = label
                found.append(label)
        for old in list(self._told)[: -2 * OWN_MAX]:
            del self._told[old]
            self._closed.pop(old, None)
        return tuple(found)

    def _own(self, desk: "Desk") -> tuple[str, ...]:
        """Calls of this seat with a recording, newest last."""
        own = desk.own_seat_id()
        kept = [call.id for call in desk.floor.calls.values() if call.recordings and call.seat_id == own]
        return tuple(dict.fromkeys([*kept[-OWN_MAX:], *self._closed]))

    def _label(self, desk: "Desk", call: Call | None, call_id: str) -> Label | None:
        """`call` None: mended after a crash, and nobody here remembers it."""
        closed = self._closed.get(call_id)
        if closed is None and call is not None:
            kept, begun = call.recordings[-1], call.answered_at or call.rang_at
            told = (kept.path, kept.sha256, begun, kept.duration_ms, kept.bytes, kept.repaired)
            closed = phone.RecordingClosed(call_id, *told)
        if closed is None or RECORDING.fullmatch(closed.path) is None:
            return None
        label = Label(
            call_id,
            closed.path,
            closed.sha256,
            closed.started_at_ms,
            closed.duration_ms,
            closed.bytes,
            closed.repaired,
            seat=_seat_number(desk.floor, desk.own_seat_id()),
            site=desk.line.site,
        )
        if call is not None:
            return _labelled(desk.floor, label, call, self._marks.get(call_id, []))
        about = desk.floor.calls.get(self._supervised.get(call_id, ""))
        return label if about is None else _of_supervision(desk.floor, label, about)


def _labelled(floor: Floor, label: Label, call: Call, heard: list[Marker]) -> Label:
    incident = floor.incidents.get(call.incident_id or "")
    intake = floor.intakes.get(call.intake_id or "")
    place = incident.place if incident else intake.form.place if intake else Place()
    person = floor.dispatchers.get(call.dispatcher_id or "")
    until = label.started_at_ms + label.duration_ms
    marks = sorted([*_known(floor, call), *heard], key=lambda one: one.at_ms)
    return replace(
        label,
        number=call.number,
        name=call.name,
        direction=str(call.direction),
        seat=_seat_number(floor, call.seat_id) or label.seat,
        dispatcher=f"{person.name} {person.staff_number}" if person else "",
        site=call.site or label.site,
        incident_id=incident.id if incident else "",
        incident_number=incident.number if incident else "",
        place=place.address,
        lon=place.point.lon if place.point else None,
        lat=place.point.lat if place.point else None,
        heard=grade(call.quality),
        mos=call.quality.mos if call.quality else None,
        loss_percent=call.quality.loss_percent if call.quality else None,
        call_class=DRILL if incident and incident.drill else str(call.call_class or ""),
        markers=tuple(one for one in marks if label.started_at_ms <= one.at_ms <= until),
    )


def _of_supervision(floor: Floor, label: Label, call: Call) -> Label:
    """What a leader heard and said of another seat's call: of its caller, by whoever signed."""
    about = _labelled(floor, label, call, [])
    until = label.started_at_ms + label.duration_ms
    came = (
        one for one in reversed(call.supervisions) if label.started_at_ms - NEAR_MS <= one.since_at <= until
    )
    by = next(came, None)
    return replace(
        about,
        direction="",
        seat=label.seat,
        site=label.site,
        dispatcher=f"{by.by_name} {by.by_number}" if by else "",
        heard="",
        mos=None,
        loss_percent=None,
        call_class=about.call_class if about.call_class == DRILL else SUPERVISED,
    )


def _seat_number(floor: Floor, seat_id: str | None) -> str:
    seat = floor.seats.get(seat_id or "")
    return seat.number if seat else ""


def _known(floor: Floor, call: Call) -> Iterator[Marker]:
    """What the floor knows of the time of the call."""
    if call.answered_at is not None:
        yield Marker(call.answered_at, "answered")
    incident = floor.incidents.get(call.incident_id or "")
    if incident is None:
        return
    yield Marker(incident.opened_at, "opened", incident.number)
    for mission_id in incident.mission_ids:
        mission = floor.missions.get(mission_id)
        vehicle = floor.vehicles.get(mission.vehicle_id) if mission else None
        if mission is not None and vehicle is not None:
            yield Marker(mission.ordered_at, "ordered", vehicle.number)


def _mark(event: phone.AnyEvent, now: int, before: list[Marker]) -> Marker | None:
    """What of the telephone's facts a listener wants to find again."""
    match event:
        case phone.CallMoved(_, place, at_ms) if place in PLACES:
            return Marker(at_ms, PLACES[place])
        case phone.CallMoved(_, CallPlace.TALK, at_ms) if any(one.kind in PLACES.values() for one in before):
            return Marker(at_ms, "resumed")
        case phone.DeadAirBegan(_, at_ms):
            return Marker(at_ms, "dead_air")
        case phone.DeadAirEnded(_, at_ms):
            return Marker(at_ms, "heard_again")
        case phone.PromptBegan(_, wav):
            return Marker(now, "prompt", wav.rsplit("/", 1)[-1].split(".", 1)[0])
        case phone.MetronomeSwitched(_, on):
            return Marker(now, "metronome_on" if on else "metronome_off")
        case phone.DigitReceived(_, digit):
            return Marker(now, "digit", digit)
        case phone.MonitorBegan(by_name=name):
            return Marker(now, "monitored", name)
        case _:
            return None
