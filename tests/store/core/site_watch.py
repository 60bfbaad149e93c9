"""What must hold in the world of two sites: at every decision, word and verdict, and when all is at rest."""

from collections import defaultdict
from typing import Any

from dispatch.floor import Floor
from dispatch.refusals import InConflict
from store.core.batch import Batch
from store.core.journal import HEAD_ZERO, broken_at
from store.core.messages import Ack, Evs
from store.core.seat_logic import (
    Phase,
)
from store.core.site_messages import Late
from store.core.wire import Entry, Epoch
from tests.store.core.site_disk import (
    CITY_SITE,
    DISTRICT,
    SITES,
    THIRD,
    SiteDisk,
    demand,
)
from tests.store.core.site_hub import Leader
from tests.store.core.site_party import Party
from tests.store.core.site_relay import Follower
from tests.store.core.site_seat import SimSeat

ONLY_KEPT = {"CameLate", "ConflictFound", "ConflictGrew"}
"""Rows of a late order that say only that somebody has to look at it."""


class Watch:
    """Everything that was decided, shown and told, whatever became of the processes."""

    now: int
    disks: dict[str, SiteDisk]
    parties: dict[str, Party]
    seats: dict[str, SimSeat]

    def __init__(self) -> None:
        self.seen: dict[tuple[Epoch, int], bytes] = {}
        self.shown = dict.fromkeys((*SITES, THIRD), 0)
        self.handed_on: dict[str, set[str]] = {site: set() for site in SITES}
        self.ever_decided: set[str] = set()
        self.row_of: dict[str, int] = {}
        self.holder_of: dict[int, str] = {}
        self.gave: dict[str, int] = {}
        self.planned: set[int] = set()
        self.counts: dict[str, int] = defaultdict(int)
        self.unasked: set[str] = set()
        """Accepted in a tail its site took command back with, by break-glass: the other may have said no."""
        self.destroyed: set[str] = set()
        """Stood on a disk that is gone for good, and on no other."""

    def other(self, site: str) -> str:
        return DISTRICT if site == CITY_SITE else CITY_SITE

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

    def taken_back(self, site: str) -> None:
        """A fenced site commands again before it handed anything in: only by break-glass, and it is said."""
        self.counts["taken back"] += 1
        shared = {entry.hash for entry in self.disks[self.other(site)].journal}
        self.unasked |= {entry.cid for entry in self.disks[site].journal if entry.hash not in shared}

    # --- the end ---

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
        demand(all(floor == truth for floor in floors), "all floors are one")
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
            if isinstance(told.refusal, InConflict):
                continue  # a person decides; another site may have merged it since
            if told.refusal is None:
                done = cid not in self.row_of or cid in kinds or cid in self.destroyed
                demand(done, f"{cid}: accepted and lost")
            else:
                demand(
                    cid in self.unasked or kinds.get(cid, set()) <= ONLY_KEPT,
                    f"{cid}: told refused, done all the same",
                )
