"""Districts from the boundary layer of a city file: which one a point lies in."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from mapview.geo.layers import unpack_parts
from mapview.geo.projection import IntArray, degrees_of_many

DISTRICT_CLASS: Final = "district"


@dataclass(frozen=True, slots=True)
class District:
    """A city, district or sub-district (`level`: the class of the boundary layer) in degrees."""

    name: str
    level: str
    area: shapely.Geometry


def read_boundaries(city: sqlite3.Connection) -> list[District]:
    """Every named boundary; parts of one name and level are one."""
    rows = city.execute(
        "SELECT name, class, geom FROM feat WHERE layer = 'boundary' AND name <> '' ORDER BY id"
    ).fetchall()
    parts: dict[tuple[str, str], list[shapely.Polygon]] = {}
    for name, level, geom in rows:
        rings = [_ring(part) for part in unpack_parts(geom)]
        if all(len(ring) > 3 for ring in rings):
            parts.setdefault((name, level), []).append(shapely.Polygon(rings[0], rings[1:]))
    return [
        District(name, level, shapely.union_all(shapely.make_valid(own)))  # a ring may cross itself
        for (name, level), own in parts.items()
    ]


def _ring(pixels: IntArray) -> list[tuple[float, float]]:
    lon, lat = degrees_of_many(pixels[:, 0].astype(np.float64), pixels[:, 1].astype(np.float64))
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


class Districts:
    """Which 区县 points lie in."""

    def __init__(self, boundaries: Sequence[District]) -> None:
        self._own = [boundary for boundary in boundaries if boundary.level == DISTRICT_CLASS]
        for boundary in self._own:
            shapely.prepare(boundary.area)

    @property
    def names(self) -> list[str]:
        return [boundary.name for boundary in self._own]

    def of(self, points: Sequence[tuple[float, float]]) -> list[str]:
        """The district of each point (lon, lat) in degrees, "" outside all of them."""
        found = np.full(len(points), "", dtype=object)
        lon, lat = np.array(points, np.float64).reshape(-1, 2).T
        for boundary in self._own:
            found[np.asarray(shapely.contains_xy(boundary.area, lon, lat))] = boundary.name
        return [str(name) for name in found]
