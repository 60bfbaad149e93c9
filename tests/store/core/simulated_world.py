"""What every simulated world is made of: virtual time, lines that lose and repeat, seats with an outbox on
disk, and runs that follow from one seed.
"""

import heapq
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from dispatch import commands as cmd
from dispatch.apply import apply
from dispatch.floor import Floor
from store.core.outbox import Waiting
from store.core.replica import Applied
from store.core.seat_logic import Expired, FloorReplaced, SeatLogic, VerdictCame
from store.core.tokens import Token, seal
from store.core.wire import encode
from tests.store.core.simulated_store import MACHINE_KEY, SIGN, START_MS, Broken, demand

LATE_MS_MAX_CALM = 5


class SimulatedWorld:
    """Time and lines. `losses`: the shares lost and repeated, one pair of them for a run."""

    def __init__(self, seed: int, losses: Sequence[tuple[float, float]]) -> None:
        self.random = random.Random(seed)
        self.now = START_MS
        self.calm = False
        """Nothing fails any more."""
        self.loss, self.twice = self.random.choice(losses)
        self._due: list[tuple[int, int, Callable[[], Any]]] = []
        self._n = 0

    def after(self, ms: int, action: Callable[[], Any]) -> None:
        self._n += 1
        heapq.heappush(self._due, (self.now + ms, self._n, action))

    def run_until(self, end: int) -> None:
        while self._due and self._due[0][0] <= end:
            self.now, _, action = heapq.heappop(self._due)
            action()
        self.now = end

    def carry(self, cut_until: int, late_ms_max: int, action: Callable[[], Any]) -> None:
        """Over a line: not at all, once or twice, each time some ms late."""
        if not self.calm and self.now < cut_until:
            return
        copies = 1
        if not self.calm:
            copies = 0 if self.random.random() < self.loss else 1 + (self.random.random() < self.twice)
        for _ in range(copies):
            self.after(self.random.randint(1, LATE_MS_MAX_CALM if self.calm else late_ms_max), action)


class SimulatedSeat(ABC):
    """What survives its crashes, and what it was told."""

    logic: SeatLogic
    screen: Floor

    def __init__(self, world: SimulatedWorld, name: str) -> None:
        self._world = world
        self.name = name
        self.outbox: dict[str, Waiting] = {}
        self.issued: list[str] = []
        self.told: dict[str, VerdictCame] = {}
        self.expired: set[str] = set()
        self.dead = False
        self.token = seal(Token(MACHINE_KEY, f"d{name}", name, 0, START_MS * 1000), SIGN)

    def order(self, command: cmd.Command, deadline_ms: int) -> None:
        now = self._world.now
        cid = f"{self.name}-{len(self.issued)}"
        waiting = Waiting(cid, encode(command), now, now + deadline_ms, self.token)
        self.issued.append(cid)
        self.outbox[cid] = waiting
        self.handle(self.logic.ordered(waiting, now))

    def handle(self, happenings: list[Any]) -> None:
        for happening in happenings:
            match happening:
                case VerdictCame(cid):
                    demand(cid not in self.told, "a command is told one verdict")
                    self.told[cid] = happening
                    self.outbox.pop(cid, None)
                case Expired(cid):
                    self.expired.add(cid)
                    self.outbox.pop(cid, None)
                case FloorReplaced(floor):
                    self.screen = floor
                case Applied(_, event):
                    apply(self.screen, event)
                case _:
                    self.carry_out(happening)

    @abstractmethod
    def carry_out(self, happening: Any) -> None:
        """What has to be sent, or done about the line."""


class Playable(Protocol):
    """`step`: something happens. `settle`: all comes to rest and is as it has to be; raises Broken."""

    def step(self) -> None: ...
    def settle(self) -> None: ...


AnyWorld = TypeVar("AnyWorld", bound=Playable)
AnyBug = TypeVar("AnyBug")


def played(world: AnyWorld, steps: int) -> AnyWorld:
    """One run to its end; raises Broken."""
    for _ in range(steps):
        world.step()
    world.settle()
    return world


def found_by(run: Callable[[int, AnyBug], Any], bug: AnyBug, runs_max: int) -> int | None:
    """The number of runs it took to find a planted fault; `None`: it escaped."""
    for seed in range(runs_max):
        try:
            run(seed, bug)
        except (Broken, KeyError):
            return seed + 1
    return None
