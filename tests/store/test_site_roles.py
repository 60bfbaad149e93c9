"""The turn of a site from one role to the next, without sockets: what may fail, and what must not be said."""

import os
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch.floor import Floor
from dispatch.refusals import TooLate
from dispatch.sites import CITY, Authority
from store.bus.clock import Clock
from store.config import Config, Store
from store.config.sections import Keys
from store.core.batch import Batch
from store.core.command_messages import CommandAnswer, HandOver, TakeCommand
from store.core.greeting import Identity
from store.core.hub_logic import HubLogic
from store.core.journal import Head
from store.core.messages import decode_from_hub
from store.core.outputs import Reply
from store.core.seals import SignKey
from store.core.takeover import Pair
from store.core.wire import Epoch, Verdict, encode
from store.db.errors import StoreDown
from store.site import SiteProcess
from store.site_follower import Following, Lead
from store.site_leader import Leading, _Move
from store.site_owed import OwedTails
from store.site_store import write_down
from store.site_tails import TailsElsewhere
from store.site_view import View
from tests.store.core.joined_sites import NOW, joined

PEOPLE = Pair("d1001", "d1002")
WAIT_S = 10.0


class Served:
    """The little of a hub that its site looks at."""

    def __init__(self, scope: str = CITY) -> None:
        identity = Identity("01", "hub", Epoch(1, "01", 1), SignKey("hub", b"h" * 32))
        self.logic = HubLogic(identity, Floor(), Head(), scope=scope)
        self.handing_over = False
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


class Process(SiteProcess):
    """The first role lives and ends, then its last word cannot be written."""

    lives = 0

    def _live_once(self) -> None:
        self.lives += 1
        if self.lives > 1:
            self.stop()
            return
        self._run(Role())
        raise StoreDown("locked")


class Role:
    def run(self) -> None: ...
    def stop(self) -> None: ...


def test_a_store_that_fails_at_the_end_of_a_role_ends_no_process(tmp_path: Path) -> None:
    config = Config(store=Store(url=f"sqlite:///{tmp_path}/hub.sqlite"), keys=Keys(dir=str(tmp_path)))
    process = Process(config, None, leads=True)
    process.run()
    assert process.lives == 2


def test_command_is_durable_before_it_is_answered() -> None:
    def broken(word: Authority) -> None:
        raise StoreDown("disk")

    leading, hub = Leading(View(), broken), Served("02")
    asked = TakeCommand(id="t1", scope=CITY, reason="r", order_no="1", token=b"", second=b"")
    answer = leading._take(asked, PEOPLE, hub, 1, 1)
    assert answer.reason == "store"
    assert leading.outcome is None
    assert not hub.stopped


@pytest.mark.parametrize("fails", [False, True])
def test_a_relay_goes_on_while_command_is_written_down(tmp_path: Path, fails: bool) -> None:
    """The server may hang for seconds: Ticks go on, asked again it is the same order, another one waits."""
    begun, let_go = threading.Event(), threading.Event()

    def slow(word: Authority) -> None:
        begun.set()
        assert let_go.wait(WAIT_S)
        if fails:
            raise StoreDown("disk")

    url, logic = f"sqlite:///{tmp_path}/relay.sqlite", joined().relay
    tails = TailsElsewhere(OwedTails(tmp_path), "02", url, url, lambda: NOW)
    following = Following("02", View(), url, tmp_path / "roster.json", slow, tails, fenced=False)
    ended: list[bool] = []
    following.end = lambda: ended.append(True)
    asked = TakeCommand(
        id="t1", scope=CITY, reason="r", order_no="1", token=b"", second=b"", break_glass=True
    )
    assert following._take(asked, b"seat", PEOPLE, logic, NOW, NOW) is None
    assert begun.wait(WAIT_S)
    assert following.on_time(None, NOW) == []
    assert following._take(asked, b"again", PEOPLE, logic, NOW, NOW) is None
    other = following._take(replace(asked, id="t2"), b"seat", PEOPLE, logic, NOW, NOW)
    assert other is not None
    assert other.reason == "timeout"
    assert following.outcome is None
    let_go.set()
    replies = []
    while not replies:
        replies = following.on_time(None, NOW)
        os.sched_yield()
    (reply,) = replies
    assert isinstance(reply, Reply)
    answer = decode_from_hub(reply.frame)
    assert isinstance(answer, CommandAnswer)
    assert (reply.route, answer.id, answer.reason) == (b"again", "t1", "store" if fails else "")
    following.on_time(None, NOW)
    assert (isinstance(following.outcome, Lead), bool(ended)) == (not fails, not fails)
    following.close()


def test_a_server_that_hangs_is_asked_once_about_one_order(tmp_path: Path) -> None:
    """What leads was settled when it was written down; the same again goes to the same store."""
    here = Config(store=Store(url=f"sqlite:///{tmp_path}/copy.sqlite", dir=str(tmp_path)))
    config = replace(here, store=Store(url="postgresql+psycopg://postgres@127.0.0.1:1/nowhere"))
    word = Authority(CITY, "01", 2, NOW, "d1001", "d1002", "r", "1")
    assert write_down(config, here, word) == here
    away = replace(config, store=Store(url="postgresql+psycopg://nobody@@not-a-place"))
    assert write_down(away, here, word, here) == here


@pytest.mark.parametrize("refusal", [b"", encode(TooLate(1))])
def test_a_last_row_that_came_too_late_calls_the_hand_over_off(refusal: bytes) -> None:
    """The store was away too long: the hub must decide again, not wait for ever."""
    clock = Clock()
    leading, hub = Leading(View(), lambda _: None), Served()
    asked = HandOver(id="h1", scope=CITY, to_site="02", reason="r", order_no="1", token=b"", second=b"")
    word = Authority(CITY, "02", 2, 1)
    leading._move = _Move(asked, PEOPLE, b"seat", clock.steady_ms(), word, cid="c9")
    hub.handing_over = True
    batch = Batch(Floor(), Head())
    batch.answers.append((Verdict("c9", 0, refusal), False))
    replies = leading.on_committed(batch, hub, 1)
    assert hub.handing_over is not bool(refusal)
    if refusal:
        answer = decode_from_hub(replies[0].frame)
        assert isinstance(answer, CommandAnswer)
        assert answer.reason == "store"
