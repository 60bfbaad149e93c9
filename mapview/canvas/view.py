"""Where the map looks: centre, zoom and size, and the sums between screen, world and degrees.

Immutable; every gesture gives a new View. World coordinates are the Mercator pixels at zoom 22 of
`mapview.geo.projection`; screen coordinates are logical pixels from the upper left corner.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from mapview.geo.projection import WORLD_PX, ZOOM, degrees_of, metres_per_pixel, pixel_of

ZOOM_MIN: Final = 9.0
ZOOM_MAX: Final = 19.0
FIT_ZOOM_MAX: Final = 16.0  # one point alone is shown with its neighbourhood
FIT_MARGIN_PX: Final = 60

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """World point in the middle, zoom (any fraction), widget size in logical pixels."""

    x: float
    y: float
    zoom: float
    width: int
    height: int

    @property
    def scale(self) -> float:
        """World pixels of one screen pixel."""
        return float(2.0 ** (ZOOM - self.zoom))

    @property
    def left(self) -> float:
        """World x of the left edge."""
        return self.x - self.width / 2 * self.scale

    @property
    def top(self) -> float:
        """World y of the upper edge."""
        return self.y - self.height / 2 * self.scale

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle, degrees."""
        return degrees_of(self.x, self.y)

    def world_box(self, margin_px: float = 0.0) -> Box:
        """(min x, min y, max x, max y) in world pixels, `margin_px` screen pixels wider on each side."""
        dx, dy = (self.width / 2 + margin_px) * self.scale, (self.height / 2 + margin_px) * self.scale
        return self.x - dx, self.y - dy, self.x + dx, self.y + dy

    def screen_of(self, x: float, y: float) -> tuple[float, float]:
        """Screen position of a world point."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def world_of(self, sx: float, sy: float) -> tuple[float, float]:
        """World point under a screen position."""
        return self.left + sx * self.scale, self.top + sy * self.scale

    def screen_of_degrees(self, lon: float, lat: float) -> tuple[float, float]:
        """Screen position of a WGS-84 point."""
        return self.screen_of(*pixel_of(lon, lat))

    def degrees_at(self, sx: float, sy: float) -> tuple[float, float]:
        """WGS-84 longitude and latitude under a screen position."""
        return degrees_of(*self.world_of(sx, sy))

    def metres_per_screen_px(self) -> float:
        """Ground metres of one screen pixel in the middle of the view."""
        return metres_per_pixel(self.centre[1]) * self.scale

    def panned(self, dx: float, dy: float) -> "View":
        """The view after the ground was dragged by (dx, dy) screen pixels."""
        return self.looking_at(self.x - dx * self.scale, self.y - dy * self.scale)

    def looking_at(self, x: float, y: float, zoom: float | None = None) -> "View":
        """The view with a world point in the middle; `zoom` None keeps the zoom. No place, no change."""
        if not math.isfinite(x + y):
            return self
        return replace(
            self,
            x=min(max(x, 0.0), float(WORLD_PX)),
            y=min(max(y, 0.0), float(WORLD_PX)),
            zoom=self.zoom if zoom is None else clamp_zoom(zoom),
        )

    def zoomed(self, steps: float, sx: float, sy: float) -> "View":
        """The view `steps` zooms nearer with the same ground under the screen position (sx, sy)."""
        nearer = replace(self, zoom=clamp_zoom(self.zoom + steps))
        x, y = self.world_of(sx, sy)
        shift = nearer.scale
        return nearer.looking_at(x - (sx - self.width / 2) * shift, y - (sy - self.height / 2) * shift)

    def resized(self, width: int, height: int) -> "View":
        """The view in a widget of another size; the middle stays in the middle."""
        return replace(self, width=max(width, 1), height=max(height, 1))

    def fitted(self, points: Iterable[tuple[float, float]]) -> "View":
        """The nearest view that shows every (lon, lat); no points leave the view as it is."""
        world = [pixel_of(lon, lat) for lon, lat in points if math.isfinite(lon + lat)]
        if not world:
            return self
        xs, ys = [x for x, _ in world], [y for _, y in world]
        wide = max(self.width - 2 * FIT_MARGIN_PX, 1)
        high = max(self.height - 2 * FIT_MARGIN_PX, 1)
        need = max((max(xs) - min(xs)) / wide, (max(ys) - min(ys)) / high, 1.0)
        zoom = min(ZOOM - math.log2(need), FIT_ZOOM_MAX)
        return self.looking_at((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2, zoom)


def clamp_zoom(zoom: float) -> float:
    """`zoom` within what the map draws, in whole hundredths: views that look the same are equal."""
    return round(min(max(zoom, ZOOM_MIN), ZOOM_MAX), 2)
