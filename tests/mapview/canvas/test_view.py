"""The sums between screen, world and degrees."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mapview.canvas.view import FIT_ZOOM_MAX, ZOOM_MAX, ZOOM_MIN, View, clamp_zoom
from mapview.geo.projection import pixel_of

views = st.builds(
    lambda lon, lat, zoom, width, height: View(*pixel_of(lon, lat), clamp_zoom(zoom), width, height),
    st.floats(74, 134),
    st.floats(19, 53),
    st.floats(ZOOM_MIN, ZOOM_MAX),
    st.integers(200, 3840),
    st.integers(150, 2160),
)
screens = st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(views, screens)
def test_screen_to_degrees_and_back(view: View, share: tuple[float, float]) -> None:
    x, y = share[0] * view.width, share[1] * view.height
    assert view.screen_of_degrees(*view.degrees_at(x, y)) == pytest.approx((x, y), abs=0.01)


@given(views, screens, st.floats(-6, 6))
def test_zooming_keeps_the_ground_under_the_cursor(
    view: View, share: tuple[float, float], steps: float
) -> None:
    x, y = share[0] * view.width, share[1] * view.height
    before = view.world_of(x, y)
    after = view.zoomed(steps, x, y)
    assert after.screen_of(*before) == pytest.approx((x, y), abs=0.01)
    assert ZOOM_MIN <= after.zoom <= ZOOM_MAX


@given(views, st.floats(-2000, 2000), st.floats(-2000, 2000))
def test_panning_there_and_back_is_no_change(view: View, dx: float, dy: float) -> None:
    there = view.panned(dx, dy)
    assert there.screen_of(view.x, view.y) == pytest.approx(
        (view.width / 2 + dx, view.height / 2 + dy), abs=0.01
    )
    back = there.panned(-dx, -dy)
    assert (back.x, back.y) == pytest.approx((view.x, view.y), abs=0.5)


@given(views, st.lists(st.tuples(st.floats(120, 121), st.floats(31, 32)), min_size=1, max_size=6))
def test_a_fitted_view_shows_every_point(view: View, points: list[tuple[float, float]]) -> None:
    fitted = view.fitted(points)
    assume(fitted.zoom > ZOOM_MIN)
    for lon, lat in points:
        x, y = fitted.screen_of_degrees(lon, lat)
        assert -1 <= x <= view.width + 1
        assert -1 <= y <= view.height + 1


def test_one_point_is_fitted_with_its_neighbourhood() -> None:
    view = View(*pixel_of(120, 31), 12, 800, 600).fitted([(121.0, 31.0)])
    assert view.zoom == FIT_ZOOM_MAX
    assert view.centre == pytest.approx((121.0, 31.0))


def test_fitting_nothing_changes_nothing() -> None:
    view = View(*pixel_of(120, 31), 12, 800, 600)
    assert view.fitted([]) is view


def test_metres_per_pixel_on_the_equator() -> None:
    view = View(*pixel_of(0, 0), 10, 800, 600)
    assert view.metres_per_screen_px() == pytest.approx(152.87, rel=1e-3)


def test_resizing_keeps_the_middle() -> None:
    view = View(*pixel_of(120, 31), 12, 800, 600).resized(0, 300)
    assert (view.width, view.height) == (1, 300)
    assert view.centre == pytest.approx((120, 31))
