"""Orders and refusals beside the rows: what they cost, what a relay gets of them, and versions of before."""

import msgspec
import pytest
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.kinds import Role
from dispatch.order import Order
from store.core.batch import Batch, Work, decide_batch, decided_by, refusal_of
from store.core.decided import pack, unpack
from store.core.following import ASK_AGAIN_MS
from store.core.journal import Head
from store.core.messages import Ack, Cmd, decode_from_hub
from store.core.outputs import Origin
from store.core.site_messages import Follow, Journal, Late
from store.core.wire import BadMessage, Epoch, encode
from tests.store.core.joined_sites import (
    LINE,
    NOW,
    RELAY,
    SEAT,
    TOKEN,
    Sites,
    joined,
    new_hub,
    of,
    seat_order,
)
from tests.store.core.simulated_store import INCIDENTS, VEHICLES, first_floor

ORDER_BYTES_MAX = 120
"""What an order may cost a thin line beside its rows."""


def assigned(vehicles: int) -> Batch:
    works = []
    for n in range(vehicles):
        command = cmd.AssignVehicle(f"{n:032x}", INCIDENTS[0], VEHICLES[n])
        order = Order(f"{n + 99:032x}", command, NOW, "seat-01", frozenset({Role.DISPATCHER}), "s1", "ds1")
        works.append(Work(order.cid, "seat-01", order, NOW + 1000))
    batch = decide_batch(first_floor(), works, {}, Head(), Epoch(1, "01", 1), NOW)
    batch.decided = decided_by(batch.verdicts, works, NOW)
    return batch


def test_an_order_costs_a_thin_line_little_beside_its_rows() -> None:
    one, many = assigned(1), assigned(len(VEHICLES))
    alone = len(pack(one.entries, tuple(one.decided)))
    together = len(pack(many.entries, tuple(many.decided))) / len(many.decided)
    print(f"rows {len(encode(tuple(one.entries)))} B, order alone {alone} B, of many {together:.0f} B each")
    assert alone <= ORDER_BYTES_MAX
    assert together < alone
    assert unpack(many.entries, pack(many.entries, tuple(many.decided))) == tuple(many.decided)


def test_what_is_not_of_these_rows_or_too_long_is_no_message() -> None:
    batch = assigned(2)
    packed = pack(batch.entries, tuple(batch.decided))
    for entries, frame in ((batch.entries[:1], packed), (batch.entries, packed[:-3]), ([], b"x" * 50)):
        with pytest.raises(BadMessage):
            unpack(entries, frame)
    assert unpack(batch.entries, b"") == ()


def refused_order(sites: Sites, cid: str) -> None:
    body = encode(cmd.AssignVehicle("m1", "no such incident", "v1"))
    sites.from_seat(Cmd(cid=cid, body=body, at=NOW, deadline_at=NOW + 60_000, token=TOKEN))


def test_a_copy_has_orders_and_refusals_before_its_seat_is_answered() -> None:
    sites = joined()
    assert len(sites.copied) == 3, "with the base: what was decided before it"
    sites.from_seat(seat_order("c1"))
    refused_order(sites, "c2")
    refused_order(sites, "c3")
    assert [ack.cid for ack in of(Ack, sites.answers)] == ["c1", "c2", "c3"]
    assert msgspec.msgpack.decode(sites.copied["c1"].order)["cid"] == "c1"
    assert [refusal_of(sites.copied[cid].refusal) is not None for cid in ("c1", "c2", "c3")] == [
        False,
        True,
        True,
    ]
    assert sites.copied["c3"].order == b""


def test_a_refusal_that_was_lost_on_the_line_is_said_again_and_then_no_more() -> None:
    sites = joined()
    sites.cut = True
    body = encode(cmd.AssignVehicle("m1", "no such incident", "v1"))
    lost = Cmd(cid="lost", body=body, at=NOW, deadline_at=NOW + 60_000, token=TOKEN)
    sites.hub_out(sites.hub.on_message(Origin(SEAT, b"direct"), lost, NOW))
    sites.write()
    sites.cut = False
    assert "lost" not in sites.copied
    sites.tick(ASK_AGAIN_MS + 1000)
    sites.tick()
    assert refusal_of(sites.copied["lost"].refusal) is not None
    sites.copied.clear()
    for _ in range(3):
        sites.tick(ASK_AGAIN_MS + 1000)
    assert sites.copied == {}


def test_a_relay_of_before_gets_rows_only_and_is_parked() -> None:
    hub = new_hub()
    asked = Follow(seq=0, hash=Head().hash)
    (reply,) = hub.on_message(Origin(RELAY, LINE), asked, NOW)
    journal = decode_from_hub(reply.frame)
    assert isinstance(journal, Journal)
    assert (journal.decided, journal.told, journal.before) == (b"", -1, -1)
    assert hub.on_message(Origin(RELAY, LINE), asked, NOW) == []


@pytest.mark.parametrize(("site", "term", "taken"), [("02", 1, True), ("01", 1, True), ("03", 2, False)])
def test_a_site_hands_in_what_it_accepted_or_copied_from_a_command_of_before(
    site: str, term: int, taken: bool
) -> None:
    hub = new_hub()
    hub.identity = replace(hub.identity, site="01", epoch=Epoch(2, "01", 1))
    order = Order("c1", cmd.ReportRinging("call1", "13904510001"), NOW, "seat-21", frozenset())
    late = Late(cid="c1", order=encode(order), site=site, term=term, seq=9, hlc=NOW << 16)
    hub.on_message(Origin(RELAY, LINE), late, NOW)
    assert bool(hub.next_batch()) is taken
