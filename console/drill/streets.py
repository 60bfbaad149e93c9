"""Routes of the simulated ambulances over the real roads of the city file (`radio.ports.Roads`)."""

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from mapview.geo.eta import EtaField, RoadNetwork
from mapview.geo.road_graph import load_graph
from mapview.geo.straight_line import straight_line
from radio.ports import Leg, Point

KMH = 3.6
SPEED_KMH_MIN = 5.0


class Streets:
    """One search a route, on a thread of its own so that the terminals' links never wait for it."""

    def __init__(self, city: Path, hospitals: Sequence[Point]) -> None:
        with closing(sqlite3.connect(f"file:{city}?mode=ro", uri=True)) as db:
            self._network = RoadNetwork(load_graph(db))
        self._hospitals = hospitals
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="routes")

    async def route(self, start: Point, end: Point) -> Sequence[Leg]:
        """Legs along the roads; a straight line where no road leads there."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._search, start, end)

    async def hospital(self, near: Point) -> Point:
        """The nearest hospital as the crow flies: crews have their own mind."""
        return min(self._hospitals, key=lambda at: (at[0] - near[0]) ** 2 + (at[1] - near[1]) ** 2)

    def _search(self, start: Point, end: Point) -> list[Leg]:
        found = EtaField(self._network, *end).route(*start)
        route = found if found is not None else straight_line(*start, *end)
        speed_kmh = max(SPEED_KMH_MIN, route.metres / max(route.seconds, 1.0) * KMH)
        legs = [Leg(lon, lat, speed_kmh) for lon, lat in route.polyline[1:]]
        return [*legs, Leg(end[0], end[1], speed_kmh)]
