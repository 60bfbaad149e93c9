"""The track of the vehicles: apart from the journal, thinned to one point in 10 s or 50 m.

Thinning is pure; the writer stores what is left in its idle moments, never before a command.
"""

import math

from sqlalchemy import Connection, func, select

from store.core.wire import DEGREE_E6, FROM_MEMORY, Position
from store.db.rows import insert
from store.db.tables import TRACK

KEPT_MS = 10_000
KEPT_M = 50.0
M_PER_DEGREE = 111_195.0
DAY_MS = 24 * 3_600_000
TRACK_KEPT_MS = 365 * DAY_MS


class Thinner:
    """Remembers the last kept point of each vehicle, and of what its terminal had kept itself."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], Position] = {}

    def keep(self, position: Position) -> bool:
        """True when the point has to be stored: 10 s or 50 m from the last one."""
        series = (position.vehicle_id, position.flags & FROM_MEMORY)
        last = self._kept.get(series)
        far = last is None or position.at - last.at >= KEPT_MS or distance_m(last, position) >= KEPT_M
        if far and (last is None or position.at > last.at):
            self._kept[series] = position
            return True
        return False


def distance_m(a: Position, b: Position) -> float:
    """Metres between two near points."""
    north = (b.lat_e6 - a.lat_e6) / DEGREE_E6 * M_PER_DEGREE
    east = (b.lon_e6 - a.lon_e6) / DEGREE_E6 * M_PER_DEGREE * math.cos(math.radians(a.lat_e6 / DEGREE_E6))
    return math.hypot(north, east)


def write_track(connection: Connection, positions: list[Position]) -> None:
    """Store thinned points; a point already there stays."""
    names = Position.__struct_fields__
    rows = [{name: getattr(position, name) for name in names} for position in positions]
    connection.execute(insert(connection, TRACK).on_conflict_do_nothing(), rows)


def forget_track(connection: Connection, now_ms: int, after: str) -> str:
    """Delete what the next vehicle after `after` left too long ago, a day of it at most; the vehicle.

    Once a second this is as much as comes in, a range of the primary key and never a day of the whole fleet.
    "" after the last vehicle.
    """
    vehicle: str | None = connection.execute(
        select(func.min(TRACK.c.vehicle_id)).where(TRACK.c.vehicle_id > after)
    ).scalar()
    if vehicle is None:
        return ""
    of_vehicle = TRACK.c.vehicle_id == vehicle
    oldest: int = connection.execute(select(func.min(TRACK.c.at)).where(of_vehicle)).scalar_one()
    if oldest < now_ms - TRACK_KEPT_MS:
        until = min(now_ms - TRACK_KEPT_MS, oldest + DAY_MS)
        connection.execute(TRACK.delete().where(of_vehicle, TRACK.c.at < until))
    return vehicle
