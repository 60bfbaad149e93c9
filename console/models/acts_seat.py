"""The acts on the state of our own seat: ready, paused with a reason, away; a leader sets that of others."""

from collections.abc import Callable

from console.i18n import say
from console.models.asking import Ask, Choice
from console.models.desk import Desk
from console.models.labels import word
from console.models.queue_rows import SIGNS
from dispatch import commands as cmd
from dispatch.distribution import PauseReason
from dispatch.kinds import SeatKind, SeatState
from dispatch.words import Seat

OTHERS_MAX = 40
NOT_NOW = frozenset({SeatState.LOGGED_OUT, SeatState.INTAKE})
"""Nobody is there, or somebody talks: the state would be over with the call."""


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


# --- another seat's ----------------------------------------------------------------------------------


def set_other(desk: Desk, ask: Callable[[Ask], None]) -> Ask | None:
    """代设: which seat, unless one was chosen in the list of seats; then what it is to be."""
    chosen = desk.floor.seats.get(desk.distribution.chosen_seat)
    others = _others(desk)
    if chosen is not None and chosen.id == desk.own_seat_id():
        desk.notice(say("这是本席"), say("Ctrl+Shift+Y 就绪，Alt+P 暂停，Ctrl+E 离席"), grave=False)
    elif chosen is not None and chosen not in others:
        what = say("{seat} 台{state}，现在不能代设", seat=chosen.number, state=word(chosen.state))
        desk.notice(what, grave=False)
    elif chosen is not None:
        return _which_state(desk, chosen)
    elif not others:
        desk.notice(say("没有可代设的坐席：其他席未登录或正在受理"), grave=False)
    else:

        def then(value: str, remark: str, minutes: int) -> None:
            ask(_which_state(desk, desk.floor.seats[value]))

        choices = tuple(Choice(seat.id, _seat_words(desk, seat)) for seat in others[:OTHERS_MAX])
        return Ask(say("替哪一席设状态"), choices, then, remark=False)
    return None


def _others(desk: Desk) -> list[Seat]:
    there = (seat for seat in desk.floor.seats.values() if seat.kind is not SeatKind.TRAINING)
    found = [seat for seat in there if seat.id != desk.own_seat_id() and seat.state not in NOT_NOW]
    return sorted(found, key=lambda seat: seat.number)


def _seat_words(desk: Desk, seat: Seat) -> str:
    person = desk.floor.dispatchers.get(seat.dispatcher_id or "")
    name = person.name if person else ""
    return f"{say('{seat} 台', seat=seat.number)} {name}　{SIGNS[seat.state]} {word(seat.state)}"


def _which_state(desk: Desk, seat: Seat) -> Ask:
    def then(value: str, remark: str, minutes: int) -> None:
        state, _, reason = value.partition(":")
        desk.give(cmd.SetSeatState(seat.id, SeatState(state), reason))

    paused = SeatState.PAUSED
    choices = (
        Choice(SeatState.READY, word(SeatState.READY)),
        *(Choice(f"{paused}:{reason}", f"{word(paused)}·{word(reason)}") for reason in PauseReason),
        Choice(SeatState.AWAY, word(SeatState.AWAY)),
    )
    return Ask(
        say("{seat} 设为（该席与流水写明何人所设）", seat=_seat_words(desk, seat)),
        choices,
        then,
        remark=False,
    )
