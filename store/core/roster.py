"""Who is enrolled: the machines that may speak to a hub or relay, each with its role and its public key.

The list is signed with the roster key of the administration, so that every site can prove it without asking
the centre. The signed bytes are kept and handed on as they are, never encoded again.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec
from msgspec import Raw, Struct

from dispatch.kinds import Role
from store.core.seals import ROSTER_LABEL, SignKey, is_signed

ROSTER_BYTES_MAX = 512 * 1024
"""It has to fit into a message; that is room for some two thousand machines."""


class MachineRole(StrEnum):
    """What a machine is there for; people bring their own roles by logging in."""

    SEAT = "seat"
    WALL = "wall"
    GATEWAY = "gateway"
    RELAY = "relay"
    HUB = "hub"


ROLES_OF_MACHINE: dict[MachineRole, frozenset[Role]] = {
    MachineRole.SEAT: frozenset({Role.SEAT}),  # its own readiness; all else for the person logged in on it
    MachineRole.WALL: frozenset({Role.OBSERVER}),
    MachineRole.GATEWAY: frozenset({Role.GATEWAY}),
    MachineRole.RELAY: frozenset({Role.OBSERVER}),
    MachineRole.HUB: frozenset({Role.OBSERVER}),  # what a hub may, it decides itself, not another one for it
}


SEALING_ROLES = frozenset({MachineRole.HUB, MachineRole.RELAY})
"""Who logs people in and seals their tokens, and nobody else."""


class Machine(Struct, frozen=True):
    """One enrolled machine. `public_key` is Z85 text; `seat_id` names the seat it is (id or number).

    `site`: code of the site it stands in; "" is the city centre. `reserve`: a reserve seat, which commands
    only while it is activated. `sign_key`: hubs and relays only, hex of the Ed25519 key that seals their
    tokens. `address`: hubs and relays only, "host:port" of their command socket as others reach it.
    """

    name: str
    public_key: str
    role: MachineRole
    seat_id: str = ""
    site: str = ""
    reserve: bool = False
    sign_key: str = ""
    address: str = ""


class BadRoster(Exception):
    """Damaged, forged or not signed by our administration; the text says which."""


class Roster(Struct, frozen=True):
    """The machines of one revision; a higher revision replaces every lower one."""

    revision: int = 0
    machines: tuple[Machine, ...] = ()


_rosters = msgspec.json.Decoder(Roster)


class _Sealed(Struct, frozen=True):
    """The file and the message: `roster` is kept byte for byte as it was signed."""

    signature: str
    roster: Raw


_sealed = msgspec.json.Decoder(_Sealed)


def seal_roster(roster: Roster, key: SignKey) -> bytes:
    """The signed roster as JSON, the machines in order of their names."""
    ordered = Roster(roster.revision, tuple(sorted(roster.machines, key=lambda machine: machine.name)))
    content = msgspec.json.format(msgspec.json.encode(ordered))
    signature = key.sign(ROSTER_LABEL, content).hex()
    return msgspec.json.encode(_Sealed(signature, Raw(content)))


def open_roster(sealed: bytes, public: str) -> Roster:
    """The roster, when the holder of `public` (hex) signed it. Raises BadRoster."""
    if len(sealed) > ROSTER_BYTES_MAX:
        raise BadRoster("too long")
    try:
        outer = _sealed.decode(sealed)
        signature = bytes.fromhex(outer.signature)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise BadRoster(f"damaged: {error}") from error
    content = bytes(outer.roster)
    if not is_signed(public, ROSTER_LABEL, signature, content):
        raise BadRoster("not signed with the roster key of this city")
    try:
        return _rosters.decode(content)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadRoster(f"damaged: {error}") from error


def sign_keys(machines: Iterable[Machine]) -> dict[str, str]:
    """Whose seals count: name of each enrolled hub and relay -> its public sign key.

    A seat makes such a key as well before it has a name: with it the seat would be whoever it likes.
    """
    return {
        machine.name: machine.sign_key
        for machine in machines
        if machine.sign_key and machine.role in SEALING_ROLES
    }
