"""HubLink: the bus thread of a seat, a wall or a gateway; a replica of the floor and a durable outbox.

The owner never touches a socket or the replica. It drains notices (`link.drain()`) in its own time and
applies them to its own floor, in order:

    FloorReplaced(floor, epoch, seq)   take this floor, it is yours
    Applied(ev, event)                 dispatch.floor.apply(floor, event)
    VerdictCame(cid, refusal, …)       refusal None: accepted and durable
    Expired(cid)                       no verdict before the deadline: it may still have happened
    LoginCame(ok | refused)            answer to login()
    LoginNeeded(cid)                   the hub does not know the giver (any more): log in again
    Told(message)                      answer to ask()
"""

import threading
from collections.abc import Callable, Iterable

from dispatch.commands import AssignVehicle, Command
from dispatch.requests import RequestCommand
from store.bus.clock import Clock
from store.bus.link_mail import CommandQuestion, LoginAsked, Mail, Notice, Ordered
from store.bus.link_state import LinkSettings, LinkState
from store.bus.link_thread import LOGIN_MS_MAX, run_bus
from store.bus.sockets import Waker
from store.core.ids import new_id
from store.core.messages import Login, Positions
from store.core.outbox import Waiting
from store.core.wire import POSITIONS_PER_MESSAGE_MAX, Position, encode

ORDER_DEADLINE_S = 30.0
"""An order to a vehicle that nobody confirmed for so long is decided anew by a person."""
RECORD_DEADLINE_S = 24 * 3600.0
"""Records of calls and incidents stay true and wait out a long break."""


class HubLink:
    """`on_change` is called on the bus thread when notices, positions or a new phase wait: only ring."""

    def __init__(self, settings: LinkSettings, on_change: Callable[[], None]) -> None:
        """Opens nothing yet."""
        self._clock = Clock()
        self._waker = Waker()
        self._mail = Mail(on_change)
        self._thread = threading.Thread(
            target=run_bus, args=(settings, self._clock, self._waker, self._mail), name="bus", daemon=True
        )

    # --- for any thread ---------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def stop(self, deadline_s: float = 2.0) -> bool:
        """End the bus thread; what waits in the outbox stays on disk. False: not in time."""
        self._mail.stopping = True
        self._waker.wake()
        self._thread.join(deadline_s)
        return not self._thread.is_alive()

    @property
    def state(self) -> LinkState:
        """How the connection is; renewed every 50 ms at most."""
        return self._mail.state

    def order(
        self,
        command: Command,
        *,
        deadline_s: float | None = None,
        second: bytes = b"",
        at_ms: int | None = None,
        kept: Callable[[], None] | None = None,
    ) -> str:
        """Give an order; returns its id at once, the verdict comes as a notice.

        It is on disk before it is sent, and is sent until a verdict or the deadline (`None`: 30 s for sending
        a vehicle or asking another site, 24 h for the rest). `second`: token of a second person. `at_ms`:
        when it happened by this machine's clock, if not now. `kept` is called on the bus thread once it is on
        this machine's disk.
        """
        if deadline_s is None:
            sent = isinstance(command, AssignVehicle) and not command.manual
            sends = sent or isinstance(command, RequestCommand)
            deadline_s = ORDER_DEADLINE_S if sends else RECORD_DEADLINE_S
        now = self._clock.steady_ms()
        waiting = Waiting(
            cid=new_id(),
            body=encode(command),
            at=now if at_ms is None else at_ms - (self._clock.now_ms() - now),
            deadline_at=now + int(deadline_s * 1000),
            token=self._mail.token,
            second=second,
        )
        self._put(Ordered(waiting, kept))
        return waiting.cid

    def login(self, staff_number: str, password: str, *, second: bool = False) -> str:
        """Prove a person; the answer is a LoginCame with this id. `second`: only for `order(second=…)`."""
        login = Login(id=new_id(), staff_number=staff_number, password=password, second=second)
        self._put(LoginAsked(login, self._clock.steady_ms() + LOGIN_MS_MAX))
        return login.id

    def ask(self, question: CommandQuestion) -> None:
        """Ask about the command of a scope, once; the answer is a `Told`. Silence means: ask again."""
        self._put(question)

    def logged_out(self) -> None:
        """Later orders carry nobody's name; give the LogOut order first."""
        self._mail.token = b""

    def send_positions(self, batch: Iterable[Position]) -> None:
        """Newest positions (gateways only); lost when the hub is away, the next ones follow anyway."""
        positions = tuple(batch)
        for at in range(0, len(positions), POSITIONS_PER_MESSAGE_MAX):
            self._put(Positions(batch=positions[at : at + POSITIONS_PER_MESSAGE_MAX]))

    def drain(self) -> list[Notice]:
        """All notices since the last call, in order."""
        return self._mail.take_notices()

    def take_positions(self) -> dict[str, Position]:
        """The newest position of every vehicle that moved since the last call."""
        return self._mail.take_positions()

    def _put(self, one: Ordered | LoginAsked | Positions | CommandQuestion) -> None:
        self._mail.inbox.put(one)
        self._waker.wake()
