"""The file of a day's figures keeps each value whole: a day of a seat is tens of thousands of seconds."""

from console.figures import Day, csv_of
from dispatch.figure import Figure
from dispatch.floor import Floor


def test_values_are_written_in_full() -> None:
    day = Day(Floor(), 0, 0)
    day.figures = (Figure("seats_ready", "x", 28_823.4, 2, median=0.123_456_7),)
    assert "28823.4,0.1235,,2,0,x" in csv_of(day).splitlines()[1]
