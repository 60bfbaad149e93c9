"""A third site hands in what it copied beyond the fork of a takeover, and nothing is lost or done twice."""

import os
from collections import Counter

from tests.store.core.site_disk import SiteBug
from tests.store.core.three_sites import find, run

RUNS = int(os.environ.get("LINGSHENG_THREE_SITE_RUNS", "15"))
FIRST_SEED = 0
FOUND_WITHIN_RUNS = 200


def test_no_seed_breaks_an_invariant() -> None:
    done: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + RUNS):
        try:
            done += Counter(run(seed).counts)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    print(f"{RUNS} runs: {dict(done)}")
    for what in ("taken", "lost", "third handed in"):
        assert done[what] >= RUNS // 5, f"the runs must do real work: {what}"


def test_what_a_copy_keeps_to_itself_is_found() -> None:
    runs = find(SiteBug.COPIED_ORDERS_KEPT, FOUND_WITHIN_RUNS)
    print(f"run {runs}")
    assert runs is not None
