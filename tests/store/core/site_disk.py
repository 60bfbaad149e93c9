"""The disk of one simulated site, the faults that can be planted into two sites, and their first floor.

What `commit`, `copy` and `rewind` did is durable at once and as a whole; everything else a crash forgets.
"""

from enum import Enum, auto

import msgspec
from msgspec.structs import replace

from dispatch.apply import apply
from dispatch.decide_late import told
from dispatch.events import ConflictFound, Event
from dispatch.floor import Floor
from dispatch.sites import CITY, Authority, Site
from dispatch.words import Station
from store.core.batch import Batch, is_conflict
from store.core.copied import CopyJob, fold
from store.core.decided import Decided
from store.core.journal import HEAD_ZERO, Head, broken_at
from store.core.site_messages import Follow, Late
from store.core.wire import EPOCH_ZERO, Entry, Epoch, Verdict, encode
from tests.store.core.simulated_store import VEHICLES, Broken, demand, first_floor

CITY_SITE, DISTRICT = "01", "P"
SITES = (CITY_SITE, DISTRICT)
THIRD = "Q"
"""A district that only follows, in the world of three sites."""
SEATS_OF = {CITY_SITE: ("s1", "s2"), DISTRICT: ("s3", "s4")}

__all__ = ["Broken", "demand"]

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)
_floors = msgspec.msgpack.Decoder(Floor)


class SiteBug(Enum):
    """Faults of relay, takeover and rejoin that the simulator has to find."""

    SHOWN_BEFORE_COPIED = auto()
    ACK_BEFORE_COPIED = auto()
    CUT_OFF_DECIDES = auto()
    FOREIGN_MACHINE = auto()
    BOOT_IN_TERM = auto()
    LATE_WITH_NEW_ID = auto()
    LATE_REFUSAL_DROPPED = auto()
    FORK_ONE_ROW_LATE = auto()
    REWIND_WITHOUT_EXPORT = auto()
    REWIND_BEFORE_ANSWERS = auto()
    CONFLICT_LOST_AT_REPLAY = auto()
    NO_VERDICTS_AFTER_TAKEOVER = auto()
    HAND_OVER_EARLY = auto()
    HAND_OVER_TAKEN_BACK = auto()
    LEAVES_BEFORE_TAKEN = auto()
    TAIL_NOT_COMPARED = auto()
    NO_TERMINAL_FENCE = auto()
    NOT_FENCED = auto()
    HEARD_TERM_FORGOTTEN = auto()
    COPIED_ORDERS_KEPT = auto()
    """Needs a third site: what it copied beyond the fork is not handed in."""


THIRD_SITE_BUGS = frozenset({SiteBug.COPIED_ORDERS_KEPT})
"""Two sites cannot show these."""


def floor_of_sites() -> Floor:
    """The first floor with a district: its station, the last vehicle and two of the seats are its own."""
    floor = first_floor()
    floor.sites[DISTRICT] = Site(DISTRICT, "区", ("双城",))
    station = floor.stations["st"]
    floor.stations["sp"] = Station("sp", "P", "区站", station.point, district="双城")
    last = floor.vehicles[VEHICLES[-1]]
    floor.vehicles[last.id] = replace(last, station_id="sp")
    seat, person = floor.seats["s3"], floor.dispatchers["ds3"]
    for name in SEATS_OF[DISTRICT]:
        floor.seats[name] = replace(seat, id=name, number=name, site=DISTRICT)
        floor.dispatchers[f"d{name}"] = replace(person, id=f"d{name}", staff_number=name)
    return floor


