"""Invitations and orders of administrators, on each kind of store."""

from collections.abc import Iterator

import pytest

from dispatch.administration import Act, NoteAdministration
from dispatch.kinds import Role
from dispatch.order import Order
from store.core.batch import Work
from store.core.enrolment import CODE_MS, TRIES_MAX, InvitationState, Knock
from store.core.ids import new_id
from store.core.roster import Machine, MachineRole
from store.db.invitations import Invitation
from store.db.office import Desk, Pending
from store.db.store import HubStore
from tests.store.conftest import master_data

NOW = 1_790_000_000_000
RELAY = Machine("relay-02", "", MachineRole.RELAY, site="02", address="10.0.0.2:5570")
KEYS = ("k" * 40, "ab" * 32)


@pytest.fixture
def hub(store_url: str) -> Iterator[HubStore]:
    made = HubStore(store_url, "01", "hub-a")
    made.open()
    yield made
    made.close()


@pytest.fixture
def desk(hub: HubStore, store_url: str) -> Iterator[Desk]:
    made = Desk(store_url)
    yield made
    made.close()


def asked(desk: Desk, code: str, keys: tuple[str, str] = KEYS, now: int = NOW) -> Invitation | str:
    return desk.ask(Knock(code, *keys), now)


def test_an_invitation_from_code_to_approval(desk: Desk) -> None:
    assert not desk.is_any_invited(NOW)
    code = desk.invite(RELAY, NOW)
    assert desk.is_any_invited(NOW)
    found = asked(desk, code)
    assert isinstance(found, Invitation)
    assert (found.state, found.machine.public_key, found.machine.sign_key) == (InvitationState.ASKED, *KEYS)
    assert (found.machine.site, found.machine.address) == ("02", "10.0.0.2:5570")
    assert desk.waiting(NOW) == [found]
    assert asked(desk, code, ("x" * 40, "")) == "used"
    desk.approve("relay-02", NOW)
    again = asked(desk, code)
    assert isinstance(again, Invitation)
    assert again.state is InvitationState.APPROVED
    assert desk.waiting(NOW) == []
    assert asked(desk, code, now=NOW + CODE_MS + 1) == "too_late"
    assert not desk.is_any_invited(NOW + CODE_MS + 1)


def test_a_code_is_for_ten_minutes_and_five_tries(desk: Desk) -> None:
    assert asked(desk, "2222-2222") == "wrong_code"
    code = desk.invite(RELAY, NOW)
    assert asked(desk, code, now=NOW + CODE_MS + 1) == "too_late"
    fresh = desk.invite(RELAY, NOW)
    assert asked(desk, code) == "wrong_code", "an earlier code of the same machine is void"
    wrong = fresh[:-1] + ("2" if fresh[-1] != "2" else "3")
    assert [asked(desk, wrong) for _ in range(TRIES_MAX)] == ["wrong_code"] * TRIES_MAX
    assert asked(desk, fresh) == "too_many"
    assert asked(desk, "no code at all") == "wrong_code"


def test_an_order_of_an_administrator_waits_until_it_has_a_verdict(hub: HubStore, desk: Desk) -> None:
    note = NoteAdministration(Act.STRIKE, "seat-01", "9001", "9002")
    order_id = new_id()
    desk.put(order_id, NOW, note)
    (pending,) = desk.pending()
    assert (pending.id, pending.command) == (order_id, note)
    given = Order(order_id, note, NOW, "hub-a", frozenset({Role.HUB}))
    hub.run([Work(order_id, "hub-a", given, NOW + 1000)], NOW)
    assert desk.pending() == []


def test_orders_that_build_on_each_other_come_in_their_sequence(hub: HubStore, desk: Desk) -> None:
    lists = [Pending(new_id(), command) for command in master_data()]
    desk.put_in_order(NOW, reversed(lists))
    assert desk.pending() == lists[::-1]
    assert desk.floor().seats == {}
    works = [
        Work(it.id, "hub-a", Order(it.id, it.command, NOW, "hub-a", frozenset({Role.HUB})), NOW + 1000)
        for it in lists
    ]
    batch = hub.run(works, NOW)
    assert desk.floor() == batch.floor
    assert desk.pending() == []


def test_people_are_those_of_the_floor(hub: HubStore, desk: Desk) -> None:
    works = []
    for command in master_data():
        cid = new_id()
        order = Order(cid, command, NOW, "hub-a", frozenset({Role.HUB}))
        works.append(Work(cid, "hub-a", order, NOW + 1000))
    hub.run(works, NOW)
    assert sorted(person.staff_number for person in desk.people()) == ["1001", "1002", "1003"]
