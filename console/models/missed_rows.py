"""The list of callers nobody answered, and the acts on it: ring back, write down what came of it."""

from collections.abc import Sequence

from msgspec import Struct

from console.i18n import say
from console.models.acts_calls import dial
from console.models.ages import age, clock
from console.models.asking import Ask, Choice
from console.models.desk import Desk
from console.models.labels import word
from console.models.rows import seat_number
from dispatch.distribution import AGAIN, FollowUpMissed, MissedOutcome
from dispatch.missed import Missed
from dispatch.words import Call

AGAIN_MIN = 10
SIGNS = {"waiting": "▲", "calling": "☎", "later": "◷"}


class MissedRow(Struct, frozen=True):
    """One caller. `state`: waiting, calling or later; `late`: it is past its time."""

    id: str
    state: str
    words: str
    number: str
    how: str
    last: str
    tried: str
    next: str
    late: bool


def missed_rows(desk: Desk, now: int) -> list[MissedRow]:
    """Past their time first, then who is being rung back, then who is to be tried later."""
    return rows_of(desk, desk.distribution.missed(), now)


def rows_of(desk: Desk, entries: Sequence[Missed], now: int) -> list[MissedRow]:
    """The same of those found already."""
    rows = [_row(desk, one, now) for one in entries]
    return sorted(rows, key=lambda row: (not row.late, row.state == "later"))


def is_late(one: Missed, now: int) -> bool:
    """Past the time in which somebody should have rung back."""
    return one.due_at <= now and not one.calling


def _row(desk: Desk, one: Missed, now: int) -> MissedRow:
    noted = one.follow_up
    put_off = noted is not None and noted.next_at is not None and noted.next_at == one.due_at
    later = put_off and one.due_at > now
    state = "calling" if one.calling else "later" if later else "waiting"
    words = {"calling": say("回拨中"), "later": say("待再拨"), "waiting": say("待回拨")}[state]
    how = say("排队放弃") if one.gave_up else say("振铃未接")
    if one.tries > 1:
        how = say("{how}，来电 {n} 次", how=how, n=one.tries)
    late = is_late(one, now)
    due = say("超时 {age}", age=age(one.due_at, now)) if late else clock(one.due_at)[:5]
    return MissedRow(
        id=one.call_id,
        state=state,
        words=words,
        number=" ".join(part for part in (one.number or say("号码未显示"), one.name) if part),
        how=how,
        last=clock(one.last_at),
        tried=_tried(desk, one),
        next="" if one.calling else due,
        late=late,
    )


def _tried(desk: Desk, one: Missed) -> str:
    """How often and who last, and what was written down."""
    parts = []
    if one.attempts:
        last = one.attempts[-1]
        parts.append(say("已拨 {n} 次：{who} {at}", n=len(one.attempts), who=_who(desk, last), at=_at(last)))
    if one.follow_up is not None:
        parts.append(" ".join(p for p in (word(one.follow_up.outcome), one.follow_up.remark) if p))
    return "；".join(parts) or say("尚无人回拨")


def _who(desk: Desk, call: Call) -> str:
    person = desk.floor.dispatchers.get(call.dispatcher_id or "")
    seat = seat_number(desk, call.seat_id)
    return " ".join(
        part for part in (say("{seat} 台", seat=seat) if seat else "", person.name if person else "") if part
    )


def _at(call: Call) -> str:
    return clock(call.rang_at)[:5]


def chosen(desk: Desk) -> Missed | None:
    """The one somebody picked in the list, else the one that waits longest."""
    entries = desk.distribution.missed()
    picked = next((one for one in entries if one.call_id == desk.distribution.chosen_missed), None)
    return picked or next(iter(entries), None)


def call_missed(desk: Desk) -> None:
    """Ring back; nobody is rung by two seats at once."""
    one = chosen(desk)
    if one is None:
        desk.notice(say("没有待回拨的未接来电"), grave=False)
    elif not one.number:
        desk.notice(say("号码未显示，无法回拨"), say("Ctrl+Shift+K 写明处理结果"), "settle_missed")
    elif one.calling:
        seat = seat_number(desk, one.attempts[-1].seat_id)
        desk.notice(say("{seat} 台正在回拨 {number}", seat=seat, number=one.number), grave=False)
    elif desk.line.talking() is not None:
        desk.notice(say("正在通话"), say("先按 F10 挂机，再回拨"))
    else:
        dial(desk, one.number, one.call_id)


def settle_missed(desk: Desk) -> Ask | None:
    """What came of it: off the list, or again after some minutes."""
    one = chosen(desk)
    if one is None:
        desk.notice(say("没有待回拨的未接来电"), grave=False)
        return None
    call_id = one.call_id

    def then(value: str, remark: str, minutes: int) -> None:
        outcome = MissedOutcome(value)
        again_s = minutes * 60 if outcome in AGAIN else 0
        desk.give(FollowUpMissed(call_id, outcome, again_s, remark))

    choices = tuple(Choice(outcome, word(outcome)) for outcome in MissedOutcome)
    title = say("未接来电 {number} 的处理结果", number=one.number or say("号码未显示"))
    return Ask(title, choices, then, minutes=AGAIN_MIN, minutes_words=say("无人接听时，几分钟后再拨"))
