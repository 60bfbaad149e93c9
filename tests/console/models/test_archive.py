"""Times as people type them into the search of recordings."""

import pytest

from console.models.archive import NotATimeError, moment
from tests.console.busy import START


@pytest.mark.parametrize(
    ("text", "end", "wanted_minutes"),
    [
        ("20:00", False, -30),
        ("20：00", False, -30),
        ("21:00", False, -23 * 60 - 30),
        ("2时", False, -120),
        ("30分前", False, -30),
        ("1d", False, -24 * 60),
        ("11-21", False, -20 * 60 - 30),
        ("2026-11-20 20:30", False, -24 * 60),
        ("12-01", False, -(355 * 24 + 20) * 60 - 30),
    ],
)
def test_times_as_people_type_them(text, end, wanted_minutes):
    found = moment(text, START, end=end)
    assert found is not None
    assert (found - START) / 60_000 == pytest.approx(wanted_minutes)


def test_a_day_alone_ends_at_its_end():
    assert moment("", START, end=True) is None
    assert moment("11-21", START, end=True) == START + (3 * 60 + 30) * 60_000 - 1_000
    for wrong in ("25:00", "13-40", "abc", "11-21 x"):
        with pytest.raises(NotATimeError):
            moment(wrong, START, end=False)
