"""The moving layer: vehicles and their numbers, painted every tick, and who is under the cursor.

Sprites and tags are kept pictures; which vehicles show a tag is settled five times a second, where
they are is settled every frame.
"""

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from mapview.canvas.fleet import FRESH, Fleet, Floats, Ints
from mapview.canvas.lettering import tag_picture
from mapview.canvas.palette import Palette
from mapview.canvas.room import Room
from mapview.canvas.sprites import TIERS, SpriteSheet, tier_of
from mapview.canvas.tags import chosen, tag_rect
from mapview.canvas.view import View

TAGS_EVERY_MS: Final = 200
TAGS_FROM_ZOOM: Final = 12.0
TAG_PICTURES_MAX: Final = 4_000
PICK_PX: Final = 14.0
SEEN_MARGIN_PX: Final = 24.0


class Traffic:
    """Paints a `Fleet` in one theme for one device pixel ratio."""

    def __init__(self, fleet: Fleet, palette: Palette, ratio: float) -> None:
        self._fleet = fleet
        self._palette = palette
        self._ratio = ratio
        self._sheets = [SpriteSheet(palette, tier, ratio) for tier in range(len(TIERS))]
        self._tags: dict[tuple[str, bool], QPixmap] = {}
        self._tagged: list[str] = []
        self._tagged_for: tuple[View, int, str | None] | None = None
        self._tagged_at_ms = 0
        self._painted_edition = -1
        self._places: Ints = np.empty(0, np.int64)
        self._xs: Floats = np.empty(0)
        self._ys: Floats = np.empty(0)

    @property
    def tagged(self) -> list[str]:
        """Ids of the vehicles that show their number."""
        return self._tagged

    def paint(self, painter: QPainter, view: View, now_ms: int, selected: str | None, taken: Room) -> None:
        """Draw everything that is in the window. `taken`: rectangles no tag may cover."""
        places, xs, ys = self._fleet.seen_in(view, SEEN_MARGIN_PX)
        sheet = self._sheets[tier_of(view.zoom, len(places))]
        self._places, self._xs, self._ys = places, xs, ys
        self._painted_edition = self._fleet.edition
        self._settle_tags(view, now_ms, selected, taken, sheet)
        self._paint_tags(painter, view, now_ms, sheet)
        sheet.paint(painter, self._fleet.sprite_numbers(places, now_ms), xs, ys)
        self._paint_selected(painter, view, now_ms, selected, sheet)

    def pick(self, x: float, y: float) -> str | None:
        """Id of the vehicle painted nearest to a point, the upper of equals; None if none is near.

        One sum over the last painted positions: 20 us for 5,000, cheaper than keeping a grid.
        """
        if not len(self._xs) or self._painted_edition != self._fleet.edition:
            return None  # the indices mean others now; the next frame will tell
        away = np.hypot(self._xs - x, self._ys - y)[::-1]
        nearest = int(away.argmin())
        if away[nearest] > PICK_PX:
            return None
        place = int(self._places[::-1][nearest])
        return self._fleet.marks[place].id

    def tag_rects(self, view: View) -> list[tuple[float, float, float, float]]:
        """Where the tags are in this view, logical pixels."""
        below = self._below(self._sheets[tier_of(view.zoom, len(self._places))])
        rects = []
        for mark, x, y in self._tagged_at(view):
            size = self._tag(mark, old=False).deviceIndependentSize()
            rects.append(tag_rect(x, y, size.width(), size.height(), below))
        return rects

    def _below(self, sheet: SpriteSheet) -> float:
        return sheet.radius * 1.35 + 2

    def _settle_tags(
        self, view: View, now_ms: int, selected: str | None, taken: Room, sheet: SpriteSheet
    ) -> None:
        wanted_for = (view, self._fleet.edition, selected)
        if wanted_for == self._tagged_for and 0 <= now_ms - self._tagged_at_ms < TAGS_EVERY_MS:
            return
        self._tagged_for, self._tagged_at_ms = wanted_for, now_ms
        if view.zoom < TAGS_FROM_ZOOM:
            self._tagged = []
            return
        room = taken.copy()
        size = self._tag_size()
        below = self._below(sheet)
        spot = self._fleet.place_of(selected)
        if spot is not None:
            x, y = view.screen_of(float(self._fleet.x[spot]), float(self._fleet.y[spot]))
            room.take(tag_rect(x, y, *size, below))
        first = self._by_importance(spot)
        indices = chosen(self._xs, self._ys, first, *size, below, room)
        marks = self._fleet.marks
        self._tagged = [marks[int(self._places[index])].id for index in indices]

    def _by_importance(self, selected: int | None) -> Ints:
        """Indices into the painted arrays: tag holders before others of their rank; not the selected."""
        rank = self._fleet.rank_of(self._places)
        held = np.isin(self._places, self._fleet.places_of(self._tagged))
        order = np.lexsort((self._places, ~held, -rank))
        return order if selected is None else order[self._places[order] != selected]

    def _tag_size(self) -> tuple[float, float]:
        """Room for the widest number that is in the window."""
        marks = self._fleet.marks
        longest = max((marks[place].number for place in self._places.tolist()), key=len, default="0")
        size = self._tag(longest, old=False).deviceIndependentSize()
        return size.width() + 3, size.height() + 2

    def _tagged_at(self, view: View) -> list[tuple[str, float, float]]:
        """Number and screen position of each vehicle with a tag."""
        fleet = self._fleet
        places = fleet.places_of(self._tagged)
        xs, ys = (fleet.x[places] - view.left) / view.scale, (fleet.y[places] - view.top) / view.scale
        numbers = [fleet.marks[place].number for place in places.tolist()]
        return list(zip(numbers, xs.tolist(), ys.tolist(), strict=True))

    def _paint_tags(self, painter: QPainter, view: View, now_ms: int, sheet: SpriteSheet) -> None:
        old = self._fleet.freshness(now_ms)[self._fleet.places_of(self._tagged)] != FRESH
        below = self._below(sheet)
        for (number, x, y), is_old in zip(self._tagged_at(view), old.tolist(), strict=True):
            picture = self._tag(number, old=is_old)
            painter.drawPixmap(round(x - picture.width() / self._ratio / 2), round(y + below), picture)

    def _paint_selected(
        self, painter: QPainter, view: View, now_ms: int, selected: str | None, sheet: SpriteSheet
    ) -> None:
        place = self._fleet.place_of(selected)
        if place is None:
            return
        x, y = view.screen_of(float(self._fleet.x[place]), float(self._fleet.y[place]))
        colours = self._palette.map
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((colours.halo, 5.0), (colours.selection, 2.6)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(QPointF(x, y), sheet.radius + 7, sheet.radius + 7)
        number = self._fleet.sprite_numbers(np.array([place]), now_ms)
        sheet.paint(painter, number, np.array([x]), np.array([y]))
        tag = self._selected_tag(self._fleet.marks[place].number)
        size = tag.deviceIndependentSize()
        corner = QPointF(round(x - size.width() / 2), round(y + sheet.radius + 10))
        painter.drawPixmap(corner, tag, QRectF(tag.rect()))

    def _tag(self, number: str, *, old: bool) -> QPixmap:
        key = (number, old)
        picture = self._tags.get(key)
        if picture is None:
            if len(self._tags) >= TAG_PICTURES_MAX:
                self._tags.clear()
            colours = self._palette.map
            ink = colours.tag_text_old if old else colours.tag_text
            picture = self._tags[key] = tag_picture(number, colours.tag, ink, colours.tag_edge, self._ratio)
        return picture

    def _selected_tag(self, number: str) -> QPixmap:
        colours = self._palette.map
        return tag_picture(number, colours.selection, colours.selection_ink, colours.halo, self._ratio, 13)
