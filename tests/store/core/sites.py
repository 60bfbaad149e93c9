"""A city and a district in a world of their own: virtual time, lossy lines, crashes, takeovers, hand-overs.

Either site may command, follow, be cut off (also one way), be frozen while another start takes its place, and
come back after a split; seats change between them; ambulances keep the real fence. All follows from one seed.
"""

import heapq
import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from dispatch import commands as cmd
from dispatch.floor import Floor, apply
from dispatch.kinds import AbortReason, ConflictChoice, MilestoneSource, VehicleState
from dispatch.words import Authority
from radio.terminal.order_text import Fence, OrderTail, Verdict
from store.core.batch import Batch
from store.core.journal import HEAD_ZERO, broken_at
from store.core.messages import (
    Ack,
    BadMessage,
    Cmd,
    Entry,
    Epoch,
    Evs,
    Forward,
    Late,
    Nack,
    decode_from_hub,
    decode_to_hub,
    encode,
)
from store.core.outbox import Waiting
from store.core.replica import Applied
from store.core.roster import Machine, MachineRole
from store.core.seat_logic import (
    Expired,
    FloorReplaced,
    Phase,
    SeatLogic,
    Send,
    TryNextHub,
    VerdictCame,
)
from store.core.tokens import Token, seal
from tests.store.core.simulated_store import INCIDENTS, MACHINE_KEY, SIGN, START_MS, STEPS, VEHICLES
from tests.store.core.site_disk import (
    CITY_SITE,
    DISTRICT,
    SEATS_OF,
    SITES,
    Broken,
    SiteBug,
    SiteDisk,
    demand,
)
from tests.store.core.site_parties import TICK, Follower, Leader, Party

WARM_UP_MS = 1_500
DRAIN_MS = 2_000
QUIET_MS_MAX = 120_000
SLICE_MS = 1_000
SEAT_TURN_MS = 100
HOP_MS = 300
ONLY_KEPT = {"CameLate", "ConflictFound", "ConflictGrew"}
"""Rows of a late order that say only that somebody has to look at it."""


class SimSeat:
    """One seat: its outbox outlives its crashes; it tries the other site when the one it hears is silent."""

    def __init__(self, world: "World", name: str, home: str) -> None:
        self.world, self.name, self.at = world, name, home
        self.outbox: dict[str, Waiting] = {}
        self.issued: list[str] = []
        self.told: dict[str, VerdictCame] = {}
        self.expired: set[str] = set()
        self.dead = False
        self.hopped_at = 0
        self.token = seal(Token(MACHINE_KEY, f"d{name}", name, 0, START_MS * 1000), SIGN)
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
            self.world.after(SEAT_TURN_MS, lambda: self.turn(logic))

    def order(self, command: cmd.Command, deadline_ms: int) -> None:
        now = self.world.now
        cid = f"{self.name}-{len(self.issued)}"
        waiting = Waiting(cid, encode(command), now, now + deadline_ms, self.token)
        self.issued.append(cid)
        self.outbox[cid] = waiting
        self.handle(self.logic.ordered(waiting, now))

    def receive(self, frame: bytes) -> None:
        message = decode_from_hub(frame)
        if isinstance(message, Nack) and message.reason == "elsewhere":
            self.handle([TryNextHub()])
        self.handle(self.logic.on_message(message, self.world.now))

    def handle(self, happenings: list[Any]) -> None:
        for happening in happenings:
            match happening:
                case Send(message):
                    self.world.from_seat(self, encode(message))
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
                case TryNextHub() if self.world.now - self.hopped_at >= HOP_MS:
                    self.hopped_at = self.world.now
                    self.at = self.world.other(self.at)
                    self.world.after(HOP_MS, self.connected)

    def connected(self) -> None:
        if not self.dead:
            self.handle(self.logic.connected(self.world.now))


