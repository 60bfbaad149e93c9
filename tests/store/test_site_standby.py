"""What people are told of the rows of others: of the standby in the building, and of other sites."""

import os
import time
from pathlib import Path

import pytest

from store.bus.peers import PeerHeard
from store.core.messages import Welcome
from store.core.wire import Epoch
from store.db.store import HubStore
from store.db.verify import head_of
from store.site_standby import StandbyEye
from store.site_view import View
from tests.store.db.test_store import fill

WAIT_S = 10.0
NOWHERE = "postgresql+psycopg://postgres@127.0.0.1:1/nowhere"


def test_the_standby_is_asked_beside_the_loop_and_its_last_answer_counts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/standby.sqlite"
    store = HubStore(url, "01", "here/1")
    store.open()
    fill(store)
    store.close()
    eye, end = StandbyEye(url), time.monotonic() + WAIT_S
    while (seq := eye.seq()) == 0 and time.monotonic() < end:
        os.sched_yield()
    eye.close()
    assert seq == head_of(url)[0] > 0


@pytest.mark.parametrize("url", ["", NOWHERE])
def test_a_standby_that_is_not_there_has_nothing(url: str) -> None:
    eye = StandbyEye(url)
    assert eye.seq() == 0
    asked = eye._asked
    if asked is not None:
        assert asked.result(WAIT_S) == 0
    assert eye.seq() == 0
    eye.close()


def test_only_rows_of_the_same_journal_are_compared() -> None:
    view = View()
    for site, epoch, scope, seq in (
        ("03", Epoch(2, "01", 1), "CITY", 140),
        ("04", Epoch(1, "01", 9), "CITY", 150),  # a tail of before the last change of command
        ("05", Epoch(3, "05", 1), "05", 160),  # a district that commands itself
        ("06", Epoch(3, "06", 1), "CITY", 130),
    ):
        welcome = Welcome(
            proto=2,
            site=site,
            instance="",
            machine="",
            epoch=epoch,
            seq=seq,
            now_at=0,
            events_port=0,
            positions_port=0,
            scope=scope,
        )
        view.on_heard(PeerHeard(site, site, welcome, 0))
    assert view.rows(Epoch(2, "01", 4)) == {"03": 140, "06": 130}
