"""Two sites whose databases are servers: command goes there and back, every tail is handed in."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dispatch import commands as cmd
from dispatch.sites import CITY, Site
from store.core.ids import new_id
from store.core.wire import Epoch, Mode
from store.db.accounts import read_accounts
from store.db.authority import FENCED, scopes
from store.db.errors import StoreError
from store.db.rebuild import rebuild
from store.db.short import short_transaction
from store.db.store import HubStore
from store.site_owed import OwedTails
from store.site_store import fence_store
from tests.store.commanding import hand_back, settle_all, take_when_silent, two_sites
from tests.store.conftest import POSTGRES, City, Desk, Postgres, master_data
from tests.store.db.test_store import NOW, work
from tests.store.district import District, journal_of
from tests.store.two_servers import Standby, cluster_of, say, two_servers

pytestmark = [pytest.mark.process, pytest.mark.peer]


@pytest.fixture
def servers() -> Iterator[tuple[Postgres, Standby]]:
    if POSTGRES is None:
        pytest.skip("not installed: postgresql")
    with two_servers() as both:
        yield both


@pytest.fixture
def district(tmp_path: Path, servers: tuple[Postgres, Standby]) -> Iterator[District]:
    """The city on the leader; the district has the standby in its building."""
    leader, standby = servers
    database = leader.new_database().rsplit("/", 1)[-1]
    city = City(tmp_path, f"postgresql+psycopg://postgres@127.0.0.1:{leader.port}/{database}")
    (tmp_path / "seed.msgpack").write_bytes(msgspec.msgpack.encode([*master_data(), *two_sites()]))
    made = District(city)
    url = f"postgresql+psycopg://postgres@127.0.0.1:{standby.port}/{database}"
    text = made.file.read_text(encoding="utf-8").replace("[relay]", f'[relay]\ntakeover_store = "{url}"')
    made.file.write_text(
        text + f'[cluster]\nserver = "{cluster_of(standby, database).server}"\n', encoding="utf-8"
    )
    made.enrol_seat("03", "seat-03")
    made.carry()
    try:
        city.start_hub()
        made.start()
        yield made
    finally:
        made.close()
        city.close()


def waits_for(seat: Desk, site: str, term: int) -> None:
    seat.wait(
        lambda: (
            (seat.link.state.epoch.site, seat.link.state.epoch.term) == (site, term)
            and not seat.link.state.relay
        ),
        f"led by {site}",
    )


def alone(city: City, district: District, machine: str) -> Desk:
    """A machine of the centre that knows the centre only."""
    return city.desk(machine, hubs=(city.config.hub.hubs[0],), keys_dir=None)


@pytest.mark.nightly
def test_a_promoted_standby_that_is_fenced_hands_in_its_tail_by_itself(
    district: District, servers: tuple[Postgres, Standby]
) -> None:
    city, (leader, _) = district.city, servers
    centre = city.seat("01")
    shared = centre.open_incident()
    seat = district.desk("seat-03")
    seat.wait(lambda: seat.link.state.relay == "02" and shared in seat.floor.incidents, "by the relay")
    seat.wait(lambda: read_accounts(district.url), "accounts in the district")
    city.kill_hub()
    seat.wait(lambda: seat.link.state.mode == Mode.CUT_OFF, "cut off")
    assert take_when_silent(seat).reason == ""
    waits_for(seat, "02", 2)
    first = seat.open_incident("江北路1号")
    assert [one.term for one in OwedTails(district.folder).all()] == [2]

    say(leader, "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
    city.start_hub()  # fenced, it goes back in its own database and follows
    third = alone(city, district, "seat-01")
    third.wait(lambda: third.link.state.relay == "01" and first in third.floor.incidents, "it follows")
    assert third.login("1002").ok is not None
    third.wait(lambda: read_accounts(city.config.store.url), "accounts")
    assert city.process is not None
    assert district.process is not None
    os.kill(city.process.pid, signal.SIGSTOP)
    tail = [seat.open_incident(f"江北路{n}号") for n in range(2, 5)]
    assert seat.order(cmd.AssignVehicle(new_id(), tail[0], "v3")).refusal is None
    os.kill(district.process.pid, signal.SIGSTOP)
    os.kill(city.process.pid, signal.SIGCONT)
    third.wait(lambda: third.link.state.mode == Mode.CUT_OFF, "cut off")
    assert take_when_silent(third).reason == ""
    waits_for(third, "01", 3)
    assert third.order(cmd.AssignVehicle(new_id(), first, "v4")).refusal is None

    os.kill(district.process.pid, signal.SIGCONT)
    third.wait(lambda: set(tail) <= set(third.floor.incidents), "handed in")
    third.wait(lambda: not OwedTails(district.folder).all(), "nothing is owed")
    settle_all(third)
    assert hand_back(third, "02").reason == ""
    waits_for(seat, "02", 4)
    assert seat.login("1001").ok is not None
    last = seat.open_incident("江北路9号")
    third.wait(lambda: last in third.floor.incidents, "the centre follows")
    city.stop_hub()
    district.stop()
    for url in (city.config.store.url, district.url):
        assert rebuild(url).differences == ()
    ours, theirs = (journal_of(url)[0] for url in (city.config.store.url, district.url))
    hashes = {row.seq: row.hash for row in ours}
    assert all(hashes[row.seq] == row.hash for row in theirs if row.seq in hashes)
    assert {row.cid for row in theirs} <= {row.cid for row in ours} | {theirs[-1].cid}


def test_a_site_whose_commit_waits_for_a_lost_standby_is_fenced_all_the_same(
    servers: tuple[Postgres, Standby],
) -> None:
    """Strict mode, cut off: the last order hangs in its commit and holds the row that has to be fenced."""
    leader, standby = servers
    store = HubStore(leader.new_database(), "01", "here/1")
    store.open()
    standby.stop("immediate")
    order = work("cut", cmd.RegisterSite(Site("07", "区")))

    def hang() -> None:
        with pytest.raises(StoreError):
            store.run([order], NOW)

    hanging = threading.Thread(target=hang)
    hanging.start()
    while say(leader, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == 0:
        os.sched_yield()
    fence_store(store.url, "01", CITY, Epoch(2, "02", 1))
    hanging.join(10)
    assert not hanging.is_alive()
    store.close()
    with short_transaction(store.url) as connection:
        assert [row.mode for row in scopes(connection)] == [FENCED]
