"""Sets the names of one block of the map: places, roads, water, important first, none overlapping.

Deterministic and bounded by the block, so that the same ground always carries the same names.
Pure sums with estimated letter widths; runs in the baker's process, needs no fonts.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from mapview.canvas import along
from mapview.canvas.room import Rect, Room
from mapview.canvas.sheets import BLOCK_PX, BlockKey, Glyph, Label, LayerSource
from mapview.canvas.style import LETTERING
from mapview.geo.layers import Feature
from mapview.geo.projection import ZOOM, IntArray

EDGE_PX: Final = 4.0
HALO_PX: Final = 2.0
APART_PX: Final = 7.0  # a calm map has air between its names
SAME_ROAD_APART_PX: Final = 260.0
SAME_PLACE_APART_PX: Final = 220.0
DOT_PX: Final = 8.0
WRAP_FROM: Final = 9  # letters of a point name on one line
WHOLE: Final[Rect] = (EDGE_PX, EDGE_PX, BLOCK_PX - EDGE_PX, BLOCK_PX - EDGE_PX)


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """When a place's name shows, in which lettering, and whether a dot marks the point."""

    style: str
    from_zoom: float
    to_zoom: float = 22.0
    dot: bool = False


# In order of importance; the rest of the importer's kinds are drawn as marks over the map.
PLACES: Final[Mapping[str, PlaceRule]] = MappingProxyType(
    {
        "city": PlaceRule("city", 9, 12.2),
        "town": PlaceRule("district", 10, 14.2),
        "suburb": PlaceRule("quarter", 11.5, 15.4),
        "quarter": PlaceRule("quarter", 12.5, 15.9),
        "village": PlaceRule("quarter", 12.5, 16.5),
        "train": PlaceRule("poi", 12.5, dot=True),
        "metro": PlaceRule("poi", 14, dot=True),
        "neighbourhood": PlaceRule("quarter", 14, 17),
        "hamlet": PlaceRule("quarter", 14, 17),
        "fire": PlaceRule("poi", 15, dot=True),
        "police": PlaceRule("poi", 15, dot=True),
        "metro_exit": PlaceRule("poi", 16.5, dot=True),
        "bus": PlaceRule("poi", 17, dot=True),
        "milestone": PlaceRule("poi", 17.5, dot=True),
        "lamp": PlaceRule("poi", 18, dot=True),
    }
)
# layer, kind ("" for all), rule
AREAS: Final = (
    ("boundary", "district", PlaceRule("district", 9.5, 13.4)),
    ("water", "", PlaceRule("water", 11)),
    ("green", "park", PlaceRule("green", 13)),
    ("campus", "", PlaceRule("poi", 14)),
    ("landuse", "residential", PlaceRule("poi", 15.5)),
    ("building", "", PlaceRule("poi", 16.5)),
)
# class, lettering, first zoom; in order of importance
ROADS: Final = (
    ("motorway", "road_major", 11.0),
    ("trunk", "road_major", 11.5),
    ("primary", "road_major", 12.5),
    ("secondary", "road", 13.5),
    ("tertiary", "road", 14.5),
    ("residential", "road_minor", 15.5),
    ("service", "road_minor", 16.5),
    ("path", "road_minor", 17.0),
)
AREA_NAME_SHARE: Final = 0.7  # of a name's width that its area must be wide

XY = tuple[float, float]


def names_of(source: LayerSource, key: BlockKey) -> list[Label]:
    """All labels of one block, in world pixels."""
    return _Block(source, key).labels()


