"""What the hub that commands does for the other sites: it takes in the orders they accepted while apart.

What a site says about the giver is not believed: the machine's roles come from our roster, the person's from
our floor. What they do not allow is never carried out by itself: it waits for a person to settle it.
"""

from collections.abc import Callable

import msgspec

from dispatch import commands as cmd
from dispatch.administration import Act, NoteAdministration
from dispatch.commands import Command
from dispatch.kinds import Role
from dispatch.order import Late as Provenance
from dispatch.order import Order
from dispatch.refusals import NotAllowed
from store.core.batch import Work
from store.core.roster import ROLES_OF_MACHINE, Machine
from store.core.site_messages import Late
from store.core.wire import BadMessage, typed

NEVER_MS = 2**62
"""A late order has no deadline: it happened."""
_OF_A_HUB = (cmd.LogIn, cmd.LogOut, cmd.ArchiveEnded, cmd.MoveAuthority, NoteAdministration)
"""What the hub of another site may have done by itself; people and resources are registered by people."""
_OF_ACCOUNTS = frozenset({Act.DISABLE_ACCOUNT, Act.ENABLE_ACCOUNT})

_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)


def late_work(late: Late, machine_of: Callable[[str], Machine | None]) -> Work | None:
    """The order as it was given there, with where it comes from; `None`: it cannot be read here.

    Its roles are those of the machine by our roster, `machine_of`; the person's are added when it is decided.
    One that had come late there already keeps its first provenance.
    """
    try:
        order = typed(_orders, late.order)
    except BadMessage:
        return None
    if order.cid != late.cid:
        return None
    numbers, mission_id = late.numbers, late.mission_id
    fresh = Provenance(late.site, late.term, late.seq, late.hlc, numbers, mission_id)
    machine = machine_of(order.machine)
    roles = ROLES_OF_MACHINE[machine.role] if machine else _of_a_hub(order)
    doubt = None if machine or roles else NotAllowed(type(order.command).__name__)
    order = msgspec.structs.replace(order, roles=roles, late=order.late or fresh)
    return Work(late.cid, order.machine, order, NEVER_MS, late.after, doubt)


def _of_a_hub(order: Order) -> frozenset[Role]:
    """An order without a machine of the roster is that site's own, or nobody's."""
    return frozenset({Role.HUB}) if Role.HUB in order.roles and _may_itself(order.command) else frozenset()


def _may_itself(command: Command) -> bool:
    if isinstance(command, NoteAdministration) and command.act in _OF_ACCOUNTS:
        return False
    return isinstance(command, _OF_A_HUB)
