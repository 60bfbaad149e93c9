"""The write path on both databases: verdicts, fence, constraint, unknown outcome, guard, rebuild."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, select, text
from sqlalchemy.exc import DBAPIError

from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.commands import Command
from dispatch.floor import copy_of
from dispatch.kinds import Role, SeatState
from dispatch.order import Order
from dispatch.refusals import NotPossible, TooLate
from dispatch.words import Place
from store.core.batch import Batch, Work, refusal_of
from store.core.journal import Head
from store.db.engine import open_engine
from store.db.errors import Fenced, JournalBroken, NotHolder, StoreDown
from store.db.history import advance_history
from store.db.rebuild import rebuild
from store.db.rows import read_journal
from store.db.store import HubStore
from store.db.tables import CALL_HISTORY, JOURNAL, METADATA, MISSION_HISTORY, MISSIONS, STATE, VERDICT
from tests.store.conftest import master_data

NOW = 1_790_000_000_000
EVERYONE = frozenset(Role)


def work(cid: str, command: Command, **options: object) -> Work:
    order = Order(cid, command, NOW, "seat-01", EVERYONE, "seat01", "d1001")
    fields = {"deadline_at": NOW + 60_000, **options}
    return Work(cid=cid, machine="seat-01", order=order, **fields)


def refusals(batch: Batch) -> list[object]:
    return [refusal_of(verdict.refusal) for verdict, _ in batch.answers]


def fill(store: HubStore) -> None:
    works = [work(f"seed{n}", command) for n, command in enumerate(master_data())]
    assert refusals(store.run(works, NOW)) == [None] * len(works)


def an_incident(store: HubStore, name: str = "i1") -> None:
    """From ring to incident in one batch."""
    form = FormChanges(place=Place(address="中山路1号"))
    works = [
        work(f"ring-{name}", cmd.ReportRinging(f"c-{name}", "138")),
        work(f"begin-{name}", cmd.BeginIntake(f"k-{name}", f"c-{name}")),
        work(f"form-{name}", cmd.ChangeIntake(f"k-{name}", 1, form)),
        work(f"open-{name}", cmd.OpenIncident(name, f"k-{name}")),
    ]
    assert refusals(store.run(works, NOW)) == [None] * 4


def rows_of(store: HubStore, table: Table) -> list[Any]:
    with store.transaction() as connection:
        return list(connection.execute(select(table)))


def count(store: HubStore, table: Table) -> int:
    return len(rows_of(store, table))


@pytest.fixture
def store(store_url: str) -> Iterator[HubStore]:
    made = HubStore(store_url, "01", "hub-a")
    made.open()
    fill(made)
    yield made
    made.close()


def test_migrations_and_tables_are_equal(store_url: str) -> None:
    HubStore(store_url, "01", "hub-a").open()
    engine = open_engine(store_url, writer=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_repeated_command_gets_its_stored_verdict(store: HubStore) -> None:
    first = store.run([work("x", cmd.SetSeatState("seat01", SeatState.AWAY))], NOW)
    refused = first.answers[0][0]
    assert refusals(first) != [None], "nobody sits there"
    store.run([work("in", cmd.LogIn("seat01", "d1001"))], NOW)
    again = store.run([work("x", cmd.SetSeatState("seat01", SeatState.AWAY))], NOW)
    assert again.answers == [(refused, True)]
    assert again.entries == []


def test_a_command_waits_for_its_predecessor(store: HubStore) -> None:
    login = work("in", cmd.LogIn("seat01", "d1001"))
    away = work("away", cmd.SetSeatState("seat01", SeatState.AWAY), after="in")
    assert store.run([away], NOW).held == ["away"]
    batch = store.run([login, away], NOW)
    assert refusals(batch) == [None, None]
    assert [entry.seq for entry in batch.entries] == [batch.head.seq - 1, batch.head.seq]


def test_a_late_command_is_refused_for_good(store: HubStore) -> None:
    late = work("late", cmd.LogIn("seat01", "d1001"), deadline_at=NOW - 1)
    assert refusals(store.run([late], NOW)) == [TooLate(NOW - 1)]


def test_state_survives_and_every_start_raises_boot(store: HubStore, store_url: str) -> None:
    an_incident(store)
    before = copy_of(store._floor)
    store.close()
    again = HubStore(store_url, "01", "hub-b")
    opened = again.open()
    assert opened.floor == before
    assert opened.epoch.boot == 2
    again.close()


def test_a_replaced_hub_is_fenced(store: HubStore, store_url: str) -> None:
    other = HubStore(store_url, "01", "hub-b")
    other.open()
    with pytest.raises((Fenced, StoreDown)):  # PostgreSQL: its session was ended by the claim first
        store.run([work("in", cmd.LogIn("seat01", "d1001"))], NOW)
    with pytest.raises(Fenced):
        store.run([work("in", cmd.LogIn("seat01", "d1001"))], NOW)
    assert refusals(other.run([work("in", cmd.LogIn("seat01", "d1001"))], NOW)) == [None]
    other.close()


def test_another_site_does_not_take_command_by_starting(store: HubStore, store_url: str) -> None:
    other = HubStore(store_url, "02", "hub-b")
    with pytest.raises(NotHolder):
        other.open()
    other.close()


def test_the_index_stops_a_second_active_mission_and_only_that(store: HubStore) -> None:
    """Even if decide were wrong: a row that decide does not know of holds the vehicle."""
    an_incident(store)
    with store.transaction() as connection:
        hidden = {"incident_id": "i0", "vehicle_id": "v1", "active": True, "on_floor": False}
        connection.execute(
            MISSIONS.insert().values(id="hidden", scope="CITY", status="", seq=0, body=b"", **hidden)
        )
    batch = store.run(
        [
            work("a", cmd.AssignVehicle("m1", "i1", "v1")),
            work("b", cmd.AssignVehicle("m2", "i1", "v2")),
        ],
        NOW,
    )
    assert refusals(batch) == [NotPossible("store_constraint"), None]
    assert list(batch.floor.missions) == ["m2"]
    assert batch.faults


def test_a_broken_rule_of_ours_costs_one_command(store: HubStore) -> None:
    broken = Order("bad", object(), NOW, "seat-01", EVERYONE)
    works = [
        work("good", cmd.LogIn("seat01", "d1001")),
        Work("bad", "seat-01", broken, NOW + 1),
        work("also", cmd.LogIn("seat02", "d1002")),
    ]
    batch = store.run(works, NOW)
    assert refusals(batch)[0] is None
    assert refusals(batch)[2] is None
    assert len(batch.entries) == 2


def test_a_value_the_database_does_not_take_costs_one_command(store: HubStore) -> None:
    """PostgreSQL takes no NUL in a text: the hub must not try such a batch for ever."""
    works = [
        work("bad", cmd.ReportRinging("c\0", "139")),
        work("good", cmd.ReportRinging("c2", "139\0", name="\0甲")),
    ]
    refused = refusals(store.run(works, NOW))
    assert refused[0] in {None, NotPossible("store_constraint")}
    assert refused[1] is None
    with store.transaction() as connection:
        while advance_history(connection, store._head.seq) < store._head.seq:
            pass
    assert "c2" in {row.id for row in rows_of(store, CALL_HISTORY)}


def test_an_unknown_outcome_runs_again_and_happens_once(store: HubStore) -> None:
    """The connection breaks after COMMIT was done but before the hub heard of it."""
    head = store._head
    login = [work("in", cmd.LogIn("seat01", "d1001"))]
    floor = store._floor
    store.run(login, NOW)
    store._head, store._floor, store._unknown = head, floor, True
    batch = store.run(login, NOW)
    assert [entry.cid for entry in batch.entries] == ["in"]
    assert batch.answers[0][1], "answered from the verdict table"
    assert batch.floor.seats["seat01"].dispatcher_id == "d1001"
    with store.transaction() as connection:
        entries = read_journal(connection, head.seq, 10)
    assert [entry.cid for entry in entries] == ["in"]


def test_a_store_that_went_back_in_time_stops_the_hub(store: HubStore) -> None:
    """After a fail-over to a server that lacks what was acknowledged: no gap, no new history over it."""
    store._head = Head(store._head.seq + 5, store._head.hlc, b"h" * 32)
    store._unknown = True
    with pytest.raises(Fenced, match="went back"):
        store.run([work("in", cmd.LogIn("seat01", "d1001"))], NOW)


@pytest.mark.parametrize("statement", ["UPDATE journal SET kind = 'x'", "DELETE FROM journal"])
def test_the_journal_cannot_be_changed(store: HubStore, store_url: str, statement: str) -> None:
    engine = open_engine(store_url, writer=True)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_rebuild_proves_and_mends(store: HubStore, store_url: str) -> None:
    an_incident(store)
    store.run([work("go", cmd.AssignVehicle("m1", "i1", "v1"))], NOW)
    floor, events = copy_of(store._floor), store._head.seq
    assert rebuild(store_url).differences == ()
    engine = open_engine(store_url, writer=True)
    with engine.begin() as connection:
        connection.execute(STATE["vehicles"].update().values(status="nonsense"))
        connection.execute(STATE["calls"].delete())
    done = rebuild(store_url)
    assert done.events == events
    assert {table for table, _ in done.differences} == {"vehicles", "calls"}
    with engine.connect() as connection:
        assert [row.number for row in connection.execute(select(CALL_HISTORY))] == ["138"]
        mission = connection.execute(select(MISSION_HISTORY)).one()
        assert (mission.vehicle_id, mission.assigned_at, mission.day) == ("v1", NOW, "2026-09-21")
    engine.dispose()
    again = HubStore(store_url, "01", "hub-b")
    assert again.open().floor == floor
    again.close()


def test_one_flipped_byte_in_the_journal_is_named(store: HubStore, store_url: str) -> None:
    store.close()
    engine = open_engine(store_url, writer=True)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER journal_no_update"))
        else:
            connection.execute(text("ALTER TABLE journal DISABLE TRIGGER ALL"))
        body = connection.execute(select(JOURNAL.c.body).where(JOURNAL.c.seq == 3)).scalar_one()
        flipped = bytes([body[0] ^ 1]) + body[1:]
        connection.execute(JOURNAL.update().where(JOURNAL.c.seq == 3).values(body=flipped))
    engine.dispose()
    with pytest.raises(JournalBroken) as caught:
        rebuild(store_url)
    assert caught.value.seq == 3


def test_archived_things_stay_in_the_tables(store: HubStore, store_url: str) -> None:
    batch = store.run(
        [
            work("r", cmd.ReportRinging("c1", "138")),
            work("a", cmd.ReportCallEnded("c1", "not_answered")),
            work("z", cmd.ArchiveEnded(NOW + 1)),
        ],
        NOW,
    )
    assert refusals(batch) == [None] * 3
    assert "c1" not in batch.floor.calls
    assert count(store, STATE["calls"]) == 1
    assert count(store, VERDICT) == len(master_data()) + 3
    store.close()
    assert rebuild(store_url).differences == ()
