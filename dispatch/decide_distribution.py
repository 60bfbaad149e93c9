"""What seats report of the queue, and how callers nobody answered are worked off."""

from collections.abc import Iterable

from dispatch import distribution as dis
from dispatch import events as ev
from dispatch.decision import Decision, Handler
from dispatch.distribution import AGAIN, SHOWN_MAX, WORD_MAX, FollowUp, Queue, QueuedCall, names_of, queue_id
from dispatch.floor import Floor
from dispatch.kinds import CallResult, Direction
from dispatch.order import Order
from dispatch.refusals import NotFound, WrongState
from dispatch.words import Call

SEEN_AGAIN_MS = 10_000
"""A queue somebody waits in is told anew after this: screens know how old their picture is."""
AGAIN_S_MAX = 4 * 3600


def report_queue(floor: Floor, order: Order, command: dis.ReportQueue, at: int) -> Decision:
    """Nothing, when the floor says so already, or says something newer."""
    site = _site(floor, order, command.site)
    known = floor.queues.get(queue_id(site, command.name))
    calls = tuple(_clipped(one) for one in command.calls[:SHOWN_MAX])
    depth = max(command.depth, len(calls))
    if known is None and not depth:
        return ()
    if known is not None:
        told = Queue(known.id, command.name, site, at, depth, calls)
        same = (known.depth, names_of(known)) == (depth, names_of(told))
        if at < known.at or (same and (not depth or at - known.at < SEEN_AGAIN_MS)):
            return ()
    return (dis.QueueSeen(command.name[:WORD_MAX], site, at, depth, calls, order.seat_id),)


def report_gave_up(floor: Floor, order: Order, command: dis.ReportGaveUp, at: int) -> Decision:
    """A call of its own, unless it rang at a seat meanwhile: then that seat's record is the call."""
    if is_recorded(floor, command):
        return ()
    came_at, gave_up_at = min(command.came_at, at), min(command.gave_up_at, at)
    call = Call(
        id=command.call_id,
        site=_site(floor, order, command.site),
        direction=Direction.INBOUND,
        number=command.number[:WORD_MAX],
        rang_at=came_at,
        queue=command.queue[:WORD_MAX],
    )
    ended = ev.CallEnded(call.id, max(came_at, gave_up_at), CallResult.GAVE_UP, ended_by_caller=True)
    return (ev.CallRang(call), ended)


def follow_up(floor: Floor, order: Order, command: dis.FollowUpMissed, at: int) -> Decision:
    call = floor.calls.get(command.call_id)
    if call is None:
        return NotFound("call", command.call_id)
    if call.direction is not Direction.INBOUND or call.answered_at is not None or call.ended_at is None:
        return WrongState("call", call.id, "not_missed", ("missed",))
    if call.follow_up is not None and call.follow_up.next_at is None:
        return WrongState("call", call.id, "followed_up", ("missed",))
    again_s = min(max(command.again_s, 0), AGAIN_S_MAX)
    next_at = at + again_s * 1000 if command.outcome in AGAIN else None
    done = FollowUp(command.outcome, at, order.seat_id, order.dispatcher_id, next_at, command.remark)
    return (dis.MissedFollowedUp(call.id, done),)


def _site(floor: Floor, order: Order, told: str) -> str:
    """Of the seat; of a machine that is none: what it says."""
    seat = floor.seats.get(order.seat_id or "")
    return seat.site if seat else told[:WORD_MAX]


def _clipped(one: QueuedCall) -> QueuedCall:
    return QueuedCall(one.call[:WORD_MAX], one.number[:WORD_MAX], one.since_at, one.overflowed)


def is_recorded(floor: Floor, gave_up: dis.ReportGaveUp, same: Iterable[Call] | None = None) -> bool:
    """True when the floor has this caller already, by this id or as a call that rang at a seat.

    `same`: the calls of his number, None: they are looked up.
    """
    known = gave_up.call_id in floor.calls
    return known or any(_is_it(call, gave_up) for call in (floor.calls.values() if same is None else same))


def _is_it(call: Call, gave_up: dis.ReportGaveUp) -> bool:
    """True for a seat's record of this very caller while he waited, unanswered there too."""
    missed = call.direction is Direction.INBOUND and call.answered_at is None and call.seat_id is not None
    meanwhile = gave_up.came_at <= call.rang_at <= gave_up.gave_up_at
    return missed and meanwhile and call.number == gave_up.number


HANDLERS: dict[type, Handler] = {
    dis.ReportQueue: report_queue,
    dis.ReportGaveUp: report_gave_up,
    dis.FollowUpMissed: follow_up,
}
