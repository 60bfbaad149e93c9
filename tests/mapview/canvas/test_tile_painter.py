"""Tiles show what is there, in both themes and at device pixels."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from mapview.canvas.palette import THEMES
from mapview.canvas.sheets import TILE_PX, LayerSource, tiles_for
from mapview.canvas.style import width_px
from mapview.canvas.tile_painter import TilePainter, thinned
from mapview.canvas.view import View
from mapview.geo.projection import pixel_of


def tile(
    source: LayerSource, middle: tuple[float, float], theme: str, zoom: float, ratio: float = 1.0
) -> QImage:
    view = View(*pixel_of(*middle), zoom, 10, 10)
    return TilePainter(source, THEMES[theme].map, ratio).paint(tiles_for(view, 0)[0])


def colours_of(image: QImage) -> set[str]:
    side = image.width()
    return {image.pixelColor(x, y).name() for x in range(0, side, 2) for y in range(0, side, 2)}


@pytest.mark.parametrize("theme", list(THEMES))
def test_grounds_and_roads_are_there(town: LayerSource, middle: tuple[float, float], theme: str) -> None:
    colours = THEMES[theme].map
    seen = colours_of(tile(town, middle, theme, 14))
    assert {colours.green, colours.water, colours.building, colours.landuse["residential"]} <= seen
    assert colours.road_fill["primary"] in seen


def test_holes_stay_open(town: LayerSource) -> None:
    """The park's pond-shaped hole shows what lies under it."""
    at = pixel_of(120.607, 31.307)
    view = View(*at, 16, 10, 10)
    key = tiles_for(view, 0)[0]
    image = TilePainter(town, THEMES["day"].map, 1.0).paint(key)
    scale = 2.0 ** (22 - 16)
    x, y = (at[0] - key.box[0]) / scale, (at[1] - key.box[1]) / scale
    assert image.pixelColor(int(x), int(y)) == QColor(THEMES["day"].map.landuse["residential"])


def test_high_density_tiles_have_more_pixels(town: LayerSource, middle: tuple[float, float]) -> None:
    image = tile(town, middle, "day", 14, 1.5)
    assert image.width() == TILE_PX * 1.5
    assert image.devicePixelRatio() == 1.5


def test_neighbouring_tiles_meet_without_a_seam(town: LayerSource, middle: tuple[float, float]) -> None:
    painter = TilePainter(town, THEMES["day"].map, 1.0)
    key = tiles_for(View(*pixel_of(*middle), 15, 10, 10), 0)[0]
    left, right = painter.paint(key), painter.paint(key._replace(column=key.column + 1))
    same = sum(left.pixel(TILE_PX - 1, y) == right.pixel(0, y) for y in range(TILE_PX))
    assert same > TILE_PX * 0.9


def test_roads_grow_with_zoom_and_class() -> None:
    assert width_px("residential", 11) == 0
    assert width_px("primary", 14) > width_px("secondary", 14) > width_px("residential", 14)
    widths = [width_px("trunk", zoom / 4) for zoom in range(36, 80)]
    assert widths == sorted(widths)


def test_thinning_keeps_the_ends() -> None:
    points = np.column_stack([np.linspace(0, 2, 500), np.zeros(500)])
    thin = thinned(points)
    assert len(thin) < 20
    assert (thin[0] == points[0]).all()
    assert (thin[-1] == points[-1]).all()
