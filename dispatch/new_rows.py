"""What of the centre's lists a floor does not have yet: rows are added and changed, never taken away.

A person who is known stays as they are: names and roles are changed one by one, by two people each time.
"""

from collections.abc import Iterable

from msgspec import Struct

from dispatch.apply import apply
from dispatch.commands import Command, RegisterDispatcher
from dispatch.decide import decide
from dispatch.floor import Floor, copy_of
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.refusals import Refusal


class NewRow(Struct, frozen=True):
    """One row the hub has to register. `is_new` False: it is there with other words."""

    command: Command
    table: str
    key: str
    is_new: bool


class NewRows(Struct, frozen=True):
    """`rows` in the sequence of the lists; `refused`: what the floor would not take, with the reason."""

    rows: tuple[NewRow, ...]
    refused: tuple[tuple[Command, Refusal], ...]


def new_rows(floor: Floor, commands: Iterable[Command], at: int) -> NewRows:
    """Compare by deciding each row on a copy, so that a new vehicle finds its new station. `at`: ms UTC."""
    floor = copy_of(floor)
    rows: list[NewRow] = []
    refused: list[tuple[Command, Refusal]] = []
    known = {person.staff_number for person in floor.dispatchers.values()}
    for command in commands:
        if isinstance(command, RegisterDispatcher) and command.dispatcher.staff_number in known:
            continue
        decided = decide(floor, Order("", command, at, "", frozenset({Role.HUB})), at)
        if not isinstance(decided, tuple):
            refused.append((command, decided))
            continue
        before = copy_of(floor)
        for table, key in [ref for event in decided for ref in apply(floor, event)]:
            was = before.get(table, key)
            if was != floor.get(table, key):
                rows.append(NewRow(command, table, key, was is None))
    return NewRows(tuple(rows), tuple(refused))
