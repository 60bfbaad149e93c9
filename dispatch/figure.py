"""One quality figure with the definition it was computed by, and figures of intervals."""

import math
from collections.abc import Iterable
from statistics import mean, median

from msgspec import Struct


class Figure(Struct, frozen=True):
    """`value` None: nothing to count. `share` figures are 0..1, the others seconds, or a number of things.

    `count` records went in, `left_out` had a missing or negative interval.
    """

    name: str
    definition: str
    value: float | None
    count: int
    left_out: int = 0
    median: float | None = None
    p90: float | None = None
    share: bool = False


def interval(name: str, definition: str, gaps_ms: Iterable[int | None]) -> Figure:
    """Mean, median and 90th percentile, in seconds; what is missing or negative is left out and counted."""
    every = list(gaps_ms)
    good = sorted(one / 1000 for one in every if one is not None and one >= 0)
    left_out = len(every) - len(good)
    if not good:
        return Figure(name, definition, None, 0, left_out)
    p90 = good[math.ceil(len(good) * 0.9) - 1]  # nearest rank
    return Figure(name, definition, mean(good), len(good), left_out, median(good), p90)


def gap(start: int | None, end: int | None) -> int | None:
    return None if start is None or end is None else end - start
