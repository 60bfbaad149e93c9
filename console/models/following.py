"""What follows on this desk from what happened: the hand stays on the thing that grew out of what it held."""

from typing import TYPE_CHECKING

from console.models import requests, supervised_news
from console.models.dropped import end_left_behind
from console.models.state import Topic
from dispatch import events as ev
from dispatch.archive_notes import ArchiveNoted
from dispatch.call_notes import SupervisionNoted
from dispatch.hints import Hint, likely_same

if TYPE_CHECKING:
    from console.models.desk import Desk


def follow(desk: "Desk", event: ev.Event) -> None:
    """Keep the hand on the thing that grew out of it."""
    desk.distribution.on_floor(event)
    match event:
        case ev.IncidentOpened():
            desk.opened(event.intake_id)
            if event.intake_id == desk.hand.intake_id:
                desk.hand.incident_id = event.incident.id
        case ev.IncidentJoined() if event.intake_id == desk.hand.intake_id:
            desk.take_in_hand(incident_id=event.incident_id)
        case ev.IncidentClosed() if event.incident_id == desk.hand.incident_id:
            if not desk.forms.pending(desk.hand.intake_id or ""):
                desk.take_in_hand()
        case ev.IncidentsMerged() if event.incident_id == desk.hand.incident_id:
            desk.hand.incident_id = event.into_id  # its intake and missions went there
            desk.changed(Topic.FORM, Topic.ADVICE, Topic.MISSIONS, Topic.INCIDENTS)
        case ev.Archived() if desk.hand.intake_id in event.intake_ids:
            desk.take_in_hand()
        case ev.VehicleAssigned() if event.mission.incident_id == desk.hand.incident_id:
            desk.hand.mission_id = event.mission.id
            desk.hand.vehicle_id, desk.hand.chosen, desk.hand.settled = None, False, False
        case SupervisionNoted():
            supervised_news.noted(desk, event)
        case ArchiveNoted():
            desk.line.labels.noted.append(event)
        case _:
            requests.tell(desk, event)


def refit(desk: "Desk") -> None:
    """The floor is a new one: the hand keeps its intake, all else is what that floor says of it."""
    hand, floor = desk.hand, desk.floor
    desk.distribution.refit()
    end_left_behind(desk)
    for known in floor.intakes.values():
        if known.incident_id is not None:
            desk.opened(known.id)
    intake = floor.intakes.get(hand.intake_id or "")
    if intake is not None and intake.incident_id is not None:
        hand.incident_id = intake.incident_id
    elif hand.intake_id is None or hand.intake_id in desk.begun or desk.forms.pending(hand.intake_id):
        hand.incident_id = hand.incident_id if hand.incident_id in floor.incidents else None
    elif intake is None:
        desk.take_in_hand()  # archived while we were away
        return
    if hand.mission_id not in floor.missions:
        hand.mission_id = next((m.id for m in reversed(desk.missions_of(hand.incident_id)) if m.active), None)
    if hand.vehicle_id not in floor.vehicles:
        hand.vehicle_id, hand.chosen, hand.settled = None, False, False
    desk.finishing &= floor.intakes.keys()


def dispatched(desk: "Desk") -> list[str]:
    """Intakes of this seat whose incident has its vehicle: they are finished, no extra key needed."""
    if desk.person is None:
        return []
    return [
        intake.id
        for intake in desk.floor.intakes.values()
        if intake.ended_at is None
        and intake.seat_id == desk.person.seat_id
        and intake.id not in desk.finishing
        and desk.missions_of(intake.incident_id)
    ]


def hints(desk: "Desk") -> tuple[Hint, ...]:
    """Running incidents the caller in hand, or with nothing in hand the caller ringing, probably means."""
    now = desk.clock()
    if desk.hand.intake_id is not None:
        form = desk.form()
        free = desk.incident_id() is None
        return likely_same(desk.floor, form.contact_phone, form.place.point, now) if free else ()
    ringing = desk.line.ringing()
    return likely_same(desk.floor, ringing[0].number, None, now) if ringing else ()


def ask_again(desk: "Desk") -> None:
    """The navigator is back: what it could not answer, and what it answered by straight lines."""
    desk.travel.ask_again()
    if desk.suggestions.asked and not desk.suggestions.found:
        desk.navigator.search(desk.suggestions.asked, desk.form().place.point)
