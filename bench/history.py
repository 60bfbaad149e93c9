"""What really happened: the journal of a store, read after a proof and held against what the seats were told.

lost      told "accepted", and the journal or the verdict table does not have it; or told the opposite
dup       carried out more than once: its rows do not stand together, or a second verdict exists
gaps      a sequence number is missing, or the hash chain is broken
double    a vehicle sent while it was on another mission
back      a time that goes back: hybrid clocks never do, whatever is done to the wall clock
differs   a state table that does not say what the journal says
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from dispatch.events import Event, MissionEnded, VehicleAssigned
from store.core.journal import HEAD_ZERO, Head, broken_at
from store.db.engine import open_engine
from store.db.rebuild import differences, replay
from store.db.rows import read_journal
from store.db.tables import VERDICT

READ_AT_ONCE = 5000
_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


class Found(Struct, kw_only=True):
    """Counts; `clean` when nothing is wrong."""

    told: int = 0
    accepted: int = 0
    rows: int = 0
    lost: int = 0
    dup: int = 0
    gaps: int = 0
    double: int = 0
    back: int = 0
    differs: int = 0

    @property
    def clean(self) -> bool:
        return not (self.lost or self.dup or self.gaps or self.double or self.back or self.differs)

    def __str__(self) -> str:
        wrong = f"{self.lost} lost, {self.dup} dup, {self.gaps} gaps, {self.double} double, {self.back} back"
        told = f"{self.told} told, {self.accepted} accepted, {self.rows} rows"
        return f"{told}: {wrong}, {self.differs} state differs"


class _Reading:
    """The fold of what matters here."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.rows_of: dict[str, int] = {}
        self._last_cid = ""
        self._on: dict[str, str] = {}  # vehicle -> mission
        self._vehicle_of: dict[str, str] = {}

    def take(self, cid: str, event: Event) -> None:
        if cid != self._last_cid and cid in self.rows_of:
            self.found.dup += 1
        self._last_cid = cid
        self.rows_of[cid] = self.rows_of.get(cid, 0) + 1
        if isinstance(event, VehicleAssigned):
            mission = event.mission
            if mission.vehicle_id in self._on:
                self.found.double += 1
            self._on[mission.vehicle_id] = mission.id
            self._vehicle_of[mission.id] = mission.vehicle_id
        elif isinstance(event, MissionEnded):
            vehicle = self._vehicle_of.pop(event.mission_id, "")
            if self._on.get(vehicle) == event.mission_id:
                del self._on[vehicle]


def check(url: str, told: Iterable[tuple[str, bool]] | Mapping[str, bool], *, state: bool = True) -> Found:
    """Read the store at `url`; `told`: each command id with what its seat was told (True: accepted).

    `state` also folds the whole journal and compares every state row. The hub must not run.
    """
    answers = dict(told)
    found = Found(told=len(answers), accepted=sum(answers.values()))
    reading = _Reading(found)
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            head = HEAD_ZERO
            while entries := read_journal(connection, head.seq, READ_AT_ONCE):
                found.gaps += broken_at(entries, head) is not None
                hlc = head.hlc
                for entry in entries:
                    found.back += entry.hlc <= hlc
                    hlc = entry.hlc
                    reading.take(entry.cid, _events.decode(entry.body))
                head = Head(entries[-1].seq, entries[-1].hlc, entries[-1].hash)
                found.rows += len(entries)
            verdicts = {row.cid: bool(row.ok) for row in connection.execute(VERDICT.select())}
            if state:
                found.differs = len(differences(connection, replay(connection)))
    finally:
        engine.dispose()
    for cid, accepted in answers.items():
        there = cid in reading.rows_of
        found.lost += verdicts.get(cid) is not accepted or there is not accepted
    return found
