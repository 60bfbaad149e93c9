"""A simulated ambulance and its crew, pure: takes an order, drives, presses its keys at the right moments.

    in station --order--> deciding --1--> getting ready --2--> to scene --3--> on scene --4-->
    to hospital --5--> at hospital --6--> returning (free for the next order) --7--> in station

Times of the crew are simulated seconds; `speedup` simulated seconds pass in one real second.
"""

import math
import random
from collections import deque
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from radio.ports import Leg, Point
from radio.terminal.fields import write_time
from radio.terminal.order_text import OrderTail
from radio.terminal.position import (
    ODOMETER,
    STATUS_ACC,
    STATUS_FIXED,
    STATUS_SOUTH,
    STATUS_WEST,
    LocationReport,
)

METRES_PER_DEGREE = 111_195.0
SPEED_KMH_MIN = 1.0
SPREAD = 0.2  # crews differ by this share of each time

KEY_ACCEPT, KEY_DEPART, KEY_ON_SCENE, KEY_ABOARD, KEY_HOSPITAL, KEY_COMPLETE, KEY_RETURNED = range(1, 8)


class Pace(Struct, frozen=True):
    """How long a crew takes, simulated seconds."""

    accept_s: float = 8.0
    turnout_s: float = 50.0
    on_scene_s: float = 480.0
    hand_over_s: float = 600.0


class Stage(StrEnum):
    IN_STATION = "in_station"
    DECIDING = "deciding"
    GETTING_READY = "getting_ready"
    TO_SCENE = "to_scene"
    ON_SCENE = "on_scene"
    TO_HOSPITAL = "to_hospital"
    AT_HOSPITAL = "at_hospital"
    RETURNING = "returning"


PREPARING = frozenset({Stage.DECIDING, Stage.GETTING_READY})
DRIVING = frozenset({Stage.TO_SCENE, Stage.TO_HOSPITAL, Stage.RETURNING})


class Press(Struct, frozen=True):
    """Press the key with this event id."""

    event_id: int


class Drive(Struct, frozen=True):
    """Wants a route (answer with `routed`). `end` None: to a hospital of the driver's choice."""

    start: Point
    end: Point | None


class Done(Struct, frozen=True):
    """The order is finished: the fence opens for the next one."""


Want = Press | Drive | Done


