"""A river whose banks were cut at the border of the extract comes back; a broken pond does not flood."""

import numpy as np
import shapely

from mapview.geo.rivers import river_area

FRAME = shapely.box(0, 0, 1, 1)
NORTH = np.array([[0.02, 0.6], [0.5, 0.62], [0.97, 0.6]])
SOUTH = np.array([[0.01, 0.4], [0.5, 0.38], [0.98, 0.4]])
CENTRE = shapely.multilinestrings([[(0.1, 0.5), (0.9, 0.5)]])
ISLAND = np.array([[0.4, 0.48], [0.6, 0.48], [0.6, 0.52], [0.4, 0.52], [0.4, 0.48]])
NO_TOWN = shapely.multipoints(np.empty((0, 2)))


def test_water_lies_between_the_banks() -> None:
    (river,) = river_area([NORTH, SOUTH], [], FRAME, CENTRE, NO_TOWN)
    assert river.contains(shapely.Point(0.5, 0.5))
    assert not river.contains(shapely.Point(0.5, 0.8))
    assert river.bounds[0] == 0
    assert river.bounds[2] == 1


def test_island_is_taken_out() -> None:
    (river,) = river_area([NORTH, SOUTH], [ISLAND], FRAME, CENTRE, NO_TOWN)
    assert not river.contains(shapely.Point(0.5, 0.5))
    assert len(river.interiors) == 1


def test_a_face_full_of_houses_is_not_water() -> None:
    east, north = np.meshgrid(np.linspace(0.05, 0.95, 400), np.linspace(0.42, 0.58, 400))
    town = shapely.multipoints(np.stack([east.ravel(), north.ravel()], axis=1))
    assert river_area([NORTH, SOUTH], [], FRAME, CENTRE, town) == []


def test_a_broken_pond_inside_is_left_alone() -> None:
    pond = np.array([[0.4, 0.4], [0.5, 0.6], [0.6, 0.4]])
    assert river_area([pond], [], FRAME, CENTRE, NO_TOWN) == []
    assert river_area([], [], FRAME, CENTRE, NO_TOWN) == []


def test_an_island_whose_shore_crosses_itself_is_taken_out_too() -> None:
    bow_tie = np.array([[0.3, 0.45], [0.5, 0.55], [0.5, 0.45], [0.3, 0.55], [0.3, 0.45]])
    (river,) = river_area([NORTH, SOUTH], [bow_tie, ISLAND], FRAME, CENTRE, NO_TOWN)
    assert not river.contains(shapely.Point(0.45, 0.5))
    assert river.contains(shapely.Point(0.2, 0.5))
