"""B5 with B7: a city on Patroni is cut off, a district takes command, both work on, it heals and gives back.

The city's PostgreSQL may lose its leader at any step. LINGSHENG_ROUND_TRIPS=n trips, the moments in turn.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import pytest

from bench.sizes import report, size
from store.core.journal import broken_at
from store.core.seat_logic import Phase
from store.core.wire import Mode
from store.db.server import who_commands
from store.db.verify import verified
from store.site_report import reports
from tests.proof.cluster_rig import FIRST, MACHINES, Cluster, need_programs, running_cluster
from tests.proof.test_partition import (
    equal,
    fenced,
    free_vehicles,
    leads,
    places_of,
    ready,
    recall_all,
    until,
    verdicts_of,
)
from tests.proof.two_nets import NetCity, NetDistrict, Nets, addresses_here, missing, two_nets
from tests.store.commanding import hand_back, proofs, settle_all, take_when_silent
from tests.store.district import journal_of
from tests.store.pair import Orders

REASON = missing()
pytestmark = [
    pytest.mark.process,
    pytest.mark.peer,
    pytest.mark.nightly,
    pytest.mark.skipif(bool(REASON), reason=REASON),
]
MOMENTS = ("never", "cut off", "healed", "following")
"""When the city's leading server dies with its Patroni."""
TRIPS = size("ROUND_TRIPS", 2)
FAILOVER_S = 90.0
BACK_S = 120.0


class Trip:
    """Both sites, a worker of each, and a stream of calls at the centre that never ends."""

    def __init__(self, city: NetCity, district: NetDistrict, cluster: Cluster) -> None:
        self.city, self.district, self.cluster = city, district, cluster
        self.ours, self.theirs = ready(city, district)
        stream = city.lonely_desk("seat-02")
        stream.wait_live()
        assert stream.login("1003").ok is not None
        self.stream = Orders(stream)
        self.killed = ""
        self.conflicts = self.shared = 0

    def accepted(self) -> list[str]:
        return [*self.ours.accepted, *self.theirs.accepted, *self.stream.calls]

    def lose_leader(self) -> None:
        """Its machine falls; it is started again when the trip is over."""
        self.killed = self.cluster.leader()
        self.cluster.kill_machine(self.killed)

    def take_command(self, moment: str) -> None:
        """The line is cut; the centre goes on by itself, two people of the district take command."""
        desk = self.theirs.desk
        proven = proofs(desk)
        self.city.nets.cut()
        desk.wait(lambda: desk.link.state.mode == Mode.CUT_OFF, "cut off", 15)
        if moment == "cut off":
            self.lose_leader()
        answer = take_when_silent(desk, proven=proven)
        assert answer.reason == "", answer
        desk.wait(
            lambda: desk.link.state.epoch.term == answer.epoch.term and desk.link.state.phase is Phase.LIVE,
            "the district leads",
        )

    def work_on_both_sides(self) -> None:
        """Vehicles ordered by both: what cannot fit. The centre answers again once it has a leader."""
        both = free_vehicles(self.theirs.desk)[:3]
        self.theirs.work(3, list(both))
        given = len(self.stream.calls)
        self.stream.run(lambda: flows(self.stream, given), limit_s=FAILOVER_S)
        self.shared += len(both)
        self.ours.work(4, list(both))

    def heal(self, moment: str) -> None:
        """Calls go on; the centre is fenced, hands in, follows in its own database."""
        killing = threading.Thread(target=self.lose_leader)
        if moment == "healed":
            killing.start()
        self.city.nets.heal()
        self.stream.run(lambda: fenced(self.city) and not killing.is_alive(), limit_s=30)
        self.stream.settle(BACK_S)
        if moment == "following":
            self.lose_leader()
            given = len(self.stream.calls)
            self.stream.run(lambda: flows(self.stream, given), limit_s=FAILOVER_S)
            self.stream.settle()
        until("equal", lambda: equal(self.city, self.district), BACK_S)

    def give_back(self) -> None:
        desk = self.theirs.desk
        desk.wait(lambda: desk.link.state.phase is Phase.LIVE, "the district's seat is whole")
        self.conflicts += settle_all(desk)
        recall_all(desk)
        back = hand_back(desk, "01")
        assert (back.reason, back.epoch.site) == ("", "01")
        until("the centre leads", lambda: leads(self.city, back.epoch.term), 30)
        desk.wait(lambda: desk.link.state.relay == "02", "the district follows")
        ours = self.ours.desk
        ours.wait(lambda: ours.link.state.epoch.term == back.epoch.term, "its seat is back", 40)
        ours.wait_live()
        self.ours.work(1, [])
        until("equal again", lambda: equal(self.city, self.district), BACK_S)
        held = who_commands(self.city.config.store.url).epoch
        assert (held.term, held.site) == (back.epoch.term, "01"), "the centre leads from its database"

    def mend_cluster(self) -> None:
        if self.killed:
            self.cluster.start_patroni(self.killed)
            self.stream.run(self.cluster.whole, every_s=0.2, limit_s=BACK_S)
            self.killed = ""
            self.stream.settle()


