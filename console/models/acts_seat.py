"""The acts on the state of our own seat: ready, paused with a reason, away."""

from console.i18n import say
from console.models.asking import Ask, Choice
from console.models.desk import Desk
from console.models.labels import word
from dispatch.distribution import PauseReason
from dispatch.kinds import SeatState


def ready(desk: Desk) -> None:
    """Calls may come: ends wrap-up, pause and absence."""
    desk.distribution.ready()


def leave_or_return(desk: Desk) -> None:
    """Away from the seat, or ready again where it is away or paused."""
    distribution = desk.distribution
    if SeatState(distribution.later or distribution.standing.state) in {SeatState.AWAY, SeatState.PAUSED}:
        distribution.ready()
    else:
        distribution.leave()
    _say_later(desk)


def pause(desk: Desk) -> Ask:
    """示忙: for what?"""

    def then(value: str, remark: str, minutes: int) -> None:
        desk.distribution.pause(value)
        _say_later(desk)

    choices = tuple(Choice(reason, word(reason)) for reason in PauseReason)
    return Ask(say("暂停接听的原因"), choices, then, remark=False)


def _say_later(desk: Desk) -> None:
    later = desk.distribution.later
    if later is not None:
        desk.notice(say("通话结束后转为{state}", state=word(later)), grave=False)
