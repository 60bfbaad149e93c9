"""What passes between the owner of a link and its bus thread: two queues, the newest positions, the state.

The one lock is held for a few appends only. The owner is rung once and then not again until it has come.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable

from msgspec import Struct

from store.bus.link_state import LinkState
from store.core.command_messages import DeclareIsland, EvidenceReq, HandOver, TakeCommand
from store.core.messages import Login, Positions
from store.core.outbox import Waiting
from store.core.replica import Applied
from store.core.seat_logic import (
    Expired,
    FloorReplaced,
    LoginCame,
    LoginNeeded,
    Told,
    VerdictCame,
)
from store.core.wire import Position

NOTICES_MAX = 20_000
"""Beyond it the owner has fallen behind: it gets the whole floor instead of its backlog."""

Notice = FloorReplaced | Applied | VerdictCame | Expired | LoginCame | LoginNeeded | Told


class Ordered(Struct, frozen=True):
    """`kept` is called on the bus thread once the order is on disk; never while the disk fails."""

    waiting: Waiting
    kept: Callable[[], None] | None = None


CommandQuestion = EvidenceReq | TakeCommand | HandOver | DeclareIsland
"""What is asked once about the command of a scope; the answer is a `Told`, silence means ask again."""


class LoginAsked(Struct):
    """A log-in on its way; sent again until its answer or `until`."""

    login: Login
    until: int
    due_at: int = 0


Asked = Ordered | LoginAsked | Positions | CommandQuestion
"""What the owner of a link wants done."""


class Mail:
    """Shared by the owner's thread and the bus thread."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.inbox: queue.SimpleQueue[Ordered | LoginAsked | Positions | CommandQuestion] = (
            queue.SimpleQueue()
        )
        self.state = LinkState()
        self.token = b""
        self.stopping = False
        self._on_change = on_change
        self._lock = threading.Lock()
        self._notices: deque[Notice] = deque()
        self._positions: dict[str, Position] = {}
        self._rung = False

    # --- the owner ----------------------------------------------------------------------------------

    def take_notices(self) -> list[Notice]:
        with self._lock:
            notices, self._notices = list(self._notices), deque()
            self._rung = False
        return notices

    def take_positions(self) -> dict[str, Position]:
        with self._lock:
            positions, self._positions = self._positions, {}
            self._rung = False
        return positions

    # --- the bus thread -------------------------------------------------------------------------------

    def post(self, notices: Iterable[Notice]) -> bool:
        """Hand over; False when the owner has fallen behind and needs the whole floor."""
        with self._lock:
            self._notices.extend(notices)
            return len(self._notices) <= NOTICES_MAX

    def replace_backlog(self, floor: FloorReplaced) -> None:
        """Drop the events the owner did not take; verdicts and answers stay."""
        with self._lock:
            kept = [notice for notice in self._notices if not isinstance(notice, Applied | FloorReplaced)]
            self._notices = deque([*kept, floor])

    def post_positions(self, batch: Iterable[Position]) -> None:
        with self._lock:
            for position in batch:
                last = self._positions.get(position.vehicle_id)
                if last is None or position.at >= last.at:
                    self._positions[position.vehicle_id] = position

    def ring(self) -> None:
        """Tell the owner that something waits, once until it comes."""
        with self._lock:
            if self._rung:
                return
            self._rung = True
        self._on_change()
