"""The last test of each seat, for whoever leads the shift: who, when, what came of it, how long ago."""

from msgspec import Struct

from console.i18n import pick, say
from console.models.ages import age, clock, day
from console.models.commanding import who
from console.models.desk import Desk
from console.models.labels import word
from console.models.sounding import SHIFT_MS
from dispatch.kinds import CheckResult, SeatState
from dispatch.words import Seat


class ShiftTest(Struct, frozen=True):
    """`words` the result, `by` who sat there and when, `whole` every item with what cures it."""

    words: str
    tone: str
    by: str = ""
    age: str = ""
    whole: str = ""


def shift_test(desk: Desk, seat: Seat, now: int) -> ShiftTest:
    """Of a shift before it is a warning like none at all; at a seat nobody sits at neither is."""
    test, sits = seat.self_test, seat.state is not SeatState.LOGGED_OUT
    if test is None:
        return ShiftTest(say("△ 未测"), "warning") if sits else ShiftTest(say("未测"), "quiet")
    faults = [one for one in test.checks if one.result is CheckResult.FAULT]
    old = now - test.at > SHIFT_MS
    if faults:
        words = say("■ 不合格：{items}", items=pick(("、", ", ")).join(word(one.item) for one in faults))
    else:
        words = say("△ 合格，已过 8 小时") if old and sits else say("● 合格")
    tone = "fault" if faults else "quiet" if not sits else "warning" if old else "ok"
    when = f"{day(test.at)[5:]} {clock(test.at)}"
    items = (f"{word(one.item)}：{one.found} {one.cure}".rstrip() for one in test.checks)
    return ShiftTest(
        words, tone, f"{who(desk.floor, test.dispatcher_id)} {when}", age(test.at, now), "\n".join(items)
    )
