"""The protocol in the simulator: clean runs hold every invariant, every planted fault is found and timed.

LINGSHENG_SIMULATION_RUNS sets the number of clean runs (a failure prints its seed).
"""

import os
import time

import pytest

from tests.store.core.simulated_store import Bug
from tests.store.core.simulation import find, run

RUNS = int(os.environ.get("LINGSHENG_SIMULATION_RUNS", "150"))
FOUND_WITHIN_RUNS = 300
FOUND_S_MAX = 60


def test_no_seed_breaks_an_invariant() -> None:
    events = 0
    for seed in range(1000, 1000 + RUNS):
        try:
            events += len(run(seed).disk.journal)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    assert events > 5 * RUNS, "the runs must do real work"


@pytest.mark.parametrize("bug", Bug)
def test_planted_fault_is_found(bug: Bug) -> None:
    began = time.perf_counter()
    runs = find(bug, FOUND_WITHIN_RUNS)
    took = time.perf_counter() - began
    print(f"{bug.name}: run {runs}, {took:.1f} s")
    assert runs is not None
    assert took < FOUND_S_MAX
