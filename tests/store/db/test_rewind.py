"""Authority rows of a site and the way back of its journal, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from dispatch import commands as cmd
from dispatch.sites import CITY, Authority
from store.core.batch import refusal_of
from store.core.hub_sites import late_work
from store.core.wire import Epoch
from store.db.authority import FENCED, FOLLOWING, fence, follows, give, led_by, owed, scopes, take
from store.db.engine import open_engine
from store.db.errors import NotHolder, StoreError
from store.db.migrate import grant_hub_role, migrate
from store.db.rebuild import rebuild
from store.db.rewind import KEPT, Tail
from store.db.short import short_transaction
from store.db.store import HubStore
from store.db.tables import ABANDONED, JOURNAL, VERDICT
from tests.store.conftest import Postgres
from tests.store.db.test_store import NOW, an_incident, fill, work

WORD = Authority(CITY, "02", 2, NOW, "d1001", "d1002", "失联", "令-1")
HOLDER = Epoch(2, "02", 1)


@pytest.fixture
def store(store_url: str) -> Iterator[HubStore]:
    made = HubStore(store_url, "01", "here/1")
    made.open()
    fill(made)
    yield made
    made.close()


def test_a_scope_is_taken_given_and_fenced_by_its_row(store_url: str) -> None:
    with short_transaction(store_url) as connection:
        follows(connection, Epoch(1, "01", 3))
        assert led_by(scopes(connection), "02") is None
        take(connection, WORD)
        row = led_by(scopes(connection), "02")
    assert row is not None
    assert (row.epoch, row.word) == (Epoch(2, "02", 0), WORD)
    store = HubStore(store_url, "02", "there/1")
    opened = store.open()
    assert (opened.epoch, opened.word) == (Epoch(2, "02", 1), WORD)
    store.close()
    with short_transaction(store_url) as connection:
        fence(connection, CITY, Epoch(3, "01", 1))
        assert [row.mode for row in scopes(connection)] == [FENCED]
    with pytest.raises(NotHolder):
        HubStore(store_url, "02", "there/2").open()


def test_a_district_gives_only_its_own_scope_back(store_url: str) -> None:
    with short_transaction(store_url) as connection:
        follows(connection, Epoch(1, "01", 3))
        take(connection, Authority("02", "02", 2, NOW))
        row = led_by(scopes(connection), "02")
        assert row is not None
        assert row.scope == "02"
        give(connection, Authority("02", "01", 3, NOW))
        (left,) = scopes(connection)
    assert (left.scope, left.epoch, left.mode) == (CITY, Epoch(1, "01", 3), FOLLOWING)


def test_a_hand_over_ends_our_time_in_the_same_transaction(store: HubStore, store_url: str) -> None:
    store.run([work("move", cmd.MoveAuthority(WORD))], NOW)
    with short_transaction(store_url) as connection:
        (row,) = scopes(connection)
        assert (row.epoch.site, row.mode) == ("02", FOLLOWING)
        assert owed(connection, [row], "02") is None
        follows(connection, Epoch(1, "01", 3))  # as the other side's copy has it
        assert owed(connection, scopes(connection), "02") == WORD
    with pytest.raises(NotHolder):
        HubStore(store.url, "01", "here/2").open()


def test_the_tail_is_handed_in_set_aside_and_the_journal_goes_back(store: HubStore, store_url: str) -> None:
    an_incident(store, "shared")
    fork = store._head
    an_incident(store, "apart")
    refused = work("no", cmd.TakeIncident("nowhere"))
    assert refusal_of(store.run([refused], NOW).answers[0][0].refusal) is not None
    store.close()
    tail = Tail(store_url)
    lates = tail.orders(fork.seq)
    assert [late.cid for late in lates] == ["ring-apart", "begin-apart", "form-apart", "open-apart"]
    assert lates[-1].numbers[0].startswith("01-")
    assert all(late_work(late, lambda _name: None) is not None for late in lates)
    copy = tail.keep_copy(fork.seq)
    assert copy is None or copy.exists()
    results = {late.cid: "merged" for late in lates[:-1]}
    assert tail.rewind(fork.seq, results, HOLDER, NOW) == fork
    assert tail.head() == fork
    tail.close()

    assert rebuild(store_url).differences == ()
    engine = open_engine(store_url, writer=True)
    with engine.begin() as connection:
        aside = connection.execute(select(ABANDONED).order_by(ABANDONED.c.seq)).all()
        assert [row.result for row in aside][-1] == KEPT
        assert {row.cid for row in aside} == {late.cid for late in lates}
        assert all(row.order_body for row in aside)
        known = set(connection.execute(select(VERDICT.c.cid)).scalars())
        assert not known & {late.cid for late in lates}
        assert [row.epoch for row in scopes(connection)] == [HOLDER]
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(JOURNAL.delete().where(text("seq = 1")))  # the guard is on again
    engine.dispose()


def test_a_process_that_stood_still_does_not_fence_a_newer_command(store_url: str) -> None:
    HubStore(store_url, "01", "hub-a").open()
    newest = Epoch(4, "02", 3)
    with short_transaction(store_url) as connection:
        fence(connection, CITY, newest)
        fence(connection, CITY, Epoch(3, "01", 1))
        assert [row.epoch for row in scopes(connection)] == [Epoch(4, "02", 0)]


@pytest.mark.peer
def test_the_hubs_own_role_goes_back_and_can_take_out_nothing_else(postgres: Postgres) -> None:
    """Whoever may change no row of the journal sets its tail aside first, as a site that leads no more."""
    owner_url = postgres.new_database()
    migrate(owner_url)
    engine = open_engine(owner_url, writer=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE hub_of_test LOGIN"))
        connection.execute(text("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    engine.dispose()
    grant_hub_role(owner_url, "hub_of_test")
    url = owner_url.replace("postgres@", "hub_of_test@")
    store = HubStore(url, "01", "here/1")
    store.open()
    fill(store)
    fork = store._head
    an_incident(store, "apart")
    store.close()
    tail = Tail(url)
    late = tail.orders(fork.seq)
    cut = text(f"SELECT cut_journal({fork.seq})")
    for reason in ("a site leads", "is not kept"):
        with pytest.raises(StoreError, match=reason), short_transaction(url) as connection:
            connection.execute(cut)
        with short_transaction(url) as connection:
            fence(connection, CITY, HOLDER)
    assert tail.rewind(fork.seq, {one.cid: "merged" for one in late}, HOLDER, NOW) == fork
    tail.close()
    with short_transaction(url) as connection:
        assert connection.execute(select(ABANDONED.c.cid)).first() is not None
    with pytest.raises(StoreError), short_transaction(url) as connection:
        connection.execute(JOURNAL.delete().where(text("seq = 1")))


def test_a_tail_is_set_aside_once_and_only_by_the_site_that_led(store: HubStore, store_url: str) -> None:
    fork = store._head
    an_incident(store, "apart")
    head = store._head
    store.close()
    tail = Tail(store_url)
    with pytest.raises(NotHolder):
        tail.is_owed_by("02")
    with short_transaction(store_url) as connection:
        fence(connection, CITY, HOLDER)
    assert tail.is_owed_by("01")
    tail.set_aside(fork.seq, {}, HOLDER, NOW, "01")
    assert not tail.is_owed_by("01")
    assert tail.head() == head, "its server is undone, not its journal"
    tail.close()
    with short_transaction(store_url) as connection:
        kept = connection.execute(select(ABANDONED.c.seq)).scalars().all()
    assert sorted(kept) == list(range(fork.seq + 1, head.seq + 1))
