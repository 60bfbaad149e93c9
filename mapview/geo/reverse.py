"""The address of a point in words.

南岗区红旗大街与先锋路交叉口, 南岗区中山路66号附近, 香坊区红旗大街（某医院东北约80米）.
"""

import math
import sqlite3
from typing import Final, NamedTuple

from mapview.geo.districts import Districts
from mapview.geo.places import PlaceKind
from mapview.geo.projection import distance_m, metres_per_degree

CROSSING_M_MAX: Final = 40.0
DOOR_M_MAX: Final = 40.0
STREET_M_MAX: Final = 500.0
PLACE_M_MAX: Final = 300.0
AT_PLACE_M: Final = 15.0
_COMPASS: Final = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_NO_LANDMARK: Final = (PlaceKind.DISTRICT, PlaceKind.WATER, PlaceKind.AED)


class Near(NamedTuple):
    """Something near the point: its name, metres away, its point."""

    name: str
    metres: float
    lon: float
    lat: float


class ReverseLookup:
    """Reverse look-up in an open city file."""

    def __init__(self, city: sqlite3.Connection, districts: Districts) -> None:
        self._city = city
        self._districts = districts

    def address(self, lon: float, lat: float) -> str:
        """ "" where neither a street nor a place is near and no district holds the point."""
        district = self._districts.of([(lon, lat)])[0]
        crossing = self._crossing(lon, lat)
        if crossing:
            return f"{district}{crossing.name}交叉口"
        door = self._door(lon, lat)
        if door:
            return f"{district}{door.name}附近"
        street, place = self._street(lon, lat), self._place(lon, lat)
        where = _beside(place, lon, lat) if place else ""
        if street is None:
            return f"{district}{where}"
        return f"{district}{street.name}（{where}）" if where else f"{district}{street.name}"

    def _crossing(self, lon: float, lat: float) -> Near | None:
        sql = (
            "SELECT first || '与' || second, c.lon, c.lat FROM gaz_crossing_box b"
            " JOIN gaz_crossing c ON c.rowid = b.id WHERE"
        )
        return self._nearest(sql, lon, lat, CROSSING_M_MAX)

    def _door(self, lon: float, lat: float) -> Near | None:
        sql = (
            "SELECT street || written || '号', d.lon, d.lat FROM gaz_door_box b"
            " JOIN gaz_door d ON d.rowid = b.id WHERE"
        )
        return self._nearest(sql, lon, lat, DOOR_M_MAX)

    def _street(self, lon: float, lat: float) -> Near | None:
        return self._nearest("SELECT name, west, south FROM gaz_street_box b WHERE", lon, lat, STREET_M_MAX)

    def _place(self, lon: float, lat: float) -> Near | None:
        without = ", ".join(f"'{kind}'" for kind in _NO_LANDMARK)
        sql = (
            "SELECT p.name, p.lon, p.lat FROM gaz_box b JOIN gaz_place p ON p.id = b.id"
            f" WHERE p.kind NOT IN ({without}) AND"
        )
        return self._nearest(sql, lon, lat, PLACE_M_MAX)

    def _nearest(self, sql: str, lon: float, lat: float, metres_max: float) -> Near | None:
        """The nearest row of an R*Tree query within so many metres."""
        east_m, north_m = metres_per_degree(lat)
        for reach_m in (metres_max / 4, metres_max):  # a small box first: it nearly always suffices
            dx, dy = reach_m / east_m, reach_m / north_m
            box = "b.west >= ? AND b.east <= ? AND b.south >= ? AND b.north <= ?"
            rows = self._city.execute(f"{sql} {box}", (lon - dx, lon + dx, lat - dy, lat + dy)).fetchall()
            near = [Near(name, distance_m(lon, lat, x, y), x, y) for name, x, y in rows]
            best = min(near, key=lambda place: place.metres, default=None)
            if best is not None and best.metres <= reach_m:
                return best
        return None


def _beside(place: Near, lon: float, lat: float) -> str:
    if place.metres <= AT_PLACE_M:
        return place.name
    east_m, north_m = metres_per_degree(lat)
    bearing = math.degrees(math.atan2((lon - place.lon) * east_m, (lat - place.lat) * north_m))
    side = _COMPASS[round(bearing / 45) % 8]
    return f"{place.name}{side}约{max(10, round(place.metres, -1)):.0f}米"
