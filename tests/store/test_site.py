"""One program for a site as real processes: taken over, fenced, handed in, followed, handed back."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch import commands as cmd
from dispatch.sites import CITY
from main import main
from store.core.ids import new_id
from store.core.wire import Mode
from store.db.accounts import read_accounts
from store.db.rebuild import rebuild
from store.site_report import reports
from tests.store.commanding import (
    evidence,
    hand_back,
    hand_over,
    proofs,
    settle_all,
    take,
    take_when_silent,
    two_sites,
)
from tests.store.conftest import City, Desk
from tests.store.district import District, journal_of

pytestmark = pytest.mark.process
LOOK_S = 0.1


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """Centre 01 and district 02 beside each other; both run."""
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    city.seed_more(two_sites())
    made = District(city)
    made.enrol_seat("03", "seat-03")
    made.carry()
    city.start_hub()
    made.start()
    yield made
    made.close()
    city.close()


def follower(district: District) -> Desk:
    """The seat of the district, served by its own relay, which has everybody's accounts."""
    seat = district.desk("seat-03")
    seat.wait(lambda: seat.link.state.relay == "02" and seat.floor.vehicles, "served by the relay")
    seat.wait(lambda: read_accounts(district.url), "accounts in the district")
    return seat


def wait_leads(seat: Desk, site: str, term: int) -> None:
    seat.wait(
        lambda: (
            (seat.link.state.epoch.site, seat.link.state.epoch.term) == (site, term)
            and not seat.link.state.relay
        ),
        f"led by {site}",
    )


def equal_in_the_end(district: District) -> None:
    """Both journals are the same, whole, and say what the tables say."""
    ours, _ = journal_of(district.url)
    theirs, _ = journal_of(district.city.config.store.url)
    shared = min(ours[-1].seq, theirs[-1].seq)
    of = lambda rows: {row.seq: row.hash for row in rows if row.seq <= shared}  # noqa: E731
    assert {seq: of(theirs)[seq] for seq in of(ours)} == of(ours)


def wait_equal(district: District, limit_s: float = 15.0) -> None:
    end = time.monotonic() + limit_s
    look = threading.Event()  # nobody sets it: each look reads a whole journal, which both processes pay for
    while (ours := district.head()) != (theirs := head_of(district.city)):
        assert time.monotonic() < end, (ours, theirs)
        look.wait(LOOK_S)


def head_of(city: City) -> object:
    from store.core.journal import Head

    rows, _ = journal_of(city.config.store.url)
    return Head(rows[-1].seq, rows[-1].hlc, rows[-1].hash)


def test_a_district_takes_over_from_a_dead_centre_which_comes_back_as_a_follower(
    district: District, capsys: pytest.CaptureFixture[str]
) -> None:
    city = district.city
    centre, seat = city.seat("01"), follower(district)
    shared = centre.open_incident()
    seat.wait(lambda: shared in seat.floor.incidents, "the shared past")
    alive = evidence(seat)
    assert (alive.site, alive.holder_site) == ("02", "01")
    assert 0 <= alive.tick_age_ms < 3000
    assert take(seat).reason == "holder_alive"

    city.kill_hub()
    seat.wait(lambda: seat.link.state.mode == Mode.CUT_OFF, "cut off")
    proven = proofs(seat)
    begun = time.monotonic()
    answer = take_when_silent(seat, proven=proven)
    assert (answer.reason, answer.epoch.term, answer.epoch.site) == ("", 2, "02")
    wait_leads(seat, "02", 2)
    took_s = time.monotonic() - begun
    own = seat.open_incident("江北路1号")
    assert seat.order(cmd.AssignVehicle(new_id(), own, "v1")).refusal is None
    assert seat.floor.incidents[own].number.startswith("02-")
    assert seat.floor.authorities[CITY].reason == "中心失联"
    assert took_s < 3.0

    city.start_hub()
    city_hub = city.config.hub.hubs[0]
    third = city.desk("wall", hubs=(city_hub,))
    third.wait(lambda: own in third.floor.incidents, "a machine of the centre sees the district's orders")
    wait_equal(district)
    settle_all(seat)

    back = hand_back(seat, "01")
    assert (back.reason, back.epoch.term, back.epoch.site) == ("", 3, "01")
    wait_leads(third, "01", 3)
    again = city.desk("seat-02", hubs=(city_hub,))
    again.wait_live()
    assert again.login("1002").ok is not None
    assert again.open_incident("中山路2号") in again.floor.incidents
    wait_equal(district)
    equal_in_the_end(district)
    city.stop_hub()
    district.stop()
    assert rebuild(district.url).differences == ()
    assert rebuild(city.config.store.url).differences == ()
    assert [report.word.term for report in reports(city.config.store.url)] == [2, 3]
    assert main(["site", "report", "--term", "2", "--config", str(district.file)]) == 0
    told = (district.folder / "command-CITY-2-02.txt").read_text(encoding="utf-8")
    assert told in capsys.readouterr().out
    assert "1002 李强 / 1001 王芳" in told
    assert "中心失联" in told


