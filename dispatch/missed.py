"""Callers nobody answered, one entry a number: who has to be rung back, who tried, when to try again.

A call is off the list once its number was talked to later, in either direction, once a form was opened for
it, or once somebody wrote down what came of it. While the same caller rings or waits he is not missed yet.
"""

from collections.abc import Iterable

from msgspec import Struct

from dispatch.distribution import FollowUp
from dispatch.floor import Floor
from dispatch.kinds import CallClass, CallResult, Direction
from dispatch.words import Call

MISSED_S = 60
"""So long a missed call may wait to be rung back, and an attempt nobody answered for the next one."""
HIDDEN_MS = 60_000
"""A caller without number who rings again within this is the same."""


class Missed(Struct, frozen=True):
    """`call_id`: the last call of the number; `tries`: how often the caller tried since the first one.

    `attempts`: our calls back, oldest first; `calling`: one of them is going on. `due_at`: try (again) then.
    """

    call_id: str
    number: str
    name: str
    first_at: int
    last_at: int
    tries: int
    gave_up: bool
    attempts: tuple[Call, ...]
    calling: bool
    follow_up: FollowUp | None
    due_at: int


def missed(floor: Floor, missed_s: int = MISSED_S) -> tuple[Missed, ...]:
    """All of them; who waits longest past his time comes first."""
    open_ones = [call for call in floor.calls.values() if _is_missed(call)]
    if not open_ones:
        return ()
    talked, present, back = _heard_of(floor)
    found: dict[str, list[Call]] = {}
    for call in open_ones:
        if not call.number:
            if not _hidden_again(floor, call):
                found[f"?{call.id}"] = [call]
        elif talked.get(call.number, -1) < call.rang_at and call.number not in present:
            found.setdefault(call.number, []).append(call)
    entries = [_entry(calls, back, missed_s) for calls in found.values() if not _done(calls)]
    return tuple(sorted(entries, key=lambda one: one.due_at))


def _is_missed(call: Call) -> bool:
    unanswered = call.direction is Direction.INBOUND and call.answered_at is None
    over = call.ended_at is not None and call.intake_id is None
    return unanswered and over and call.call_class is not CallClass.TEST


def _heard_of(floor: Floor) -> tuple[dict[str, int], set[str], dict[str, list[Call]]]:
    """When each number was last talked to, who is here right now, and our calls back by what they are for."""
    talked: dict[str, int] = {}
    present = {one.number for queue in floor.queues.values() for one in queue.calls}
    back: dict[str, list[Call]] = {}
    for call in floor.calls.values():
        lost = floor.calls.get(call.call_back_of or "")
        number = lost.number if lost is not None else call.number
        if lost is not None and call.direction is Direction.OUTBOUND:
            back.setdefault(number, []).append(call)
        if call.answered_at is not None or call.intake_id is not None:
            talked[number] = max(talked.get(number, 0), call.answered_at or call.rang_at)
        elif call.direction is Direction.INBOUND and call.ended_at is None:
            present.add(number)
    return talked, present, back


def _done(calls: list[Call]) -> bool:
    last = calls[-1].follow_up
    return last is not None and last.next_at is None


def _entry(calls: list[Call], back: dict[str, list[Call]], missed_s: int) -> Missed:
    """Of what was missed since it was last written off."""
    since = max((at for at, call in enumerate(calls) if _done([call])), default=-1) + 1
    calls = calls[since:]
    last = calls[-1]
    own = {call.id for call in calls}
    attempts = tuple(one for one in back.get(last.number, ()) if one.rang_at >= calls[0].rang_at)
    attempts = tuple(one for one in attempts if last.number or one.call_back_of in own)
    noted = next((call.follow_up for call in reversed(calls) if call.follow_up is not None), None)
    return Missed(
        call_id=last.id,
        number=last.number,
        name=last.name,
        first_at=calls[0].rang_at,
        last_at=last.rang_at,
        tries=len(calls),
        gave_up=last.result is CallResult.GAVE_UP,
        attempts=attempts,
        calling=any(one.ended_at is None for one in attempts),
        follow_up=noted,
        due_at=_due(last, attempts, noted, missed_s),
    )


def _due(last: Call, attempts: Iterable[Call], noted: FollowUp | None, missed_s: int) -> int:
    """A time somebody set counts, unless the caller has tried again since."""
    tried_at = max((one.ended_at or one.rang_at for one in attempts), default=0)
    ended_at = last.ended_at or last.rang_at
    if noted is not None and noted.next_at is not None and noted.at >= max(tried_at, ended_at):
        return noted.next_at
    return max(ended_at, tried_at) + missed_s * 1000


def _hidden_again(floor: Floor, lost: Call) -> bool:
    """A caller without number who rang again at once, was answered, or still rings."""
    until = (lost.ended_at or lost.rang_at) + HIDDEN_MS
    return any(
        call.id != lost.id
        and not call.number
        and call.direction is Direction.INBOUND
        and (lost.rang_at, lost.id) < (call.rang_at, call.id)
        and call.rang_at <= until
        for call in floor.calls.values()
    )
