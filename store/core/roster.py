"""Who is enrolled: the machines that may speak to the hub, each with its role and its public key."""

from enum import StrEnum

from msgspec import Struct

from dispatch.kinds import Role


class MachineRole(StrEnum):
    """What a machine is there for; people bring their own roles by logging in."""

    SEAT = "seat"
    WALL = "wall"
    GATEWAY = "gateway"
    RELAY = "relay"
    HUB = "hub"


ROLES_OF_MACHINE: dict[MachineRole, frozenset[Role]] = {
    MachineRole.SEAT: frozenset(),  # a seat acts only for the person logged in on it
    MachineRole.WALL: frozenset({Role.OBSERVER}),
    MachineRole.GATEWAY: frozenset({Role.GATEWAY}),
    MachineRole.RELAY: frozenset({Role.OBSERVER}),
    MachineRole.HUB: frozenset({Role.HUB}),
}


class Machine(Struct, frozen=True):
    """One enrolled machine. `public_key` is Z85 text; `seat_id` names the seat it is (id or number).

    `site`: code of the site it stands in; "" is the city centre. `reserve`: a reserve seat, which commands
    only while it is activated. `sign_key`: hubs and relays only, Z85 of the Ed25519 key that seals their
    tokens.
    """

    name: str
    public_key: str
    role: MachineRole
    seat_id: str = ""
    site: str = ""
    reserve: bool = False
    sign_key: str = ""
