"""An order: a command with who gave it and when, as the hub has proven it; `decide` takes nothing else."""

from msgspec import Struct

from dispatch.commands import Command
from dispatch.kinds import Role


class Late(Struct, frozen=True):
    """孤岛补录: where an order that comes late was accepted. `seq`, `hlc`: those of its last event there.

    `numbers`: what people were told; `mission_id`: the mission its events there were about, "" none.
    """

    site: str
    term: int
    seq: int
    hlc: int
    numbers: tuple[str, ...] = ()
    mission_id: str = ""


class Order(Struct, frozen=True):
    """A command with its giver: proven by the hub, never taken from the command itself.

    `at` is the giver's clock; `second_id` is a second person who proved who they are for this order.
    `decided_by`: code of the site that decides, "" where there is one; numbers are counted by it.
    `late`: another site has accepted it while it was apart.
    """

    cid: str
    command: Command
    at: int
    machine: str
    roles: frozenset[Role]
    seat_id: str | None = None
    dispatcher_id: str | None = None
    second_id: str | None = None
    decided_by: str = ""
    late: Late | None = None
