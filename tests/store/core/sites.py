"""A city and a district in a world of their own: virtual time, lossy lines, crashes, takeovers, hand-overs.

Either site may command, follow, be cut off (also one way), be frozen while another start takes its place, and
come back after a split; seats change between them; ambulances keep the real fence. All follows from one seed.
"""

from collections.abc import Callable
from typing import Any

from dispatch import commands as cmd
from dispatch.kinds import AbortReason, ConflictChoice, MilestoneSource, VehicleState
from dispatch.sites import Authority
from radio.terminal.order_text import Fence, OrderTail, Verdict
from store.core.messages import Cmd, decode_to_hub
from store.core.roster import Machine, MachineRole
from store.core.site_messages import Forward
from store.core.wire import BadMessage, encode
from tests.store.core.simulated_store import (
    INCIDENTS,
    MACHINE_KEY,
    STEPS,
    VEHICLES,
    come_to_rest,
)
from tests.store.core.simulated_world import SimulatedWorld, found_by, played
from tests.store.core.site_disk import (
    CITY_SITE,
    DISTRICT,
    SEATS_OF,
    SITES,
    SiteBug,
    SiteDisk,
    demand,
)
from tests.store.core.site_hub import Leader
from tests.store.core.site_party import TICK, Party
from tests.store.core.site_relay import Follower
from tests.store.core.site_seat import SimSeat
from tests.store.core.site_watch import Watch

LATE_MS_MAX = 50
WARM_UP_MS = 1_500
DRAIN_MS = 2_000
QUIET_MS_MAX = 120_000
SLICE_MS = 1_000


class World(SimulatedWorld, Watch):
    """The network, the faults, and what must hold at every moment."""

    def __init__(self, seed: int, bug: SiteBug | None = None) -> None:
        SimulatedWorld.__init__(self, seed, [(0.0, 0.0), (0.02, 0.02), (0.1, 0.05)])
        Watch.__init__(self)
        self.bug = bug
        self.cut: dict[tuple[str, str], int] = {}
        self._missions = self._cids = 0
        self.line = 0
        self.arrived = dict.fromkeys(SITES, 0)
        self.machines = _machines()
        self.terminals = dict.fromkeys(VEHICLES, Fence())
        self.disks = {site: SiteDisk(site, bug) for site in SITES}
        self.disks[CITY_SITE].begin()
        self.parties: dict[str, Party] = {}
        for site in SITES:
            self.start(site)
        self.seats = {name: SimSeat(self, name, site) for site in SITES for name in SEATS_OF[site]}
        self.run_until(self.now + WARM_UP_MS)

    # --- lines ------------------------------------------------------------------------------------

    def line_cut(self, site: str) -> bool:
        other = self.other(site)
        return (
            not self.calm and max(self.cut.get((site, other), 0), self.cut.get((other, site), 0)) > self.now
        )

    def _deliver(self, from_: str, to: str, action: Callable[[], Any]) -> None:
        self.carry(self.cut.get((from_, to), 0), LATE_MS_MAX, action)

    def from_seat(self, seat: SimSeat, frame: bytes) -> None:
        party = self.parties.get(seat.at)
        if party is not None:
            self._deliver(seat.name, seat.at, lambda: party.wake(lambda: party.from_seat(seat.name, frame)))

    def to_seat(self, name: str, frame: bytes, party: Party) -> None:
        seat = self.seats[name]
        if seat.at == party.site:
            self._deliver(party.site, name, lambda: seat.dead or seat.receive(frame))

    def to_follower(self, sender: Party, _site: str, frame: bytes) -> None:
        """A hub's answer: with two sites there is one relay to answer."""
        self.to_site(sender, frame)

    def to_followers(self, sender: Party, frame: bytes) -> None:
        self.to_site(sender, frame)

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

    # --- work and faults --------------------------------------------------------------------------

    def step(self) -> None:
        roll = self.random.random()
        seat = self.seats[self.random.choice([*self.seats])]
        site = self.random.choice(SITES)
        if roll < 0.66:
            if not seat.dead and not seat.frozen:
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
        elif roll < 0.80:
            self.restart_seat(seat)
        elif roll < 0.81:
            self.freeze_seat(seat)
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
            seat.dead, seat.frozen, seat.held = True, False, []
            self.after(self.random.randint(10, 1000), seat.start)

    def freeze_seat(self, seat: SimSeat) -> None:
        """It stands still for a while; what its socket holds comes all at once, the rest is lost."""
        if not seat.frozen:
            seat.frozen = True
            self.after(self.random.randint(300, 60_000), seat.thaw)

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
        """Everything has to come to rest."""
        come_to_rest(self, DRAIN_MS, SLICE_MS, QUIET_MS_MAX)
        self.check()


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
    return played(World(seed, bug), steps)


def find(bug: SiteBug, runs_max: int) -> int | None:
    """The number of runs it took to find a planted fault; `None`: it escaped."""
    return found_by(run, bug, runs_max)
