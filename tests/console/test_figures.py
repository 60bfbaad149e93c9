"""The file of a day's figures: a day of a seat is tens of thousands of seconds, a share below one."""

from console.figures import Day, csv_of
from dispatch.figure import Figure
from dispatch.floor import Floor


def test_large_values_are_not_rounded_and_small_ones_to_four_places() -> None:
    day = Day(Floor(), 0, 0)
    day.figures = (Figure("seats_ready", "x", 28_823.4, 2, median=0.123_456_7),)
    assert "28823.4,0.1235,,2,0,x" in csv_of(day).splitlines()[1]
