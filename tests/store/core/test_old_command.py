"""A seat between two sites believes the verdict of the one that commands, also after its own restart."""

import pytest

from dispatch.refusals import NotPossible
from store.core.messages import Ack, Tick
from store.core.outbox import Waiting
from store.core.seat_logic import SeatLogic, VerdictCame
from store.core.wire import EPOCH_ZERO, Epoch, encode

OLD, NEW = Epoch(1, "01", 7), Epoch(2, "P", 1)
WAITING = Waiting("a", b"", 0, 90_000)
NO = encode(NotPossible("x"))


@pytest.mark.parametrize("restarted", [True, False])
def test_a_hub_that_no_longer_commands_is_not_believed(restarted: bool) -> None:
    logic = SeatLogic([WAITING], 0, NEW if restarted else EPOCH_ZERO)
    if not restarted:
        logic.on_message(Tick(epoch=NEW, seq=0, now_at=0, mode="normal"), 1)
    assert logic.heard == NEW
    fresh = Ack(cid="a", epoch=OLD, seq=1, refusal=NO, said_by=OLD)
    again = Ack(cid="a", epoch=OLD, seq=1, refusal=NO, repeated=True, said_by=OLD)
    assert logic.on_message(fresh, 2) + logic.on_message(again, 3) == []
    known = Ack(cid="a", epoch=OLD, seq=1, repeated=True, said_by=NEW)
    assert logic.on_message(known, 4)[0] == VerdictCame("a", None, OLD, 1)


def test_a_city_made_anew_is_believed_about_what_is_new() -> None:
    logic = SeatLogic([], 0, Epoch(5, "P", 1))
    logic.ordered(WAITING, 0)
    assert logic.on_message(Ack(cid="a", epoch=OLD, seq=1, said_by=OLD), 1)[0] == VerdictCame(
        "a", None, OLD, 1
    )


def test_a_hub_of_the_version_before_is_believed() -> None:
    logic = SeatLogic([WAITING], 0)
    logic.on_message(Tick(epoch=Epoch(1, "01", 8), seq=0, now_at=0, mode="normal"), 1)
    known = Ack(cid="a", epoch=OLD, seq=1, repeated=True)
    assert logic.on_message(known, 2)[0] == VerdictCame("a", None, OLD, 1)
