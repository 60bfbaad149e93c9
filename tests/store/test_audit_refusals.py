"""The audit of refusals: altered, taken out, cut off or turned into something else, the first is named."""

import random
from contextlib import closing
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, Table, Update, create_engine, select, update

from bench.sizes import report
from dispatch import commands as cmd
from dispatch.kinds import Role
from store.audit import prove_store
from store.core.audit import Place, is_head_good, signed_head
from store.core.refusals_chain import (
    MARK_ZERO,
    Mark,
    Refused,
    chained,
    link_of,
    link_row,
    store_link,
)
from store.core.wire import Epoch
from store.db.office import Desk
from store.db.rows import REFUSAL_KEPT_MS
from store.db.store import HubStore
from store.db.tables import REFUSAL, VERDICT
from store.head_file import keep_head
from tests.store.test_audit import FLIPS, KEYS, NOW, REFUSALS, SIGN, Store, flipped, store, work

__all__ = ["store"]


def flip_one(engine: Engine, table: Table, key: str, value: Any, dice: random.Random) -> Update:
    """Flip a bit of one column of the row with this key; what undoes it."""
    while True:
        name = dice.choice([column.name for column in table.c])
        with engine.begin() as connection:
            where = table.c[key] == value
            before = getattr(connection.execute(select(table).where(where)).one(), name)
            after = flipped(before, dice) if before is not None and not isinstance(before, bool) else None
            if name == "seq" or after in {None, before} or (key, name) == ("number", "number"):
                continue
            connection.execute(update(table).where(where).values({name: after}))

        now = table.c[key] == (after if name == key else value)
        return update(table).where(now).values({name: before})


def test_one_byte_flipped_in_any_refusal_names_it(store: Store) -> None:
    """In its verdict or in its link of the chain."""
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    engine = create_engine(store.url)
    with engine.connect() as connection:
        rows = connection.execute(select(REFUSAL).where(REFUSAL.c.number > 0))
        cids = {row.number: row.cid for row in rows}
    for _ in range(FLIPS // 4):
        number = dice.randint(1, REFUSALS)
        which = dice.random() < 0.5
        key = ("number", number) if which else ("cid", cids[number])
        undo = flip_one(engine, REFUSAL if which else VERDICT, *key, dice)
        faults = [fault for fault in store.prove().faults if fault.what.startswith("refusal")]
        assert faults, f"seed {seed}: refusal {number}"
        assert number in {fault.seq for fault in faults[:2]}, f"seed {seed}: refusal {number}: {faults}"
        with engine.begin() as connection:
            connection.execute(undo)
    assert store.prove().faults == []
    report("B19 refusals", flips=FLIPS // 4, named=FLIPS // 4, store=engine.dialect.name)
    engine.dispose()


@pytest.mark.parametrize(
    ("gone", "shown"),
    [([3], (3, "refusal_missing")), ([4, 5], (4, "refusal_cut_off")), ([1, 2], (2, "refusal_missing"))],
)
def test_refusals_taken_out_are_named(store: Store, gone: list[int], shown: tuple[int, str]) -> None:
    """With their verdicts; also the oldest, which look as if their time was over."""
    engine = create_engine(store.url)
    with engine.begin() as connection:
        first = connection.execute(select(REFUSAL).where(REFUSAL.c.number == 1)).one()
        early = Mark(1, bytes(first.hash))
        keep_head(store.heads, signed_head("01", store.epoch, store.head, NOW, SIGN, early))
        cids = connection.execute(select(REFUSAL.c.cid).where(REFUSAL.c.number.in_(gone))).scalars().all()
        connection.execute(REFUSAL.delete().where(REFUSAL.c.number.in_(gone)))
        connection.execute(VERDICT.delete().where(VERDICT.c.cid.in_(cids)))
    engine.dispose()
    faults = [fault for fault in store.prove().faults if fault.what.startswith("refusal")]
    assert [(fault.seq, fault.what) for fault in faults[:1]] == [shown]


def test_a_refusal_turned_into_an_acceptance_or_forgotten_is_shown(store: Store) -> None:
    engine = create_engine(store.url)
    with engine.begin() as connection:
        cid = connection.execute(select(REFUSAL.c.cid).where(REFUSAL.c.number == 2)).scalar_one()
        connection.execute(update(VERDICT).where(VERDICT.c.cid == cid).values(ok=True, refusal=b""))
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(2, "refusal_altered")]
    with engine.begin() as connection:
        connection.execute(VERDICT.delete().where(VERDICT.c.cid == cid))
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(2, "refusal_altered")]
    engine.dispose()


