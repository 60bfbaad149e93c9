"""A database of the released program is brought to the newest revision: nothing of it is lost or changed.

`tests/vectors/store-0001.msgpack` holds every row the released program wrote while it worked through three
incidents; the migrations of that revision make its tables.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, select, text

import main
from dispatch import commands as cmd
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from store.core.batch import Work, refusal_of
from store.core.journal import Head, broken_at
from store.db.engine import open_engine
from store.db.errors import StoreError
from store.db.migrate import MIGRATIONS, grant_hub_role, migrate
from store.db.rebuild import rebuild
from store.db.refusals import forget_refusals
from store.db.rows import read_journal
from store.db.short import short_transaction
from store.db.store import HubStore
from store.db.tables import JOURNAL, REFUSAL
from store.db.verify import verified
from store.exits import ExitCode
from tests.store.conftest import Postgres
from tests.store.db.test_store import fill, work

RECORDED = Path(__file__).parents[2] / "vectors" / "store-0001.msgpack"
NOW = 1_790_100_000_000


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    read: dict[str, Any] = msgspec.msgpack.decode(RECORDED.read_bytes())
    return read


@pytest.fixture
def old_url(store_url: str, recorded: dict[str, Any]) -> str:
    """A database as the released program left it."""
    engine = open_engine(store_url, writer=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, recorded["revision"])
        connection.commit()
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection, connection.begin():
        for name, rows in recorded["rows"].items():
            if rows:
                connection.execute(tables.tables[name].insert(), rows)
    engine.dispose()
    return store_url


def read_all(url: str) -> dict[str, list[dict[str, Any]]]:
    engine = open_engine(url, writer=False)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        rows = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in tables.sorted_tables
        }
    engine.dispose()
    return rows


def test_every_row_and_column_is_still_there(old_url: str, recorded: dict[str, Any]) -> None:
    migrate(old_url)
    now = read_all(old_url)
    for name, rows in recorded["rows"].items():
        assert len(now[name]) == len(rows), name
        for row in rows:
            assert any(row.items() <= new.items() for new in now[name]), (name, row)


def test_the_hub_goes_on_where_the_released_one_stopped(old_url: str, recorded: dict[str, Any]) -> None:
    store = HubStore(old_url, "01", "hub-new")
    opened = store.open()
    assert opened.floor == msgspec.msgpack.decode(recorded["floor"], type=Floor)
    assert (opened.head.seq, opened.head.hlc, opened.head.hash) == tuple(recorded["head"])
    assert (opened.epoch.term, opened.epoch.site) == (1, "01")
    everyone = frozenset(Role)
    works = [
        Work(cid, "seat-01", Order(cid, given, NOW, "seat-01", everyone, "seat01", "d1001"), NOW + 60_000)
        for cid, given in (
            ("c1", cmd.ReportRinging("again", "1")),
            ("new", cmd.ReportRinging("new-call", "119")),
        )
    ]
    batch = store.run(works, NOW)
    assert [(verdict.cid, repeated) for verdict, repeated in batch.answers] == [("c1", True), ("new", False)]
    assert [refusal_of(verdict.refusal) for verdict, _ in batch.answers] == [None, None]
    with store.transaction() as connection:
        journal = read_journal(connection, 0, 1000)
    assert broken_at(journal) is None
    assert Head(journal[-1].seq, journal[-1].hlc, journal[-1].hash) == batch.head
    store.close()
    rebuild(old_url)
    again = HubStore(old_url, "01", "hub-next")
    assert again.open().floor == batch.floor, "the old journal replayed gives the same floor"
    again.close()


def test_a_store_that_the_next_program_upgraded_still_opens(
    store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a rolling upgrade the old hub may be started again; with the rights of a hub, on a server."""
    store = HubStore(store_url, "01", "hub-old")
    store.open()
    fill(store)
    store.run([work("before", cmd.ReportRinging("c1", "119"), deadline_at=NOW + 60_000)], NOW)
    store.close()
    url = as_a_hub(store_url)
    next_program(store_url)
    again = HubStore(url, "01", "hub-old")
    assert "c1" in again.open().floor.calls
    done = again.run([work("after", cmd.ReportRinging("c2", "119"), deadline_at=NOW + 60_000)], NOW)
    assert [refusal_of(verdict.refusal) for verdict, _ in done.answers] == [None]
    again.close()
    assert verified(url).good
    config = tmp_path / "lingsheng.toml"
    config.write_text(f'[store]\nurl = "{url}"\n', encoding="utf-8")
    assert main.main(["store", "--config", str(config), "upgrade"]) == ExitCode.DONE
    assert "9001" in capsys.readouterr().out, "it says so, and grants and changes nothing"


def as_a_hub(url: str) -> str:
    """The same store, on a server by a role that may not change tables."""
    if not url.startswith("postgresql"):
        return url
    with short_transaction(url) as connection:
        connection.execute(
            text("DO $$ BEGIN CREATE ROLE hub_of_before LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
        )
    grant_hub_role(url, "hub_of_before")
    return url.replace("postgres@", "hub_of_before@")


def next_program(url: str) -> None:
    """Only added, as every migration does: columns that may be empty, a table."""
    with short_transaction(url) as connection:
        for table in ("journal", "calls", "verdict"):
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN of_the_next text"))
        connection.execute(text("CREATE TABLE of_the_next (id text PRIMARY KEY)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9001'"))


@pytest.mark.peer
def test_the_hubs_own_role_changes_no_row_of_what_is_chained(postgres: Postgres) -> None:
    """It adds to the journal and to the refusals, and forgets refusals whose time is over."""
    owner_url = postgres.new_database()
    migrate(owner_url)
    with short_transaction(owner_url) as connection:
        connection.execute(text("CREATE ROLE hub_that_adds LOGIN"))
    grant_hub_role(owner_url, "hub_that_adds")
    url = owner_url.replace("postgres@", "hub_that_adds@")
    for table in (JOURNAL, REFUSAL):
        with pytest.raises(StoreError, match="permission denied"), short_transaction(url) as connection:
            connection.execute(table.update().values(machine="somebody else"))
    with short_transaction(url) as connection:
        forget_refusals(connection, NOW)
