"""A hub inside the process: one floor, `decide` and `apply`, no disk and no network.

For tests, screenshots and training on one desk; it keeps the contract of the real one, verdict by verdict.
"""

from collections.abc import Callable

from console.ports import (
    CommandQuestion,
    FloorLoaded,
    Happened,
    HubMessage,
    HubMode,
    Link,
    LogInAnswered,
    Moved,
    VerdictCame,
)
from dispatch import commands as cmd
from dispatch.apply import apply
from dispatch.decide import decide
from dispatch.floor import Floor, copy_of
from dispatch.kinds import Role
from dispatch.order import Order
from store.core.command_messages import CommandAnswer, Evidence
from store.core.ids import new_id
from store.version import version

HUB_ROLES = frozenset({Role.HUB, Role.GATEWAY})


class LocalHub:
    """`passwords` by staff number. While `holding`, orders wait as in a link that is down."""

    def __init__(self, clock: Callable[[], int], seat_id: str, passwords: dict[str, str]) -> None:
        self.floor = Floor()
        self.holding = False
        self._clock, self._seat_id, self._passwords = clock, seat_id, passwords
        self._person: str | None = None
        self._roles: frozenset[Role] = frozenset()
        self._tokens: dict[bytes, str] = {}
        self._waiting: list[Order] = []
        self._out: list[HubMessage] = []
        self.asked: list[CommandQuestion] = []
        """Questions about the command of a scope; whoever plays the far side answers by `tell`."""

    # --- the port ----------------------------------------------------------------------------------

    def log_in(self, staff_number: str, password: str, *, second: bool = False) -> str:
        login_id = new_id()
        person = next((p for p in self.floor.dispatchers.values() if p.staff_number == staff_number), None)
        if person is None or self._passwords.get(staff_number) != password:
            self._out.append(LogInAnswered(login_id, reason="wrong"))
            return login_id
        token = login_id.encode()
        self._tokens[token] = person.id
        if not second:
            self._person, self._roles = person.id, person.roles
            self.as_hub(cmd.LogIn(self._seat_id, person.id))
        seat = None if second else self._seat_id
        self._out.append(LogInAnswered(login_id, person.id, person.roles, seat, token=token))
        return login_id

    def logged_out(self) -> None:
        self._person, self._roles = None, frozenset()

    def order(self, command: cmd.Command, second: bytes = b"", at_ms: int | None = None) -> str:
        order = Order(
            new_id(),
            command,
            self._clock() if at_ms is None else at_ms,
            "seat",
            (self._roles or frozenset({Role.DISPATCHER})) | {Role.SEAT},
            self._seat_id,
            self._person,
            self._tokens.get(second),
        )
        self._waiting.append(order)
        if not self.holding:
            self.release()
        return order.cid

    def ask(self, question: CommandQuestion) -> None:
        self.asked.append(question)

    def drain(self) -> list[HubMessage]:
        out, self._out = self._out, []
        return out

    # --- the far side, for whoever plays it --------------------------------------------------------

    def release(self) -> None:
        """Decide what waits."""
        waiting, self._waiting = self._waiting, []
        for order in waiting:
            self.decide_order(order)

    def as_hub(self, command: cmd.Command, *, seat_id: str | None = None, person: str | None = None) -> str:
        """An order by the hub, a terminal or (with seat and person) somebody at another seat."""
        roles = frozenset({Role.DISPATCHER}) if person else HUB_ROLES
        order = Order(new_id(), command, self._clock(), "local", roles, seat_id, person)
        self.decide_order(order)
        return order.cid

    def load(self) -> None:
        """Hand out the whole floor, as after connecting."""
        self._out.append(FloorLoaded(copy_of(self.floor)))
        self._out.append(Link(HubMode.NORMAL, round_trip_ms=1, seat_id=self._seat_id, hub_app=version()))

    def tell(self, message: Link | Moved | Evidence | CommandAnswer) -> None:
        self._out.append(message)

    def decide_order(self, order: Order) -> None:
        """Decide one order, whoever gave it."""
        decided = decide(self.floor, order, self._clock())
        if not isinstance(decided, tuple):
            self._out.append(VerdictCame(order.cid, decided))
            return
        for event in decided:
            apply(self.floor, event)
        self._out.append(Happened(decided))
        self._out.append(VerdictCame(order.cid))
