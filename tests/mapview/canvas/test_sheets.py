"""The fixed grids of tiles and blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapview.canvas.sheets import TILE_PX, TileKey, blocks_for, tiles_for
from mapview.canvas.view import View, clamp_zoom
from mapview.geo.projection import pixel_of


@given(st.floats(100, 125), st.floats(20, 45), st.floats(9, 19), st.integers(0, 300))
def test_pieces_cover_the_window(lon: float, lat: float, zoom: float, margin: int) -> None:
    view = View(*pixel_of(lon, lat), clamp_zoom(zoom), 900, 700)
    west, north, east, south = view.world_box(margin)
    for keys in (tiles_for(view, margin), blocks_for(view, margin)):
        boxes = [key.box for key in keys]
        assert min(box[0] for box in boxes) <= west
        assert min(box[1] for box in boxes) <= north
        assert max(box[2] for box in boxes) >= east
        assert max(box[3] for box in boxes) >= south
        assert len(set(keys)) == len(keys)


def test_the_middle_comes_first() -> None:
    view = View(*pixel_of(120, 31), 14, 1600, 900)
    first = tiles_for(view, 0)[0]
    assert first.box[0] <= view.x <= first.box[2]
    assert first.box[1] <= view.y <= first.box[3]


def test_panning_keeps_the_grid() -> None:
    view = View(*pixel_of(120, 31), 14, 1600, 900)
    assert set(tiles_for(view, 0)) & set(tiles_for(view.panned(300, 0), 0))


def test_a_tile_of_its_own_zoom_is_drawn_pixel_for_pixel() -> None:
    key = TileKey(29, 100, 100)
    west, _, east, _ = key.box
    assert key.zoom == 14.5
    view = View(0, 0, key.zoom, 100, 100)
    assert (east - west) / view.scale == pytest.approx(TILE_PX)