def refusals_of(connection: Connection) -> list[Refused]:
    query = select(REFUSAL).where(REFUSAL.c.number > 0).order_by(REFUSAL.c.number)
    return [link_of(row).refused for row in connection.execute(query)]


def test_an_end_of_another_store_this_site_led_from_accuses_nobody(store: Store) -> None:
    """A promoted standby has many more refusals than this site's own copy; its id says so."""
    other, early = Place("f" * 32, "standby:5432/city"), Mark(2, b"x" * 32)
    for mark in (Mark(50_000, b"p" * 32), early):
        end = signed_head("01", Epoch(7, "01", 1), store.head, NOW, SIGN, mark, other)
        assert is_head_good(end, SIGN.public)
        assert not is_head_good(replace(end, store=store.place.id), SIGN.public), "it is signed"
        keep_head(store.heads, end)
    proof = store.prove()
    assert (proof.faults, proof.heads, proof.elsewhere) == ([], 3, 2)
    keep_head(store.heads, signed_head("01", store.epoch, store.head, NOW, SIGN, Mark(50_000, b"p" * 32)))
    assert [fault.what for fault in store.prove().faults] == ["refusal_cut_off"], "of before: of any store"


@pytest.mark.parametrize("named", ["as it was", "another", ""])
def test_refusals_of_another_term_in_the_place_of_all_are_shown(store: Store, named: str) -> None:
    """Whatever id the store is given then: the signed end says where it was as well."""
    engine = create_engine(store.url)
    with engine.begin() as connection:
        forged = [replace(one, term=9, by_id="somebody else") for one in refusals_of(connection)]
        connection.execute(REFUSAL.delete())
        begin = store_link(store.place.id if named == "as it was" else "e" * 32)
        mark = Mark(0, begin.hash) if named else MARK_ZERO
        links = [*([begin] if named else []), *chained(forged, mark)]
        connection.execute(REFUSAL.insert(), [link_row(link) for link in links])
        connection.execute(update(VERDICT).where(~VERDICT.c.ok).values(by_id="somebody else", term=9))
    engine.dispose()
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(REFUSALS, "refusal_resigned")]


def test_all_refusals_taken_out_with_the_id_are_shown(store: Store) -> None:
    engine = create_engine(store.url)
    with engine.begin() as connection:
        connection.execute(REFUSAL.delete())
        connection.execute(VERDICT.delete().where(~VERDICT.c.ok))
    engine.dispose()
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(1, "refusal_cut_off")]


def test_a_store_of_a_program_of_before_gets_its_id_and_its_chain_goes_on(store: Store) -> None:
    engine = create_engine(store.url)
    with engine.begin() as connection:
        before = refusals_of(connection)
        connection.execute(REFUSAL.delete())
        connection.execute(REFUSAL.insert(), [link_row(link) for link in chained(before, MARK_ZERO)])
    engine.dispose()
    for file in store.heads.iterdir():
        file.unlink()
    hub = HubStore(store.url, "01", "hub-a")
    hub.open()
    assert hub.run([work(cmd.SetSeatState("seat01", "away"), Role.OBSERVER)], NOW).verdicts[0].refusal
    hub.close()
    with closing(Desk(store.url)) as desk:
        place = Place(desk.store_id(), "here")
        assert place.id
        keep_head(store.heads, signed_head("01", store.epoch, store.head, NOW, SIGN, desk.refused(), place))
    proof = store.prove()
    assert (proof.refusals, proof.heads, proof.faults) == (REFUSALS + 1, 1, [])


def test_a_chain_of_refusals_computed_anew_is_shown_by_the_signed_end(store: Store) -> None:
    engine = create_engine(store.url)
    with engine.begin() as connection:
        forged = [replace(one, by_id="somebody else") for one in refusals_of(connection)]
        connection.execute(REFUSAL.delete())
        connection.execute(REFUSAL.insert(), [link_row(link) for link in chained(forged, MARK_ZERO)])
        connection.execute(update(VERDICT).where(~VERDICT.c.ok).values(by_id="somebody else"))
    engine.dispose()
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(REFUSALS, "refusal_resigned")]


def test_refusals_are_forgotten_from_the_beginning_and_the_chain_goes_on(store: Store) -> None:
    hub = HubStore(store.url, "01", "hub-a")
    hub.open()
    later = NOW + REFUSAL_KEPT_MS + 3
    hub.forget_old_verdicts(later)
    assert hub.run([work(cmd.SetSeatState("seat01", "away"), Role.OBSERVER)], later).verdicts[0].refusal
    hub.close()
    proof = prove_store(store.url, store.heads, KEYS, later)
    assert (proof.refusals, proof.faults) == (REFUSALS - 3 + 1, [])
    with closing(Desk(store.url)) as desk:
        assert desk.store_id() == store.place.id
