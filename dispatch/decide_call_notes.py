"""Notes about calls: what the telephone says of quality and supervisors is kept; only nonsense is refused."""

from dispatch.call_notes import (
    CallQualityKept,
    NoteSupervision,
    ReportCallQuality,
    Supervision,
    SupervisionNoted,
)
from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.order import Order
from dispatch.refusals import NotFound, NotPossible


def keep_quality(floor: Floor, order: Order, command: ReportCallQuality, at: int) -> Decision:
    if command.call_id not in floor.calls:
        return NotFound("call", command.call_id)
    return (CallQualityKept(command.call_id, command.quality),)


def note_supervision(floor: Floor, order: Order, command: NoteSupervision, at: int) -> Decision:
    """Who was turned away is noted also where the call is unknown: it is an attempt all the same."""
    if command.refused:
        turned_away = SupervisionNoted(
            command.call_id,
            at,
            order.seat_id,
            order.dispatcher_id,
            mode=command.mode,
            by_number=command.by_number,
            by_name=command.by_name,
            refused=command.refused,
            source=command.source,
        )
        return (turned_away,)
    if command.call_id not in floor.calls:
        return NotFound("call", command.call_id)
    if command.mode is None:
        return NotPossible("supervision_without_mode")
    ended_at = at if command.ended else None
    who = command.by_number, command.by_name
    with_it = Supervision(command.supervision_id, command.mode, *who, at, ended_at, command.reason)
    return (SupervisionNoted(command.call_id, at, order.seat_id, order.dispatcher_id, with_it),)


HANDLERS: dict[type, Handler] = {
    ReportCallQuality: keep_quality,
    NoteSupervision: note_supervision,
}
