"""What the supervised seat does to a supervision of ours, said once to the leader: taken back, or refused."""

from typing import TYPE_CHECKING

from console.i18n import say
from console.models.labels import word
from console.models.phone_reasons import monitor_reason_words
from dispatch.call_notes import SupervisionNoted
from dispatch.kinds import SupervisionMode
from telephony import messages as phone
from telephony.mirror import CallStage, CallView

if TYPE_CHECKING:
    from console.models.desk import Desk


def stands(desk: "Desk", event: phone.SupervisionStands) -> None:
    """The other telephone says how our leg stands."""
    _follow(desk, event.call_id, SupervisionMode(event.mode))


def noted(desk: "Desk", event: SupervisionNoted) -> None:
    """The journal says what came of a wish of ours; of the mode only where the telephone does not say it."""
    leg = _own_leg(desk, event.call_id)
    it = event.supervision
    person = desk.floor.dispatchers.get(desk.person.dispatcher_id if desk.person else "")
    number = it.by_number if it else event.by_number
    if leg is None or person is None or number != person.staff_number:
        return
    if it is None:
        _refused(desk, event)
    elif leg.stands is None and it.ended_at is None:
        _follow(desk, leg.call_id, it.mode)


def _own_leg(desk: "Desk", call_id: str) -> CallView | None:
    legs = (it for it in desk.phone.calls.values() if it.supervises == call_id)
    return next((it for it in legs if it.stage is CallStage.TALKING), None)


def _follow(desk: "Desk", leg_id: str, mode: SupervisionMode) -> None:
    """From taking over to listening there is one way: the seat took its call back."""
    taken = desk.line.taken_over
    if mode is SupervisionMode.TAKE_OVER:
        taken.add(leg_id)
    elif leg_id in taken:
        taken.discard(leg_id)
        if mode is SupervisionMode.LISTEN:
            number = _seat_number(desk, desk.line.supervising.get(leg_id, ""))
            what = say("{seat} 台收回了通话：您转为监听，对方听不到您", seat=number)
            desk.notice(what, say("仍须接管按 Ctrl+Shift+F8"), "take_call")


def _refused(desk: "Desk", event: SupervisionNoted) -> None:
    number, again = _seat_number(desk, event.call_id), say("席位取回通话后再按 Ctrl+Shift+F8")
    reason = monitor_reason_words(event.refused)
    mode = word(event.mode) if event.mode else ""
    what = say("{seat} 台的通话没有{mode}成：{reason}", seat=number, mode=mode, reason=reason)
    if event.mode is SupervisionMode.TAKE_OVER:
        desk.notice(what, again, "take_call")
    else:
        desk.notice(what)


def _seat_number(desk: "Desk", call_id: str) -> str:
    call = desk.floor.calls.get(call_id)
    seat = desk.floor.seats.get((call.seat_id if call else None) or "")
    return seat.number if seat else "–"
