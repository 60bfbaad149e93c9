"""Two sites in the simulator: clean runs hold every invariant, every planted fault is found and timed.

LINGSHENG_SITE_RUNS sets the number of clean runs (a failure prints its seed).
"""

import os
import time
from collections import Counter

import pytest

from tests.store.core.site_disk import THIRD_SITE_BUGS, SiteBug
from tests.store.core.sites import find, run

RUNS = int(os.environ.get("LINGSHENG_SITE_RUNS", "60"))
FIRST_SEED = 1000
FOUND_WITHIN_RUNS = 400
FOUND_S_MAX = 60
SEEDS_ONCE_BROKEN = (127, 144, 243, 615, 637, 20483, 20821, 30791, 51450, 60706)
"""Each of these broke the protocol, or the simulator itself, when it was written."""


def clean(seed: int) -> Counter[str]:
    try:
        return Counter(run(seed).counts)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error


def test_no_seed_breaks_an_invariant() -> None:
    done: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + RUNS):
        done += clean(seed)
    print(f"{RUNS} runs: {dict(done)}")
    for what in ("taken", "handed over", "handed in", "followed"):
        assert done[what] >= RUNS // 5, f"the runs must do real work: {what}"


@pytest.mark.parametrize("seed", SEEDS_ONCE_BROKEN)
def test_what_broke_once_stays_whole(seed: int) -> None:
    clean(seed)


@pytest.mark.parametrize("bug", [bug for bug in SiteBug if bug not in THIRD_SITE_BUGS])
def test_planted_fault_is_found(bug: SiteBug) -> None:
    began = time.perf_counter()
    runs = find(bug, FOUND_WITHIN_RUNS)
    took = time.perf_counter() - began
    print(f"{bug.name}: run {runs}, {took:.1f} s")
    assert runs is not None
    assert took < FOUND_S_MAX
