"""Trouble with the store: a full disk, a server that dies, a standby that does not confirm."""

import stat
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from dispatch import commands as cmd
from store.core.batch import Work
from store.db.accounts import LOCKED_MS, Accounts, set_account
from store.db.engine import _watch_notices
from store.db.errors import DiskFull, NotDurable, StoreDown
from store.db.history import day_of
from store.db.migrate import migrate
from store.db.store import HubStore
from tests.store.conftest import Postgres
from tests.store.db.test_store import NOW, fill, refusals, work

LOGIN = cmd.LogIn("seat01", "d1001")


def test_a_full_disk_loses_nothing_and_recovers(tmp_path: Path) -> None:
    store = HubStore(f"sqlite:///{tmp_path}/hub.sqlite", "01", "hub-a")
    store.open()
    fill(store)
    with store.transaction() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    store._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    store._connection.rollback()
    big = [work(f"r{n}", cmd.ReportRinging(f"c{n}", "1" * 4000)) for n in range(60)]
    with pytest.raises(DiskFull):
        store.run(big, NOW)
    assert "c1" not in store._floor.calls
    store._disconnect()  # space again: the limit was the connection's
    assert refusals(store.run(big, NOW)) == [None] * 60
    assert len(store._floor.calls) == 60
    store.close()


@pytest.mark.peer
def test_a_dead_server_is_waited_for(postgres: Postgres) -> None:
    """Killed like a power cut, started again: the same batch runs again, once."""
    store = HubStore(postgres.new_database(), "01", "hub-a")
    store.open()
    fill(store)
    postgres.stop("immediate")
    with pytest.raises(StoreDown):
        store.run([work("in", LOGIN)], NOW)
    postgres.start()
    assert refusals(store.run([work("in", LOGIN)], NOW)) == [None]
    assert [answer[1] for answer in store.run([work("in", LOGIN)], NOW).answers] == [True]
    store.close()


@pytest.mark.peer
def test_a_commit_cut_short_while_waiting_for_the_standby_is_no_answer(postgres: Postgres) -> None:
    """PostgreSQL reports success with a warning only (SQLSTATE 01000): it must not become an answer."""
    store = HubStore(postgres.new_database(), "01", "hub-a")
    store.open()
    fill(store)
    engine = create_engine(store.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as watcher:
        set_standby(watcher, "nobody")
        done = threading.Event()
        canceller = threading.Thread(target=cancel_waiting, args=(watcher, done))
        canceller.start()
        try:
            cut_short = first_not_durable(store)
        finally:
            done.set()
            canceller.join()
            set_standby(watcher, "")
        batch = store.run([cut_short], NOW)
    assert refusals(batch) == [None]
    assert [entry.cid for entry in batch.entries] == [cut_short.cid], "given out now, not before"
    store.close()
    engine.dispose()


def test_the_warning_counts_in_every_language() -> None:
    """A server with Chinese messages says it in Chinese."""
    connection, record = NoticedConnection(), SimpleNamespace(info={})
    _watch_notices(connection, record)
    words = "由于用户请求而取消等待同步复制"
    connection.handler(SimpleNamespace(sqlstate="00000", message_primary=words))
    assert not record.info
    connection.handler(SimpleNamespace(sqlstate="01000", message_primary=words))
    assert record.info == {"cut_short": True}


class NoticedConnection:
    """Keeps the notice handler it is given."""

    def add_notice_handler(self, handler: Callable[[object], None]) -> None:
        self.handler = handler


def first_not_durable(store: HubStore) -> Work:
    """The command whose commit waited: PostgreSQL takes the new setting up some commits after the reload."""
    for n in range(5000):
        ringing = work(f"r{n}", cmd.ReportRinging(f"c{n}", "13800000000"))
        try:
            store.run([ringing], NOW)
        except NotDurable:
            return ringing
    pytest.fail("no commit waited for the standby")


def set_standby(connection: Connection, name: str) -> None:
    connection.execute(text(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'"))
    connection.execute(text("SELECT pg_reload_conf()"))


def cancel_waiting(connection: Connection, done: threading.Event) -> None:
    """As an impatient administrator: cancel whatever waits for the standby."""
    waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    while not done.wait(0.02):
        connection.execute(text(waiting))


def test_days_are_counted_in_china() -> None:
    assert day_of(1_763_740_799_000) == "2025-11-21"
    assert day_of(1_763_740_800_000) == "2025-11-22"


def test_only_the_owner_reads_the_store(tmp_path: Path) -> None:
    """It holds the sealing secret, password hashes and patients."""
    store = HubStore(f"sqlite:///{tmp_path}/hub.sqlite", "01", "hub-a")
    store.open()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    store.close()
    assert set(modes.values()) == {0o600}, modes


def test_five_failures_lock_until_a_minute_after_the_last(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.sqlite"
    migrate(url)
    set_account(url, "1001", "right", NOW)
    accounts = Accounts(url)
    for n in range(5):
        assert accounts.check("1001", "wrong", NOW + n * 10_000) == ("wrong", 0)
    last = NOW + 40_000
    assert accounts.check("1001", "right", last + 30_000) == ("locked", 30)
    assert accounts.check("1001", "right", last + LOCKED_MS) == ("", 0)
    accounts.close()
