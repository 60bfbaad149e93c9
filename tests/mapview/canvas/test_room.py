"""Rectangles that are taken."""

from hypothesis import given
from hypothesis import strategies as st

from mapview.canvas.room import Rect, Room

rects = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h),
    st.floats(-300, 900),
    st.floats(-300, 900),
    st.floats(1, 200),
    st.floats(1, 80),
)


def overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@given(st.lists(rects, max_size=40))
def test_what_was_taken_never_overlaps(wanted: list[Rect]) -> None:
    room, taken = Room(), []
    for rect in wanted:
        free = room.is_free(rect)
        assert free == (not any(overlap(rect, other) for other in taken))
        if room.take_if_free([rect]):
            taken.append(rect)


def test_all_or_nothing() -> None:
    room = Room()
    room.take((0, 0, 10, 10))
    assert not room.take_if_free([(20, 20, 30, 30), (5, 5, 15, 15)])
    assert room.is_free((20, 20, 30, 30))


def test_a_copy_is_filled_apart() -> None:
    room = Room()
    other = room.copy()
    other.take((0, 0, 10, 10))
    assert room.is_free((0, 0, 10, 10))
    assert not other.is_free((0, 0, 10, 10))


def test_touching_is_not_overlapping() -> None:
    room = Room()
    room.take((0, 0, 10, 10))
    assert room.is_free((10, 0, 20, 10))
