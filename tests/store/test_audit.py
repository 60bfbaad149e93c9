"""The audit: one byte altered anywhere in the journal and its row is named; so is what was cut off.

`LINGSHENG_FLIPS=n` flips n bytes instead of 40 on each kind of store.
"""

import random
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select, text, update

from bench.sizes import report, size
from dispatch import commands as cmd
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from store import audit, audit_cli
from store.audit import Proof, prove_export, prove_store
from store.config import Config, load_config
from store.core.audit import Place, SignedHead, is_head_good, signed_head
from store.core.batch import Work
from store.core.copied import Base
from store.core.ids import new_id
from store.core.journal import Head, row_hash
from store.core.seals import SignKey
from store.db.base import write_base
from store.db.engine import place_of
from store.db.office import Desk
from store.db.rows import entry_of
from store.db.store import HubStore
from store.db.tables import ABANDONED, JOURNAL, VERDICT
from store.head_file import keep_head, read_heads
from tests.store.conftest import configuration, master_data

FLIPS = size("FLIPS", 40)
NOW = 1_790_000_000_000
SIGN = SignKey("hub", b"h" * 32)
KEYS = {"hub": SIGN.public}
ROWS = 12
REFUSALS = 5


def work(command: cmd.Command, role: Role = Role.HUB) -> Work:
    cid = new_id()
    return Work(
        cid, "seat-01", Order(cid, command, NOW, "seat-01", frozenset({role}), "seat01", "d1001"), NOW * 2
    )


class Store:
    """A store with a journal, some refusals and a signed end."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.heads = folder / "audit"
        hub = HubStore(url, "01", "hub-a")
        opened = hub.open()
        self.epoch = opened.epoch
        batch = hub.run([work(command) for command in master_data()][:ROWS], NOW)
        for n in range(REFUSALS):
            refused = hub.run([work(cmd.SetSeatState("seat01", "away"), Role.OBSERVER)], NOW + n)
            assert refused.verdicts[0].refusal
        hub.close()
        self.head = batch.head
        with closing(Desk(url)) as desk:
            self.refused = desk.refused()
            self.place = Place(desk.store_id(), place_of(url))
        assert self.refused.number == REFUSALS
        end = signed_head("01", self.epoch, batch.head, NOW, SIGN, self.refused, self.place)
        keep_head(self.heads, end)

    def prove(self) -> Proof:
        return prove_store(self.url, self.heads, KEYS, NOW)

    def open_journal(self) -> Engine:
        """As somebody would who may do everything in the database: the guard is taken away first."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                for verb in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS journal_no_{verb}"))
            else:
                connection.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        return engine


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Store:
    return Store(store_url, tmp_path)


def test_a_whole_store_is_proven(store: Store) -> None:
    proof = store.prove()
    assert (proof.end, proof.heads, proof.verdicts, proof.faults) == (store.head, 1, True, [])
    assert proof.refusals == REFUSALS


def flipped(value: Any, dice: random.Random) -> Any:
    """The value with one bit of one byte the other way; `None` where it has no byte."""
    if isinstance(value, int):
        return value ^ (1 << dice.randrange(32))
    content = bytearray(value if isinstance(value, bytes) else value.encode())
    if not content:
        return None
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(7)
    return bytes(content) if isinstance(value, bytes) else content.decode(errors="replace").replace("\0", "x")


