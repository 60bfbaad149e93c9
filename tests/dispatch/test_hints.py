"""The same number or a place close by points at a running incident."""

import pytest

from dispatch import commands as cmd
from dispatch.call_book import CallBook
from dispatch.hints import distance_m, earlier_calls, likely_same
from dispatch.kinds import CloseReason
from dispatch.words import Point
from tests.dispatch.trade import Centre120


def test_by_number_first_then_by_place(centre: Centre120) -> None:
    centre.incident("i1")
    near = Point(110.001, 30.0)
    assert [hint.same_number for hint in likely_same(centre.floor, "13912345678", None, centre.now)] == [True]
    (by_place,) = likely_same(centre.floor, "000", near, centre.now)
    assert by_place.metres == pytest.approx(96.4, abs=1)
    assert likely_same(centre.floor, "000", Point(110.01, 30.0), centre.now) == ()
    assert likely_same(centre.floor, "", None, centre.now) == ()


def test_closed_or_old_incidents_are_not_offered(centre: Centre120) -> None:
    centre.incident("i1")
    centre.incident("i2")
    centre.must(cmd.CloseIncident("i2", CloseReason.FALSE_ALARM, "误报"), second="li")
    assert [hint.incident_id for hint in likely_same(centre.floor, "13912345678", None, centre.now)] == ["i1"]
    centre.later(3601)
    assert likely_same(centre.floor, "13912345678", None, centre.now) == ()


def test_earlier_calls_newest_first(centre: Centre120) -> None:
    centre.must(cmd.ReportRinging("c1", "139"))
    centre.later(5)
    centre.must(cmd.ReportRinging("c2", "139"))
    assert [call.id for call in earlier_calls(CallBook(centre.floor), "139", centre.now + 1)] == ["c2", "c1"]


def test_distance_is_symmetric_and_in_metres() -> None:
    a, b = Point(126.64, 45.755), Point(126.65, 45.755)
    assert distance_m(a, b) == distance_m(b, a) == pytest.approx(776.7, abs=2)
