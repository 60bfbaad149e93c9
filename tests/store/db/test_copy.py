"""A copy of another site's journal, on both kinds of store: a base, row by row, after trouble, rebuilt."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, text

from dispatch import commands as cmd
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.refusals import NotPossible
from dispatch.sites import Authority
from dispatch.words import Point, Station
from store.core.batch import Batch, Work, decide_batch, decided_by
from store.core.copied import Base, CopyJob
from store.core.decided import Decided
from store.core.journal import Head, broken_at, row_hash
from store.core.site_messages import Follow, HashReq
from store.core.wire import EPOCH_ZERO, Entry, Epoch, encode
from store.db import rows
from store.db.authority import FOLLOWING, fence, scopes, take
from store.db.base import chain_start, head_at
from store.db.copy import CopyStore
from store.db.engine import open_engine
from store.db.errors import NotHolder, StoreDown
from store.db.journal_reader import JournalReader
from store.db.rebuild import rebuild
from store.db.rewind import Tail
from store.db.short import short_transaction
from store.db.store import HubStore

NOW = 1_790_000_000_000
CITY = Epoch(3, "01", 7)


class Journal:
    """A city's journal in memory, begun long ago."""

    def __init__(self, first: int = 0) -> None:
        self.floor = Floor()
        self.head = Head(first, 9, b"h" * 32) if first else Head()
        self.number = 0

    def base(self) -> CopyJob:
        return CopyJob(CITY, base=Base(self.head, CITY, self.floor, NOW))

    def more(self, count: int) -> CopyJob:
        works = []
        for _ in range(count):
            self.number += 1
            name = f"st{self.number}"
            order = cmd.RegisterStation(Station(name, name, f"{self.number}站", Point(126.6, 45.7)))
            given = Order(name, order, NOW, "hub", frozenset({Role.HUB}))
            works.append(Work(name, "hub", given, NOW + 1000))
        batch: Batch = decide_batch(self.floor, works, {}, self.head, CITY, NOW)
        self.floor, self.head = batch.floor, batch.head
        self.decided = decided_by(batch.verdicts, works, NOW)
        return CopyJob(CITY, tuple(batch.entries))


def read(url: str, question: Any) -> Any:
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            return question(connection)
    finally:
        engine.dispose()


def test_a_copy_begins_with_a_base_and_goes_on_row_by_row(store_url: str) -> None:
    city = Journal(5000)
    city.more(3)
    copy = CopyStore(store_url)
    assert copy.open().head is None
    copy.run(city.base(), NOW)
    for _ in range(4):
        copy.run(city.more(5), NOW)
    copy.close()
    again = CopyStore(store_url)
    opened = again.open()
    assert (opened.epoch, opened.head, opened.floor) == (CITY, city.head, city.floor)
    again.close()
    entries = read(store_url, lambda connection: rows.read_journal(connection, 0, 100))
    start = read(store_url, chain_start)
    assert start.seq == 5003
    assert [entry.seq for entry in entries] == list(range(5004, 5024))
    assert broken_at(entries, start) is None
    verdicts = read(store_url, lambda connection: rows.read_verdicts(connection, ["st8", "st1"]))
    assert (verdicts["st8"].seq, verdicts["st8"].refusal, verdicts["st8"].epoch) == (5008, b"", CITY)
    assert "st1" not in verdicts  # before the base: only the city knows


def test_a_copy_keeps_orders_refusals_and_what_it_still_lacks(store_url: str) -> None:
    city = Journal(7)
    copy = CopyStore(store_url)
    copy.open()
    copy.run(replace(city.base(), before=8), NOW)
    job = city.more(2)
    no = encode(NotPossible("x"))
    refused = Decided("no", 9, CITY, no, "AssignVehicle", "seat-01", "d1", "s1", "", NOW)
    early = Decided("early", 5, CITY, b"", "ReportRinging", "seat-01", "d1", "s1", "", NOW)
    copy.run(replace(job, decided=(*city.decided, refused)), NOW)
    copy.run(CopyJob(CITY, decided=(early, replace(refused, refusal=b"other")), before=5), NOW)
    copy.close()
    again = CopyStore(store_url)
    assert again.open().before == 5
    again.close()
    verdicts = read(store_url, lambda connection: rows.read_verdicts(connection, ["no", "early", "st1"]))
    assert {cid: bool(one.refusal) for cid, one in verdicts.items()} == {
        "no": True,
        "early": False,
        "st1": False,
    }
    assert verdicts["no"].refusal == no
    tail = Tail(store_url)
    assert [(late.cid, late.site, late.seq) for late in tail.orders(8)] == [("st2", "01", 9)]
    tail.close()


