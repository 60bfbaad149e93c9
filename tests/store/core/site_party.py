"""What both processes of a simulated site have in common: they may stand still, die, and tick."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from store.core.takeover import Pair
from tests.store.core.simulated_store import TICK_MS

if TYPE_CHECKING:
    from tests.store.core.sites import World

TICK = b"tick"
"""Before the Tick of one site for the other: a relay takes it from its line, a hub listens for it."""


PEOPLE = Pair("ds1", "ds2")


class Party(ABC):
    """One process of a site; what it only remembers ends with it."""

    def __init__(self, world: "World", site: str) -> None:
        self.world, self.site = world, site
        self.disk = world.disks[site]
        self.bug = world.bug
        self.dead = self.frozen = False
        self.later: list[Callable[[], None]] = []
        world.after(0, self.tick)

    def wake(self, action: Callable[[], None]) -> None:
        """Do it now, when thawed, or never."""
        if self.frozen:
            self.later.append(action)
        elif not self.dead:
            action()

    def tick(self) -> None:
        if not self.dead:
            self.wake(self.on_tick)
            self.world.after(TICK_MS, self.tick)

    @abstractmethod
    def on_tick(self) -> None: ...

    @abstractmethod
    def from_seat(self, seat: str, frame: bytes) -> None: ...

    @abstractmethod
    def from_site(self, frame: bytes, site: str = "") -> None: ...