@pytest.fixture
def trip(tmp_path: Path) -> Iterator[Trip]:
    need_programs()
    made: list[Cluster] = []

    @contextmanager
    def on_patroni(nets: Nets) -> Iterator[str]:
        numbers = range(FIRST, FIRST + len(MACHINES))
        with (
            addresses_here(nets.spare, numbers),
            running_cluster(nets.spare, [nets.address[nets.city]]) as cluster,
        ):
            made.append(cluster)
            yield cluster.url

    with two_nets(tmp_path, store=on_patroni) as (city, district):
        yield Trip(city, district, made[0])


def flows(stream: Orders, given: int) -> bool:
    """Calls given since then are answered, and none is overdue."""
    now = time.monotonic()
    fresh = list(stream.calls)[given:]
    answered = sum(cid not in stream.waiting for cid in fresh)
    return answered > 5 and all(now - at < 1.0 for at in stream.waiting.values())


def twice(url: str, accepted: list[str]) -> list[str]:
    """Orders whose rows stand in more than one place of the journal."""
    rows, _ = journal_of(url)
    runs = [cid for cid, _ in groupby(row.cid for row in rows)]
    wanted = set(accepted)
    return [cid for cid in wanted if runs.count(cid) > 1]


def test_a_city_on_patroni_goes_and_comes_back(trip: Trip) -> None:
    city, district = trip.city, trip.district
    took = []
    for number in range(TRIPS):
        moment = MOMENTS[number % len(MOMENTS)]
        begun = time.monotonic()
        trip.ours.desk.wait_live()
        trip.ours.work(1, free_vehicles(trip.ours.desk)[:1])
        trip.take_command(moment)
        trip.work_on_both_sides()
        trip.heal(moment)
        trip.give_back()
        trip.mend_cluster()
        took.append((moment, round(time.monotonic() - begun, 1)))
    until("equal", lambda: equal(city, district), 60)
    city.stop_hub()
    district.stop()
    rows, _ = journal_of(city.config.store.url)
    assert district.prove() > 0
    accepted = trip.accepted()
    for url in (city.config.store.url, district.url):
        assert verified(url).good
        assert not set(accepted) - set(places_of(url))
        assert twice(url, accepted) == []
        assert not set(accepted) - verdicts_of(url)
    assert broken_at(*journal_of(city.config.store.url)) is None
    told = reports(city.config.store.url)
    report(
        "B5 city on Patroni: taken, fenced, handed in, given back",
        trips=took,
        accepted=len(accepted),
        lost=0,
        twice=0,
        came_late=sum(sum(one.late.values()) for one in told),
        ordered_by_both=trip.shared,
        conflicts=trip.conflicts,
        journal=len(rows),
    )
