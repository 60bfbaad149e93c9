"""What the journal hears of islands: what became of an order, and what nobody ordered."""

import threading

import pytest

from dispatch.administration import Act, NoteAdministration
from dispatch.sites import CITY
from store.commit_watch import AT_START, UNORDERED, CommitWatch
from store.config import Cluster, Config, Store
from store.core.command_messages import CommandAnswer, DeclareIsland
from store.core.messages import decode_from_hub
from store.db.server import CommitState

WAIT_S = 15.0
NOTE = NoteAdministration(Act.ISLAND, "CITY", "1001", "1002", where="seat-01", remark="备机失联")
SILENT = "host=127.0.0.1 port=1"
ANY, NOBODY = CommitState(waits=False, wait_for="ANY 1 (*)"), CommitState(waits=False, wait_for="")


CLUSTER = Cluster(server=SILENT, standby_names="ANY 1 (*)")


def watch(woken: threading.Event, cluster: Cluster = CLUSTER) -> CommitWatch:
    store = Store(url="postgresql+psycopg://postgres@127.0.0.1:1/nowhere")
    return CommitWatch(Config(store=store, cluster=cluster), woken.set)


def test_an_island_that_could_not_be_declared_is_not_noted_as_declared() -> None:
    woken = threading.Event()
    made = watch(woken)
    made.start()
    order = DeclareIsland(id="a" * 32, on=True, reason="备机失联", token=b"", second=b"")
    assert made.island(order, b"seat", NOTE) is None
    assert woken.wait(WAIT_S)
    (reply,), (note,) = made.take(), made.take_notes()
    made.stop(WAIT_S)
    answer = decode_from_hub(reply.frame)
    assert isinstance(answer, CommandAnswer)
    assert answer.reason == "store"
    assert (note.act, note.first, note.second, note.refused) == (Act.ISLAND, "1001", "1002", "store")


def test_what_nobody_ordered_is_noted_once_and_what_was_ordered_is_not_noted_twice() -> None:
    made = watch(threading.Event())
    for seen in (ANY, NOBODY, NOBODY, ANY):
        made._judge(seen)
    found = [(note.act, note.subject, note.first, note.remark) for note in made.take_notes()]
    assert found == [(Act.ISLAND, CITY, "", UNORDERED), (Act.ISLAND_END, CITY, "", UNORDERED)]
    made._ordered = True
    made._judge(NOBODY)
    assert made.take_notes() == []
    assert made._island


def test_a_hub_that_begins_on_an_island_says_so() -> None:
    made = watch(threading.Event())
    made._judge(NOBODY)
    assert [note.remark for note in made.take_notes()] == [AT_START]


@pytest.mark.parametrize(
    ("wait_for", "confirmations", "alarm"),
    [
        ('2 ("a2","b1")', 2, ""),
        ("ANY 2 (a2, b1, c1)", 2, ""),
        ('"a2"', 1, "few_standbys:1:2"),
        ("*", 1, "few_standbys:1:2"),
        ("FIRST 1 (a2)", 1, "few_standbys:1:2"),
        ("", 0, ""),
    ],
)
def test_too_few_standbys_raise_an_alarm(wait_for: str, confirmations: int, alarm: str) -> None:
    """What Patroni leaves of the list when the standby elsewhere is gone; an island is told otherwise."""
    seen = CommitState(waits=False, wait_for=wait_for)
    assert seen.confirmations == confirmations
    made = watch(threading.Event(), Cluster(server=SILENT, confirmations=2))
    assert made.alarm == ""
    made._judge(seen)
    assert made.alarm == alarm
    made = watch(threading.Event())
    made._judge(seen)
    assert made.alarm == "", "nobody said how many"
