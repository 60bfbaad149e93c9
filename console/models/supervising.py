"""The supervisor's side: being with a call of another seat, by rights. What that seat confirms counts.

Our own leg is no call to anybody (`Line.supervising`); the mode shown is the one the monitored telephone
tells ours, or put into the journal where that does not arrive.
"""

from console.i18n import pick, say
from console.models.acts_calls import can, who
from console.models.ages import age
from console.models.asking import Ask, Choice
from console.models.desk import Desk
from console.models.directory import seat_target
from dispatch.archive_notes import REASON_CHARS_MIN
from dispatch.call_notes import Supervision
from dispatch.words import Call
from telephony.mirror import CallView
from telephony.monitoring import REASON_CHARS_MAX, MonitorMode

CHOICES_MAX = 12
MUST_SAY = "other"
RELEASE_REASONS: dict[str, tuple[str, str]] = {
    "nuisance": ("恶意占线", "nuisance call"),
    "line_needed": ("须腾出线路", "the line is needed"),
    "left": ("通话未挂断", "left off the hook"),
    "operator": ("席位无法继续", "the operator cannot go on"),
    MUST_SAY: ("其他（备注写明）", "other (say in the remark)"),
}


def seats_talking(desk: Desk) -> list[Call]:
    """Answered calls of other seats, longest first."""
    own = desk.own_seat_id()
    found = [
        call
        for call in desk.floor.calls.values()
        if call.answered_at is not None and call.ended_at is None and call.seat_id not in {None, own}
    ]
    return sorted(found, key=lambda call: call.answered_at or 0)


def own_leg(desk: Desk) -> tuple[str, str] | None:
    """Our leg and the call it is with; None while we supervise nothing."""
    return next(iter(desk.line.supervising.items()), None)


def is_with(desk: Desk, call: Call) -> Supervision | None:
    """Our own supervision of this call that goes on, as its seat says; another leader may be with it too."""
    person = desk.floor.dispatchers.get(desk.person.dispatcher_id if desk.person else "")
    number = person.staff_number if person else ""
    going_on = (one for one in reversed(call.supervisions) if one.ended_at is None)
    return next((one for one in going_on if one.by_number == number), None)


def own_mode_now(desk: Desk, leg: CallView) -> str:
    """The mode of our leg: as the other telephone says, else as its seat put it down; "": not let in yet."""
    if leg.stands is not None:
        return leg.stands.mode
    known = desk.floor.calls.get(leg.supervises)
    confirmed = is_with(desk, known) if known else None
    return confirmed.mode if confirmed else ""


def listen(desk: Desk) -> Ask | None:
    """Choose a call of another seat and listen; while one is with a call already, leave it."""
    leg = own_leg(desk)
    if leg is not None:
        can(desk, desk.phone.hang_up(leg[0]))
        return None
    calls = seats_talking(desk)[:CHOICES_MAX]
    if not calls:
        desk.notice(say("没有其他坐席在通话"), grave=False)
        return None
    if desk.line.talking() is not None:
        desk.notice(say("正在通话"), say("先 Ctrl+F9 保持或 F10 挂机，再监听"), grave=False)
        return None
    now = desk.clock()
    choices = tuple(Choice(call.id, _choice_words(desk, call, now)) for call in calls)

    def then(value: str, remark: str, minutes: int) -> None:
        _begin(desk, value)

    return Ask(say("监听哪一席（对方席位会显示）"), choices, then, remark=False)


def _choice_words(desk: Desk, call: Call, now: int) -> str:
    seat = desk.floor.seats[call.seat_id or ""]
    person = desk.floor.dispatchers.get(seat.dispatcher_id or "")
    name = person.name if person else ""
    return f"{say('{seat} 台', seat=seat.number)} {name}　{call.number}　{age(call.answered_at or 0, now)}"


def _begin(desk: Desk, call_id: str) -> None:
    call = desk.floor.calls.get(call_id)
    seat = desk.floor.seats.get((call.seat_id if call else None) or "")
    if call is None or call.ended_at is not None or seat is None:
        desk.notice(say("这个通话已经结束"), grave=False)
        return
    target = seat_target(desk, seat.number)
    person = desk.floor.dispatchers.get(desk.person.dispatcher_id if desk.person else "")
    by = f"{person.staff_number} {person.name}" if person else ""
    can(desk, desk.phone.supervise(target, call_id, MonitorMode.LISTEN, by) is not None)


def change(desk: Desk, mode: MonitorMode, reason: str = "") -> None:
    """The same leg in another mode; the seat reads the reason."""
    leg = own_leg(desk)
    if leg is None:
        desk.notice(say("没有在监听"), say("先按 Ctrl+Shift+F5 选一席"), "listen", grave=False)
    else:
        can(desk, desk.phone.change_supervision(leg[0], mode, reason))


def ask_release(desk: Desk) -> Ask | None:
    """强拆 ends the caller's call: it takes one more look and a reason, which seat and audit are told."""
    leg = own_leg(desk)
    call = desk.floor.calls.get(leg[1]) if leg else None
    if call is None:
        change(desk, MonitorMode.RELEASE)  # says that nothing is listened to
        return None

    def then(value: str, remark: str, minutes: int) -> None:
        if value == MUST_SAY and len(remark) < REASON_CHARS_MIN:
            desk.notice(
                say("没有强拆：选“其他”须在备注写明原因"), say("Ctrl+Shift+F9 再来一次"), "release_call"
            )
        elif value:
            change(desk, MonitorMode.RELEASE, _reason(value, remark))

    seat = desk.floor.seats.get(call.seat_id or "")
    number = seat.number if seat else "–"
    title = say(
        "强拆 {seat} 台与 {who} 的通话：立即中断，原因告知席位并记入审计", seat=number, who=who(desk, call)
    )
    reasons = (Choice(value, pick(words)) for value, words in RELEASE_REASONS.items())
    return Ask(title, (Choice("", say("不拆")), *reasons), then)


def _reason(value: str, remark: str) -> str:
    """What journal and seat read; in Chinese, whatever the screen speaks."""
    words = "" if value == MUST_SAY else RELEASE_REASONS[value][0]
    return "：".join(part for part in (words, remark) if part)[:REASON_CHARS_MAX]
