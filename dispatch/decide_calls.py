"""Calls: what the telephone reports becomes fact; only nonsense is refused."""

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.archive_notes import (
    CALLS_MAX,
    HANDS_OUT,
    REASON_CHARS_MIN,
    ArchiveAct,
    ArchiveNoted,
    NoteArchive,
)
from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.kinds import CallResult, Direction
from dispatch.order import Order
from dispatch.refusals import AlreadyThere, NeedsReason, NotAllowed, NotFound, NotPossible, WrongState
from dispatch.words import Call


def ring(floor: Floor, order: Order, command: cmd.ReportRinging, at: int) -> Decision:
    if command.call_id in floor.calls:
        return AlreadyThere("call", command.call_id)
    seat = floor.seats.get(order.seat_id or "")
    call = Call(
        id=command.call_id,
        site=seat.site if seat else "",
        direction=command.direction,
        number=command.number,
        rang_at=at,
        name=command.name,
        dialled=command.dialled,
        seat_id=order.seat_id,
        dispatcher_id=order.dispatcher_id if command.direction is Direction.OUTBOUND else None,
        call_back_of=command.call_back_of,
    )
    return (ev.CallRang(call),)


def answer(floor: Floor, order: Order, command: cmd.ReportAnswered, at: int) -> Decision:
    call = floor.calls.get(command.call_id)
    if call is None:
        return NotFound("call", command.call_id)
    if call.answered_at is not None or call.ended_at is not None:
        return WrongState("call", call.id, "ended" if call.ended_at else "answered", ("ringing",))
    return (ev.CallAnswered(call.id, max(at, call.rang_at), order.seat_id, order.dispatcher_id),)


def end(floor: Floor, order: Order, command: cmd.ReportCallEnded, at: int) -> Decision:
    call = floor.calls.get(command.call_id)
    if call is None:
        return NotFound("call", command.call_id)
    if call.ended_at is not None:
        return WrongState("call", call.id, "ended", ("ringing", "answered"))
    result = command.result
    if call.answered_at is not None and result in {CallResult.NOT_ANSWERED, CallResult.REJECTED}:
        result = CallResult.TALKED
    ended_at = max(at, call.answered_at or call.rang_at)
    told = command.sip_code, command.why
    return (ev.CallEnded(call.id, ended_at, result, command.ended_by_caller, *told),)


def keep_recording(floor: Floor, order: Order, command: cmd.KeepRecording, at: int) -> Decision:
    call = floor.calls.get(command.call_id)
    if call is None:
        return NotFound("call", command.call_id)
    if any(kept.id == command.recording.id for kept in call.recordings):
        return AlreadyThere("recording", command.recording.id)
    return (ev.RecordingKept(call.id, command.recording),)


def classify(floor: Floor, order: Order, command: cmd.ClassifyCall, at: int) -> Decision:
    if command.call_id not in floor.calls:
        return NotFound("call", command.call_id)
    return (ev.CallClassified(command.call_id, command.call_class),)


def note_archive(floor: Floor, order: Order, command: NoteArchive, at: int) -> Decision:
    """The calls may have left the floor years ago: only who and why is looked at."""
    if not 0 < len(command.call_ids) <= CALLS_MAX:
        return NotPossible("no_recordings")
    if command.act is ArchiveAct.HANDED_OUT and not order.roles & HANDS_OUT:
        return NotAllowed(command=type(command).__name__)
    if command.act is not ArchiveAct.LISTENED and len(command.reason.strip()) < REASON_CHARS_MIN:
        return NeedsReason()
    return (ArchiveNoted(at, command, order.seat_id, order.dispatcher_id),)


HANDLERS: dict[type, Handler] = {
    cmd.ReportRinging: ring,
    cmd.ReportAnswered: answer,
    cmd.ReportCallEnded: end,
    cmd.KeepRecording: keep_recording,
    cmd.ClassifyCall: classify,
    NoteArchive: note_archive,
}
