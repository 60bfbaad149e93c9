"""Active and standby hub of one site: one killed or frozen, the other takes over, nothing is lost."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.sizes import report
from dispatch import commands as cmd
from dispatch.kinds import SeatState
from tests.store.conftest import Postgres
from tests.store.pair import Orders, Pair

pytestmark = [pytest.mark.process, pytest.mark.peer]
TAKEOVERS = int(os.environ.get("LINGSHENG_TAKEOVERS", "1"))
"""Of each kind, killed and frozen."""
SERVES_AGAIN_S = 8.0
"""3 s of silence at standby and seat alike, then the claim; the rest is for a busy machine."""


@pytest.fixture
def pair(tmp_path: Path, postgres: Postgres) -> Iterator[Pair]:
    """A city with two hubs in one site on one server."""
    made = Pair(tmp_path, postgres.new_database())
    try:
        yield made
    finally:
        made.close()


def test_killed_or_frozen_the_other_hub_serves_and_nothing_is_lost(pair: Pair) -> None:
    seat = pair.start_both()
    orders = Orders(seat)
    gaps: dict[str, list[float]] = {"SIGKILL": [], "SIGSTOP": []}
    for kind in [signal.SIGKILL, signal.SIGSTOP] * TAKEOVERS:
        name = pair.active(seat)
        other = "b" if name == "a" else "a"
        orders.run(lambda other=other: pair.listens(other))
        count = len(orders.answered_at)
        orders.run(lambda count=count: len(orders.answered_at) > count + 5)
        at = time.monotonic()
        os.kill(pair.hubs[name].pid, kind)
        orders.run(lambda other=other: seat.link.state.hub == pair.addresses[other] and not late(orders))
        gaps[kind.name].append(orders.longest_gap_s(at))
        if kind is signal.SIGKILL:
            pair.hubs[name].wait(10)
            pair.start(name)
        else:
            os.kill(pair.hubs[name].pid, signal.SIGCONT)
    orders.run(lambda: any(pair.listens(name) for name in pair.hubs))
    orders.settle()
    shown = {kind: [round(gap, 2) for gap in found] for kind, found in gaps.items()}
    report("B4 standby", orders=len(orders.calls), lost=0, silent_s=shown)
    assert max(gap for found in gaps.values() for gap in found) < SERVES_AGAIN_S
    assert seat.order(cmd.SetSeatState("seat01", SeatState.PAUSED)).epoch.boot == 1 + 2 * TAKEOVERS
    assert all(process.poll() is None for process in pair.hubs.values()), "the old ones listen again"
    for process in pair.hubs.values():
        process.terminate()
        assert process.wait(15) == 0
    pair.hubs.clear()
    assert pair.rebuild() == 0


def late(orders: Orders) -> bool:
    """Something given a second ago has no answer."""
    return any(time.monotonic() - given > 1.0 for given in orders.waiting.values())
