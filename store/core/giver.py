"""Who gave a command: proven by key and session token, never taken from the command itself."""

import msgspec

from dispatch.activation import CALM_MAY
from dispatch.commands import Command
from dispatch.floor import Floor
from dispatch.kinds import Role, SeatKind
from dispatch.order import Order
from dispatch.role_scopes import BARRED, NOT_ACTIVE
from store.core.batch import UNSUPPORTED, Work
from store.core.messages import Cmd
from store.core.roster import ROLES_OF_MACHINE, Machine, MachineRole
from store.core.tokens import (
    CLOCK_SLACK_MS,
    LATE_ENTRY_MS_MAX,
    SECOND_LATE_MS_MAX,
    Seals,
    Token,
    open_token,
)
from store.core.wire import BODY_BYTES_MAX, BadMessage, typed

_commands: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)


def work_of(machine: Machine, cmd: Cmd, floor: Floor, seals: Seals, now: int) -> Work | None:
    """The command with its giver as proven; `None`: its token is not good, somebody has to log in."""
    token = second = None
    if cmd.token:
        token = open_token(cmd.token, seals, machine.public_key, cmd.at, now, LATE_ENTRY_MS_MAX)
        if token is None:
            return None
    if cmd.second:
        key, slack, late = machine.public_key, CLOCK_SLACK_MS, SECOND_LATE_MS_MAX
        second = open_token(cmd.second, seals, key, cmd.at, now, slack, late)
    command = _command(cmd.body)
    if command is None:
        return Work(cmd.cid, machine.name, None, cmd.deadline_at, cmd.after, UNSUPPORTED, machine.site)
    order = Order(
        cid=cmd.cid,
        command=command,
        at=cmd.at,
        machine=machine.name,
        roles=_roles(machine, token, floor),
        seat_id=seat_id_of(machine, floor),
        dispatcher_id=token.dispatcher_id if token else None,
        second_id=second.dispatcher_id if second and second.second else None,
    )
    refusal = NOT_ACTIVE if _may_only_read(machine, order, floor) else None
    if is_barred(floor, order.dispatcher_id) or is_barred(floor, order.second_id):
        refusal = BARRED  # whenever it was given: that is the seat's word
    return Work(cmd.cid, machine.name, order, cmd.deadline_at, cmd.after, refusal, machine.site)


def is_barred(floor: Floor, person_id: str | None) -> bool:
    """True for somebody whose account was disabled since."""
    person = floor.dispatchers.get(person_id or "")
    return person is not None and person.barred


def _may_only_read(machine: Machine, order: Order, floor: Floor) -> bool:
    """A machine enrolled as reserve stays one, whatever the list of seats says about the seat it is."""
    seat = floor.seats.get(order.seat_id or "")
    reserve = seat is not None and seat.kind is SeatKind.RESERVE  # then its activation decides
    return machine.reserve and not reserve and type(order.command) not in CALM_MAY


def seat_id_of(machine: Machine, floor: Floor) -> str | None:
    """The seat this machine is, `None`: it is none. The roster may name it by id or by number."""
    if machine.role is not MachineRole.SEAT or not machine.seat_id:
        return None
    if machine.seat_id in floor.seats:
        return machine.seat_id
    numbers = {seat.number: seat.id for seat in floor.seats.values()}
    return numbers.get(machine.seat_id, machine.seat_id)


def _command(body: bytes) -> Command | None:
    """`None`: too long, damaged, or of a newer kind than this hub knows."""
    if len(body) > BODY_BYTES_MAX:
        return None
    try:
        return typed(_commands, body)
    except BadMessage:
        return None


def _roles(machine: Machine, token: Token | None, floor: Floor) -> frozenset[Role]:
    roles = ROLES_OF_MACHINE[machine.role]
    person = floor.dispatchers.get(token.dispatcher_id) if token and not token.second else None
    return roles | person.roles if person else roles
