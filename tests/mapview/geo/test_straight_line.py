"""The estimate where no road time can be had."""

import math

import pytest

from mapview.geo.straight_line import straight_line


def test_ten_kilometres_north_take_twenty_seven_minutes() -> None:
    route = straight_line(126.6, 45.7, 126.6, 45.7 + 10_000 / 111_150)
    assert route.metres == pytest.approx(13_500, rel=1e-3)
    assert route.seconds == pytest.approx(27 * 60, rel=1e-3)
    assert route.estimated
    assert route.polyline[0] == (126.6, 45.7)
    assert route.steps == ()


def test_a_broken_fix_is_endlessly_far() -> None:
    assert straight_line(math.nan, 45.7, 126.6, 45.7).seconds == math.inf
