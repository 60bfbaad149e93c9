"""The part of `apply` that is about calls."""

from collections.abc import Callable
from typing import Any

from dispatch import events as ev
from dispatch.archive_notes import ArchiveNoted, used
from dispatch.call_notes import CallQualityKept, SupervisionNoted, noted
from dispatch.floor import Floor, Ref, edit, put
from dispatch.whereabouts import LookUpNoted, WhereaboutsKept
from dispatch.whereabouts import noted as look_up_noted


def _call_rang(floor: Floor, event: ev.CallRang) -> tuple[Ref, ...]:
    return (put(floor, "calls", event.call),)


def _call_answered(floor: Floor, event: ev.CallAnswered) -> tuple[Ref, ...]:
    answered = edit(
        floor,
        "calls",
        event.call_id,
        answered_at=event.at,
        seat_id=event.seat_id,
        dispatcher_id=event.dispatcher_id,
    )
    return (answered,)


def _call_ended(floor: Floor, event: ev.CallEnded) -> tuple[Ref, ...]:
    ended = {"ended_at": event.at, "result": event.result, "ended_by_caller": event.ended_by_caller}
    return (edit(floor, "calls", event.call_id, **ended),)


def _recording_kept(floor: Floor, event: ev.RecordingKept) -> tuple[Ref, ...]:
    kept = floor.calls[event.call_id].recordings
    return (edit(floor, "calls", event.call_id, recordings=(*kept, event.recording)),)


def _call_classified(floor: Floor, event: ev.CallClassified) -> tuple[Ref, ...]:
    return (edit(floor, "calls", event.call_id, call_class=event.call_class),)


def _supervision_noted(floor: Floor, event: SupervisionNoted) -> tuple[Ref, ...]:
    call = floor.calls.get(event.call_id)
    if call is None or event.supervision is None:
        return ()
    return (edit(floor, "calls", call.id, supervisions=noted(call.supervisions, event)),)


def _archive_noted(floor: Floor, event: ArchiveNoted) -> tuple[Ref, ...]:
    """Most calls of an export left the floor long ago: the journal knows all the same."""
    here = [floor.calls[key] for key in dict.fromkeys(event.note.call_ids) if key in floor.calls]
    return tuple(edit(floor, "calls", call.id, uses=used(call.uses, event)) for call in here)


def _whereabouts_kept(floor: Floor, event: WhereaboutsKept) -> tuple[Ref, ...]:
    call = floor.calls[event.call_id]
    more = {"places": (*call.places, *event.places), "details": (*call.details, *event.details)}
    return (edit(floor, "calls", call.id, **more),)


def _look_up_noted(floor: Floor, event: LookUpNoted) -> tuple[Ref, ...]:
    call = floor.calls[event.call_id]
    places = call.places if event.place is None else (*call.places, event.place)
    look_ups = look_up_noted(call.look_ups, event.look_up)
    return (edit(floor, "calls", call.id, look_ups=look_ups, places=places),)


APPLIERS: dict[type, Callable[[Floor, Any], tuple[Ref, ...]]] = {
    ev.CallRang: _call_rang,
    ev.CallAnswered: _call_answered,
    ev.CallEnded: _call_ended,
    ev.RecordingKept: _recording_kept,
    ev.CallClassified: _call_classified,
    CallQualityKept: lambda floor, it: (edit(floor, "calls", it.call_id, quality=it.quality),),
    SupervisionNoted: _supervision_noted,
    ArchiveNoted: _archive_noted,
    WhereaboutsKept: _whereabouts_kept,
    LookUpNoted: _look_up_noted,
}
