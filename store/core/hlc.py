"""Hybrid logical clock: 48 bits of milliseconds since 1970 UTC, 16 bits of counter; it never runs backwards.

For reading across sites and for showing conflicts. Order is (epoch, seq), never this.
"""

COUNTER_BITS = 16


def next_hlc(last: int, now_ms: int) -> int:
    """The stamp after `last`: the wall clock where it is ahead, else one more on the counter."""
    return max(now_ms << COUNTER_BITS, last + 1)