def test_one_byte_flipped_anywhere_in_the_journal_names_the_row(store: Store) -> None:
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    engine = store.open_journal()
    columns = [column.name for column in JOURNAL.c]
    done = 0
    while done < FLIPS:
        seq, name = dice.randint(1, store.head.seq), dice.choice(columns)
        with engine.begin() as connection:
            before = getattr(connection.execute(select(JOURNAL).where(JOURNAL.c.seq == seq)).one(), name)
            after = flipped(before, dice)
            if after is None or after == before or (name == "seq" and 0 < after <= store.head.seq):
                continue
            connection.execute(update(JOURNAL).where(JOURNAL.c.seq == seq).values({name: after}))
        faults = store.prove().faults
        assert faults, f"seed {seed}: {name} of {seq}: {before!r} -> {after!r} not noticed"
        assert faults[0].seq == seq, f"seed {seed}: {name} of {seq}: {faults[0]}"
        with engine.begin() as connection:
            now = after if name == "seq" else seq
            connection.execute(update(JOURNAL).where(JOURNAL.c.seq == now).values({name: before}))
        done += 1
    assert store.prove().faults == []
    report("B19", flips=done, named=done, store=engine.dialect.name)
    engine.dispose()


def test_the_seat_of_an_accepted_order_is_in_the_order_itself(store: Store) -> None:
    engine = create_engine(store.url)
    with engine.begin() as connection:
        connection.execute(update(VERDICT).where(VERDICT.c.seq == 3).values(seat_id="seat09"))
    engine.dispose()
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(3, "wrong_verdict")]


@pytest.mark.parametrize("body", [b"\x01", b"\x80", b"\x93\x01\x02\x03", b""])
def test_an_order_that_is_none_any_more_is_shown_but_one_of_a_newer_release_is_not(
    store: Store, body: bytes
) -> None:
    """Only a command this program does not know may be what it cannot read."""
    engine = create_engine(store.url)
    with engine.begin() as connection:
        connection.execute(update(VERDICT).where(VERDICT.c.seq == 3).values(order_body=body))
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(3, "wrong_verdict")]
    with engine.begin() as connection:
        connection.execute(update(VERDICT).where(VERDICT.c.seq == 3).values(kind="OfTheNextRelease"))
    engine.dispose()
    shown = [] if body != b"" else [(3, "wrong_verdict")]
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == shown


def test_a_row_taken_out_is_named(store: Store) -> None:
    engine = store.open_journal()
    with engine.begin() as connection:
        connection.execute(JOURNAL.delete().where(JOURNAL.c.seq == 5))
    engine.dispose()
    fault = store.prove().faults[0]
    assert (fault.seq, fault.what) == (5, "missing")


def test_a_row_put_in_is_named(store: Store) -> None:
    """With a hash that fits its content, and all later rows moved on."""
    engine = store.open_journal()
    with engine.begin() as connection:
        rows = connection.execute(
            select(JOURNAL).where(JOURNAL.c.seq >= 5).order_by(JOURNAL.c.seq.desc())
        ).all()
        for row in rows:
            connection.execute(update(JOURNAL).where(JOURNAL.c.seq == row.seq).values(seq=row.seq + 1))
        forged = dict(rows[-1]._mapping)
        entry = entry_of(rows[-1])
        forged |= {"cid": "f" * 32, "hash": row_hash(bytes(forged["prev_hash"]), entry)}
        connection.execute(JOURNAL.insert(), forged)
    engine.dispose()
    fault = store.prove().faults[0]
    assert (fault.seq, fault.what) in {(5, "altered"), (6, "altered"), (6, "inserted")}


def test_a_journal_cut_off_is_shown_by_the_signed_end(store: Store) -> None:
    engine = store.open_journal()
    with engine.begin() as connection:
        connection.execute(JOURNAL.delete().where(JOURNAL.c.seq > ROWS - 3))
    engine.dispose()
    fault = store.prove().faults[0]
    assert (fault.seq, fault.what) == (ROWS - 2, "cut_off")


