"""What another site says is looked up, not believed; who was struck off hears nothing more."""

from typing import Any

import pytest

from dispatch import commands as cmd
from dispatch.administration import Act, NoteAdministration
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.words import Dispatcher, Seat
from store.core.batch import Batch, decide_batch
from store.core.greeting import Identity
from store.core.hub_logic import HubLogic
from store.core.journal import Head
from store.core.outputs import Origin
from store.core.roster import Machine, MachineRole
from store.core.seals import SignKey
from store.core.site_messages import Follow, Late, PositionsReq
from store.core.wire import Epoch, Position, encode

NOW = 1_790_000_000_000
LINE = b"line"
RELAY = Machine("relay-02", "r" * 40, MachineRole.RELAY, site="02")
ROSTER = {one.name: one for one in (RELAY, Machine("seat-21", "s" * 40, MachineRole.SEAT, "21", site="02"))}
EVERY = frozenset(Role)
ADMIN = Dispatcher("new", "9001", "某人", frozenset({Role.ADMINISTRATOR}))


def new_hub() -> HubLogic:
    person = Dispatcher("d1", "1001", "王芳", frozenset({Role.DISPATCHER}))
    floor = Floor(seats={"s21": Seat("s21", "21", "02")}, dispatchers={"d1": person})
    identity = Identity("01", "hub", Epoch(1, "01", 1), SignKey("hub", b"h" * 32))
    return HubLogic(identity, floor, Head(), ROSTER.get)


def taken_in(order: Order) -> tuple[Batch, HubLogic]:
    """What becomes of an order the relay of site 02 says it accepted."""
    logic = new_hub()
    late = Late(cid=order.cid, order=encode(order), site="02", term=2, seq=9, hlc=NOW << 16)
    logic.on_message(Origin(RELAY, LINE), late, NOW)
    works = logic.next_batch()
    epoch = logic.identity.epoch
    return decide_batch(logic.floor, works, {}, logic.head, epoch, NOW), logic


def given(command: Any, machine: str = "seat-21", person: str | None = "d1") -> Order:
    """With every role there is, as somebody would claim who has the relay."""
    return Order("c" * 32, command, NOW - 60_000, machine, EVERY, "s21", person)


def kinds(batch: Batch) -> list[str]:
    return [entry.kind for entry in batch.entries]


def test_what_its_giver_may_by_our_own_lists_is_merged() -> None:
    batch, _ = taken_in(given(cmd.ReportRinging("call1", "13904510001")))
    assert kinds(batch) == ["CameLate", "CallRang"]


@pytest.mark.parametrize(
    "order",
    [
        given(cmd.RegisterDispatcher(ADMIN)),
        given(cmd.RegisterDispatcher(ADMIN), "hub-02/77", None),
        given(NoteAdministration(Act.ENABLE_ACCOUNT, "1001"), "hub-02/77", None),
        given(cmd.ReportRinging("call1", "13904510001"), "seat-99"),
        given(cmd.ReportRinging("call1", "13904510001"), person="nobody"),
        given(cmd.ReportOrderTimedOut("m1"), "seat-21"),
    ],
    ids=["roles", "as a hub", "an account", "unknown machine", "unknown person", "a gateway's"],
)
def test_what_they_only_claim_waits_for_a_person(order: Order) -> None:
    batch, logic = taken_in(order)
    assert kinds(batch) == ["CameLate", "ConflictFound"]
    (conflict,) = batch.floor.conflicts.values()
    assert conflict.rule == "NotAllowed"
    assert batch.floor.dispatchers == logic.floor.dispatchers


def test_what_a_hub_does_by_itself_is_still_its_own() -> None:
    batch, _ = taken_in(given(NoteAdministration(Act.STRIKE, "seat-09"), "hub-02/77", None))
    assert kinds(batch) == ["CameLate", "AdministrationNoted"]


def test_a_relay_struck_off_hears_nothing_from_that_moment() -> None:
    roster = dict(ROSTER)
    logic = new_hub()
    logic.followers.machine_of = roster.get
    relay = Origin(RELAY, LINE)
    logic.on_message(relay, Follow(seq=0, hash=Head().hash), NOW)
    logic.on_message(relay, Follow(seq=0, hash=Head().hash), NOW)
    logic.on_message(relay, PositionsReq(bytes_max=1000), NOW)
    logic.followers.roster_changed()
    assert [reply.route for reply in logic.followers.on_time(b"tick", NOW)] == [LINE], "another was struck"
    del roster[RELAY.name]
    logic.followers.roster_changed()
    moved = Position("v1", NOW, 45_000_000, 126_000_000)
    assert logic.followers.on_time(b"tick", NOW + 1000) == []
    assert logic.followers.on_committed(Head(1, 1, b"1" * 32)) == []
    assert logic.followers.on_positions([moved]) == []
    assert logic.followers.sites(NOW) == []
