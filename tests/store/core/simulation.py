"""One hub and three seats in a world of its own: virtual time, a lossy network, disks that lose what was not
synced, crashes, and a frozen hub that comes back. Everything follows from one seed.

The same logic runs here and in the real processes. `Bugs` plants known faults, to measure the simulator.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.floor import Floor, copy_of
from dispatch.kinds import (
    AbortReason,
    MilestoneSource,
    VehicleState,
)
from store.core.batch import Batch, Work, decide_batch, ids_to_look_up
from store.core.hub_logic import Identity, Origin, Publish, Reply
from store.core.journal import broken_at
from store.core.messages import Cmd, Evs, Tick, decode_from_hub, decode_to_hub
from store.core.roster import Machine, MachineRole
from store.core.seat_logic import Phase, SeatLogic, Send
from store.core.wire import encode
from tests.store.core.simulated_store import (
    DRAIN_MS,
    INCIDENTS,
    MACHINE_KEY,
    SEATS,
    SETTLE_MS,
    SIGN,
    STEPS,
    TICK_MS,
    VEHICLES,
    Bug,
    Disk,
    SimHubLogic,
    come_to_rest,
    demand,
)
from tests.store.core.simulated_world import SimulatedSeat, SimulatedWorld, found_by, played

LATE_MS_MAX = 60
LOOK_MS = 500
ZOMBIES_WAKE_MS = 2_500


class Hub:
    """One boot of the hub."""

    def __init__(self, world: "World") -> None:
        self.world = world
        epoch, floor, head = world.disk.claim()
        self.logic = SimHubLogic(Identity("01", f"hub{epoch.boot}", epoch, SIGN), floor, head)
        self.logic.bug = world.bug
        self.floor, self.head = floor, head
        self.frozen = self.dead = False
        self.later: list[Callable[[], None]] = []
        world.after(0, self.tick)

    def wake(self, action: Callable[[], None]) -> None:
        """Do it now, when thawed, or never."""
        if self.frozen:
            self.later.append(action)
        elif not self.dead:
            action()

    def tick(self) -> None:
        self.wake(lambda: self.emit(self.logic.on_time(self.world.now)))
        if not self.dead:
            self.world.after(TICK_MS, self.tick)

    def receive(self, seat: str, frame: bytes) -> None:
        origin = Origin(Machine(seat, MACHINE_KEY, MachineRole.SEAT, seat), seat.encode())
        self.emit(self.logic.on_message(origin, decode_to_hub(frame), self.world.now))
        self.write()

    def write(self) -> None:
        works = self.logic.next_batch()
        if works:
            self.world.after(self.world.random.randint(1, 30), lambda: self.wake(lambda: self.save(works)))

    def save(self, works: list[Work]) -> None:
        disk, world = self.world.disk, self.world
        known = {cid: disk.verdicts[cid] for cid in ids_to_look_up(works) if cid in disk.verdicts}
        desk, epoch = copy_of(self.floor), self.logic.identity.epoch
        batch = decide_batch(self.floor, works, known, self.head, epoch, world.now, desk=desk)
        assert batch.floor == desk, "what changes is told"
        if world.bug is Bug.ACK_BEFORE_DURABLE:
            self.committed(batch)
            world.after(
                world.random.randint(1, 40),
                lambda: self.dead or disk.commit(batch, self.logic.identity.epoch),
            )
            return
        if (
            not world.calm and world.random.random() < 0.02
        ):  # power lost in the middle of the commit: it may or may not be there
            if world.random.random() < 0.5:
                disk.commit(batch, self.logic.identity.epoch)
            world.crash_hub(self)
        elif disk.commit(batch, self.logic.identity.epoch):
            self.committed(batch)
        else:
            self.dead = True  # fenced

    def committed(self, batch: Batch) -> None:
        self.floor, self.head = batch.floor, batch.head
        active = [m.vehicle_id for m in batch.floor.missions.values() if m.active]
        demand(len(active) == len(set(active)), "one active mission per vehicle")
        self.emit(self.logic.on_committed(batch, self.world.now))
        self.write()

    def emit(self, outputs: list[Any]) -> None:
        for output in outputs:
            match output:
                case Reply(route, frame):
                    self.world.to_seat(route.decode(), frame, self)
                case Publish(frame):
                    for seat in SEATS:
                        self.world.to_seat(seat, frame, self)


class SimSeat(SimulatedSeat):
    """One seat: its disk outlives its crashes."""

    def __init__(self, world: "World", name: str) -> None:
        super().__init__(world, name)
        self.world = world
        self.sends: dict[str, int] = defaultdict(int)
        self.start()

    def start(self) -> None:
        self.dead = False
        self.screen = Floor()
        self.logic = SeatLogic(list(self.outbox.values()), self.world.now)
        self.handle(self.logic.connected(self.world.now))
        self.turn(self.logic)

    def turn(self, logic: SeatLogic) -> None:
        if self.logic is logic and not self.dead:
            self.handle(logic.on_time(self.world.now))
            self.world.after(50, lambda: self.turn(logic))

    def crash(self) -> None:
        self.dead = True
        if self.world.bug is Bug.OUTBOX_NOT_ON_DISK:
            self.outbox.clear()

    def receive(self, frame: bytes) -> None:
        message = decode_from_hub(frame)
        if self.world.bug is Bug.GAP_IGNORED and isinstance(message, Evs) and message.evs:
            replica = self.logic.replica
            replica.seq = max(replica.seq, message.evs[0].seq - 1)
        if self.world.bug is Bug.TICK_IGNORED and isinstance(message, Tick):
            message = replace(message, seq=0)
        self.handle(self.logic.on_message(message, self.world.now))

    def carry_out(self, happening: Any) -> None:
        if isinstance(happening, Send):
            self.send(happening.message)

    def send(self, message: Any) -> None:
        if isinstance(message, Cmd):
            self.sends[message.cid] += 1
            if self.world.bug is Bug.NEW_ID_ON_RETRY and self.sends[message.cid] > 1:
                message = replace(message, cid=f"{message.cid}+{self.sends[message.cid]}", after=None)
            if self.world.bug is Bug.GIVES_UP and self.sends[message.cid] > 2:
                self.logic.outbox.settle(message.cid, self.world.now)
                self.outbox.pop(message.cid, None)
        self.world.to_hub(self.name, encode(message))


class World(SimulatedWorld):
    """The network and the faults."""

    def __init__(self, seed: int, bug: Bug | None = None) -> None:
        super().__init__(seed, [(0.0, 0.0), (0.05, 0.05), (0.2, 0.1)])
        self.bug = bug
        self.cut: dict[str, int] = {}
        self._missions = 0
        self.disk = Disk(bug)
        self.hub: Hub | None = None
        self.zombies: list[Hub] = []
        self.start_hub()
        self.seats = {name: SimSeat(self, name) for name in SEATS}

    # --- network ----------------------------------------------------------------------------------

    def _deliver(self, seat: str, action: Callable[[], None]) -> None:
        self.carry(self.cut.get(seat, 0), LATE_MS_MAX, action)

    def to_hub(self, seat: str, frame: bytes) -> None:
        hub = self.hub
        if hub is not None:
            self._deliver(seat, lambda: hub.wake(lambda: hub.receive(seat, frame)))

    def to_seat(self, name: str, frame: bytes, hub: Hub) -> None:
        def arrive() -> None:
            seat = self.seats[name]
            if not seat.dead:
                seat.receive(frame)

        self._deliver(name, arrive)

    # --- faults -----------------------------------------------------------------------------------

    def start_hub(self) -> None:
        if self.hub is None:
            self.hub = Hub(self)

    def crash_hub(self, hub: Hub) -> None:
        hub.dead = True
        if hub is self.hub:
            self.hub = None
            self.after(self.random.randint(50, 1500), self.start_hub)

    def freeze_hub(self) -> None:
        """The hub stands still, another starts in its place, then the first wakes up."""
        hub = self.hub
        if hub is None:
            return
        hub.frozen = True
        self.hub = None
        self.start_hub()
        self.after(self.random.randint(10, 2000), lambda: self.thaw(hub))

    def thaw(self, hub: Hub) -> None:
        hub.frozen = False
        later, hub.later = hub.later, []
        for action in later:
            hub.wake(action)

    def restart_seat(self, seat: SimSeat) -> None:
        if not seat.dead:
            seat.crash()
            self.after(self.random.randint(10, 1000), seat.start)

    # --- work -------------------------------------------------------------------------------------

    def step(self) -> None:
        roll = self.random.random()
        seat = self.seats[self.random.choice(SEATS)]
        if roll < 0.78:
            if not seat.dead:
                for _ in range(self.random.randint(1, 3)):
                    seat.order(self.command(seat), self.random.choice((400, 60_000, 60_000)))
        elif roll < 0.88:
            self.cut[seat.name] = self.now + self.random.randint(50, 4000)
        elif roll < 0.92:
            self.restart_seat(seat)
        elif roll < 0.94 and self.hub is not None:
            self.crash_hub(self.hub)
        elif roll < 0.98:
            self.freeze_hub()
        self.run_until(self.now + self.random.choice((1, 5, 30, 200, 600)))

    def command(self, seat: SimSeat) -> cmd.Command:
        """Something a dispatcher could do by the picture on that screen, which may be an old one."""
        choice = self.random.random()
        vehicle = self.random.choice(VEHICLES)
        running = [m.id for m in seat.screen.missions.values() if m.active]
        if choice < 0.3 and running:
            kind = self.random.choice(STEPS)
            return cmd.RecordMilestone(self.random.choice(running), kind, self.now, MilestoneSource.SEAT)
        if choice < 0.6 or not running:
            self._missions += 1
            return cmd.AssignVehicle(f"m{self._missions}", self.random.choice(INCIDENTS), vehicle)
        if choice < 0.85:
            return cmd.AbortMission(self.random.choice(running), AbortReason.OTHER, "x")
        return cmd.SetVehicleState(
            vehicle, self.random.choice((VehicleState.ON_ROAD, VehicleState.IN_STATION))
        )

    def settle(self) -> None:
        """Everything has to come to rest; then whoever still stood still wakes up."""
        come_to_rest(self, DRAIN_MS, LOOK_MS, SETTLE_MS)
        self.run_until(self.now + ZOMBIES_WAKE_MS)
        self.check()

    def unrest(self) -> str:
        """What waits for an answer, or has not heard everything; "": only Ticks can still come."""
        if self.hub is None:
            return "there is no hub"
        for seat in self.seats.values():
            if seat.dead or seat.outbox or seat.logic.phase(self.now) is not Phase.LIVE:
                return f"{seat.name}: {seat.logic.phase(self.now)} {list(seat.outbox)[:3]}"
            if seat.logic.replica.seq != len(self.disk.journal):
                return f"{seat.name} is behind"
        return ""

    def check(self) -> None:
        disk = self.disk
        demand(broken_at(disk.journal) is None, "the journal is contiguous and its chain whole")
        runs = [e.cid for n, e in enumerate(disk.journal) if not n or disk.journal[n - 1].cid != e.cid]
        demand(len(runs) == len(set(runs)), "a command has its effects once")
        issued = {cid for seat in self.seats.values() for cid in seat.issued}
        demand(issued >= set(disk.decided), "nothing is decided that nobody ordered")
        truth = disk.replay()
        for seat in self.seats.values():
            demand(seat.logic.phase(self.now) is Phase.LIVE, f"{seat.name} is live in the end")
            demand(seat.logic.replica.floor == truth, f"{seat.name}: the replica equals the journal")
            demand(seat.screen == truth, f"{seat.name}: the screen equals the journal")
            self.check_verdicts(seat, runs)

    def check_verdicts(self, seat: SimSeat, runs: list[str]) -> None:
        demand(not seat.outbox, f"{seat.name}: every command has its verdict or its deadline has passed")
        missing = [c for c in seat.issued if c not in seat.told and c not in seat.expired]
        demand(not missing, f"{seat.name}: no command is lost: {missing}")
        effects = set(runs)
        for cid, told in seat.told.items():
            stored = self.disk.verdicts.get(cid)
            demand(stored is not None, f"{cid}: told but not durable")
            demand(
                bool(stored and stored.refusal) == (told.refusal is not None),
                f"{cid}: told and stored differ",
            )
            demand(told.refusal is None or cid not in effects, f"{cid}: told refused, applied all the same")
        firm = [cid for cid in seat.issued if cid not in seat.expired]
        decided = [cid for cid in self.disk.decided if cid in set(firm)]
        demand(decided == [cid for cid in firm if cid in set(decided)], f"{seat.name}: its order is kept")


def run(seed: int, bug: Bug | None = None, steps: int = 60) -> World:
    """One run; raises Broken."""
    return played(World(seed, bug), steps)


def find(bug: Bug, runs_max: int) -> int | None:
    """The number of runs it took to find a planted bug; `None`: it escaped."""
    return found_by(run, bug, runs_max)
