"""The base layer in the window: one finished picture of tiles and names, moved and scaled until a better
one is ready.

The picture is larger than the window, so that dragging costs one copy a frame. Nothing here reads the
city file or waits; what takes long comes in pieces from the cartographer or is done in short slices.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap

from mapview.canvas.lettering import Letters, dot_picture
from mapview.canvas.palette import Palette
from mapview.canvas.sheets import TILE_PX, BlockKey, Cartographer, Label, TileKey, blocks_for, tiles_for
from mapview.canvas.view import View

MARGIN_PX: Final = 160
TILE_BYTES_MAX: Final = 48 << 20
BLOCKS_MAX: Final = 64

Placed = tuple[QPointF, QPixmap]  # upper left corner, from the corner of the block


@dataclass(slots=True)
class _Names:
    """The pictures of one block. Halos lie below all letters, so that none eats a neighbour's letter."""

    halos: list[Placed] = field(default_factory=list)
    letters: list[Placed] = field(default_factory=list)


class Ground:
    """The base map of one canvas. `on_change`: there is something to compose or letters to draw."""

    def __init__(
        self, cartographer: Cartographer | None, palette: Palette, ratio: float, on_change: Callable[[], None]
    ) -> None:
        self._cartographer = cartographer
        self._on_change = on_change
        self._tiles: OrderedDict[TileKey, QPixmap] = OrderedDict()
        self._blocks: OrderedDict[BlockKey, list[Label]] = OrderedDict()
        self._names: dict[BlockKey, _Names] = {}
        self._unset: deque[BlockKey] = deque()
        self._setting: Iterator[None] | None = None
        self._picture, self._spare = QPixmap(), QPixmap()
        self._picture_view: View | None = None
        self._complete = False
        self._needed = 0
        self.set_style(palette, ratio)
        if cartographer is not None:
            cartographer.on_tile = self._take_tile
            cartographer.on_block = self._take_block

    def set_style(self, palette: Palette, ratio: float) -> None:
        """Another theme or screen: everything drawn is made anew, the names keep their places."""
        self._palette = palette
        self._ratio = ratio
        self._letters = Letters(palette.map, ratio)
        self._tiles.clear()
        self._names.clear()
        self._unset.clear()
        self._setting = None
        self._complete = False
        self._picture_view = None

    def paint(self, painter: QPainter, view: View) -> None:
        """Show the ground as well as it is known, at once."""
        window = QRect(0, 0, view.width, view.height)
        made_for = self._picture_view
        if made_for is None:
            painter.fillRect(window, QColor(self._palette.map.land))
            return
        target = _seen_from(view, made_for)
        if made_for.zoom == view.zoom and target.contains(QRectF(window)):
            painter.drawPixmap(_whole(target.topLeft(), self._ratio), self._picture)
            return
        painter.fillRect(window, QColor(self._palette.map.land))
        painter.drawPixmap(target, self._picture, QRectF(self._picture.rect()))

    def serves(self, view: View) -> bool:
        """True while the picture is whole, at the zoom of the view, and covers the window."""
        made_for = self._picture_view
        if made_for is None or made_for.zoom != view.zoom or not self._complete:
            return False
        return _seen_from(view, made_for).contains(QRectF(0, 0, view.width, view.height))

    def is_bare(self, view: View) -> bool:
        """True if the picture has the zoom of the view but does not cover the window."""
        made_for = self._picture_view
        if made_for is None or made_for.zoom != view.zoom:
            return False
        return not _seen_from(view, made_for).contains(QRectF(0, 0, view.width, view.height))

    def compose(self, view: View) -> None:
        """Make the picture anew for this view from what is there and order what is missing."""
        wide = view.resized(view.width + 2 * MARGIN_PX, view.height + 2 * MARGIN_PX)
        tiles, blocks = tiles_for(wide, 0), blocks_for(wide, 0)
        picture = self._canvas(QSize(wide.width, wide.height) * self._ratio)
        painter = QPainter(picture)
        if not all(key in self._tiles for key in tiles):
            self._backdrop(painter, wide)
        for key in tiles:
            self._draw_tile(painter, wide, key)
        for block in blocks:
            self._draw_names(painter, wide, block)
        painter.end()
        self._picture, self._spare = picture, self._picture
        self._picture_view = wide
        self._order(tiles, blocks)

    def set_some_names(self, seconds: float) -> bool:
        """Draw letters for about this long; True while there are more to draw."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if self._setting is None:
                if not self._unset:
                    return False
                self._setting = self._set_block(self._unset.popleft())
            if next(self._setting, self) is self:
                self._setting = None
        return True

    def _canvas(self, size: QSize) -> QPixmap:
        """The picture before last, painted over: a new one each time would tear the heap to pieces."""
        if self._spare.size() != size or self._spare.devicePixelRatio() != self._ratio:
            self._spare = QPixmap(size)
            self._spare.setDevicePixelRatio(self._ratio)
        return self._spare

    def _backdrop(self, painter: QPainter, wide: View) -> None:
        painter.fillRect(QRect(0, 0, wide.width, wide.height), QColor(self._palette.map.land))
        if self._picture_view is not None:
            target = _seen_from(wide, self._picture_view)
            painter.drawPixmap(target, self._picture, QRectF(self._picture.rect()))

    def _draw_tile(self, painter: QPainter, wide: View, key: TileKey) -> None:
        tile = self._tiles.get(key)
        if tile is None:
            return
        self._tiles.move_to_end(key)
        west, north, east, south = key.box
        corner = _whole(QPointF(*wide.screen_of(west, north)), self._ratio)
        if abs(key.zoom - wide.zoom) < 1e-9:
            painter.drawPixmap(corner, tile)
            return
        end = _whole(QPointF(*wide.screen_of(east, south)), self._ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(QRectF(corner, end), tile, QRectF(tile.rect()))

    def _draw_names(self, painter: QPainter, wide: View, key: BlockKey) -> None:
        names = self._names.get(key)
        if names is None:
            return
        corner = _whole(QPointF(*wide.screen_of(*key.box[:2])), self._ratio)
        painter.translate(corner)
        for placed in (names.halos, names.letters):
            for at, picture in placed:
                painter.drawPixmap(at, picture)
        painter.translate(-corner)

    def _set_block(self, key: BlockKey) -> Iterator[None]:
        """Draws the letters of a block label by label."""
        block = View(0, 0, key.zoom, 0, 0)
        west, north, _, _ = key.box
        names = _Names()
        for label in self._blocks.get(key, ()):
            yield
            if label.dot is not None:
                dot = dot_picture(label.style, self._palette.map, self._ratio)
                x, y = (label.dot[0] - west) / block.scale, (label.dot[1] - north) / block.scale
                names.halos.append(self._centred(dot, x, y))
            for glyph in label.glyphs:
                x, y = (glyph.x - west) / block.scale, (glyph.y - north) / block.scale
                for placed, halo in ((names.halos, True), (names.letters, False)):
                    picture = self._letters.picture(glyph.text, label.style, glyph.turn_deg, halo=halo)
                    placed.append(self._centred(picture, x, y))
        self._names[key] = names
        if not self._unset:
            self._on_change()

    def _centred(self, picture: QPixmap, x: float, y: float) -> Placed:
        half = picture.deviceIndependentSize() / 2
        return _whole(QPointF(x - half.width(), y - half.height()), self._ratio), picture

    def _order(self, tiles: Sequence[TileKey], blocks: Sequence[BlockKey]) -> None:
        missing_tiles = [key for key in tiles if key not in self._tiles]
        missing_blocks = [key for key in blocks if key not in self._blocks]
        self._unset = deque(key for key in blocks if key in self._blocks and key not in self._names)
        self._needed = len(tiles)
        if self._cartographer is None:
            self._complete = True
            return
        self._complete = not (missing_tiles or missing_blocks or self._unset or self._setting)
        if self._complete:
            missing_tiles = self._next_zooms()
        elif self._unset:
            self._on_change()
        self._cartographer.want(missing_tiles, missing_blocks, self._palette.name, self._ratio)

    def _next_zooms(self) -> list[TileKey]:
        """What one notch of the wheel would need, as far as there is room for it: made while idle."""
        view = self._picture_view
        assert view is not None
        window = view.resized(view.width - 2 * MARGIN_PX, view.height - 2 * MARGIN_PX)
        middle = window.width / 2, window.height / 2
        wishes = [tiles_for(window.zoomed(step, *middle), 0) for step in (-0.5, 0.5)]
        room = self._tiles_max() - self._needed
        return [key for keys in wishes for key in keys if key not in self._tiles][:room]

    def _tiles_max(self) -> int:
        """Tiles that are kept; never less than two windows full, whatever they weigh."""
        side = round(TILE_PX * self._ratio)
        return max(TILE_BYTES_MAX // (side * side * 4), 2 * self._needed)

    def _take_tile(self, key: TileKey, path: str) -> None:
        picture = QPixmap(path)
        if picture.isNull():
            return
        picture.setDevicePixelRatio(self._ratio)
        self._tiles[key] = picture
        while len(self._tiles) > self._tiles_max():
            self._tiles.popitem(last=False)
        if not self._complete:
            self._on_change()

    def _take_block(self, key: BlockKey, labels: list[Label]) -> None:
        self._blocks[key] = labels
        self._unset.append(key)
        if len(self._blocks) > BLOCKS_MAX:
            gone, _ = self._blocks.popitem(last=False)
            self._names.pop(gone, None)
        self._on_change()


def _seen_from(view: View, other: View) -> QRectF:
    """Where the other view's ground lies in this view, logical pixels."""
    west, north, east, south = other.world_box()
    left, top = view.screen_of(west, north)
    right, bottom = view.screen_of(east, south)
    return QRectF(left, top, right - left, bottom - top)


def _whole(at: QPointF, ratio: float) -> QPointF:
    """The nearest point that falls on whole device pixels: pictures stay sharp and seamless."""
    return QPointF(round(at.x() * ratio) / ratio, round(at.y() * ratio) / ratio)