@pytest.mark.nightly
def test_a_frozen_centre_that_wakes_up_is_fenced_and_hands_in_what_it_accepted(district: District) -> None:
    city = district.city
    centre, seat = city.seat("01"), follower(district)
    assert city.process is not None
    assert district.process is not None
    os.kill(district.process.pid, signal.SIGSTOP)  # the relay misses the centre's last orders
    lost = [centre.open_incident(f"中山路{n}号") for n in range(3)]
    mission = new_id()
    assert centre.order(cmd.AssignVehicle(mission, lost[0], "v2")).refusal is None
    number = centre.floor.incidents[lost[0]].number
    os.kill(city.process.pid, signal.SIGSTOP)
    os.kill(district.process.pid, signal.SIGCONT)
    seat.wait(lambda: seat.link.state.mode == Mode.CUT_OFF, "cut off")
    assert take_when_silent(seat).reason == ""
    wait_leads(seat, "02", 2)
    own = seat.open_incident("江北路1号")
    assert seat.order(cmd.AssignVehicle(new_id(), own, "v2")).refusal is None

    os.kill(city.process.pid, signal.SIGCONT)
    seat.wait(lambda: set(lost) <= set(seat.floor.incidents), "handed in")
    seat.wait(lambda: seat.floor.conflicts, "the vehicle both sent is in conflict")
    assert seat.floor.incidents[lost[0]].number == number
    (conflict,) = seat.floor.conflicts.values()
    assert (conflict.vehicle_id, conflict.mission_id, conflict.from_site) == ("v2", mission, "01")
    assert hand_over(seat, "01").reason == "conflicts_open"
    assert settle_all(seat) == 1
    wait_equal(district)
    assert list(city.folder.glob("apart-*.sqlite"))
    assert hand_back(seat, "01").reason == ""


@pytest.mark.nightly
def test_two_people_with_a_reason_and_an_order_number(district: District) -> None:
    seat = follower(district)
    token, second = proofs(seat)
    assert take(seat, proven=(token, b""), break_glass=True).reason == "two_people"
    assert take(seat, proven=(b"", second), break_glass=True).reason == "wrong_login"
    assert take(seat, proven=(token, second), reason=" ", break_glass=True).reason == "no_reason"
    assert take(seat, "07", proven=(token, second), break_glass=True).reason == "unknown_scope"
    plain = proofs(seat, "1003", "1001")
    assert take(seat, proven=plain, break_glass=True).reason == "not_allowed"
    assert hand_over(seat, "01", proven=(token, second)).reason == "unknown_scope"


def test_break_glass_takes_command_from_a_centre_that_still_answers(district: District) -> None:
    seat = follower(district)
    centre = district.city.seat("01")
    kept = [centre.open_incident(f"中山路{n}号") for n in range(2)]
    seat.wait(lambda: set(kept) <= set(seat.floor.incidents), "the shared past")
    assert take(seat, break_glass=True).reason == ""
    wait_leads(seat, "02", 2)
    assert seat.floor.authorities[CITY].break_glass
    assert set(kept) <= set(seat.floor.incidents)
    wait_equal(district)