def test_a_chain_computed_anew_is_shown_by_the_signed_end(store: Store) -> None:
    engine = store.open_journal()
    with engine.begin() as connection:
        previous = None
        for row in connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq)).all():
            previous = bytes(row.prev_hash) if previous is None else previous
            changed = {"prev_hash": previous, **({"by_id": "somebody else"} if row.seq == 4 else {})}
            connection.execute(update(JOURNAL).where(JOURNAL.c.seq == row.seq).values(changed))
            fresh = connection.execute(select(JOURNAL).where(JOURNAL.c.seq == row.seq)).one()
            previous = row_hash(previous, entry_of(fresh))
            connection.execute(update(JOURNAL).where(JOURNAL.c.seq == row.seq).values(hash=previous))
    engine.dispose()
    fault = store.prove().faults[0]
    assert (fault.seq, fault.what) == (ROWS, "resigned")


def test_verdicts_are_compared_with_the_journal(store: Store) -> None:
    engine = create_engine(store.url)
    with engine.begin() as connection:
        cid = connection.execute(select(JOURNAL.c.cid).where(JOURNAL.c.seq == 3)).scalar_one()
        connection.execute(update(VERDICT).where(VERDICT.c.cid == cid).values(seq=7))
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(3, "wrong_verdict")]
    with engine.begin() as connection:
        connection.execute(update(VERDICT).where(VERDICT.c.cid == cid).values(seq=99))
    assert [fault.what for fault in store.prove().faults] == ["no_rows"]
    with engine.begin() as connection:
        connection.execute(VERDICT.delete().where(VERDICT.c.cid == cid))
        connection.execute(update(VERDICT).where(VERDICT.c.ok).values(decided_at=NOW - 3_600_000))
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(3, "no_verdict")]
    engine.dispose()


def test_a_verdict_given_another_giver_is_shown(store: Store) -> None:
    """The list of orders shows what the verdict says."""
    engine = create_engine(store.url)
    with engine.begin() as connection:
        cid = connection.execute(select(JOURNAL.c.cid).where(JOURNAL.c.seq == 3)).scalar_one()
        connection.execute(update(VERDICT).where(VERDICT.c.cid == cid).values(by_id="d9999"))
    engine.dispose()
    assert [(fault.seq, fault.what) for fault in store.prove().faults] == [(3, "wrong_verdict")]


def altered_and_computed_anew(engine: Engine) -> None:
    with engine.begin() as connection:
        previous = None
        for row in connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq)).all():
            previous = bytes(row.prev_hash) if previous is None else previous
            changed = {"prev_hash": previous, **({"by_id": "somebody else"} if row.seq == 4 else {})}
            connection.execute(update(JOURNAL).where(JOURNAL.c.seq == row.seq).values(changed))
            fresh = connection.execute(select(JOURNAL).where(JOURNAL.c.seq == row.seq)).one()
            previous = row_hash(previous, entry_of(fresh))
            connection.execute(update(JOURNAL).where(JOURNAL.c.seq == row.seq).values(hash=previous))
        connection.execute(VERDICT.delete().where(VERDICT.c.ok))


def given_up(row: Any) -> dict[str, Any]:
    names = {column.name for column in ABANDONED.c}
    kept = {name: value for name, value in row._mapping.items() if name in names}
    return kept | {"result": "merged", "fork_seq": 3, "abandoned_at": NOW}


def test_a_hash_put_among_the_abandoned_rows_excuses_nothing(store: Store) -> None:
    """Only the rows themselves do, back to the journal: and then they are still there to be read."""
    engine = store.open_journal()
    with engine.begin() as connection:
        rows = connection.execute(select(JOURNAL).where(JOURNAL.c.seq > 3).order_by(JOURNAL.c.seq)).all()
    altered_and_computed_anew(engine)
    with engine.begin() as connection:
        connection.execute(ABANDONED.insert(), given_up(rows[-1]))
    assert [fault.what for fault in store.prove().faults] == ["resigned"]
    with engine.begin() as connection:
        connection.execute(ABANDONED.insert(), [given_up(row) for row in rows[:-1]])
    engine.dispose()
    proof = store.prove()
    assert (proof.faults, proof.heads, proof.given_up) == ([], 0, 1)


