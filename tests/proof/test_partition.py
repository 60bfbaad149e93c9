"""B5: the line is cut, the district takes command, both work on, it heals: nothing acknowledged is lost.

LINGSHENG_PARTITIONS=100 LINGSHENG_FLAPS=50 pytest tests/proof/test_partition.py     release size
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.sizes import report, size
from dispatch import commands as cmd
from dispatch.kinds import AbortReason, ConflictChoice
from dispatch.refusals import HeldElsewhere
from store.core.ids import new_id
from store.core.journal import Head, broken_at
from store.core.seat_logic import Phase
from store.core.wire import Mode
from store.db.accounts import read_accounts
from store.db.engine import open_engine
from store.db.rebuild import rebuild
from store.db.rows import kept_things, read_head
from store.db.tables import VERDICT
from store.site_report import reports
from tests.proof.two_nets import NetCity, NetDistrict, missing, two_nets
from tests.store.commanding import hand_back, proofs, settle_all, take_when_silent
from tests.store.conftest import Desk
from tests.store.district import journal_of

REASON = missing()
pytestmark = [pytest.mark.process, pytest.mark.skipif(bool(REASON), reason=REASON)]
CYCLES = size("PARTITIONS", 2)
FLAPS = size("FLAPS", 2)
FLAP_S = 2.0
TAKEOVER_S_MAX = 3.0
FENCED_S_MAX = 3.0
PATIENCE = float(os.environ.get("LINGSHENG_PATIENCE", "2"))
"""How much slower than a quiet machine this one may be."""
DIRECTIONS = (
    {"to_city": True, "to_district": True},
    {"to_city": False, "to_district": True},
    {"to_city": True, "to_district": False},
)
CHOICES = (ConflictChoice.KEEP_OURS, ConflictChoice.BOTH)


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[tuple[NetCity, NetDistrict]]:
    with two_nets(tmp_path) as both:
        yield both


class Worker:
    """A seat of one site that gives orders; `accepted`: the ids it was told are durable."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.accepted: list[str] = []

    def work(self, incidents: int, vehicles: list[str]) -> None:
        """Calls, incidents, and a vehicle for each as long as there are some."""
        for number in range(incidents):
            before = set(self.desk.verdicts)
            incident = self.desk.open_incident(f"中山路{number}号")
            if vehicles:
                self.desk.order(cmd.AssignVehicle(new_id(), incident, vehicles.pop()))
            fresh = set(self.desk.verdicts) - before
            self.accepted += [cid for cid in fresh if self.desk.verdicts[cid].refusal is None]


