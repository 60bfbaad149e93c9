"""Districts cut by the border of the extract: every district gets the right side of its lines.

A         |      B          the box; what lies outside it is missing from the file
----------+-----------
          C
"""

import numpy as np
import pytest
import shapely

from mapview.geo.borders import rebuild
from mapview.geo.projection import FloatArray
from mapview.geo.torn import TornRelation

FRAME = shapely.box(0, 0, 1, 1)
WEST, EAST = np.array([[0.01, 0.4], [0.5, 0.4]]), np.array([[0.5, 0.4], [0.98, 0.4]])
UP = np.array([[0.5, 0.4], [0.5, 0.99]])


def torn(number: int, *lines: FloatArray) -> TornRelation:
    return TornRelation(number, f"{number}区", list(lines), [])


def areas(found: dict[int, list[list[FloatArray]]]) -> dict[int, float]:
    return {number: sum(shapely.polygons(p[0]).area for p in parts) for number, parts in found.items()}


def test_three_districts_tile_the_box() -> None:
    found = rebuild([torn(1, WEST, UP), torn(2, EAST, UP), torn(3, WEST, EAST)], [], FRAME)
    assert areas(found) == pytest.approx({1: 0.3, 2: 0.3, 3: 0.4}, abs=1e-6)
    assert shapely.polygons(found[3][0][0]).contains(shapely.Point(0.5, 0.1))


def test_a_whole_neighbour_settles_which_side() -> None:
    south = np.array([[0, 0], [1, 0], [1, 0.4], [0, 0.4], [0, 0]], float)
    found = rebuild([torn(1, WEST, EAST)], [south], FRAME)
    assert areas(found) == pytest.approx({1: 0.6}, abs=1e-6)


def test_a_border_with_a_gap_is_given_up_and_the_others_kept() -> None:
    leaking = torn(9, np.array([[0.2, 0.4], [0.2, 0.7]]))
    found = rebuild([torn(1, WEST, EAST), torn(2, WEST, EAST), leaking], [], FRAME)
    assert sorted(areas(found).values())[-2:] == pytest.approx([0.4, 0.6], abs=1e-6)


def test_many_districts_are_settled_one_by_one() -> None:
    cuts = [np.array([[x / 12, 0.0], [x / 12, 1.0]]) for x in range(1, 12)]
    strips = [torn(n, *cuts[max(0, n - 1) : n + 1]) for n in range(12)]
    found = areas(rebuild(strips, [], FRAME))
    assert found == pytest.approx(dict.fromkeys(range(12), 1 / 12), abs=1e-6)
