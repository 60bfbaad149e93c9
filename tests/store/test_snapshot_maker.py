"""The thread that encodes: what it makes is what the loop would make, and one failure does not end it."""

import threading
from typing import Any, cast

from dispatch.floor import Floor
from dispatch.kinds import VehicleKind
from dispatch.words import Vehicle
from store.core.journal import Head
from store.core.outputs import MakeSnapshot
from store.core.snapshots import snapshot
from store.core.wire import Epoch
from store.snapshot_maker import SnapshotMaker

WAIT_S = 10.0


def test_it_makes_what_was_asked_and_outlives_a_fault() -> None:
    rung = threading.Semaphore(0)
    maker = SnapshotMaker(rung.release)
    vehicles = {f"v{n}": Vehicle(f"v{n}", str(n), "A1", VehicleKind.BASIC, "st1") for n in range(2000)}
    good = MakeSnapshot(Floor(vehicles=vehicles), Epoch(1, "01", 1), Head(7))
    bad = MakeSnapshot(Floor(vehicles=cast(Any, {"v1": object()})), Epoch(1, "01", 1), Head(8))
    maker.start()
    maker.ask(bad)
    maker.ask(good)
    assert rung.acquire(timeout=WAIT_S)
    assert rung.acquire(timeout=WAIT_S)
    assert maker.take() == [(bad, []), (good, snapshot(good.floor, good.epoch, good.head))]
    assert maker.take() == []
    maker.stop(WAIT_S)
