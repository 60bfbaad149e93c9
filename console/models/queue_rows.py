"""The queue as lists and lamps show it: who waits, how long, whether the districts ring already."""

from msgspec import Struct

from console.i18n import say
from console.models.ages import age, span
from console.models.call_rows import RINGING_AMBER_MS, CallRow
from console.models.desk import Desk
from console.models.labels import word
from console.models.queue_words import reason_word
from dispatch.decide_distribution import SEEN_AGAIN_MS
from dispatch.distribution import Queue
from dispatch.floor import Floor
from dispatch.kinds import SeatKind, SeatState
from telephony.acd.port import Ability

OLD_MS = 3 * SEEN_AGAIN_MS
"""A queue somebody waits in that was not seen for so long is of then, not of now."""
STATES = (SeatState.READY, SeatState.INTAKE, SeatState.AFTER_CALL, SeatState.PAUSED, SeatState.AWAY)
SIGNS = {
    SeatState.READY: "●",
    SeatState.INTAKE: "◆",
    SeatState.AFTER_CALL: "◐",
    SeatState.PAUSED: "▣",
    SeatState.AWAY: "○",
    SeatState.LOGGED_OUT: "–",
}
TONES = {
    SeatState.READY: "ok",
    SeatState.INTAKE: "info",
    SeatState.AFTER_CALL: "info",
    SeatState.PAUSED: "warning",
    SeatState.AWAY: "warning",
}


class QueueView(Struct, frozen=True):
    """All queues as one number. `since` of the longest wait, None: nobody waits; `old`: it was so then."""

    depth: int = 0
    since: int | None = None
    overflowed: int = 0
    old: bool = False


def view(queues: list[Queue], now: int) -> QueueView:
    """What stands on the wall and in the lamp."""
    waiting = [queue for queue in queues if queue.depth]
    calls = [one for queue in waiting for one in queue.calls]
    return QueueView(
        depth=sum(queue.depth for queue in waiting),
        since=min((one.since_at for one in calls), default=None),
        overflowed=sum(one.overflowed for one in calls),
        old=any(now - queue.at > OLD_MS for queue in waiting),
    )


def queued(desk: Desk, now: int) -> list[CallRow]:
    """Who waits, in their order; whoever rings at a seat has a row of his own already."""
    waiting = [queue for queue in desk.distribution.queues() if queue.calls]
    ringing = _ringing(desk)
    rows = []
    for queue in waiting:
        for place, one in enumerate(queue.calls, 1):
            if one.number not in ringing:
                late = now - one.since_at > RINGING_AMBER_MS
                rows.append(
                    CallRow(
                        id=f"queue:{one.call}",
                        state="queued",
                        words=say("排队 {n}", n=place),
                        number=one.number or say("号码未显示"),
                        seat=say("已溢出") if one.overflowed else "",
                        age=age(one.since_at, now),
                        tone="fault" if late else "warning",
                        mine=False,
                    )
                )
    return rows


def _ringing(desk: Desk) -> set[str]:
    """The numbers that ring at some seat."""
    known = desk.line.known(desk.floor, desk.distribution.unanswered.book.live)
    return {one.number for one in known if one.answered_at is None and one.ended_at is None and one.number}


def queue_words(desk: Desk, now: int) -> tuple[str, str]:
    """`排队 3　最长 0:45　溢出 1` and its tone; "" while nobody waits. Who rings is counted apart."""
    seen = view(desk.distribution.queues(), now)
    if not seen.depth:
        return "", ""
    wait_ms = now - seen.since if seen.since is not None else 0
    ringing = _ringing(desk)
    rings = sum(one.number in ringing for queue in desk.distribution.queues() for one in queue.calls)
    longest = span(wait_ms / 1000)
    words = say("最长 {age}", age=longest)
    if seen.depth > rings:
        words = say("排队 {n}　最长 {age}", n=seen.depth - rings, age=longest)
    if seen.overflowed:
        words += "　" + say("溢出 {n}", n=seen.overflowed)
    if seen.old:
        words += "　" + say("（不是最新）")
    return words, "fault" if wait_ms > RINGING_AMBER_MS or seen.overflowed else "warning"


def seat_counts(floor: Floor) -> dict[SeatState, int]:
    """City seats by state; those nobody sits at are left out."""
    seats = [seat for seat in floor.seats.values() if seat.kind is SeatKind.CITY]
    return {state: count for state in STATES if (count := sum(seat.state is state for seat in seats))}


def seats_words(floor: Floor) -> str:
    """`就绪 3　通话 5　话后 1`, each with its sign."""
    counts = seat_counts(floor)
    return "　".join(f"{SIGNS[state]} {word(state)} {n}" for state, n in counts.items())


def link_words(desk: Desk) -> tuple[str, str]:
    """State and tone of the way to whoever distributes the calls; "" where nobody does."""
    distribution = desk.distribution
    if Ability.SEAT_STATE not in distribution.link.abilities:
        return "", ""
    if distribution.link_up:
        return say("正常"), "ok"
    return say("未告知"), "warning"


def own_state(desk: Desk, now: int) -> tuple[str, str, str]:
    """The sign of our seat's state, its tone and a sentence; "" before the log-in."""
    distribution = desk.distribution
    standing = distribution.standing
    if standing.state is SeatState.LOGGED_OUT:
        return "", "", ""
    since = span((now - standing.since_ms) / 1000)
    reason = f"·{reason_word(standing.reason)}" if standing.reason else ""
    words = f"{SIGNS[standing.state]} {word(standing.state)}{reason} {since}"
    detail = say("坐席状态：单击选择；Ctrl+Shift+Y 就绪，Alt+P 暂停，Ctrl+E 离席")
    if standing.state is SeatState.AFTER_CALL:
        left = span(distribution.wrap_up_left_s(now))
        words = say("{sign} 话后 还有 {left}", sign=SIGNS[standing.state], left=left)
    if distribution.later is not None:
        words += say("，随后{state}", state=word(distribution.later))
    return words, TONES[standing.state], detail


def with_queue(desk: Desk, rows: list[CallRow], now: int) -> list[CallRow]:
    """Calls as the list shows them: who rings, who waits, then all others."""
    ringing = [row for row in rows if row.state == "ringing"]
    others = [row for row in rows if row.state != "ringing"]
    return [*ringing, *queued(desk, now), *others]
