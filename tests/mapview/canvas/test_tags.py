"""Numbers of vehicles: none on another, none over a vehicle, the important first."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mapview.canvas.room import Room
from mapview.canvas.tags import TAGS_MAX, chosen, tag_rect

WIDTH, HEIGHT, BELOW = 44.0, 18.0, 14.0
spots = st.lists(st.tuples(st.floats(0, 600), st.floats(0, 400)), min_size=1, max_size=60)


def choose(points: list[tuple[float, float]], room: Room | None = None) -> list[int]:
    xs, ys = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    return chosen(xs, ys, np.arange(len(points)), WIDTH, HEIGHT, BELOW, room or Room())


@given(spots)
def test_tags_overlap_neither_each_other_nor_a_vehicle(points: list[tuple[float, float]]) -> None:
    shown = choose(points)
    rects = [tag_rect(*points[index], WIDTH, HEIGHT, BELOW) for index in shown]
    for one, other in combinations(rects, 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]
    for left, top, right, bottom in rects:
        assert not any(left < x < right and top < y < bottom for x, y in points)


def test_the_first_wins() -> None:
    assert choose([(100, 100), (120, 100)]) == [0]


def test_a_lone_vehicle_shows_its_number() -> None:
    assert choose([(100, 100)]) == [0]


def test_taken_room_is_respected() -> None:
    room = Room()
    room.take((80, 110, 120, 130))
    assert choose([(100, 100)], room) == []


def test_there_is_an_end_to_it() -> None:
    grid = [(x * 60.0, y * 60.0) for x in range(40) for y in range(40)]
    assert len(choose(grid)) == TAGS_MAX


def test_no_vehicles_no_tags() -> None:
    assert chosen(np.empty(0), np.empty(0), np.empty(0, np.int64), WIDTH, HEIGHT, BELOW, Room()) == []
