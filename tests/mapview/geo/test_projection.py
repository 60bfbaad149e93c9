"""Mercator pixels: known corners, there-and-back, scalar and array agreement."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapview.geo import projection


def test_corners_of_the_world() -> None:
    assert projection.pixel_of(-180, projection.LAT_MAX_DEG) == pytest.approx((0, 0), abs=1e-3)
    assert projection.pixel_of(0, 0) == (projection.WORLD_PX / 2, projection.WORLD_PX / 2)


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_there_and_back(lon: float, lat: float) -> None:
    assert projection.degrees_of(*projection.pixel_of(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


def test_arrays_agree_with_scalars() -> None:
    lon, lat = np.array([126.64, 104.05]), np.array([45.755, 30.66])
    x, y = projection.pixels_of(lon, lat)
    assert (x[1], y[1]) == pytest.approx(projection.pixel_of(104.05, 30.66), abs=1e-6)
    assert projection.degrees_of_many(x, y)[1] == pytest.approx(lat, abs=1e-10)


def test_metres() -> None:
    assert projection.metres_per_degree(45.755) == pytest.approx((77_847, 111_148), rel=1e-3)
    assert projection.metres_per_pixel(0) == pytest.approx(0.0373, abs=1e-4)
    assert projection.distance_m(126.64, 45.755, 126.64, 45.764) == pytest.approx(1000, rel=1e-3)
