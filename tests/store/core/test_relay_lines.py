"""The line between hub and relay as pure logic: positions by budget, who may ask, what a line bears."""

import pytest
from msgspec.structs import replace

from store.core.following import NextHub, Trouble
from store.core.line import BUDGET_MIN, BUDGET_START, Line
from store.core.messages import (
    Ack,
    Nack,
    decode_from_hub,
)
from store.core.outputs import Origin
from store.core.site_messages import Follow, Forwarded, PositionsReq
from store.core.wire import FIX_VALID, Epoch, Position, encode
from tests.store.core.joined_sites import NOW, RELAY, ROSTER, SEAT, joined, new_hub, of, seat_order


def position(number: int, at: int) -> Position:
    return Position(f"v{number}", at, 45_700_000, 126_600_000, 300, 90, FIX_VALID)


def test_positions_come_by_budget_the_longest_unheard_first_and_only_the_newest() -> None:
    sites = joined()
    for at in (1, 2, 3):
        sites.hub_out(sites.hub.followers.on_positions([position(n, at) for n in range(100)]))
    sites.pump()
    first = sites.positions[0]
    assert first.batch[0].at == 1  # a question was waiting
    assert 0 < len(first.batch) < 100
    heard = {one.vehicle_id: one for message in sites.positions for one in message.batch}
    for _ in range(200):
        if len(heard) == 100 and all(one.at == 3 for one in heard.values()):
            break
        sites.tick(50)
        heard |= {one.vehicle_id: one for message in sites.positions for one in message.batch}
    else:
        raise AssertionError("every vehicle is heard in the end")
    order = [one.vehicle_id for message in sites.positions[1:] for one in message.batch]
    assert order[:10] == [f"v{n}" for n in range(len(first.batch), len(first.batch) + 10)]


def test_a_line_that_queues_words_gets_fewer_positions_and_fewer_ticks() -> None:
    line = Line()
    for _ in range(10):
        line.pong(80)
    assert line.queue_ms == 0
    line.positions_came(int(line.budget), 0)
    line.pong(80)
    assert line.budget > BUDGET_START
    line.pong(900)
    assert line.budget > BUDGET_START, "one stuck word is a lost packet"
    for _ in range(12):
        line.pong(900)
    assert line.budget == BUDGET_MIN
    assert line.tick_ms == 1000
    assert Line(5000).budget == 5000


def test_a_question_of_a_machine_that_is_no_relay_is_no_question() -> None:
    hub = new_hub()
    for message in (Follow(seq=0, hash=bytes(32)), PositionsReq(bytes_max=9)):
        (answer,) = hub.on_message(Origin(SEAT, b"x"), message, NOW)
        assert decode_from_hub(answer.frame) == Nack(reason="bad_message")


def test_a_relay_that_is_gone_is_forgotten() -> None:
    sites = joined()
    assert [site for site, _ in sites.hub.followers.sites(sites.now)] == ["02"]
    sites.hub.on_time(sites.now + 60_000)
    assert sites.hub.followers.sites(sites.now) == []


@pytest.mark.parametrize(
    ("changed", "heard"),
    [
        ({"address": "10.0.0.9:5570", "sign_key": "ab" * 32}, True),
        ({"public_key": "k" * 40}, False),
        ({"site": "03"}, False),
        (None, False),
    ],
)
def test_a_relay_whose_address_changes_still_waits_for_the_next_row(
    changed: dict[str, str] | None, heard: bool
) -> None:
    """Its parked question stays; a struck one or another machine of its name is told nothing."""
    sites = joined()
    roster = dict(ROSTER)
    before = roster.pop(RELAY.name)
    if changed is not None:
        roster[RELAY.name] = replace(before, **changed)
    sites.hub.followers.machine_of = roster.get
    sites.hub.followers.roster_changed()
    assert bool(sites.hub.followers.on_committed(sites.hub.head)) is heard
    assert bool(sites.hub.followers.sites(sites.now)) is heard


def test_what_one_machine_sends_never_costs_the_district_its_line() -> None:
    sites = joined()
    sites.hub.followers.machine_of = {}.get  # struck at the hub, the relay does not know it yet
    sites.from_seat(seat_order("o1"))
    assert sites.answers[-1] == Nack(reason="bad_message")
    assert not of(NextHub, sites.other)
    assert sites.relay.following.trouble is Trouble.NONE
    sites.hub.followers.machine_of = ROSTER.get
    endless = replace(seat_order("o2"), body=bytes(1024 * 1024 - 200))
    sites.from_seat(endless)
    assert sites.answers[-1] == Nack(reason="bad_message")
    assert not sites.to_hub


def test_an_ack_asked_for_again_is_held_once_while_the_disk_is_slow() -> None:
    sites = joined()
    said = encode(Ack(cid="o1", epoch=Epoch(1, "01", 1), seq=4))
    for _ in range(20):
        sites.cut = True
        sites.from_seat(seat_order("o1"))
        sites.relay_out(sites.relay.on_hub(Forwarded(route=b"seat-21/o1", frame=said), sites.now))
        sites.cut = False
    sites.rows(1)
    sites.pump()
    assert len(of(Ack, sites.answers)) == 1


def test_a_relay_is_heard_in_a_night_without_any_change() -> None:
    """Its questions stay parked, so only its pings tell that command could be handed over to it."""
    sites = joined()
    ages = []
    for _ in range(50):
        sites.tick()
        ages += [age for _, age in sites.hub.followers.sites(sites.now)]
    assert len(ages) == 50
    assert max(ages) < 1000
