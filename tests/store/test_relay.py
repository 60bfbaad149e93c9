"""A district as real processes: served from its own copy, through a thin line, killed, cut off, caught up."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dispatch import commands as cmd
from dispatch.kinds import SeatState
from dispatch.refusals import NotPossible
from store.administration import Administration
from store.core.ids import new_id
from store.core.seat_logic import Phase
from store.core.wire import FIX_VALID, Mode, Position
from store.db.accounts import Accounts
from store.db.errors import StoreError
from store.db.rebuild import rebuild
from store.hub_admin import strike_machine
from tests.store.commanding import proofs, take_when_silent, two_sites
from tests.store.conftest import City, Desk
from tests.store.district import District, journal_of
from tests.store.thin_line import Quality, ThinLine

pytestmark = pytest.mark.process
KILLS = int(os.environ.get("LINGSHENG_RELAY_KILLS", "3"))
COMMANDS_PER_KILL = 150
EVENTS = int(os.environ.get("LINGSHENG_LINE_EVENTS", "40"))
THIN_S = int(os.environ.get("LINGSHENG_THIN_S", "5"))
PATIENCE = float(os.environ.get("LINGSHENG_PATIENCE", "2"))
"""How much slower than a quiet machine this one may be."""


@pytest.fixture
def district(small_city: City) -> Iterator[District]:
    """A district beside a running city; its relay is started."""
    made = District(small_city)
    made.enrol_seat("03", "seat-03")
    made.start()
    yield made
    made.close()


def ring(desk: Desk, number: str = "13800000000") -> str:
    """A call is reported; the id of the command."""
    return desk.link.order(cmd.ReportRinging(new_id(), number))


def wait_s(desk: Desk, seconds: float) -> None:
    """Let the desk take what comes for so long."""
    until = time.monotonic() + seconds
    desk.wait(lambda: time.monotonic() > until)


def test_a_district_sees_the_city_orders_through_its_relay_and_stays_equal(district: District) -> None:
    city = district.city
    centre = city.seat("01")
    seat = district.desk("seat-03")
    seat.wait(lambda: seat.link.state.relay == "02" and seat.floor.vehicles, "served by the relay")
    incident = centre.open_incident()
    seat.wait(lambda: incident in seat.floor.incidents, "the city's incident in the district")
    assert seat.login("1003").ok is not None
    own = seat.open_incident("江北路9号")
    assert seat.order(cmd.AssignVehicle(new_id(), own, "v2")).refusal is None
    centre.wait(lambda: own in centre.floor.incidents, "the district's incident in the centre")
    seat.wait(lambda: seat.floor == centre.floor, "equal floors")
    state = seat.link.state
    assert (state.relay, state.mode) == ("02", Mode.NORMAL)
    assert state.epoch == centre.link.state.epoch
    assert district.stop() == 0
    assert district.prove() > 8


def test_a_district_cut_off_logs_people_in_shows_itself_and_comes_back(small_city: City) -> None:
    line = ThinLine(("127.0.0.1", small_city.config.hub.command_port))
    district = District(small_city, line=line.address)
    district.enrol_seat("03", "seat-03")
    district.start()
    try:
        centre = small_city.seat("01")
        seat = district.lonely_desk("seat-03")
        seat.wait(lambda: seat.floor.vehicles, "the floor")
        seat.wait(accounts_there(district), "accounts in the copy", limit_s=5.0)
        line.set(cut=True)
        seat.wait(lambda: seat.link.state.mode == Mode.CUT_OFF, "cut off")
        assert seat.link.state.hub_age_ms > 3000
        assert seat.login("1003").ok is not None
        waiting = ring(seat)
        known = centre.open_incident()
        assert seat.floor.seats["seat03"].dispatcher_id is None
        line.set(cut=False)
        assert seat.verdict(waiting).refusal is None  # under the token of the relay
        for desk in (seat, centre):
            desk.wait(lambda desk=desk: desk.floor.seats["seat03"].dispatcher_id == "d1003", "logged in")
        seat.wait(lambda: known in seat.floor.incidents, "what happened meanwhile")
        seat.wait(lambda: seat.link.state.mode == Mode.NORMAL, "normal again")
        assert seat.link.state.hub_age_ms < 3000
    finally:
        district.close()
        line.close()


def test_who_logged_in_while_cut_off_is_logged_in_when_the_district_takes_command(tmp_path: Path) -> None:
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    city.seed_more(two_sites())
    district = District(city)
    district.enrol_seat("03", "seat-03")
    city.start_hub()
    district.start()
    try:
        seat = district.lonely_desk("seat-03")
        seat.wait(lambda: seat.floor.vehicles)
        seat.wait(accounts_there(district), "accounts in the copy")
        city.kill_hub()
        seat.wait(lambda: seat.link.state.mode == Mode.CUT_OFF, "cut off")
        proven = proofs(seat)
        waiting = ring(seat)
        assert take_when_silent(seat, proven=proven).reason == ""
        assert seat.verdict(waiting).refusal is None
        seat.wait(lambda: seat.floor.seats["seat03"].dispatcher_id == "d1002", "logged in on the floor")
        given = {row.cid: row.by for row in journal_of(district.url)[0]}
        assert given[waiting] == "d1002"
    finally:
        district.close()
        city.close()


def accounts_there(district: District) -> Callable[[], bool]:
    accounts = Accounts(district.url)

    def there() -> bool:
        try:
            return len(accounts.read_all()) == 3
        except StoreError:
            return False

    return there


def test_a_relay_without_its_city_serves_from_its_own_disk_within_two_seconds(district: District) -> None:
    city = district.city
    centre = city.seat("01")
    known = centre.open_incident()
    seat = district.lonely_desk("seat-03")
    seat.wait(lambda: known in seat.floor.incidents)
    seat.close()
    city.desks.remove(seat)
    district.kill()
    city.kill_hub()
    begun = time.monotonic()
    district.start()
    late = district.lonely_desk("seat-03")
    late.wait(lambda: known in late.floor.incidents, "the floor of the copy")
    took = time.monotonic() - begun
    assert took < 2.0 * PATIENCE, f"{took:.1f} s"
    late.wait(lambda: late.link.state.mode == Mode.CUT_OFF)


@pytest.mark.nightly
def test_seats_leave_a_dead_or_cut_off_relay_for_the_hub_and_go_home(small_city: City) -> None:
    line = ThinLine(("127.0.0.1", small_city.config.hub.command_port))
    district = District(small_city, line=line.address)
    district.enrol_seat("03", "seat-03")
    district.start()

    def at_the_city() -> bool:
        state = seat.link.state
        return state.relay == "" and state.mode == Mode.NORMAL and state.phase is Phase.LIVE

    try:
        seat = district.desk("seat-03")
        seat.wait(lambda: seat.link.state.hub == district.address and seat.floor.vehicles, "at home")
        assert seat.login("1003").ok is not None
        replaced = seat.replaced
        district.kill()
        seat.wait(at_the_city, "the city's hub")
        assert seat.verdict(ring(seat)).refusal is None
        district.start()
        seat.wait(lambda: seat.link.state.hub == district.address and seat.link.state.relay, "home again")
        line.set(cut=True)
        seat.wait(at_the_city, "the city's hub")
        assert seat.verdict(ring(seat)).refusal is None
        line.set(cut=False)
        seat.wait(lambda: seat.link.state.hub == district.address and seat.link.state.relay, "home again")
        assert seat.verdict(ring(seat)).refusal is None
        assert seat.replaced == replaced  # the same replica all the way
    finally:
        district.close()
        line.close()


def test_a_relay_killed_in_the_middle_of_copying_has_the_hubs_journal(district: District) -> None:
    centre = district.city.seat("01")
    centre.wait(lambda: district.head().seq, "a base in the copy")
    last, cut_short = "", 0
    for cycle in range(KILLS):
        reached = district.head().seq
        for _ in range(COMMANDS_PER_KILL):
            last = ring(centre)
        few = reached + 1 + cycle * 37 % (COMMANDS_PER_KILL // 2)
        centre.wait(lambda few=few: district.head().seq >= few, "the middle of copying")
        district.kill()
        cut_short += district.head().seq < centre.verdict(last).seq
        district.start()
    seq = centre.verdict(last).seq
    seat = district.lonely_desk("seat-03")
    seat.wait(lambda: seat.link.state.seq >= seq, "everything copied")
    assert district.stop() == 0
    rows = district.prove()
    print(f"relay killed {KILLS} times, {cut_short} in the middle of copying: {rows} rows as at the hub")
    assert rows >= KILLS * COMMANDS_PER_KILL
    assert rebuild(district.url).differences == ()


def test_a_hub_killed_while_a_relay_follows_loses_nothing_of_the_copy(district: District) -> None:
    city = district.city
    centre = city.seat("01")
    seat = district.lonely_desk("seat-03")
    seat.wait(lambda: seat.floor.vehicles)
    assert seat.login("1003").ok is not None
    orders = []
    for _ in range(3):
        orders += [(desk, ring(desk)) for _ in range(20) for desk in (centre, seat)]
        city.kill_hub()
        city.start_hub()
    for desk, cid in orders:
        assert desk.verdict(cid).refusal is None
    seat.wait(lambda: seat.link.state.epoch == centre.link.state.epoch)
    seat.wait(lambda: alike(seat, centre), "what one has heard the other hears too")
    assert district.stop() == 0
    district.prove()


def alike(one: Desk, other: Desk) -> bool:
    """Both may be told of something new at any moment."""
    other.take()
    return one.link.state.seq == other.link.state.seq and one.floor == other.floor


def test_eighty_milliseconds_and_two_percent_loss_are_a_normal_day(small_city: City) -> None:
    line = ThinLine(("127.0.0.1", small_city.config.hub.command_port), Quality(delay_s=0.04, loss=0.02))
    district = District(small_city, line=line.address)
    district.enrol_seat("03", "seat-03")
    district.start()
    try:
        centre = small_city.seat("01")
        seat = district.lonely_desk("seat-03")
        seat.wait(lambda: seat.floor.vehicles)
        assert seat.login("1003").ok is not None
        seat.wait_live()
        given: dict[str, float] = {}
        phases: set[Phase] = set()
        modes: set[str] = set()
        orders = []
        for n in range(EVENTS):
            desk = (centre, seat)[n % 2]
            cid = ring(desk)
            orders.append((desk, cid))
            given[cid] = time.perf_counter()
            wait_s(seat, 0.05)
            phases.add(seat.link.state.phase)
            modes.add(seat.link.state.mode)
        for desk, cid in orders:
            assert desk.verdict(cid).refusal is None
        seat.wait(lambda: given.keys() <= seat.applied_at.keys(), "all delivered")
        late = sorted(seat.applied_at[cid] - begun for cid, begun in given.items())
        print(
            f"80 ms, 2 %: p50 {late[len(late) // 2] * 1e3:.0f} ms, p99 {late[-len(late) // 100] * 1e3:.0f} ms"
        )
        assert phases <= {Phase.LIVE, Phase.CATCHING_UP}
        assert modes == {Mode.NORMAL}
        assert seat.link.state.hub_age_ms < 1500
    finally:
        district.close()
        line.close()


def test_a_machine_struck_off_is_cut_off_at_the_relay_too(district: District) -> None:
    city = district.city
    seat = district.lonely_desk("seat-03")
    seat.wait_live()
    assert strike_machine(city.config, "seat-03")
    seat.wait(lambda: seat.link.state.phase is Phase.REVOKED, "struck off at the relay")


def test_a_disabled_account_ends_behind_a_relay_within_seconds(district: District) -> None:
    seat = district.lonely_desk("seat-03")
    seat.wait_live()
    assert seat.login("1003").ok is not None
    with closing(Administration(district.city.config)) as office:
        assert office.set_disabled("1003", None, disabled=True)
    seat.wait(lambda: seat.floor.dispatchers["d1003"].barred, "told at the relay", 5.0)
    assert seat.floor.seats["seat03"].dispatcher_id is None
    assert seat.order(cmd.SetSeatState("seat03", SeatState.AWAY)).refusal == NotPossible("account_disabled")


@pytest.mark.nightly
def test_on_sixty_four_kilobit_orders_go_first_and_ages_are_honest(small_city: City) -> None:
    quality = Quality(delay_s=0.04, bytes_s=8000.0)
    line = ThinLine(("127.0.0.1", small_city.config.hub.command_port), quality)
    district = District(small_city, line=line.address)
    district.enrol_seat("03", "seat-03")
    district.start()
    try:
        centre, gateway = small_city.seat("01"), small_city.desk("gateway")
        seat = district.lonely_desk("seat-03")
        seat.wait(lambda: seat.floor.vehicles)
        seat.wait_live()
        gateway.wait_live()
        given: dict[str, float] = {}
        ages: list[int] = []
        heard: dict[str, int] = {}
        positions = 0
        carried = dict(line.carried)
        begun = time.monotonic()
        for n in range(5 * THIN_S):
            now = int(time.time() * 1000)
            if n % 5 == 0:  # a hundred vehicles report once a second
                gateway.link.send_positions(moving(100, now))
            cid = ring(centre)
            given[cid] = time.perf_counter()
            wait_s(seat, max(0.0, begun + (n + 1) / 5 - time.monotonic()))
            came = seat.link.take_positions()
            positions += len(came)
            heard |= {name: position.at for name, position in came.items()}
            ages += [now - at for at in heard.values()]
        took = time.monotonic() - begun
        seat.wait(lambda: given.keys() <= seat.applied_at.keys(), "all delivered")
        late = sorted(seat.applied_at[cid] - at for cid, at in given.items())
        p50, p99 = late[len(late) // 2], late[-1 - len(late) // 100]
        used = line.carried["down"] - carried["down"]
        ages.sort()
        print(
            f"64 kbit/s: orders p50 {p50 * 1e3:.0f} p99 {p99 * 1e3:.0f} ms, {used / took:.0f} B/s down,"
            f" {positions / took:.0f} positions/s,"
            f" age p50 {ages[len(ages) // 2]} p99 {ages[-len(ages) // 100]} ms"
        )
        assert p99 < 1.5 * PATIENCE
        assert positions > 0
        assert seat.link.state.mode == Mode.NORMAL
    finally:
        district.close()
        line.close()


def moving(count: int, now: int) -> list[Position]:
    return [
        Position(f"v{n}", now, 45_700_000 + n * 137, 126_600_000 + now % 10_000, 300 + n, n % 360, FIX_VALID)
        for n in range(count)
    ]
