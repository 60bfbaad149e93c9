"""A hub and a relay as pure logic, joined by two lists of frames; their disks are as slow as a test wants."""

from collections import deque
from typing import Any

from dispatch import commands as cmd
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.words import Dispatcher, Point, Seat, Station
from store.core.batch import Batch, decide_batch, decided_by
from store.core.copied import CopyJob, fold
from store.core.decided import Decided
from store.core.following import Copy, PublishPositions, ToTheHub
from store.core.greeting import Identity
from store.core.hub_logic import HubLogic
from store.core.journal import Head
from store.core.line import Line
from store.core.messages import (
    Cmd,
    Positions,
    decode_from_hub,
    decode_to_hub,
)
from store.core.outputs import Origin, Publish, ReadJournal, Reply, addressed
from store.core.relay_logic import RelayLogic
from store.core.roster import Machine, MachineRole
from store.core.seals import SignKey
from store.core.tokens import Token, seal
from store.core.wire import EPOCH_ZERO, Epoch, encode

NOW = 1_790_000_000_000
HUB_SIGN, RELAY_SIGN = SignKey("hub", b"h" * 32), SignKey("relay-02", b"r" * 32)
RELAY = Machine("relay-02", "r" * 40, MachineRole.RELAY, site="02")
SEAT = Machine("seat-21", "s" * 40, MachineRole.SEAT, "21", site="02")
FOREIGN = Machine("seat-31", "f" * 40, MachineRole.SEAT, "31", site="03")
ROSTER = {one.name: one for one in (RELAY, SEAT, FOREIGN)}
LINE = b"line"
TOKEN = seal(Token(SEAT.public_key, "d1", "s21", NOW, NOW + 3_600_000), HUB_SIGN)


def floor() -> Floor:
    person = Dispatcher("d1", "1001", "王芳", frozenset({Role.DISPATCHER}))
    return Floor(seats={"s21": Seat("s21", "21", "02")}, dispatchers={"d1": person})


def new_hub(boot: int = 1, kept: Floor | None = None, head: Head | None = None) -> HubLogic:
    identity = Identity("01", "hub", Epoch(1, "01", boot), HUB_SIGN, 5571, 5572)
    return HubLogic(identity, kept or floor(), head or Head(), ROSTER.get)


class Sites:
    """A hub and a relay; frames wait in two queues until `pump`. `copy_now` False: the disk is slow."""

    def __init__(self) -> None:
        self.now = NOW
        self.hub = new_hub()
        self.relay = RelayLogic(
            Identity("02", "relay", EPOCH_ZERO, RELAY_SIGN, 6571, 6572), Floor(), None, Line(), NOW
        )
        self.cut = False
        self.copy_now = True
        self.jobs: deque[CopyJob] = deque()
        self.published: list[Any] = []
        self.answers: list[Any] = []
        self.positions: list[Positions] = []
        self.other: list[Any] = []
        self.to_hub: deque[bytes] = deque()
        self.to_relay: deque[bytes] = deque()
        self.copied_floor, self.copied_head = Floor(), Head()
        self.journal: list[Any] = []
        self.decided: list[Decided] = []
        self.copied: dict[str, Decided] = {}

    def connect(self) -> None:
        self.relay_out(self.relay.connected(self.now))
        self.pump()

    def relay_out(self, outputs: list[Any]) -> None:
        for output in outputs:
            match output:
                case ToTheHub(message):
                    if not self.cut:
                        self.to_hub.append(encode(message))
                case Copy(job):
                    self.jobs.append(job)
                case Publish(frame):
                    self.published.append(decode_from_hub(frame))
                case Reply(_, frame):
                    self.answers.append(decode_from_hub(frame))
                case PublishPositions(frame):
                    self.positions.append(decode_from_hub(frame))
                case _:
                    self.other.append(output)

    def hub_out(self, outputs: list[Any]) -> None:
        for output in outputs:
            if isinstance(output, Reply):
                route, frame = addressed(output)
                if route == LINE and not self.cut:
                    self.to_relay.append(frame)
            elif isinstance(output, ReadJournal):
                rows = tuple(row for row in self.journal if row.seq > output.follow.seq)
                first = 0 if output.follow.before else output.follow.seq
                decided = tuple(one for one in self.decided if one.seq >= first)
                answer = self.hub.followers.on_rows(output, rows, self.hub.head, decided, 0)
                self.hub_out([*answer])

    def pump(self) -> None:
        while self.to_hub or self.to_relay or (self.copy_now and self.jobs):
            if self.to_hub:
                message = decode_to_hub(self.to_hub.popleft())
                self.hub_out(self.hub.on_message(Origin(RELAY, LINE), message, self.now))
                self.write()
            if self.to_relay:
                self.relay_out(self.relay.on_hub(decode_from_hub(self.to_relay.popleft()), self.now))
            if self.copy_now and self.jobs:
                self.copy()

    def copy(self) -> None:
        job = self.jobs.popleft()
        if job.base is not None:
            batch = Batch(job.base.floor, job.base.head)
        else:
            batch, unknown = fold(self.copied_floor, self.copied_head, job.entries, job.decided)
            assert unknown is None
        self.copied_floor, self.copied_head = batch.floor, batch.head
        self.copied |= {one.cid: one for one in batch.decided}
        self.relay_out(self.relay.on_copied(batch, self.now))

    def write(self) -> None:
        works = self.hub.next_batch()
        if works:
            batch = decide_batch(self.hub.floor, works, {}, self.hub.head, self.hub.identity.epoch, self.now)
            batch.decided = decided_by(batch.verdicts, works, self.now)
            self.decided += batch.decided
            self.journal += batch.entries
            self.hub_out(self.hub.on_committed(batch, self.now))

    def rows(self, count: int) -> None:
        """Events of the hub's own."""
        for _ in range(count):
            name = f"st{self.hub.head.seq}"
            order = cmd.RegisterStation(Station(name, name, "站", Point(126.6, 45.7)))
            self.hub.enqueue_own(name, order, self.now)
            self.write()

    def tick(self, ms: int = 200) -> None:
        self.now += ms
        self.hub_out(self.hub.on_time(self.now))
        self.relay_out(self.relay.on_time(self.now))
        self.pump()

    def from_seat(self, message: Any, machine: Machine = SEAT) -> None:
        self.relay_out(self.relay.on_message(Origin(machine, b"seat"), message, self.now))
        self.pump()


def joined() -> Sites:
    sites = Sites()
    sites.rows(3)
    sites.connect()
    sites.tick()
    return sites


def of(kind: type, messages: list[Any]) -> list[Any]:
    return [message for message in messages if isinstance(message, kind)]


def seat_order(cid: str) -> Cmd:
    body = encode(cmd.ReportRinging(f"call-{cid}", "13800000000"))
    return Cmd(cid=cid, body=body, at=NOW, deadline_at=NOW + 60_000, token=TOKEN)
