"""A seat of the simulated sites: the real seat logic, an outbox on disk, the choice of two addresses."""

from typing import TYPE_CHECKING, Any

from dispatch.floor import Floor
from store.core.messages import Cmd, Evs, Nack, Tick, decode_from_hub
from store.core.seat_logic import (
    SeatLogic,
    Send,
    TryNextHub,
)
from store.core.wire import EPOCH_ZERO, encode
from tests.store.core.simulated_world import SimulatedSeat

if TYPE_CHECKING:
    from tests.store.core.sites import World

SEAT_TURN_MS = 100
HOP_MS = 300
HELD_MAX = 200
"""Frames in the socket of a frozen seat; what comes then is dropped."""


class SimSeat(SimulatedSeat):
    """One seat: its outbox outlives its crashes; it tries the other site when the one it hears is silent."""

    def __init__(self, world: "World", name: str, home: str) -> None:
        super().__init__(world, name)
        self.world, self.at = world, home
        self.frozen = False
        self.held: list[bytes] = []
        self.hopped_at = 0
        self.heard = EPOCH_ZERO  # on disk
        self.start()

    def start(self) -> None:
        self.dead = False
        self.screen = Floor()
        self.logic = SeatLogic(list(self.outbox.values()), self.world.now, self.heard)
        self.handle(self.logic.connected(self.world.now))
        self.turn(self.logic)

    def turn(self, logic: SeatLogic) -> None:
        if self.logic is logic and not self.dead:
            if not self.frozen:
                self.handle(logic.on_time(self.world.now))
            self.world.after(SEAT_TURN_MS, lambda: self.turn(logic))

    def thaw(self) -> None:
        self.frozen = False
        held, self.held = [decode_from_hub(frame) for frame in self.held], []
        happenings: list[Any] = []
        for message in sorted(held, key=lambda message: isinstance(message, Evs | Tick)):  # answers first
            if not self.dead:
                happenings += self.logic.on_message(message, self.world.now)
        self.heard = self.logic.heard
        self.handle(happenings)

    def receive(self, frame: bytes) -> None:
        if self.frozen:
            if len(self.held) < HELD_MAX:
                self.held.append(frame)
            return
        message = decode_from_hub(frame)
        if isinstance(message, Nack) and message.reason == "elsewhere":
            self.handle([TryNextHub()])
        self.handle(self.logic.on_message(message, self.world.now))
        self.heard = self.logic.heard

    def carry_out(self, happening: Any) -> None:
        match happening:
            case Send(Cmd(cid=cid)) if cid not in self.logic.outbox:
                pass  # as the real link does: its verdict came with the same turn
            case Send(message):
                self.world.from_seat(self, encode(message))
            case TryNextHub() if self.world.now - self.hopped_at >= HOP_MS:
                self.hopped_at = self.world.now
                self.at = self.world.other(self.at)
                self.world.after(HOP_MS, self.connected)

    def connected(self) -> None:
        if not self.dead:
            self.handle(self.logic.connected(self.world.now))