@pytest.mark.parametrize(("later", "shown"), [(0, ["resigned"]), (3, [])])
def test_a_forged_beginning_proves_no_signed_end(store: Store, later: int, shown: list[str]) -> None:
    engine = store.open_journal()
    with engine.begin() as connection:
        connection.execute(JOURNAL.delete())
        connection.execute(VERDICT.delete().where(VERDICT.c.ok))
        forged = Base(Head(ROWS + later, 1, b"f" * 32), store.epoch, Floor(), NOW)
        write_base(connection, forged)
    engine.dispose()
    proof = store.prove()
    assert [fault.what for fault in proof.faults] == shown
    assert (proof.heads, proof.before) == (0, 1 if later else 0)


def test_a_signed_end_that_was_altered_is_shown(store: Store) -> None:
    file = next(store.heads.glob("*.jsonl"))
    file.write_bytes(file.read_bytes().replace(b'"site":"01"', b'"site":"02"'))
    assert [fault.what for fault in store.prove().faults] == ["bad_signature"]
    assert prove_store(store.url, store.heads, {}, NOW).unknown == 1


def test_signed_ends_are_files_anybody_can_check(tmp_path: Path) -> None:
    head = signed_head(
        "01", Store(f"sqlite:///{tmp_path}/a.sqlite", tmp_path / "x").epoch, Head(3, 4), NOW, SIGN
    )
    keep_head(tmp_path / "audit", head)
    file = next((tmp_path / "audit").glob("*.jsonl"))
    with file.open("ab") as stream:
        stream.write(b'{"site": "cut sh')
    heads, damaged = read_heads(tmp_path / "audit")
    assert (heads, damaged) == ([head], 1)
    keep_head(tmp_path / "audit", head)
    assert read_heads(tmp_path / "audit") == ([head, head], 1), "the cut line swallowed the next one"
    assert is_head_good(head, SIGN.public)
    assert not is_head_good(head, SignKey("hub", b"x" * 32).public)
    assert not is_head_good(SignedHead("01", head.epoch, 3, 4, head.hash, NOW, "hub", "no hex"), SIGN.public)


def test_an_export_is_proven_without_the_store(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "journal.export"
    assert audit.export(store.url, file) == ROWS
    assert prove_export(file).end == store.head
    assert file.stat().st_mode & 0o077 == 0, "patients are in it"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    try:
        assert prove_export(file).faults
    except audit.ExportError:
        return


# --- the command line ----------------------------------------------------------------------------------


def config_of(store: Store, folder: Path) -> Config:
    file = folder / "lingsheng.toml"
    file.write_text(configuration(folder, store.url, [1, 2, 3]), encoding="utf-8")
    return load_config(file)


def test_the_command_line_says_what_was_ordered_and_what_was_altered(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = config_of(store, tmp_path)
    run = audit_cli.run
    options = _options(["list", "--since", "2020-01-01", "--who", "1001"])
    assert run(options, config) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == ROWS + REFUSALS
    assert any("SetSeatState" in line and "NotAllowed" in line and "1001" in line for line in lines)
    assert run(_options(["list", "--since", "2020-01-01", "--refused"]), config) == 0
    assert len(capsys.readouterr().out.splitlines()) == REFUSALS
    assert run(_options(["verify"]), config) == 0
    assert "完好" in capsys.readouterr().out
    engine = store.open_journal()
    with engine.begin() as connection:
        connection.execute(update(JOURNAL).where(JOURNAL.c.seq == 6).values(entity="vehicles:other"))
    engine.dispose()
    assert run(_options(["verify"]), config) == 1
    said = capsys.readouterr().out
    assert "#6 2026-09-" in said
    assert "DispatcherRegistered" in said or "SeatRegistered" in said or "Registered" in said


def _options(arguments: list[str]) -> Any:
    import argparse

    parser = argparse.ArgumentParser()
    audit_cli.add_arguments(parser)
    return parser.parse_args(arguments)
