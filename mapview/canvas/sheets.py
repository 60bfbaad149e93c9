"""The pieces the base map is made of and who makes them: tiles without text, blocks of lettering.

Both are cut on fixed grids, so that panning never changes or moves what is already drawn. Tiles exist
at every half zoom (what one wheel notch is), blocks at the exact zoom of the view.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from mapview.canvas.view import View
from mapview.geo.layers import Box, Feature
from mapview.geo.projection import ZOOM

TILE_PX: Final = 512
BLOCK_PX: Final = 1024
LEVELS_PER_ZOOM: Final = 2
BLOCK_ZOOM_STEPS: Final = 100  # zooms closer than 1/100 share their lettering


class TileKey(NamedTuple):
    """One base tile: level = zoom x 2, column and row counted from the north-west corner of the world."""

    level: int
    column: int
    row: int

    @property
    def zoom(self) -> float:
        return self.level / LEVELS_PER_ZOOM

    @property
    def box(self) -> Box:
        """World pixels."""
        return _box(TILE_PX * 2.0 ** (ZOOM - self.zoom), self.column, self.row)


class BlockKey(NamedTuple):
    """One block of lettering: zoom in hundredths, column and row."""

    zoom_100: int
    column: int
    row: int

    @property
    def zoom(self) -> float:
        return self.zoom_100 / BLOCK_ZOOM_STEPS

    @property
    def box(self) -> Box:
        """World pixels."""
        return _box(BLOCK_PX * 2.0 ** (ZOOM - self.zoom), self.column, self.row)


class Glyph(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A piece of text centred on a world point, turned clockwise by whole degrees."""

    text: str
    x: float
    y: float
    turn_deg: int


class Label(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A placed name. `style` is a key of `style.LETTERING`; `dot` is where a point symbol goes, if any."""

    style: str
    glyphs: list[Glyph]
    dot: tuple[float, float] | None = None


class LayerSource(Protocol):
    """What a map is drawn from; `mapview.geo.layers.LayerStore` is one."""

    def read(self, layer: str, bbox: Box | None = None, zoom: float = 22) -> list[Feature]:
        """Features of one layer that touch the box (world pixels) and show at this zoom."""
        ...


class Cartographer(Protocol):
    """Makes pieces out of the window's way. Answers come on the window's thread."""

    on_tile: Callable[[TileKey, str], None]
    """Called with the path of a picture file."""
    on_block: Callable[[BlockKey, list[Label]], None]

    def want(self, tiles: Sequence[TileKey], blocks: Sequence[BlockKey], theme: str, ratio: float) -> None:
        """Make these, first ones first; whatever was wanted before and is not begun is forgotten."""
        ...

    def stop(self) -> None:
        """End for good."""
        ...


def tiles_for(view: View, margin_px: float) -> list[TileKey]:
    """The tiles that cover the view and a margin, the middle first."""
    level = round(view.zoom * LEVELS_PER_ZOOM)
    side = TILE_PX * 2.0 ** (ZOOM - level / LEVELS_PER_ZOOM)
    return [TileKey(level, column, row) for column, row in _cells(view, margin_px, side)]


def blocks_for(view: View, margin_px: float) -> list[BlockKey]:
    """The blocks of lettering that cover the view and a margin, the middle first."""
    zoom_100 = round(view.zoom * BLOCK_ZOOM_STEPS)
    side = BLOCK_PX * 2.0 ** (ZOOM - zoom_100 / BLOCK_ZOOM_STEPS)
    return [BlockKey(zoom_100, column, row) for column, row in _cells(view, margin_px, side)]


def _cells(view: View, margin_px: float, side: float) -> list[tuple[int, int]]:
    west, north, east, south = view.world_box(margin_px)
    columns = range(math.floor(west / side), math.floor(east / side) + 1)
    rows = range(math.floor(north / side), math.floor(south / side) + 1)
    middle_x, middle_y = view.x / side - 0.5, view.y / side - 0.5
    cells = [(column, row) for column in columns for row in rows]
    return sorted(cells, key=lambda cell: math.hypot(cell[0] - middle_x, cell[1] - middle_y))


def _box(side: float, column: int, row: int) -> Box:
    return column * side, row * side, (column + 1) * side, (row + 1) * side
