"""Whatever is tried how often, from wherever: a few rows, and how often it was."""

from store.core.tally import OTHERS, Tally, Told

WINDOW_MS = 600_000


def test_the_first_is_told_at_once_the_rest_as_a_number() -> None:
    tally = Tally(WINDOW_MS, 4)
    assert [tally.take("wrong_code", "10.0.0.9", n) for n in range(1000)] == ["10.0.0.9", *[None] * 999]
    assert tally.due(WINDOW_MS - 1) == []
    assert tally.due(WINDOW_MS) == [Told("wrong_code", "10.0.0.9", 999)]
    assert tally.take("wrong_code", "10.0.0.9", WINDOW_MS + 1) is None, "it goes on: counted again"
    assert tally.due(2 * WINDOW_MS) == [Told("wrong_code", "10.0.0.9", 1)]
    assert tally.due(3 * WINDOW_MS) == []
    assert tally.take("wrong_code", "10.0.0.9", 3 * WINDOW_MS) == "10.0.0.9", "silent for a while: new"


def test_a_flood_from_everywhere_is_bounded_too() -> None:
    tally = Tally(WINDOW_MS, 4)
    told = [tally.take("locked", f"seat-{n}", 0) for n in range(10_000)]
    assert [source for source in told if source] == ["seat-0", "seat-1", "seat-2", "seat-3", OTHERS]
    assert tally.due(WINDOW_MS) == [Told(OTHERS, OTHERS, 9995)], "a refusal without a word would read as done"
