"""Draws one base tile from the layer store: grounds, water, buildings, railways, roads. No text.

One polygon or line a call and one pen a class: many times faster than one large path. Runs in the
baker's process; needs no application object because nothing here is text.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from mapview.canvas import style
from mapview.canvas.palette import MapColours
from mapview.canvas.sheets import TILE_PX, LayerSource, TileKey
from mapview.geo.city_schema import BRIDGE, LINK, ROAD_CLASSES, TUNNEL
from mapview.geo.layers import Box, Feature
from mapview.geo.projection import ZOOM, FloatArray, IntArray

BLEED_PX: Final = 16  # roads of the neighbours reach in with half their width
SAME_POINT_PX: Final = 0.35  # closer points draw the same line
FEW_POINTS: Final = 16
BOUNDARY_FROM_ZOOM: Final = 10.0

Line = list[QPointF]
_WITHOUT_PEN: Final = QPen(Qt.PenStyle.NoPen)


class TilePainter:
    """Paints tiles of one theme for one device pixel ratio."""

    def __init__(self, source: LayerSource, colours: MapColours, ratio: float) -> None:
        self._source = source
        self._colours = colours
        self._ratio = ratio
        self._painter = QPainter()
        self._key = TileKey(0, 0, 0)

    def paint(self, key: TileKey) -> QImage:
        """The finished tile, 512 logical pixels square."""
        side = round(TILE_PX * self._ratio)
        image = QImage(side, side, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self._ratio)
        image.fill(QColor(self._colours.land))
        self._key = key
        self._painter.begin(image)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            for step in self._steps():
                step()
        finally:
            self._painter.end()
        return image

    def _steps(self) -> tuple[Callable[[], None], ...]:
        return (
            self._grounds,
            self._waterlines,
            self._buildings,
            self._boundaries,
            self._rails,
            self._roads,
        )

    def _read(self, layer: str) -> list[Feature]:
        west, north, east, south = self._key.box
        bleed = BLEED_PX * (east - west) / TILE_PX
        return self._source.read(layer, _grown((west, north, east, south), bleed), self._key.zoom)

    def _line(self, part: IntArray) -> Line:
        """The part in tile pixels without points that would fall together."""
        west, north, _, _ = self._key.box
        per_px = 2.0 ** (ZOOM - self._key.zoom)
        if len(part) < FEW_POINTS:  # most are houses: an array sum costs more than the points
            return [QPointF((x - west) / per_px, (y - north) / per_px) for x, y in part.tolist()]
        return [QPointF(x, y) for x, y in thinned((part - (west, north)) / per_px).tolist()]

    def _grounds(self) -> None:
        colours = self._colours
        grounds: tuple[tuple[str, Callable[[str], str]], ...] = (
            ("landuse", lambda kind: colours.landuse.get(kind, colours.landuse[""])),
            ("green", lambda _: colours.green),
            ("campus", lambda kind: colours.campus.get(kind, colours.campus[""])),
            ("water", lambda _: colours.water),
        )
        self._painter.setPen(_WITHOUT_PEN)
        for layer, colour_of in grounds:
            for feature in self._read(layer):
                self._painter.setBrush(QColor(colour_of(feature.kind)))
                self._area(feature)

    def _area(self, feature: Feature) -> None:
        if len(feature.parts) == 1:
            self._painter.drawPolygon(QPolygonF(self._line(feature.parts[0])))
            return
        path = QPainterPath()  # odd-even filling leaves the holes open
        for part in feature.parts:
            path.addPolygon(QPolygonF(self._line(part)))
        self._painter.drawPath(path)

    def _waterlines(self) -> None:
        self._pen(self._colours.waterline, style.width_px("waterline", self._key.zoom))
        for feature in self._read("waterline"):
            if not feature.flags & TUNNEL:
                self._polylines(feature)

    def _buildings(self) -> None:
        if self._key.zoom < style.BUILDINGS_FROM_ZOOM:
            return
        edged = self._key.zoom >= style.BUILDING_EDGES_FROM_ZOOM
        self._painter.setPen(_thin(self._colours.building_edge) if edged else _WITHOUT_PEN)
        self._painter.setBrush(QColor(self._colours.building))
        for feature in self._read("building"):
            self._area(feature)

    def _boundaries(self) -> None:
        if self._key.zoom < BOUNDARY_FROM_ZOOM:
            return
        pen = _thin(self._colours.rail)
        pen.setDashPattern([6, 4, 1, 4])
        self._painter.setPen(pen)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        for feature in self._read("boundary"):
            self._polylines(feature)

    def _rails(self) -> None:
        width = style.width_px("rail", self._key.zoom)
        for feature in self._read("rail"):
            self._pen(self._colours.rail, width)
            if feature.flags & TUNNEL:
                self._dash(self._colours.rail, width * 0.7)
            self._polylines(feature)

    def _roads(self) -> None:
        zoom = self._key.zoom
        features = [f for f in self._read("road") if zoom >= style.ROAD_FROM_ZOOM.get(f.kind, 14.0)]
        features.sort(key=_paint_rank)
        lines = [(feature, [self._line(part) for part in feature.parts]) for feature in features]
        self._road_pass([pair for pair in lines if pair[0].flags & TUNNEL])
        self._road_pass([pair for pair in lines if not pair[0].flags & (TUNNEL | BRIDGE)])
        self._road_pass([pair for pair in lines if pair[0].flags & BRIDGE])

    def _road_pass(self, roads: list[tuple[Feature, list[Line]]]) -> None:
        """All edges below all surfaces, so that crossings are open."""
        for feature, lines in roads:
            self._road(feature, lines, edge=True)
        for feature, lines in roads:
            self._road(feature, lines, edge=False)

    def _road(self, feature: Feature, lines: list[Line], *, edge: bool) -> None:
        width = style.width_px(feature.kind, self._key.zoom)
        width *= style.LINK_SHARE if feature.flags & LINK else 1.0
        colours = self._colours.road_case if edge else self._colours.road_fill
        colour = colours.get(feature.kind, colours[""])
        thin = width < style.CASING_FROM_PX
        if width <= 0 or (edge and (thin or feature.kind == "path")):
            return
        if feature.kind == "path":
            self._dash(self._colours.road_case[""], width)
        elif thin:
            self._pen(self._thin_colour(feature.kind), max(width, 0.6))
        else:
            self._pen(colour, width + (2 * style.CASING_PX if edge else 0.0))
            if edge and feature.flags & TUNNEL:
                self._dash(colour, width + 2 * style.CASING_PX)
        for line in lines:
            self._painter.drawPolyline(line)

    def _thin_colour(self, kind: str) -> str:
        """Hair lines take the colour that shows against the land: edge by day, surface by night."""
        bright = QColor(self._colours.land).lightness() > 128
        colours = self._colours.road_case if bright else self._colours.road_fill
        return colours.get(kind, colours[""])

    def _polylines(self, feature: Feature) -> None:
        for part in feature.parts:
            self._painter.drawPolyline(self._line(part))

    def _pen(self, colour: str, width: float) -> None:
        round_ends = self._key.zoom >= style.ROUND_CAPS_FROM_ZOOM
        cap = Qt.PenCapStyle.RoundCap if round_ends else Qt.PenCapStyle.FlatCap
        join = Qt.PenJoinStyle.RoundJoin if round_ends else Qt.PenJoinStyle.BevelJoin
        self._painter.setPen(QPen(QBrush(QColor(colour)), width, Qt.PenStyle.SolidLine, cap, join))

    def _dash(self, colour: str, width: float) -> None:
        pen = QPen(QBrush(QColor(colour)), width, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([3.0, 2.0])
        self._painter.setPen(pen)


def thinned(points: FloatArray) -> FloatArray:
    """The points without those that fall on their neighbour; the first and the last stay."""
    if len(points) < 4:
        return points
    cells = np.round(points / SAME_POINT_PX)
    keep = np.empty(len(points), bool)
    keep[0] = keep[-1] = True
    keep[1:-1] = (cells[1:-1] != cells[:-2]).any(axis=1)
    return points[keep]


def _grown(box: Box, by: float) -> Box:
    west, north, east, south = box
    return west - by, north - by, east + by, south + by


def _thin(colour: str) -> QPen:
    pen = QPen(QColor(colour), 1.0)
    pen.setCosmetic(True)
    return pen


def _paint_rank(feature: Feature) -> int:
    """Small roads first; an unknown class is the smallest."""
    try:
        return len(ROAD_CLASSES) - ROAD_CLASSES.index(feature.kind)
    except ValueError:
        return 0