class _Block:
    def __init__(self, source: LayerSource, key: BlockKey) -> None:
        self._source = source
        self._key = key
        self._scale = 2.0 ** (ZOOM - key.zoom)
        self._room = Room()
        self._shown: dict[str, list[XY]] = defaultdict(list)

    def labels(self) -> list[Label]:
        """Places first, then roads by class with areas in between."""
        found = list(self._places())
        found += self._areas(("boundary",))
        found += self._roads(0, 3)
        found += self._waterlines()
        found += self._areas(("water",))
        found += self._roads(3, 5)
        found += self._areas(("green", "campus"))
        found += self._roads(5, len(ROADS))
        found += self._areas(("landuse", "building"))
        return found

    def _read(self, layer: str) -> list[Feature]:
        return [
            feature for feature in self._source.read(layer, self._key.box, self._key.zoom) if feature.name
        ]

    def _points(self, part: IntArray) -> list[XY]:
        west, north, _, _ = self._key.box
        xy = (part - (west, north)) / self._scale
        return [(x, y) for x, y in xy.tolist()]

    def _places(self) -> Iterator[Label]:
        order = list(PLACES)
        places = [feature for feature in self._read("place") if feature.kind in PLACES]
        places.sort(key=lambda feature: order.index(feature.kind))
        for feature in places:
            rule = PLACES[feature.kind]
            if rule.from_zoom <= self._key.zoom <= rule.to_zoom:
                yield from self._name_at(feature.name, self._points(feature.parts[0])[0], rule)

    def _areas(self, layers: tuple[str, ...]) -> Iterator[Label]:
        for layer, kind, rule in AREAS:
            if layer in layers and rule.from_zoom <= self._key.zoom <= rule.to_zoom:
                for feature in self._read(layer):
                    if not kind or feature.kind == kind:
                        yield from self._area(feature, rule)

    def _area(self, feature: Feature, rule: PlaceRule) -> Iterator[Label]:
        ring = feature.parts[0]
        width = float(np.ptp(ring[:, 0])) / self._scale
        letters = LETTERING[rule.style]
        if width >= AREA_NAME_SHARE * along.chunk_width(feature.name[:WRAP_FROM]) * letters.size_px:
            yield from self._name_at(feature.name, self._points(_middle(ring))[0], rule)

    def _name_at(self, name: str, at: XY, rule: PlaceRule) -> Iterator[Label]:
        inside = WHOLE[0] <= at[0] <= WHOLE[2] and WHOLE[1] <= at[1] <= WHOLE[3]
        if not inside or self._is_near(name, at, SAME_PLACE_APART_PX):
            return
        lines = wrapped(name)
        size, spacing = LETTERING[rule.style].size_px, LETTERING[rule.style].spacing
        width = max(along.chunk_width(line) + spacing * (len(line) - 1) for line in lines) * size
        height = len(lines) * size * 1.25
        for middle in _positions(at, width, height, dot=rule.dot):
            rects = [_around(middle, width, height)]
            if rule.dot:
                rects.append(_around(at, DOT_PX, DOT_PX))
            if all(map(_fits, rects)) and self._room.take_if_free(_apart(rects)):
                self._shown[name].append(at)
                top = middle[1] - height / 2
                rows = [
                    (line, middle[0], top + (row + 0.5) * size * 1.25, 0) for row, line in enumerate(lines)
                ]
                yield self._label(rule.style, rows, at if rule.dot else None)
                return

    def _roads(self, first: int, end: int) -> Iterator[Label]:
        by_class: dict[str, dict[str, list[list[XY]]]] = defaultdict(lambda: defaultdict(list))
        wanted = {kind for kind, _, zoom in ROADS[first:end] if self._key.zoom >= zoom}
        for feature in self._read("road") if wanted else ():
            if feature.kind in wanted:
                by_class[feature.kind][feature.name] += [self._points(part) for part in feature.parts]
        for kind, lettering, _ in ROADS[first:end]:
            for name, parts in by_class.get(kind, {}).items():
                yield from self._line_names(name, parts, lettering)

    def _waterlines(self) -> Iterator[Label]:
        by_name: dict[str, list[list[XY]]] = defaultdict(list)
        for feature in self._read("waterline"):
            by_name[feature.name] += [self._points(part) for part in feature.parts]
        for name, parts in by_name.items():
            yield from self._line_names(name, parts, "water")

    def _line_names(self, name: str, parts: list[list[XY]], style: str) -> Iterator[Label]:
        letters = LETTERING[style]
        for line in along.joined(parts):
            for run in along.clipped(line, WHOLE):
                ways = along.settings_along(name, run, letters.size_px, letters.spacing)
                label = next(filter(None, (self._line_name(name, way, style) for way in ways)), None)
                if label is not None:
                    yield label

    def _line_name(self, name: str, way: list[along.Placed], style: str) -> Label | None:
        size = LETTERING[style].size_px + HALO_PX
        middle = way[len(way) // 2]
        at = (middle[1], middle[2])
        if self._is_near(name, at, SAME_ROAD_APART_PX):
            return None
        rects = [_around((x, y), max(along.chunk_width(text) * size, size), size) for text, x, y, _ in way]
        if not all(map(_fits, rects)) or not self._room.take_if_free(_apart(rects)):
            return None
        self._shown[name].append(at)
        return self._label(style, way, None)

    def _is_near(self, name: str, at: XY, apart: float) -> bool:
        return any(abs(at[0] - x) + abs(at[1] - y) < apart for x, y in self._shown.get(name, ()))

    def _label(self, style: str, placed: list[along.Placed], dot: XY | None) -> Label:
        glyphs = [Glyph(text, *self._world((x, y)), turn) for text, x, y, turn in placed]
        return Label(style, glyphs, None if dot is None else self._world(dot))

    def _world(self, at: XY) -> XY:
        west, north, _, _ = self._key.box
        return west + at[0] * self._scale, north + at[1] * self._scale


def wrapped(name: str) -> list[str]:
    """The name on one line, or a long one on two of about the same length."""
    if len(name) < WRAP_FROM or along.chunk_width(name) < WRAP_FROM:
        return [name]
    half = (len(name) + 1) // 2
    return [name[:half], name[half:]]


def _positions(at: XY, width: float, height: float, *, dot: bool) -> Iterator[XY]:
    """Middles of the name, best first: beside the dot, or on the point and pushed into the block."""
    x, y = at
    if not dot:
        half_w, half_h = width / 2, height / 2
        yield (
            min(max(x, WHOLE[0] + half_w), WHOLE[2] - half_w),
            min(max(y, WHOLE[1] + half_h), WHOLE[3] - half_h),
        )
        return
    beside, above = width / 2 + DOT_PX, height / 2 + DOT_PX
    yield from ((x + beside, y), (x - beside, y), (x, y + above), (x, y - above))


def _around(middle: XY, width: float, height: float) -> Rect:
    x, y = middle
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _apart(rects: list[Rect]) -> list[Rect]:
    """The rectangles of one name with half the wanted air on every side."""
    air = APART_PX / 2
    return [(left - air, top - air, right + air, bottom + air) for left, top, right, bottom in rects]


def _fits(rect: Rect) -> bool:
    return rect[0] >= 0 and rect[1] >= 0 and rect[2] <= BLOCK_PX and rect[3] <= BLOCK_PX


def _middle(ring: IntArray) -> IntArray:
    """Centre of gravity of a closed ring as one point; of its corners where it has no area."""
    origin = ring[0]
    xy = (ring - origin).astype(np.float64)
    cross = xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]
    area = cross.sum()
    if abs(area) < 1.0:
        middle = xy.mean(axis=0)
    else:
        middle = ((xy[:-1] + xy[1:]) * cross[:, None]).sum(axis=0) / (3 * area)
    at: IntArray = np.rint(middle).astype(np.int64) + origin
    return at[None, :]
