"""The simulator's store, its planted faults, and the floor every run begins with."""

from enum import Enum, auto
from typing import Any

import msgspec
from msgspec.structs import replace

from dispatch.apply import apply
from dispatch.events import Event
from dispatch.floor import Floor
from dispatch.kinds import (
    IncidentType,
    MilestoneKind,
    Role,
    Severity,
    VehicleKind,
)
from dispatch.words import Dispatcher, Incident, Place, Point, Seat, Station, Vehicle
from store.core.batch import Batch
from store.core.hub_logic import HubLogic, Origin, Reply
from store.core.journal import Head
from store.core.messages import Ack, Cmd
from store.core.seals import SignKey
from store.core.wire import Entry, Epoch, Verdict, encode

SEATS = ("s1", "s2", "s3")
VEHICLES = ("v1", "v2", "v3")
INCIDENTS = ("i1", "i2", "i3")
SIGN = SignKey("hub", b"s" * 32)
MACHINE_KEY = "k" * 40
STEPS = (MilestoneKind.ACKNOWLEDGED, MilestoneKind.DEPARTED, MilestoneKind.ON_SCENE)
START_MS = 1_000_000
TICK_MS = 200
DRAIN_MS = 6_000
SETTLE_MS = 20_000

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)
_floors = msgspec.msgpack.Decoder(Floor)


class Bug(Enum):
    """Faults that can be planted; the simulator has to find each of them."""

    ACK_BEFORE_DURABLE = auto()
    REFUSALS_NOT_STORED = auto()
    ORDER_NOT_KEPT = auto()
    GAP_IGNORED = auto()
    TICK_IGNORED = auto()
    NEW_ID_ON_RETRY = auto()
    OUTBOX_NOT_ON_DISK = auto()
    NO_FENCE = auto()
    TWIN_ANSWERED = auto()
    GIVES_UP = auto()


class Broken(AssertionError):
    """An invariant does not hold."""


def come_to_rest(world: Any, drain_ms: int, look_ms: int, within_ms: int) -> None:
    """Nobody orders any more, lines stay bad for `drain_ms` (the last words get lost), then heal.

    Raises Broken when `world.unrest` still names something after `within_ms`.
    """
    world.run_until(world.now + drain_ms)
    world.calm = True
    world.cut.clear()
    end = world.now + within_ms
    why = "not looked yet"
    while why:
        demand(world.now < end, f"everything settles: {why}")
        world.run_until(world.now + look_ms)
        why = world.unrest()


def demand(condition: object, what: str) -> None:
    if not condition:
        raise Broken(what)


class Disk:
    """The hub's store: what is durable, and the fence."""

    def __init__(self, bug: Bug | None) -> None:
        self.bug = bug
        self.journal: list[Entry] = []
        self.verdicts: dict[str, Verdict] = {}
        self.decided: list[str] = []
        self.boot = 0
        self.first_floor = first_floor()

    def claim(self) -> tuple[Epoch, Floor, Head]:
        self.boot += 1
        floor = self.replay()
        last = self.journal[-1] if self.journal else None
        head = Head(last.seq, last.hlc, last.hash) if last else Head()
        return Epoch(1, "01", self.boot), floor, head

    def replay(self) -> Floor:
        floor = _floors.decode(encode(self.first_floor))
        for entry in self.journal:
            apply(floor, _events.decode(entry.body))
        return floor

    def commit(self, batch: Batch, epoch: Epoch) -> bool:
        """Make it durable; False: fenced."""
        if epoch.boot != self.boot and self.bug is not Bug.NO_FENCE:
            return False
        demand(all(v.cid not in self.verdicts for v in batch.verdicts), "one verdict per command")
        self.journal += batch.entries
        for verdict in batch.verdicts:
            self.decided.append(verdict.cid)
            if not verdict.refusal or self.bug is not Bug.REFUSALS_NOT_STORED:
                self.verdicts[verdict.cid] = verdict
        return True


class SimHubLogic(HubLogic):
    bug: Bug | None = None

    def _on_cmd(self, origin: Origin, cmd_: Cmd, now: int) -> Any:
        if self.bug is Bug.ORDER_NOT_KEPT:
            cmd_ = replace(cmd_, after=None)
        if self.bug is Bug.TWIN_ANSWERED and cmd_.cid in self._expected:
            ack = Ack(cid=cmd_.cid, epoch=self.identity.epoch, seq=self.head.seq, repeated=True)
            return [Reply(origin.route, encode(ack))]
        return super()._on_cmd(origin, cmd_, now)


def first_floor() -> Floor:
    """Three incidents, three vehicles, three seats with their people: where every run begins."""
    floor = Floor()
    floor.stations["st"] = Station("st", "S", "站", Point(126.6, 45.7))
    for name in SEATS:
        floor.seats[name] = Seat(name, name, "01")
        person = Dispatcher(f"d{name}", name, name, frozenset({Role.DISPATCHER}))
        floor.dispatchers[person.id] = person
    for name in VEHICLES:
        floor.vehicles[name] = Vehicle(name, name, name, VehicleKind.BASIC, "st")
    for number, name in enumerate(INCIDENTS, 1):
        floor.incidents[name] = Incident(
            name,
            f"01-20261121-{number:04d}",
            "01",
            IncidentType.ON_SCENE,
            Severity.UNKNOWN,
            Place(address="某处"),
            START_MS,
            None,
            None,
        )
    return floor