def test_a_new_copy_is_given_verdicts_from_before_its_base_page_by_page(store_url: str) -> None:
    city = Journal(7)
    copy = CopyStore(store_url)
    copy.open()
    copy.run(city.base(), NOW)
    for _ in range(4):
        job = city.more(10)
        copy.run(replace(job, decided=tuple(city.decided)), NOW)
    copy.close()
    reader = JournalReader(store_url)
    follow = Follow(
        seq=city.head.seq, hash=city.head.hash, decided=True, before=city.head.seq + 1, bytes_max=500
    )
    given: list[str] = []
    while follow.before > 0:
        found, before = reader.decided(follow, ())
        assert before < follow.before
        follow = replace(follow, before=before)
        given += [one.cid for one in found if not one.order]
    assert sorted(given) == sorted(f"st{n}" for n in range(1, 41))
    rows_of = reader.after(Follow(seq=20, hash=read(store_url, lambda c: head_at(c, 20)).hash, bytes_max=600))
    assert rows_of
    start = Follow(seq=20, hash=b"", decided=True)
    decided, before = reader.decided(start, rows_of)
    assert before == -1
    assert [(one.seq, bool(one.order)) for one in decided] == [
        (seq, True) for seq in range(20, rows_of[-1].seq + 1)
    ]
    reader.close()


def test_a_rebuilt_copy_is_the_same(store_url: str) -> None:
    city = Journal(700)
    city.more(2)
    copy = CopyStore(store_url)
    copy.open()
    copy.run(city.base(), NOW)
    copy.run(city.more(30), NOW)
    copy.close()
    done = rebuild(store_url)
    assert (done.differences, done.head, done.things) == ((), city.head, 32)


def test_no_hub_of_this_site_starts_on_a_copy(store_url: str) -> None:
    copy = CopyStore(store_url)
    copy.open()
    copy.run(Journal(7).base(), NOW)
    copy.close()
    hub = HubStore(store_url, "02", "here")
    with pytest.raises(NotHolder):
        hub.open()
    hub.close()


def test_a_job_that_only_tells_the_epoch_is_remembered(store_url: str) -> None:
    city = Journal(7)
    copy = CopyStore(store_url)
    copy.open()
    copy.run(city.base(), NOW)
    copy.run(CopyJob(replace(CITY, boot=8)), NOW)
    copy.close()
    again = CopyStore(store_url)
    assert again.open().epoch == replace(CITY, boot=8)
    again.close()


class Breaking(CopyStore):
    """The connection breaks before or after the commit of the next job."""

    when = ""

    def _write(self, connection: Connection, job: CopyJob, batch: Batch, unknown: int | None) -> None:
        super()._write(connection, job, batch, unknown)
        if self.when == "before":
            self.when = ""
            connection.execute(text("SELECT no_such_column"))

    def touch_after(self, job: CopyJob) -> None:
        """Save the job as if the answer to COMMIT had been lost."""
        kept = (self._floor, self._head, self._epoch)
        self.run(job, NOW)
        self._floor, self._head, self._epoch = kept
        self._unknown = True


def test_a_commit_of_unknown_outcome_is_not_made_twice(store_url: str) -> None:
    city = Journal(7)
    copy = Breaking(store_url)
    copy.open()
    copy.run(city.base(), NOW)
    job = city.more(3)
    copy.when = "before"
    with pytest.raises(StoreDown):
        copy.run(job, NOW)
    copy.run(job, NOW)
    second = city.more(3)
    copy.touch_after(second)
    assert copy.run(second, NOW).head == city.head
    copy.close()
    assert read(store_url, rows.read_head) == city.head


def test_a_row_of_a_newer_kind_is_kept_and_the_state_is_made_anew_later(store_url: str) -> None:
    city = Journal(7)
    copy = CopyStore(store_url)
    copy.open()
    copy.run(city.base(), NOW)
    entry = Entry(8, CITY, "c", 10, "NewKind", "", "hub", "", b"\x81\xa4type\xa7NewKind")
    entry = replace(entry, hash=row_hash(city.head.hash, entry))
    batch = copy.run(CopyJob(CITY, (entry,)), NOW)
    assert batch.head.seq == 8
    assert batch.faults
    copy.close()
    again = CopyStore(store_url)
    assert again.open().head == batch.head
    again.close()
    assert rebuild(store_url).differences == ()


