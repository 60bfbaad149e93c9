"""Pins of incidents: their tags stand where there is room and are never cut off by the edge of the map."""

import pytest
from pytestqt.qtbot import QtBot

from mapview.canvas.marks import IncidentMark
from mapview.canvas.palette import THEMES
from mapview.canvas.pins import Pins
from mapview.canvas.room import Room
from mapview.canvas.view import View
from mapview.geo.projection import pixel_of

VIEW = View(*pixel_of(120.6, 31.3), 15, 800, 600)


def tag_span(
    x: float, view: View = VIEW, *, chosen: bool = False, room: Room | None = None
) -> tuple[float, float]:
    """Left and right end of the tag of an incident at this x; it must have one."""
    lon, lat = view.degrees_at(x, 300)
    mark = IncidentMark("a", "0007", lon, lat, 1, "胸痛 中央大街一百二十八号")
    pins = Pins(THEMES["day"], 1.0)
    pins.settle(view, [mark], "a" if chosen else None, Room() if room is None else room)
    (pin,) = pins._pins
    assert pin.tag_at is not None
    return pin.tag_at.x(), pin.tag_at.x() + pin.tag.deviceIndependentSize().width()


@pytest.mark.parametrize("chosen", [False, True])
@pytest.mark.parametrize("x", [3.0, 120.0, 400.0, 700.0, 797.0])
def test_a_tag_is_whole_at_every_edge(qtbot: QtBot, x: float, chosen: bool) -> None:
    left, right = tag_span(x, chosen=chosen)
    assert left >= 0
    assert right <= VIEW.width
    assert (left > x) == (x < 500), "right of the pin as long as there is room"


def test_where_the_right_side_is_taken_at_the_left_edge_a_tag_is_left_out(qtbot: QtBot) -> None:
    room = Room()
    room.take((30, 250, 60, 300))
    with pytest.raises(AssertionError):
        tag_span(3.0, room=room)
    tag_span(3.0, chosen=True, room=room)


def test_in_a_window_narrower_than_the_tag_its_start_is_seen(qtbot: QtBot) -> None:
    narrow = VIEW.resized(120, 600)
    assert tag_span(60.0, narrow, chosen=True)[0] == 0
