"""The turn of a site from one role to the next, without sockets: what may fail, and what must not be said."""

from pathlib import Path

import pytest

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
from store.core.seals import SignKey
from store.core.takeover import Pair
from store.core.wire import Epoch, Verdict, encode
from store.db.errors import StoreDown
from store.site import SiteProcess
from store.site_leader import Leading, _Move
from store.site_view import View

PEOPLE = Pair("d1001", "d1002")


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
