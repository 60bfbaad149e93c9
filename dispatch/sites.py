"""Several sites: who commands what, and what two of them ordered while they were apart (bus.md 5.8).

Times are milliseconds since 1970 UTC and end in `_at`; `None` means it has not happened.
"""

from msgspec import Struct

from dispatch.kinds import ConflictChoice

CITY = "CITY"
"""The scope that is the whole city; every other scope is the code of a site."""


class Site(Struct, frozen=True):
    """站点: the city centre or a district with seats and a relay of its own. `id` is its code.

    `districts`: the administrative districts whose stations and vehicles belong to it.
    """

    id: str
    name: str
    districts: tuple[str, ...] = ()
    phone: str = ""


class Authority(Struct, frozen=True):
    """Who commands a scope (`id`), since when and by whose order; term rises only by people.

    `fork_seq`: the last row of the journal both sides shared when command moved. `heard_seq`: how far the
    other side was known to be; what lies between may have to be settled later.
    """

    id: str
    site: str
    term: int
    since_at: int
    dispatcher_id: str | None = None
    second_id: str | None = None
    reason: str = ""
    order_no: str = ""
    break_glass: bool = False
    from_site: str = ""
    fork_seq: int = 0
    heard_seq: int = 0


class Settlement(Struct, frozen=True):
    """How and by whom a conflict was settled."""

    choice: ConflictChoice
    at: int
    dispatcher_id: str | None
    second_id: str | None = None
    remark: str = ""


class Dependent(Struct, frozen=True):
    """An order that was given there because of the one in conflict; `order` is encoded like it."""

    cid: str
    kind: str
    given_at: int
    order: bytes


class Conflict(Struct, frozen=True):
    """冲突: an order another site accepted while it was apart and that does not fit what happened here.

    `order` is that order, encoded; `rule` the name of the refusal. The ids name what it was about, "" where
    nothing; `against` is the mission of ours in its way. `dependents`: what followed from it there, in order.
    Never dropped: it stays until a person settles it.
    """

    id: str
    cid: str
    from_site: str
    kind: str
    given_at: int
    came_at: int
    order: bytes
    rule: str
    dispatcher_id: str | None = None
    seat_id: str | None = None
    vehicle_id: str = ""
    intake_id: str = ""
    incident_id: str = ""
    mission_id: str = ""
    against: str = ""
    settled: Settlement | None = None
    dependents: tuple[Dependent, ...] = ()
    request_id: str = ""