def until(what: str, condition: Callable[[], object], limit_s: float) -> float:
    """How long it took; asks again and again."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < limit_s, f"{what} not within {limit_s} s"
    return time.monotonic() - begun


def head_of(url: str) -> Head:
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            return read_head(connection)
    finally:
        engine.dispose()


def verdicts_of(url: str) -> set[str]:
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            return set(connection.execute(select(VERDICT.c.cid)).scalars())
    finally:
        engine.dispose()


def places_of(url: str) -> Counter[str]:
    """Every id the journal or a conflict tells of."""
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            conflicts = kept_things(connection, "conflicts")
    finally:
        engine.dispose()
    rows, _ = journal_of(url)
    found = Counter(row.cid for row in rows)
    for conflict in conflicts.values():
        found.update([conflict.cid, *(dependent.cid for dependent in conflict.dependents)])
    return found


def ready(city: NetCity, district: NetDistrict) -> tuple[Worker, Worker]:
    """A seat at each side; each knows its own site only."""
    centre = city.lonely_desk("seat-01")
    centre.wait_live()
    assert centre.login("1001").ok is not None
    seat = district.lonely_desk("seat-03")
    seat.wait(lambda: seat.link.state.relay == "02" and seat.floor.vehicles, "served by the relay")
    until("accounts in the district", lambda: read_accounts(district.url), 20)
    return Worker(centre), Worker(seat)


def free_vehicles(desk: Desk) -> list[str]:
    return sorted(v.id for v in desk.floor.vehicles.values() if v.mission_id is None)


def same_floor(one: Desk, other: Desk) -> bool:
    one.take()
    other.take()
    return one.floor == other.floor


def recall_all(desk: Desk) -> None:
    """Free every vehicle for the next round."""
    for mission in [m.id for m in desk.floor.missions.values() if m.active]:
        desk.order(cmd.AbortMission(mission, AbortReason.OTHER, "演练"))


def cycle(
    number: int, city: NetCity, district: NetDistrict, ours: Worker, theirs: Worker
) -> dict[str, float]:
    """One cut with takeover, work on both sides, heal, rejoin, settling, hand-back."""
    nets, island = city.nets, number % 2 == 1
    proven = proofs(theirs.desk)
    ours.desk.wait_live()
    ours.work(1, free_vehicles(ours.desk)[:1])
    nets.cut(**DIRECTIONS[number % len(DIRECTIONS)])
    ours.work(2, free_vehicles(ours.desk)[:1])  # acknowledged by the centre alone
    theirs.desk.wait(lambda: theirs.desk.link.state.mode == Mode.CUT_OFF, "cut off", 15)
    begun = time.monotonic()
    answer = take_when_silent(theirs.desk, proven=proven)
    assert answer.reason == "", answer
    term = answer.epoch.term
    theirs.desk.wait(
        lambda: theirs.desk.link.state.epoch.term == term and theirs.desk.link.state.phase is Phase.LIVE,
        "the district leads",
    )
    took_s = time.monotonic() - begun
    both = free_vehicles(theirs.desk)[:2]
    theirs.work(2, list(both))
    if island:
        ours.work(3, [vehicle for vehicle in both if vehicle in free_vehicles(ours.desk)])
    nets.heal()
    fenced_s = until("fenced", lambda: fenced(city), 20)
    until("equal", lambda: equal(city, district), 60)
    theirs.desk.wait(lambda: theirs.desk.link.state.seq == head_of(district.url).seq, "the seat sees all")
    ours.desk.wait(
        lambda: ours.desk.link.state.relay == "01" and ours.desk.link.state.phase is Phase.LIVE,
        "the centre's seat is served by its own site, which follows",
    )
    ours.work(1, [])
    found = places_of(district.url)
    lost = [cid for cid in (*ours.accepted, *theirs.accepted) if cid not in found]
    assert lost == []
    until("both seats see the same", lambda: same_floor(ours.desk, theirs.desk), 20)
    settled = settle_all(theirs.desk, CHOICES[number % len(CHOICES)])
    recall_all(theirs.desk)
    proven = proofs(theirs.desk)
    back = hand_back(theirs.desk, "01", proven=proven)
    assert (back.reason, back.epoch.site) == ("", "01")
    until("the centre leads", lambda: leads(city, back.epoch.term), 20)
    theirs.desk.wait(lambda: theirs.desk.link.state.relay == "02", "the district follows")
    ours.desk.wait(lambda: ours.desk.link.state.epoch.term == back.epoch.term, "its seat is back")
    return {"took": took_s, "fenced": fenced_s, "conflicts": settled, "island": island}


def fenced(city: NetCity) -> bool:
    welcome = city.who()
    return welcome is not None and (bool(welcome.relay) or welcome.mode == Mode.FENCED)


def leads(city: NetCity, term: int) -> bool:
    welcome = city.who()
    return welcome is not None and not welcome.relay and welcome.epoch.term == term


def equal(city: NetCity, district: NetDistrict) -> bool:
    return head_of(city.config.store.url) == head_of(district.url)


def test_cut_takeover_work_on_both_sides_heal_settle_and_hand_back(
    sites: tuple[NetCity, NetDistrict],
) -> None:
    city, district = sites
    ours, theirs = ready(city, district)
    figures = [cycle(number, city, district, ours, theirs) for number in range(CYCLES)]
    until("equal", lambda: equal(city, district), 60)
    city.stop_hub()
    district.stop()
    for url in (city.config.store.url, district.url):
        rows, start = journal_of(url)
        assert broken_at(rows, start) is None
        assert rebuild(url).differences == ()
    missing_ = {*ours.accepted, *theirs.accepted} - verdicts_of(district.url)
    assert not missing_
    told = len(ours.accepted) + len(theirs.accepted)
    late = sum(sum(one.late.values()) for one in reports(district.url))
    took, fenced_ = max(f["took"] for f in figures), max(f["fenced"] for f in figures)
    report(
        "B5 partition, takeover, hand-back",
        cycles=CYCLES,
        accepted=told,
        lost=0,
        came_late=late,
        conflicts=int(sum(f["conflicts"] for f in figures)),
        takeover_s_max=round(took, 2),
        fenced_s_max=round(fenced_, 2),
    )
    assert took <= TAKEOVER_S_MAX * PATIENCE
    assert fenced_ <= FENCED_S_MAX * PATIENCE


@pytest.mark.nightly
def test_a_flapping_line_moves_nobody_and_loses_nothing(sites: tuple[NetCity, NetDistrict]) -> None:
    city, district = sites
    ours, theirs = ready(city, district)
    assert theirs.desk.login("1003").ok is not None
    for _ in range(FLAPS):
        city.nets.cut()
        flapped_at = time.monotonic()
        ours.work(1, [])
        ours.desk.wait(lambda at=flapped_at: time.monotonic() > at + FLAP_S)
        city.nets.heal()
        flapped_at = time.monotonic()
        ours.desk.wait(lambda at=flapped_at: time.monotonic() > at + FLAP_S)
    until("equal", lambda: equal(city, district), 30)
    theirs.desk.wait(lambda: theirs.desk.floor == ours.desk.floor, "equal floors")
    assert ours.desk.link.state.epoch.term == 1
    assert not set(ours.accepted) - set(places_of(district.url))
    report("B5 flapping line", flaps=FLAPS, accepted=len(ours.accepted), lost=0)


@pytest.mark.nightly
def test_a_district_commands_its_own_vehicles_and_comes_back(sites: tuple[NetCity, NetDistrict]) -> None:
    city, district = sites
    ours, theirs = ready(city, district)
    proven = proofs(theirs.desk)
    city.nets.cut()
    theirs.desk.wait(lambda: theirs.desk.link.state.mode == Mode.CUT_OFF, "cut off", 15)
    assert take_when_silent(theirs.desk, "02", proven).reason == ""
    theirs.desk.wait(lambda: theirs.desk.link.state.scope == "02", "the district commands itself")
    own, others = theirs.desk.open_incident("江北路1号"), ours.desk.open_incident("中山路1号")
    refused = theirs.desk.order(cmd.AssignVehicle(new_id(), own, "v1")).refusal
    assert isinstance(refused, HeldElsewhere)
    assert theirs.desk.order(cmd.AssignVehicle(new_id(), own, "d1")).refusal is None
    assert ours.desk.order(cmd.AssignVehicle(new_id(), others, "v1")).refusal is None
    city.nets.heal()
    ours.desk.wait(lambda: "02" in ours.desk.floor.authorities, "the centre knows it", 20)
    refused = ours.desk.order(cmd.AssignVehicle(new_id(), others, "d2")).refusal
    assert isinstance(refused, HeldElsewhere)
    assert (refused.scope, refused.site, refused.term) == ("02", "02", 2)

    assert hand_back(theirs.desk, "01", "02").reason == ""
    until("the centre goes on under the new term", lambda: leads(city, 3), 30)
    ours.desk.wait(lambda: own in ours.desk.floor.incidents, "the district's time is merged")
    theirs.desk.wait(
        lambda: theirs.desk.link.state.relay == "02" and theirs.desk.link.state.phase is Phase.LIVE,
        "the district follows",
    )
    assert ours.desk.floor.missions[ours.desk.floor.vehicles["d1"].mission_id or ""].late_from == "02"
    assert ours.desk.order(cmd.AssignVehicle(new_id(), others, "d2")).refusal is None
    until("equal", lambda: equal(city, district), 30)
