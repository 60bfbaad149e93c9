"""The list of calls as frozen rows: ringing on top, then who is talked with, then what ended. No Qt."""

from msgspec import Struct

from console.i18n import say
from console.models.ages import age, clock
from console.models.desk import Desk
from console.models.latest import short
from console.models.rows import is_mine, seat_number
from dispatch.hints import earlier_calls
from dispatch.kinds import Direction
from dispatch.missed import other_tries
from dispatch.words import Call
from telephony.conversation import CallPlace

ENDED_CALLS_MAX = 20
RINGING_AMBER_MS = 10_000


class CallRow(Struct, frozen=True):
    """`mine`: at this seat. `since` runs while the call lives."""

    id: str
    state: str  # ringing, talking, held, ended, missed
    words: str
    number: str
    seat: str
    age: str
    tone: str
    mine: bool
    history: str = ""
    lit: bool = True  # flashes while there is no sound


def calls(desk: Desk, now: int) -> list[CallRow]:
    """Ringing first (longest on top), then talking, then the latest that ended."""
    book = desk.distribution.unanswered.book
    latest = (call_id for _, call_id in book.ended[-ENDED_CALLS_MAX:])
    every = list(desk.line.known(desk.floor, (*book.live, *latest)))
    ringing = sorted(
        (c for c in every if c.answered_at is None and c.ended_at is None), key=lambda c: c.rang_at
    )
    talking = sorted((c for c in every if c.answered_at and c.ended_at is None), key=lambda c: c.rang_at)
    ended = sorted((c for c in every if c.ended_at), key=lambda c: -(c.ended_at or 0))[:ENDED_CALLS_MAX]
    return [_call_row(desk, call, now) for call in (*ringing, *talking, *ended)]


def _call_row(desk: Desk, call: Call, now: int) -> CallRow:
    state, tone = _call_state(call, now)
    if desk.line.places.get(call.id) is CallPlace.HELD:
        state, tone = "held", "warning"
    words = {
        "held": say("保持"),
        "ringing": say("振铃"),
        "dialling": say("呼出"),
        "talking": say("通话"),
        "missed": say("未接"),
        "ended": say("已挂机"),
    }[state]
    since = call.answered_at or call.rang_at
    shown = age(since, now) if call.ended_at is None else clock(call.ended_at)
    return CallRow(
        id=call.id,
        state=state,
        words=words,
        number=call.number or say("号码未显示"),
        seat=seat_number(desk, call.seat_id),
        age=shown,
        tone=tone,
        mine=call.id in desk.line.calls or is_mine(desk, call.seat_id),
        history=history(desk, call) if call.ended_at is None else "",
        lit=desk.line.lamp.audio not in {"", "null"} or now // 1000 % 2 == 0,
    )


def _call_state(call: Call, now: int) -> tuple[str, str]:
    if call.ended_at is not None:
        missed = call.answered_at is None and call.direction is Direction.INBOUND
        return ("missed", "warning") if missed else ("ended", "quiet")
    if call.answered_at is not None:
        return "talking", "ok"
    if call.direction is Direction.OUTBOUND:
        return "dialling", "info"
    return "ringing", "fault" if now - call.rang_at > RINGING_AMBER_MS else "warning"


def history(desk: Desk, call: Call) -> str:
    """What is known of this number: earlier calls of this duty, the incident of the last one."""
    earlier = earlier_calls(desk.distribution.unanswered.book, call.number, call.rang_at)
    others = (one for one in earlier if one.id != call.id)  # the two clocks may differ by a moment
    before = other_tries(call, others)
    if not before:
        return say("首次来电")
    incident = next((c.incident_id for c in before if c.incident_id), None)
    text = say("第 {n} 次来电，上次 {at}", n=len(before) + 1, at=clock(before[0].rang_at))
    known = desk.floor.incidents.get(incident or "")
    return f"{text} · {say('事件')} {short(known.number, desk.floor)}" if known else text