class World:
    """Virtual time, the network, the faults, and what must hold at every moment."""

    def __init__(self, seed: int, bug: SiteBug | None = None) -> None:
        self.random = random.Random(seed)
        self.bug = bug
        self.now = START_MS
        self.calm = False
        self.cut: dict[tuple[str, str], int] = {}
        self.loss, self.twice = self.random.choice([(0.0, 0.0), (0.02, 0.02), (0.1, 0.05)])
        self._heap: list[tuple[int, int, Callable[[], Any]]] = []
        self._n = self._missions = self._cids = 0
        self.line = 0
        self.arrived = dict.fromkeys(SITES, 0)
        self.machines = _machines()
        self.terminals = dict.fromkeys(VEHICLES, Fence())
        self.seen: dict[tuple[Epoch, int], bytes] = {}
        self.shown = dict.fromkeys(SITES, 0)
        self.handed_on: dict[str, set[str]] = {site: set() for site in SITES}
        self.ever_decided: set[str] = set()
        self.row_of: dict[str, int] = {}
        self.holder_of: dict[int, str] = {}
        self.gave: dict[str, int] = {}
        self.planned: set[int] = set()
        self.counts: dict[str, int] = defaultdict(int)
        self.disks = {site: SiteDisk(site, bug) for site in SITES}
        self.disks[CITY_SITE].begin()
        self.parties: dict[str, Party] = {}
        for site in SITES:
            self.start(site)
        self.seats = {name: SimSeat(self, name, site) for site in SITES for name in SEATS_OF[site]}
        self.run_until(self.now + WARM_UP_MS)

    # --- time and lines ---------------------------------------------------------------------------

    def after(self, ms: int, action: Callable[[], Any]) -> None:
        self._n += 1
        heapq.heappush(self._heap, (self.now + ms, self._n, action))

    def run_until(self, end: int) -> None:
        while self._heap and self._heap[0][0] <= end:
            self.now, _, action = heapq.heappop(self._heap)
            action()
        self.now = end

    def other(self, site: str) -> str:
        return DISTRICT if site == CITY_SITE else CITY_SITE

    def line_cut(self, site: str) -> bool:
        other = self.other(site)
        return (
            not self.calm and max(self.cut.get((site, other), 0), self.cut.get((other, site), 0)) > self.now
        )

    def _deliver(self, from_: str, to: str, action: Callable[[], None]) -> None:
        if not self.calm and self.now < self.cut.get((from_, to), 0):
            return
        copies = 1
        if not self.calm:
            copies = 0 if self.random.random() < self.loss else 1 + (self.random.random() < self.twice)
        for _ in range(copies):
            self.after(self.random.randint(1, 5 if self.calm else 50), action)

    def from_seat(self, seat: SimSeat, frame: bytes) -> None:
        party = self.parties.get(seat.at)
        if party is not None:
            self._deliver(seat.name, seat.at, lambda: party.wake(lambda: party.from_seat(seat.name, frame)))

    def to_seat(self, name: str, frame: bytes, party: Party) -> None:
        seat = self.seats[name]
        if seat.at == party.site:
            self._deliver(party.site, name, lambda: seat.dead or seat.receive(frame))

    def to_site(self, sender: Party, frame: bytes) -> None:
        """Over the one stream between both sites: in order, and what is under way when it breaks is gone."""
        site = sender.site
        party, line = self.parties.get(self.other(site)), self.line
        if isinstance(party, Follower) and party.connected_to is not sender:
            return
        if party is None or (not self.calm and self.now < self.cut.get((site, party.site), 0)):
            return
        if not frame.startswith(TICK) and isinstance(party, Follower) == _is_question(frame):
            return  # what is meant for the role this site had before
        if not self.calm and self.random.random() < self.loss / 4:
            self.break_line()
            return
        arrives = max(self.now + self.random.randint(1, 5 if self.calm else 50), self.arrived[site])
        self.arrived[site] = arrives

        def arrive() -> None:
            if self.line == line:
                party.wake(lambda: party.from_site(frame))

        self.after(arrives - self.now, arrive)

    def break_line(self) -> None:
        self.line += 1
        for party in self.parties.values():
            if isinstance(party, Follower):
                party.connected_to, party.last_try = None, self.now

    def to_terminal(self, vehicle: str, tail: OrderTail) -> None:
        if self.random.random() < 0.7:
            self.after(self.random.randint(50, 3000), lambda: self.terminal(vehicle, tail))

    def terminal(self, vehicle: str, tail: OrderTail) -> None:
        fence = self.terminals[vehicle]
        verdict, after = fence.judge(tail)
        if self.bug is SiteBug.NO_TERMINAL_FENCE and verdict is not Verdict.DUPLICATE:
            verdict, after = Verdict.ACCEPT, Fence((0, ""), "" if tail.recall else tail.order_no)
        moved = verdict is Verdict.ACCEPT and fence.doing and tail.replaces != fence.doing
        demand(not moved, "an ambulance is never moved by two orders")
        demand(after.highest >= fence.highest, "an ambulance never goes back to an older command")
        self.terminals[vehicle] = after

    # --- processes --------------------------------------------------------------------------------

    def start(self, site: str) -> None:
        if site not in self.parties:
            self.parties[site] = Leader(self, site) if self.disks[site].leads else Follower(self, site)

    def restart(self, site: str, *, as_follower: bool = False) -> None:
        """The same program in its other role, or once more."""
        party = self.parties.pop(site, None)
        if party is not None:
            party.dead = True
        if as_follower:
            self.disks[site].leads = False
            self.counts["followed"] += 1
        self._check_shown(site)
        self.start(site)

    def crash(self, site: str, party: Party) -> None:
        party.dead = True
        if self.parties.get(site) is party:
            del self.parties[site]
            self._check_shown(site)
            self.after(self.random.randint(50, 1500), lambda: self.start(site))

    def freeze(self, site: str) -> None:
        """A hub stands still, another start takes its place, then the first wakes up."""
        party = self.parties.get(site)
        if not isinstance(party, Leader):
            return
        party.frozen = True
        del self.parties[site]
        self.start(site)

        def thaw() -> None:
            party.frozen = False
            later, party.later = party.later, []
            for action in later:
                party.wake(action)

        self.after(self.random.randint(10, 2000), thaw)

    def begin_command(self, site: str, word: Authority) -> None:
        disk = self.disks[site]
        self._check_shown(site)
        for cid in self.handed_on[site]:
            demand(cid in disk.verdicts, f"{cid}: handed on to a seat here, not in the copy that takes over")
        if self.bug is SiteBug.NO_VERDICTS_AFTER_TAKEOVER:
            disk.verdicts.clear()
        disk.word, disk.leads = word, True
        self.counts["taken"] += 1
        self.restart(site)

    def told_to_command(self, site: str, word: Authority) -> None:
        """What a hand-over must not do: tell the other before it has everything."""
        if isinstance(self.parties.get(site), Follower) and self.disks[site].base is not None:
            self.begin_command(site, word)

    def new_cid(self) -> str:
        self._cids += 1
        return f"own-{self._cids}"

    # --- what must always hold --------------------------------------------------------------------

    def _check_shown(self, site: str) -> None:
        head = self.disks[site].head
        if not self.disks[site].abandoned and head is not None:
            demand(self.shown[site] <= head.seq, f"{site}: rows were shown that are not durable here")

    def check_floor(self, floor: Floor) -> None:
        active = [mission.vehicle_id for mission in floor.missions.values() if mission.active]
        demand(len(active) == len(set(active)), "one active mission per vehicle")

    def decided(self, leader: Leader, batch: Batch) -> None:
        epoch = leader.epoch
        fresh = [verdict.cid for verdict in batch.verdicts]
        demand(not any(cid.startswith("forged") for cid in fresh), "only machines of its own site")
        demand(self.holder_of.setdefault(epoch.term, epoch.site) == epoch.site, "one holder of a term")
        gave = self.gave.get(epoch.site, 0)
        demand(not batch.entries or epoch.term > gave, "who handed over decides nothing any more")
        self.ever_decided.update(fresh)
        self.row_of.update((entry.cid, entry.seq) for entry in batch.entries)
        for entry in batch.entries:
            self._note(entry.epoch, entry)
        if leader.disk.holder(batch.floor)[1] != epoch.site:
            self.gave[epoch.site] = epoch.term
            self.counts["handed over"] += 1

    def _note(self, epoch: Epoch, entry: Entry) -> None:
        self.seen.setdefault((epoch, entry.seq), entry.body)

    def published(self, party: Party, message: Any) -> None:
        if not isinstance(message, Evs):
            return
        for ev in message.evs:
            self.shown[party.site] = max(self.shown[party.site], ev.seq)
            first = self.seen.setdefault((message.epoch, ev.seq), ev.body)
            demand(first == ev.body, f"{message.epoch} {ev.seq} means one thing")

    def acknowledged(self, party: Party, ack: Ack) -> None:
        demand(ack.cid in self.ever_decided, f"{ack.cid}: only who commands decides")
        if not isinstance(party, Follower):
            return
        if not ack.refusal and ack.cid in self.row_of:
            head = party.disk.head
            had = head is not None and head.seq >= self.row_of[ack.cid]
            demand(had, f"{ack.cid}: a relay hands a verdict on when its copy has the row")
            self.handed_on[party.site].add(ack.cid)

    def check_tail(self, holder: Epoch, tail: list[Late]) -> None:
        self.counts["handed in"] += len(tail)
        behind = any(late.term == holder.term - 1 for late in tail)
        demand(not behind or holder.term not in self.planned, "a planned hand-over leaves nothing behind")

    # --- work and faults --------------------------------------------------------------------------

    def step(self) -> None:
        roll = self.random.random()
        seat = self.seats[self.random.choice([*self.seats])]
        site = self.random.choice(SITES)
        if roll < 0.66:
            if not seat.dead:
                for _ in range(self.random.randint(1, 3)):
                    seat.order(self.command(seat), self.random.choice((400, 60_000, 60_000)))
        else:
            self.trouble(roll, seat, site)
        self.run_until(self.now + self.random.choice((1, 5, 30, 200, 600)))

    def trouble(self, roll: float, seat: SimSeat, site: str) -> None:
        until = self.now + self.random.randint(200, 9000)
        party = self.parties.get(site)
        if roll < 0.70:
            self.cut[seat.name, seat.at] = self.cut[seat.at, seat.name] = until
        elif roll < 0.76:
            self.cut[CITY_SITE, DISTRICT] = self.cut[DISTRICT, CITY_SITE] = until
            self.break_line()
        elif roll < 0.79:
            self.cut[site, self.other(site)] = until
        elif roll < 0.81:
            self.restart_seat(seat)
        elif roll < 0.86 and party is not None:
            self.crash(site, party)
        elif roll < 0.88:
            self.freeze(site)
        elif roll < 0.95 and isinstance(party, Follower):
            party.take_command(break_glass=self.random.random() < 0.3)
        elif roll < 0.985 and isinstance(party, Leader) and not party.frozen:
            party.hand_over()
        elif isinstance(party, Follower):
            self.forge(site)

    def restart_seat(self, seat: SimSeat) -> None:
        if not seat.dead:
            seat.dead = True
            self.after(self.random.randint(10, 1000), seat.start)

    def forge(self, site: str) -> None:
        """A relay speaks for a machine that does not stand in its site."""
        victim = self.seats[SEATS_OF[self.other(site)][0]]
        cid = f"forged-{self.new_cid()}"
        order = Cmd(cid=cid, body=encode(self.command(victim)), at=self.now, deadline_at=self.now + 60_000)
        frame = encode(Forward(machine=victim.name, route=b"x", frame=encode(order)))
        self.to_site(self.parties[site], frame)

    def command(self, seat: SimSeat) -> cmd.Command:
        """Something a dispatcher could do by the picture on that screen, which may be an old one."""
        choice = self.random.random()
        vehicle = self.random.choice(VEHICLES)
        running = [mission.id for mission in seat.screen.missions.values() if mission.active]
        conflicts = [one.id for one in seat.screen.conflicts.values() if one.settled is None]
        if conflicts and choice < 0.4:
            chosen = self.random.choice((ConflictChoice.KEEP_OURS, ConflictChoice.KEEP_LATE))
            return cmd.SettleConflict(self.random.choice(conflicts), chosen, "核对")
        if choice < 0.3 and running:
            kind = self.random.choice(STEPS)
            return cmd.RecordMilestone(self.random.choice(running), kind, self.now, MilestoneSource.SEAT)
        if choice < 0.6 or not running:
            self._missions += 1
            return cmd.AssignVehicle(f"m{self._missions}", self.random.choice(INCIDENTS), vehicle)
        if choice < 0.9:
            return cmd.AbortMission(self.random.choice(running), AbortReason.OTHER, "x")
        return cmd.SetVehicleState(
            vehicle, self.random.choice((VehicleState.ON_ROAD, VehicleState.IN_STATION))
        )

    # --- the end ----------------------------------------------------------------------------------

    def settle(self) -> None:
        """Nobody orders any more, lines stay bad for a while, then heal: everything has to come to rest."""
        self.run_until(self.now + DRAIN_MS)
        self.calm = True
        self.cut.clear()
        end = self.now + QUIET_MS_MAX
        unrest = "not looked yet"
        while unrest:
            demand(self.now < end, f"everything settles: {unrest}")
            self.run_until(self.now + SLICE_MS)
            unrest = self.unrest()
        self.check()

    def unrest(self) -> str:
        """What has not come to rest; "" when all has."""
        leaders = [one for one in self.parties.values() if isinstance(one, Leader) and one.commands]
        if len(self.parties) != len(SITES) or len(leaders) != 1:
            return f"{len(leaders)} hubs command"
        leader = leaders[0]
        follower = self.parties[self.other(leader.site)]
        if not isinstance(follower, Follower) or follower.rejoin is not None:
            return f"{follower.site} does not follow"
        if leader.handing or leader.logic._expected or follower.disk.head != leader.disk.head:
            return f"{follower.site} is behind: {follower.disk.head} {leader.disk.head}"
        for seat in self.seats.values():
            if seat.dead or seat.outbox or seat.logic.phase(self.now) is not Phase.LIVE:
                return f"{seat.name}: {seat.logic.phase(self.now)} {list(seat.outbox)[:3]}"
            if seat.logic.replica.seq != leader.logic.head.seq:
                return f"{seat.name} is behind"
        return ""

    def check(self) -> None:
        rows: dict[int, Entry] = {}
        floors = []
        for disk in self.disks.values():
            demand(broken_at(disk.journal, disk.base or HEAD_ZERO) is None, "the chain is whole")
            floors.append(disk.replay())
            for entry in disk.journal:
                demand(rows.setdefault(entry.seq, entry) == entry, "both journals are one")
        truth = floors[0]
        demand(floors[1] == truth, "both floors are one")
        journal = [rows[seq] for seq in sorted(rows)]
        runs = [e.cid for n, e in enumerate(journal) if not n or journal[n - 1].cid != e.cid]
        demand(len(runs) == len(set(runs)), "a command has its effects once")
        kinds: dict[str, set[str]] = defaultdict(set)
        for entry in journal:
            kinds[entry.cid].add(entry.kind)
        for seat in self.seats.values():
            demand(seat.logic.replica.floor == truth, f"{seat.name}: the replica equals the journal")
            demand(seat.screen == truth, f"{seat.name}: the screen equals the journal")
            self.check_verdicts(seat, kinds)

    def check_verdicts(self, seat: SimSeat, kinds: dict[str, set[str]]) -> None:
        missing = [cid for cid in seat.issued if cid not in seat.told and cid not in seat.expired]
        demand(not missing, f"{seat.name}: no command is lost: {missing}")
        for cid, told in seat.told.items():
            if told.refusal is None:
                demand(cid not in self.row_of or cid in kinds, f"{cid}: accepted and lost")
            else:
                demand(kinds.get(cid, set()) <= ONLY_KEPT, f"{cid}: told refused, done all the same")


def _machines() -> dict[str, Machine]:
    machines = {}
    for site in SITES:
        machines[f"relay-{site}"] = Machine(f"relay-{site}", "r" * 40, MachineRole.RELAY, site=site)
        for name in SEATS_OF[site]:
            machines[name] = Machine(name, MACHINE_KEY, MachineRole.SEAT, name, site)
    return machines


def _is_question(frame: bytes) -> bool:
    """True for a relay's word to a hub, False for a hub's to a relay."""
    try:
        decode_to_hub(frame)
    except BadMessage:
        return False
    return True


def run(seed: int, bug: SiteBug | None = None, steps: int = 60) -> World:
    """One run; raises Broken."""
    world = World(seed, bug)
    for _ in range(steps):
        world.step()
    world.settle()
    return world


def find(bug: SiteBug, runs_max: int) -> int | None:
    """The number of runs it took to find a planted fault; `None`: it escaped."""
    for seed in range(runs_max):
        try:
            run(seed, bug)
        except (Broken, KeyError):
            return seed + 1
    return None