class Ambulance:
    """One vehicle. Feed it time by `step`; it answers with what it wants done."""

    def __init__(self, station: Point, pace: Pace, *, speedup: float, seed: int) -> None:
        self.here = station
        self.stage = Stage.IN_STATION
        self.odometer_m = 0.0
        self.speed_kmh = 0.0
        self.course_deg = 0.0
        self._station = station
        self._pace = pace
        self._speedup = speedup
        self._random = random.Random(seed)  # noqa: S311 crews, not secrets
        self._order: OrderTail | None = None
        self._legs: deque[Leg] | None = None  # None: the route has been asked for
        self._asked: Drive | None = None
        self._until_ms = 0
        self._stepped_ms: int | None = None

    # --- in ---------------------------------------------------------------------------------------

    def ordered(self, order: OrderTail, steady_ms: int) -> list[Want]:
        """An order the fence let through; it replaces whatever was going on."""
        if order.recall:
            return self._recalled()
        self._order = order
        self._halt()
        self._wait(Stage.DECIDING, self._pace.accept_s, steady_ms)
        return []

    def _recalled(self) -> list[Want]:
        if self._order is None:
            return []
        self._order = None
        if self.stage in PREPARING and self.here == self._station:
            self.stage = Stage.IN_STATION
            return []
        return [self._drive(Stage.RETURNING, self._station)]

    def routed(self, drive: Drive, legs: Sequence[Leg]) -> None:
        """The answer to a `Drive`; the answer to an older one is ignored."""
        if drive is self._asked:
            self._asked = None
            self._legs = deque(legs)

    # --- time -------------------------------------------------------------------------------------

    def step(self, steady_ms: int) -> list[Want]:
        """Move on to this moment; the wants in order."""
        since = steady_ms if self._stepped_ms is None else self._stepped_ms
        self._stepped_ms = steady_ms
        if self.stage in DRIVING:
            return self._roll((steady_ms - since) / 1000 * self._speedup, steady_ms)
        if self.stage != Stage.IN_STATION and steady_ms >= self._until_ms:
            return self._next(steady_ms)
        return []

    def _next(self, steady_ms: int) -> list[Want]:
        """The waiting is over."""
        order = self._order
        match self.stage:
            case Stage.DECIDING:
                self._wait(Stage.GETTING_READY, self._pace.turnout_s, steady_ms)
                return [Press(KEY_ACCEPT)]
            case Stage.GETTING_READY:
                scene = order.scene if order and order.scene else self.here
                return [Press(KEY_DEPART), self._drive(Stage.TO_SCENE, scene)]
            case Stage.ON_SCENE:
                hospital = order.hospital if order else None
                return [Press(KEY_ABOARD), self._drive(Stage.TO_HOSPITAL, hospital)]
            case _:
                self._order = None
                return [Press(KEY_COMPLETE), Done(), self._drive(Stage.RETURNING, self._station)]

    def _arrived(self, steady_ms: int) -> list[Want]:
        self._halt()
        match self.stage:
            case Stage.TO_SCENE:
                self._wait(Stage.ON_SCENE, self._pace.on_scene_s, steady_ms)
                return [Press(KEY_ON_SCENE)]
            case Stage.TO_HOSPITAL:
                self._wait(Stage.AT_HOSPITAL, self._pace.hand_over_s, steady_ms)
                return [Press(KEY_HOSPITAL)]
            case _:
                self.stage = Stage.IN_STATION
                self.here = self._station
                return [Press(KEY_RETURNED)]

    def _wait(self, stage: Stage, simulated_s: float, steady_ms: int) -> None:
        share = self._random.uniform(1 - SPREAD, 1 + SPREAD)
        self.stage = stage
        self._until_ms = steady_ms + int(simulated_s * share * 1000 / self._speedup)

    # --- driving ----------------------------------------------------------------------------------

    def _drive(self, stage: Stage, end: Point | None) -> Drive:
        self.stage = stage
        self._legs = None
        self._asked = Drive(self.here, end)
        return self._asked

    def _halt(self) -> None:
        self._legs = self._asked = None
        self.speed_kmh = 0.0

    def _roll(self, simulated_s: float, steady_ms: int) -> list[Want]:
        """Drive on along the legs for this long."""
        if self._legs is None:
            return []
        while self._legs and simulated_s > 0:
            leg = self._legs[0]
            distance = metres(self.here, (leg.lon, leg.lat))
            needed_s = distance / (max(leg.speed_kmh, SPEED_KMH_MIN) / 3.6)
            if distance > 0:
                self.course_deg = course(self.here, (leg.lon, leg.lat))
            self.speed_kmh = leg.speed_kmh
            share = min(1.0, simulated_s / needed_s) if needed_s > 0 else 1.0
            self.here = _between(self.here, (leg.lon, leg.lat), share)
            self.odometer_m += distance * share
            simulated_s -= needed_s
            if share >= 1.0:
                self._legs.popleft()
        return [] if self._legs else self._arrived(steady_ms)

    def report(self, wall_ms: int) -> LocationReport:
        """The position as the terminal would send it now."""
        lon, lat = self.here
        status = STATUS_ACC | STATUS_FIXED
        status |= STATUS_SOUTH * (lat < 0) | STATUS_WEST * (lon < 0)
        return LocationReport(
            alarm=0,
            status=status,
            lat_e6=round(abs(lat) * 1e6),
            lon_e6=round(abs(lon) * 1e6),
            altitude_m=0,
            speed_01kmh=round(self.speed_kmh * 10),
            course_deg=round(self.course_deg) % 360,
            time_bcd=write_time(wall_ms),
            tlvs=((ODOMETER, round(self.odometer_m / 100).to_bytes(4, "big")),),
        )


def metres(start: Point, end: Point) -> float:
    """Distance on the ground, good for the size of a city."""
    east, north = _offset(start, end)
    return math.hypot(east, north)


def course(start: Point, end: Point) -> float:
    """Degrees from north, clockwise, 0 to 360."""
    east, north = _offset(start, end)
    return math.degrees(math.atan2(east, north)) % 360


def _offset(start: Point, end: Point) -> Point:
    shrink = math.cos(math.radians((start[1] + end[1]) / 2))
    return (end[0] - start[0]) * METRES_PER_DEGREE * shrink, (end[1] - start[1]) * METRES_PER_DEGREE


def _between(start: Point, end: Point, share: float) -> Point:
    if share >= 1.0:
        return end
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