def test_rows_for_a_follower_are_read_from_the_row_it_names(store_url: str) -> None:
    city = Journal(7)
    copy = CopyStore(store_url)
    copy.open()
    assert copy.open().epoch == EPOCH_ZERO
    copy.run(city.base(), NOW)
    start = city.head
    copy.run(city.more(20), NOW)
    copy.close()
    reader = JournalReader(store_url)
    found = reader.after(Follow(seq=start.seq, hash=start.hash))
    assert found is not None
    assert [entry.seq for entry in found] == list(range(8, 28))
    assert len(reader.after(Follow(seq=9, hash=found[1].hash, bytes_max=1000)) or ()) < 10
    assert reader.after(Follow(seq=9, hash=b"x" * 32)) is None
    assert reader.after(Follow(seq=3, hash=b"x" * 32)) is None
    assert reader.hashes(HashReq(seqs=(8, 9, 99))) == [(8, found[0].hash), (9, found[1].hash)]
    assert read(store_url, lambda connection: head_at(connection, start.seq)) == start
    reader.close()


def test_no_order_is_read_in_half(store_url: str) -> None:
    city = Journal(7)
    copy = CopyStore(store_url)
    copy.open()
    copy.run(city.base(), NOW)
    job = city.more(6)
    start, entries = Head(7, 9, b"h" * 32), []
    head = start
    for entry in job.entries:  # three orders of two rows
        cid = f"o{(entry.seq - 8) // 2}"
        whole = replace(entry, cid=cid)
        entries.append(replace(whole, hash=row_hash(head.hash, whole)))
        head = Head(entry.seq, entry.hlc, entries[-1].hash)
    copy.run(CopyJob(CITY, tuple(entries)), NOW)
    copy.close()
    reader = JournalReader(store_url)
    found = reader.after(Follow(seq=7, hash=start.hash, bytes_max=1))
    assert [entry.cid for entry in found or ()] == ["o0", "o0"]
    reader.close()


def test_an_epoch_whose_first_try_failed_is_told_again(store_url: str) -> None:
    city = Journal(7)
    copy = Breaking(store_url)
    copy.open()
    copy.run(city.base(), NOW)
    restarted = CopyJob(replace(CITY, boot=8))
    copy.when = "before"
    with pytest.raises(StoreDown):
        copy.run(restarted, NOW)
    copy.run(restarted, NOW)
    copy.close()
    again = CopyStore(store_url)
    assert again.open().epoch == restarted.epoch
    again.close()


def test_a_hub_that_begins_on_a_copy_without_rows_goes_on_after_a_doubt(store_url: str) -> None:
    copy = CopyStore(store_url)
    copy.open()
    city = Journal(7)
    copy.run(city.base(), NOW)
    copy.close()
    with short_transaction(store_url) as connection:
        take(connection, Authority("CITY", "02", 4, NOW))
    hub = HubStore(store_url, "02", "here")
    assert hub.open().head == city.head
    hub._unknown = True
    assert hub.run([], NOW).head == city.head
    hub.close()


def test_a_site_that_follows_keeps_what_it_refused_as_long_as_a_hub(store_url: str) -> None:
    hub = HubStore(store_url, "01", "here")
    hub.open()
    hub.run([Work("no", "seat-01", None, NOW + 1000)], NOW)
    hub.close()
    copy = CopyStore(store_url)
    copy.open()
    copy.forget_old_verdicts(NOW + 31 * 24 * 3_600_000)
    assert read(store_url, lambda connection: "no" in rows.read_verdicts(connection, ["no"]))
    copy.forget_old_verdicts(NOW + 191 * 24 * 3_600_000)
    assert not read(store_url, lambda connection: "no" in rows.read_verdicts(connection, ["no"]))
    copy.close()


def test_rows_that_continue_ours_end_the_time_of_a_fenced_hub(store_url: str) -> None:
    """Else this site, started anew and cut off, would be told for ever that it lacks something."""
    hub = HubStore(store_url, "02", "here")
    hub.open()
    hub.close()
    with short_transaction(store_url) as connection:
        fence(connection, "CITY", CITY)
    copy = CopyStore(store_url)
    # rows of ours that the hub does not have are shown under an epoch that no hub has
    assert copy.open().epoch == Epoch(CITY.term, CITY.site, 0)
    copy.run(Journal().more(2), NOW)
    copy.close()
    (row,) = read(store_url, scopes)
    assert (row.mode, row.epoch) == (FOLLOWING, CITY)