class SiteDisk:
    """Journal, state, verdicts and the orders behind them; it may begin with a base."""

    def __init__(self, site: str, bug: SiteBug | None) -> None:
        self.site = site
        self.bug = bug
        self.base: Head | None = None
        self.base_floor = Floor()
        self.journal: list[Entry] = []
        self.verdicts: dict[str, Verdict] = {}
        self.orders: dict[str, bytes] = {}
        self.decided: dict[str, Decided] = {}
        self.epoch = EPOCH_ZERO
        self.boot = 0
        self.abandoned: list[Entry] = []
        self.leads = False
        self.before = 0
        self.heard = EPOCH_ZERO  # the hub that ended our own command
        self.word: Authority | None = None  # by whose order this site leads, before it stands in the journal

    def begin(self) -> None:
        """The city's own disk: the journal begins with row 1."""
        self.base, self.base_floor, self.leads = HEAD_ZERO, floor_of_sites(), True

    @property
    def head(self) -> Head | None:
        """`None`: there is nothing here yet."""
        if not self.journal:
            return self.base
        last = self.journal[-1]
        return Head(last.seq, last.hlc, last.hash)

    def hash_at(self, seq: int) -> bytes | None:
        base = self.base or HEAD_ZERO
        if seq == base.seq:
            return base.hash
        place = seq - base.seq - 1
        return self.journal[place].hash if 0 <= place < len(self.journal) else None

    def after(self, seq: int) -> list[Entry] | None:
        """Rows after `seq`; `None`: they lie before the beginning."""
        start = self.base.seq if self.base else 0
        return None if seq < start else self.journal[seq - start :]

    def replay(self) -> Floor:
        floor = _floors.decode(encode(self.base_floor))
        for entry in self.journal:
            event = _events.decode(entry.body)
            if self.bug is SiteBug.CONFLICT_LOST_AT_REPLAY and isinstance(event, ConflictFound):
                continue
            apply(floor, event)
        return floor

    def holder(self, floor: Floor) -> tuple[int, str]:
        """(term, site) of the city's command, as this disk knows it."""
        authority = floor.authorities.get(CITY)
        known = (authority.term, authority.site) if authority else (1, CITY_SITE)
        return max(known, (self.word.term, self.word.site)) if self.word else known

    def claim(self, floor: Floor) -> Epoch:
        """A new start of this site's hub."""
        term, site = self.holder(floor)
        self.boot += 1
        self.epoch = Epoch(term, site, self.boot)
        return self.epoch

    def commit(self, batch: Batch, epoch: Epoch) -> bool:
        """Make it durable; False: another start of this site has the store."""
        if epoch != self.epoch:
            return False
        demand(all(v.cid not in self.verdicts for v in batch.verdicts), "one verdict per command")
        self.journal += batch.entries
        for one in batch.decided:
            self.keep(one)
        return True

    def keep(self, one: Decided) -> None:
        self.decided[one.cid] = one
        self.verdicts[one.cid] = Verdict(one.cid, one.seq, one.refusal, one.epoch)
        if one.order:
            self.orders[one.cid] = one.order

    def decided_at(self, follow: Follow) -> tuple[Decided, ...]:
        """What a relay that asks this lacks."""
        first = 0 if follow.before else follow.seq
        return tuple(sorted((d for d in self.decided.values() if d.seq >= first), key=lambda d: d.seq))

    def copy(self, job: CopyJob, floor: Floor) -> Batch:
        """Rows of the other site, or the base this copy begins with."""
        self.epoch = job.epoch
        if job.base is not None:
            self.base, self.base_floor, self.before = job.base.head, job.base.floor, job.before or 0
            return Batch(job.base.floor, job.base.head)
        self.before = self.before if job.before is None else job.before
        head = self.head
        assert head is not None
        batch, unknown = fold(floor, head, job.entries, job.decided)
        demand(unknown is None and not batch.faults, f"every row is understood: {batch.faults}")
        demand(broken_at(job.entries, head) is None, "what is copied continues the copy")
        self.journal += batch.entries
        with_rows = {entry.cid for entry in batch.entries}
        for one in batch.decided:
            if one.cid in with_rows or one.cid not in self.verdicts:
                self.keep(one)
        return batch

    def tail(self, fork: int) -> list[Late]:
        """Orders accepted here after row `fork`, in order."""
        rows: dict[str, list[Entry]] = {}
        for entry in self.after(fork) or []:
            rows.setdefault(entry.cid, []).append(entry)
        known = [verdict for verdict in self.verdicts.values() if verdict.seq > fork]
        return [
            late_of(verdict, self.orders[verdict.cid], rows[verdict.cid])
            for verdict in sorted(known, key=lambda verdict: verdict.seq)
            if verdict.cid in self.orders and verdict.cid in rows and self._hands_in(verdict)
        ]

    def _hands_in(self, verdict: Verdict) -> bool:
        return self.bug is not SiteBug.COPIED_ORDERS_KEPT or verdict.epoch.site == self.site

    def rewind(self, fork: int) -> None:
        """Go back to row `fork`; what follows is kept apart."""
        gone = self.after(fork) or []
        self.abandoned += gone
        start = self.base.seq if self.base else 0
        del self.journal[fork - start :]
        kept = {cid: v for cid, v in self.verdicts.items() if v.seq <= fork or plain_no(v)}
        self.verdicts = {cid: replace(v, seq=min(v.seq, fork)) for cid, v in kept.items()}
        decided = {cid: one for cid, one in self.decided.items() if cid in kept}
        self.decided = {cid: replace(one, seq=min(one.seq, fork)) for cid, one in decided.items()}


def plain_no(verdict: Verdict) -> bool:
    """Somebody was told no, and nothing of it is left."""
    return bool(verdict.refusal) and not is_conflict(verdict)


def late_of(verdict: Verdict, order: bytes, rows: list[Entry]) -> Late:
    """An order as it is handed in."""
    numbers, mission_id = told(_events.decode(row.body) for row in rows)
    return Late(
        cid=verdict.cid,
        order=order,
        site=verdict.epoch.site,
        term=verdict.epoch.term,
        seq=rows[-1].seq,
        hlc=rows[-1].hlc,
        numbers=numbers,
        mission_id=mission_id,
    )
