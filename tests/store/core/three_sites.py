"""A third site beside city and district: it only follows whoever commands, and may have copied further than
the site that took command. A commanding site may be lost for good, with its disk: then only the third one
has its last orders."""

import functools

from store.core.roster import Machine, MachineRole
from store.core.wire import Entry
from tests.store.core.simulated_world import found_by, played
from tests.store.core.site_disk import SITES, THIRD, SiteBug, SiteDisk
from tests.store.core.site_hub import Leader
from tests.store.core.site_party import Party
from tests.store.core.site_relay import Follower
from tests.store.core.sites import DRAIN_MS, WARM_UP_MS, World

APART_MS = 2_000
INSIST_MS = 500


class Third(Follower):
    """The relay of the third site."""

    def hub(self) -> Party | None:
        leaders = [one for one in self.world.parties.values() if isinstance(one, Leader)]
        return max(leaders, key=lambda one: one.epoch, default=None)

    def read_tail(self, fork: int) -> None:
        self.world.counts["third handed in"] += len(self.disk.tail(fork))
        super().read_tail(fork)


class ThreeSites(World):
    """The world of two sites with a third one that follows."""

    def __init__(self, seed: int, bug: SiteBug | None = None) -> None:
        self.third: Third | None = None
        super().__init__(seed, bug)
        self.machines[f"relay-{THIRD}"] = Machine(f"relay-{THIRD}", "r" * 40, MachineRole.RELAY, site=THIRD)
        self.disks[THIRD] = SiteDisk(THIRD, bug)
        self.third_line = 0
        self.third_arrived = {True: 0, False: 0}
        self.start(THIRD)
        self.run_until(self.now + WARM_UP_MS)  # every copy begins before the first order

    # --- its process and its line -----------------------------------------------------------------

    def start(self, site: str) -> None:
        if site != THIRD:
            super().start(site)
        elif self.third is None:
            self.third = Third(self, THIRD)

    def restart(self, site: str, *, as_follower: bool = False) -> None:
        if site != THIRD:
            super().restart(site, as_follower=as_follower)
            return
        self._end_third()
        self.start(THIRD)

    def crash(self, site: str, party: Party) -> None:
        if site != THIRD:
            super().crash(site, party)
            return
        party.dead = True
        if party is self.third:
            self._end_third()
            self.after(self.random.randint(50, 1500), lambda: self.start(THIRD))

    def _end_third(self) -> None:
        if self.third is not None:
            self.third.dead = True
            self.third = None
            self.third_line += 1

    def line_cut(self, site: str) -> bool:
        if site == THIRD:
            return not self.calm and self.cut.get((THIRD, THIRD), 0) > self.now
        return super().line_cut(site)

    def to_follower(self, sender: Party, site: str, frame: bytes) -> None:
        if site != THIRD:
            super().to_follower(sender, site, frame)
        elif self.third is not None and self.third.connected_to is sender:
            self._by_third_line(sender, self.third, frame)

    def to_followers(self, sender: Party, frame: bytes) -> None:
        super().to_followers(sender, frame)
        self.to_follower(sender, THIRD, frame)

    def to_site(self, sender: Party, frame: bytes) -> None:
        if not isinstance(sender, Third):
            super().to_site(sender, frame)
        elif sender is self.third and sender.connected_to is not None:
            self._by_third_line(sender, sender.connected_to, frame)

    def _by_third_line(self, sender: Party, to: Party, frame: bytes) -> None:
        """In order, and what is under way when it breaks is gone."""
        if self.line_cut(THIRD):
            return
        line, way = self.third_line, sender is self.third
        if not self.calm and self.random.random() < self.loss / 4:
            self.break_third_line()
            return
        arrives = max(self.now + self.random.randint(1, 5 if self.calm else 50), self.third_arrived[way])
        self.third_arrived[way] = arrives

        def arrive() -> None:
            if self.third_line == line:
                to.wake(lambda: to.from_site(frame, THIRD))

        self.after(arrives - self.now, arrive)

    def break_third_line(self) -> None:
        self.third_line += 1
        if self.third is not None:
            self.third.connected_to, self.third.last_try = None, self.now

    # --- faults -----------------------------------------------------------------------------------

    def step(self) -> None:
        roll = self.random.random()
        if roll < 0.04:
            self.cut[THIRD, THIRD] = self.now + self.random.randint(200, 5000)
            self.break_third_line()
        elif roll < 0.06 and self.third is not None:
            self.crash(THIRD, self.third)
        elif roll < 0.09:
            self.lose_soon()
        super().step()

    def lose_soon(self) -> None:
        """The other two lose sight of each other, then the commanding site burns down."""
        leader = self._leader()
        if leader is not None:
            other = self.other(leader.site)
            until = self.now + APART_MS + 500
            self.cut[leader.site, other] = self.cut[other, leader.site] = until
            self.break_line()
            self.after(self.random.randint(100, APART_MS), lambda: self.lose(leader))

    def _leader(self) -> Leader | None:
        leaders = [one for one in self.parties.values() if isinstance(one, Leader) and one.commands]
        return leaders[0] if len(leaders) == 1 else None

    def lose(self, leader: Leader) -> None:
        """With its disk, once; a new machine with nothing on it comes in the end. The other commands."""
        site, heir = leader.site, self.parties.get(self.other(leader.site))
        whole = isinstance(heir, Follower) and heir.disk.base is not None and heir.rejoin is None
        here = self.parties.get(site) is leader and not leader.dead and leader.commands
        if self.calm or self.counts["lost"] or not here or not whole:
            return
        kept = {row.hash for name in (self.other(site), THIRD) for row in self.disks[name].journal}
        gone: list[Entry] = [row for row in leader.disk.journal if row.hash not in kept]
        self.destroyed |= {row.cid for row in gone}
        self.counts["lost"] += 1
        leader.dead = True
        del self.parties[site]
        self.disks[site] = SiteDisk(site, self.bug)
        self.shown[site] = 0
        self.handed_on[site].clear()
        self.insist(self.other(site))

    def insist(self, site: str) -> None:
        """Two people order it until it is done."""
        heir = self.parties.get(site)
        if self._leader() is None:
            if isinstance(heir, Follower):
                heir.take_command(break_glass=True)
            self.after(INSIST_MS, lambda: self.insist(site))

    # --- the end ----------------------------------------------------------------------------------

    def settle(self) -> None:
        for site in SITES:
            self.after(DRAIN_MS, functools.partial(self.start, site))
        super().settle()

    def unrest(self) -> str:
        unrest = super().unrest()
        leader = self._leader()
        if unrest or leader is None:
            return unrest
        third = self.third
        if third is None or third.rejoin is not None or third.disk.head != leader.disk.head:
            return f"{THIRD} does not follow: {third and third.disk.head} {leader.disk.head}"
        return ""


def run(seed: int, bug: SiteBug | None = None, steps: int = 60) -> ThreeSites:
    """One run; raises Broken."""
    return played(ThreeSites(seed, bug), steps)


def find(bug: SiteBug, runs_max: int) -> int | None:
    """The number of runs it took to find a planted fault; `None`: it escaped."""
    return found_by(run, bug, runs_max)
