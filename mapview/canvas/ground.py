"""The base layer in the window: one finished picture of tiles and names, moved and scaled until a better
one is ready.

The picture is larger than the window, so that dragging costs one copy a frame. Missing tiles show the
old picture underneath; nothing here reads the city file or waits for anybody.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap

from mapview.canvas.lettering import Letters
from mapview.canvas.palette import Palette
from mapview.canvas.sheets import TILE_PX, BlockKey, Cartographer, Label, TileKey, blocks_for, tiles_for
from mapview.canvas.style import LETTERING
from mapview.canvas.view import View

MARGIN_PX: Final = 256
TILE_BYTES_MAX: Final = 64 << 20
BLOCKS_MAX: Final = 64
DOT_PX: Final = 3.0


class Ground:
    """The base map of one canvas. `on_change` is called when a better picture can be composed."""

    def __init__(
        self, cartographer: Cartographer | None, palette: Palette, ratio: float, on_change: Callable[[], None]
    ) -> None:
        self._cartographer = cartographer
        self._on_change = on_change
        self._tiles: OrderedDict[TileKey, QPixmap] = OrderedDict()
        self._blocks: OrderedDict[BlockKey, list[Label]] = OrderedDict()
        self._picture = QPixmap()
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
        self._complete = False
        self._picture_view = None

    @property
    def is_complete(self) -> bool:
        """True when the last picture had every tile and every name it wanted."""
        return self._complete

    def paint(self, painter: QPainter, view: View) -> None:
        """Show the ground as well as it is known, at once."""
        made_for = self._picture_view
        if made_for is None:
            painter.fillRect(QRect(0, 0, view.width, view.height), QColor(self._palette.map.land))
            return
        target = _seen_from(view, made_for)
        if made_for.zoom == view.zoom:
            painter.drawPixmap(_whole(target.topLeft(), self._ratio), self._picture)
        if not target.contains(QRectF(0, 0, view.width, view.height)) or made_for.zoom != view.zoom:
            painter.fillRect(QRect(0, 0, view.width, view.height), QColor(self._palette.map.land))
            painter.drawPixmap(target, self._picture, QRectF(self._picture.rect()))

    def serves(self, view: View) -> bool:
        """True while the picture covers the window at its own zoom, whole."""
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
        picture = QPixmap(round(wide.width * self._ratio), round(wide.height * self._ratio))
        picture.setDevicePixelRatio(self._ratio)
        picture.fill(QColor(self._palette.map.land))
        painter = QPainter(picture)
        self._backdrop(painter, wide)
        for key in tiles:
            self._draw_tile(painter, wide, key)
        self._letters.allow_new()
        blank = sum(not self._draw_names(painter, wide, self._blocks.get(block, [])) for block in blocks)
        painter.end()
        self._picture, self._picture_view = picture, wide
        self._order(tiles, blocks)
        if blank:
            self._complete = False
            self._on_change()

    def _backdrop(self, painter: QPainter, wide: View) -> None:
        if self._picture_view is not None and not self._picture.isNull():
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

    def _draw_names(self, painter: QPainter, wide: View, labels: list[Label]) -> bool:
        """Halos first, so that no halo eats a neighbour's letter; False if pictures are still missing."""
        drawn: list[tuple[QPointF, QPixmap]] = []
        whole = True
        for label in labels:
            halos = self._pictures(wide, label, halo=True)
            letters = self._pictures(wide, label, halo=False)
            whole = whole and halos is not None and letters is not None
            if halos is None or letters is None:
                continue
            self._draw_dot(painter, wide, label)
            for at, picture in halos:
                painter.drawPixmap(at, picture)
            drawn += letters
        for at, picture in drawn:
            painter.drawPixmap(at, picture)
        return whole

    def _pictures(self, wide: View, label: Label, *, halo: bool) -> list[tuple[QPointF, QPixmap]] | None:
        placed = []
        for glyph in label.glyphs:
            picture = self._letters.picture(glyph.text, label.style, glyph.turn_deg, halo=halo)
            if picture is None:
                return None
            x, y = wide.screen_of(glyph.x, glyph.y)
            half = picture.deviceIndependentSize() / 2
            placed.append((_whole(QPointF(x - half.width(), y - half.height()), self._ratio), picture))
        return placed

    def _draw_dot(self, painter: QPainter, wide: View, label: Label) -> None:
        if label.dot is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._palette.map.halo))
        painter.setBrush(QColor(getattr(self._palette.map, LETTERING[label.style].colour)))
        painter.drawEllipse(QPointF(*wide.screen_of(*label.dot)), DOT_PX, DOT_PX)

    def _order(self, tiles: list[TileKey], blocks: list[BlockKey]) -> None:
        missing_tiles = [key for key in tiles if key not in self._tiles]
        missing_blocks = [key for key in blocks if key not in self._blocks]
        self._needed = len(tiles)
        self._complete = self._cartographer is None or not (missing_tiles or missing_blocks)
        if self._cartographer is None:
            return
        if self._complete:
            missing_tiles = self._next_zooms()
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
        if len(self._blocks) > BLOCKS_MAX:
            self._blocks.popitem(last=False)
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
