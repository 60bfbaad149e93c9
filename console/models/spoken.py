"""A vehicle sent by voice while no hub decides: spoken first, registered then, recorded afterwards (补录).

What is registered keeps the time it was spoken. It goes to no terminal: the crew has its order already.
"""

from typing import TYPE_CHECKING

from console.i18n import say
from console.models import acts
from console.models.asking import Ask, Choice
from console.ports import HubMode
from dispatch import commands as cmd
from dispatch.words import Vehicle

if TYPE_CHECKING:
    from console.models.desk import Desk

OFFLINE = frozenset({HubMode.CUT_OFF, HubMode.CITY_CUT_OFF, HubMode.NOT_ENROLLED})
"""Nobody decides: what is ordered waits, and may wait too long for a patient."""
WAIT = "wait"


def is_offline(desk: "Desk") -> bool:
    return desk.link.mode in OFFLINE


def by_voice(desk: "Desk", vehicle: Vehicle | None = None, *, divert: bool = False) -> Ask | None:
    """Ask how the crew was told; None, and said why, where nothing can be ordered."""
    chosen = vehicle or desk.floor.vehicles.get(desk.hand.vehicle_id or "")
    if chosen is None:
        acts.order(desk)  # says what is missing
        return None
    give = acts.divert if divert else acts.order
    if desk.hand.intake_id is None or not desk.form().place.exists or is_spoken_for(desk, chosen.id):
        give(desk, chosen)
        return None
    intake_id = desk.hand.intake_id
    spoken = {"radio": say("已用电台派车，车组已复诵"), "phone": say("已用电话派车，车组已复诵")}

    def then(value: str, remark: str, minutes: int) -> None:
        if desk.hand.intake_id != intake_id:
            acts.show(desk, intake_id)
        if value == WAIT:
            give(desk, chosen)
            return
        give(desk, chosen, told=f"{spoken[value]} {remark}".strip())
        what = say("已登记：{vehicle} 口头派车，连通后自动补录", vehicle=chosen.number)
        desk.notice(what, say("打印接警单：Ctrl+Shift+D"), "paper", grave=False)

    choices = [Choice(value, words) for value, words in spoken.items()]
    if desk.person is not None:
        choices.append(Choice(WAIT, say("还没通知到：30 秒内连通就自动发出")))
    title = say("断网派车：先用电台把 {vehicle} 派往现场，再登记", vehicle=chosen.number)
    return Ask(title, tuple(choices), then)


def waiting_orders(desk: "Desk") -> list[tuple[cmd.AssignVehicle, int]]:
    """Orders to vehicles without a verdict, with the time each was given; also those nobody has signed."""
    given = [(pending.command, pending.at) for pending in desk.pending.values()]
    given += [(one.command, one.at + desk.link.clock_ms) for one in desk.unsigned]
    return [(command, at) for command, at in given if isinstance(command, cmd.AssignVehicle)]


def is_spoken_for(desk: "Desk", vehicle_id: str) -> bool:
    """True while an order to this vehicle waits for its verdict."""
    return any(command.vehicle_id == vehicle_id for command, _ in waiting_orders(desk))


def sent_by_voice(desk: "Desk", vehicle_id: str) -> bool:
    """True while the vehicle is under way by word of mouth only."""
    return any(command.manual and command.vehicle_id == vehicle_id for command, _ in waiting_orders(desk))
