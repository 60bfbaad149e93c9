"""Machines on their way into the roster: invited, asked with the right code, approved."""

import secrets
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, select, update

from store.core.enrolment import (
    CODE_MS,
    SALT_BYTES,
    TRIES_MAX,
    InvitationState,
    Knock,
    code_hash,
    new_code,
    selector,
)
from store.core.roster import Machine, MachineRole
from store.db.rows import upsert
from store.db.tables import INVITATION

KEPT_MS = 24 * 3600 * 1000


class Invitation(Struct, frozen=True):
    """`machine` has its keys once it has asked. `until_at`: ms, then the state counts for nothing."""

    machine: Machine
    state: InvitationState
    until_at: int
    asked_at: int = 0


def invite(connection: Connection, machine: Machine, now_ms: int) -> str:
    """A one-time code for a machine that has no keys yet; an earlier code of the same name is void."""
    taken = set(connection.execute(select(INVITATION.c.selector)).scalars())
    code = new_code()
    while selector(code) in taken:
        code = new_code()
    salt = secrets.token_bytes(SALT_BYTES)
    row = {
        "machine": machine.name,
        "role": str(machine.role),
        "seat_id": machine.seat_id,
        "site": machine.site,
        "reserve": machine.reserve,
        "address": machine.address,
        "selector": selector(code),
        "salt": salt,
        "code_hash": code_hash(code, salt),
        "until_at": now_ms + CODE_MS,
        "tries": 0,
        "state": str(InvitationState.OPEN),
        "public_key": "",
        "sign_key": "",
        "asked_at": 0,
    }
    connection.execute(delete(INVITATION).where(INVITATION.c.until_at < now_ms - KEPT_MS))
    upsert(connection, INVITATION, [row])
    return code


def is_any_open(connection: Connection, now_ms: int) -> bool:
    """True while some machine may knock, if only to hear that its code is spent."""
    query = select(INVITATION.c.machine).where(INVITATION.c.until_at > now_ms)
    return connection.execute(query.limit(1)).first() is not None


def ask(connection: Connection, knock: Knock, now_ms: int) -> Invitation | str:
    """The invitation this code opens for the key that came with it, or the reason why none does.

    A wrong code costs one of the tries; the first key that came with the right code is the only one.
    """
    query = select(INVITATION).where(INVITATION.c.selector == selector(knock.code)).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        return "wrong_code"
    if row.state == InvitationState.SPENT:
        return "too_many"
    if now_ms > row.until_at:
        return "too_late"
    if not secrets.compare_digest(code_hash(knock.code, row.salt), row.code_hash):
        state = InvitationState.SPENT if row.tries + 1 >= TRIES_MAX else row.state
        _change(connection, row.machine, tries=row.tries + 1, state=str(state))
        return "wrong_code"
    if row.state == InvitationState.OPEN:
        fresh = {"public_key": knock.public_key, "sign_key": knock.sign_key, "asked_at": now_ms}
        _change(connection, row.machine, **fresh, state=str(InvitationState.ASKED), until_at=now_ms + CODE_MS)
        row = connection.execute(query).one()
    if (row.public_key, row.sign_key) != (knock.public_key, knock.sign_key):
        return "used"
    return _invitation(row)


def waiting(connection: Connection, now_ms: int) -> list[Invitation]:
    """Who has shown the right code and waits for approval."""
    query = select(INVITATION).where(
        INVITATION.c.state == InvitationState.ASKED, INVITATION.c.until_at > now_ms
    )
    return [_invitation(row) for row in connection.execute(query.order_by(INVITATION.c.asked_at))]


def approve(connection: Connection, name: str, now_ms: int) -> None:
    """The machine finds out at its next question, for CODE_MS from now on."""
    _change(connection, name, state=str(InvitationState.APPROVED), until_at=now_ms + CODE_MS)


def _change(connection: Connection, name: str, **values: object) -> None:
    connection.execute(update(INVITATION).where(INVITATION.c.machine == name).values(values))


def _invitation(row: Any) -> Invitation:
    machine = Machine(
        row.machine,
        row.public_key,
        MachineRole(row.role),
        row.seat_id,
        row.site,
        row.reserve,
        row.sign_key,
        row.address,
    )
    return Invitation(machine, InvitationState(row.state), row.until_at, row.asked_at)
