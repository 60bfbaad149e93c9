"""A third site as a real process: it copied further than the site that takes command, and hands that in."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch import commands as cmd
from store.core.ids import new_id
from store.core.wire import Mode
from store.db.accounts import read_accounts
from tests.store.commanding import evidence, take, take_when_silent, two_sites
from tests.store.conftest import City
from tests.store.district import District, journal_of

pytestmark = pytest.mark.process


@pytest.fixture
def districts(tmp_path: Path) -> Iterator[tuple[District, District]]:
    """Centre 01 with districts 02 and 03; all run."""
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    city.seed_more(two_sites())
    both = District(city), District(city, code="03")
    both[0].enrol_seat("03", "seat-03")
    for district in both:
        district.carry()
    city.start_hub()
    for district in both:
        district.start()
    yield both
    for district in both:
        district.close()
    city.close()


@pytest.mark.nightly
def test_orders_only_a_third_site_copied_are_handed_in_when_the_centre_is_gone_for_good(
    districts: tuple[District, District],
) -> None:
    second, third = districts
    city = second.city
    centre, seat = city.seat("01"), second.desk("seat-03")
    seat.wait(lambda: seat.link.state.relay == "02" and seat.floor.vehicles, "served by the relay")
    seat.wait(lambda: read_accounts(second.url), "accounts in the district")
    seat.wait(lambda: third.head().seq, "the third copies")
    assert second.process is not None
    os.kill(second.process.pid, signal.SIGSTOP)  # it misses the centre's last orders
    lost = [centre.open_incident(f"中山路{n}号") for n in range(3)]
    mission = new_id()
    assert centre.order(cmd.AssignVehicle(mission, lost[0], "v2")).refusal is None
    number = centre.floor.incidents[lost[0]].number
    last = journal_of(city.config.store.url)[0][-1].seq
    seat.wait(lambda: third.head().seq >= last, "the third has them")
    city.kill_hub()
    os.kill(second.process.pid, signal.SIGCONT)
    seat.wait(lambda: seat.link.state.mode == Mode.CUT_OFF, "cut off")
    found = dict(evidence(seat).rows)
    assert found["03"] > evidence(seat).own_seq
    assert take_when_silent(seat).reason == "lacks_rows", "the third had better take it"
    assert take(seat, break_glass=True).reason == ""
    seat.wait(lambda: set(lost) <= set(seat.floor.incidents), "handed in by the third", 30)
    assert seat.floor.incidents[lost[0]].number == number
    assert seat.floor.missions[mission].vehicle_id == "v2"
    seat.wait(lambda: third.head() == second.head(), "one journal", 30)
    cids = [row.cid for row in journal_of(second.url)[0]]
    runs = [cid for n, cid in enumerate(cids) if not n or cids[n - 1] != cid]
    assert len(runs) == len(set(runs)), "every order once"
