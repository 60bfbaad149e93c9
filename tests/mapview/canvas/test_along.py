"""Names on lines: joined, cut, and never upside down."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapview.canvas import along

points = st.tuples(st.floats(-500, 500), st.floats(-500, 500))
names = st.text("人民路大街abc12", min_size=1, max_size=7)


@given(names, st.lists(points, min_size=2, max_size=8, unique=True))
def test_no_letter_is_upside_down(name: str, line: list[along.Point]) -> None:
    for way in along.settings_along(name, line, 12, 0.2):
        assert "".join(chunk for chunk, *_ in way) == name
        assert all(abs(turn) <= 90 for *_, turn in way)


@pytest.mark.parametrize("degrees", range(0, 360, 7))
def test_names_read_rightwards_or_downwards(degrees: int) -> None:
    dx, dy = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    way = along.settings_along("人民路", [(0, 0), (300 * dx, 300 * dy)], 12, 0.2)[0]
    (_, x1, y1, turn), (_, x2, y2, _) = way[0], way[-1]
    steep = abs(dy) > math.sin(math.radians(along.STEEP_DEG))
    assert (y2 > y1) if steep else (x2 > x1)
    assert abs(turn) <= (90 - along.STEEP_DEG if steep else along.STEEP_DEG) + along.TURN_STEP_DEG


def test_latin_names_are_turned_not_stacked() -> None:
    way = along.settings_along("G42", [(0, 0), (0, 300)], 12, 0)[0]
    assert [chunk for chunk, *_ in way] == ["G42"]
    assert way[0][3] == 90


def test_a_short_line_carries_no_name() -> None:
    assert along.settings_along("人民路", [(0, 0), (30, 0)], 12, 0.2) == []


def test_a_sharp_corner_carries_no_name_across() -> None:
    line = [(0.0, 0.0), (30.0, 0.0), (30.0, 30.0)]
    assert along.settings_along("人民路", line, 12, 0.2) == []


def test_parts_are_joined_whatever_their_direction() -> None:
    parts = [[(0, 0), (10, 0)], [(20, 0), (10, 0)], [(20, 0), (30, 1)], [(50, 50), (60, 60)]]
    lines = along.joined(parts)
    assert [len(line) for line in lines] == [4, 2]
    assert {lines[0][0], lines[0][-1]} == {(0, 0), (30, 1)}


def test_parts_are_not_joined_round_a_corner() -> None:
    assert len(along.joined([[(0, 0), (10, 0)], [(10, 0), (10, 10)]])) == 2


@given(st.lists(points, min_size=2, max_size=8))
def test_clipped_runs_lie_inside(line: list[along.Point]) -> None:
    rect = (-100.0, -50.0, 120.0, 80.0)
    for run in along.clipped(line, rect):
        assert all(-100.001 <= x <= 120.001 and -50.001 <= y <= 80.001 for x, y in run)
        assert along.length(run) <= sum(math.dist(a, b) for a, b in pairwise(line)) + 1e-6


def test_a_long_segment_is_cut_on_both_sides() -> None:
    runs = along.clipped([(-100, 5), (100, 5)], (0, 0, 10, 10))
    assert [[(round(x), round(y)) for x, y in run] for run in runs] == [[(0, 5), (10, 5)]]


def test_chunks_keep_numbers_whole() -> None:
    assert along.chunks_of("规划路146号") == ["规", "划", "路", "146", "号"]
