"""Where the vehicles are, as arrays: five thousand of them move in one sum. No Qt here.

The latest mark of each vehicle is kept; what is drawn follows from the arrays beside it.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapview.canvas.marks import VehicleMark
from mapview.canvas.palette import VEHICLE_SIGNS
from mapview.canvas.view import View
from mapview.geo.projection import pixels_of

HEADINGS: Final = 32
NO_HEADING: Final = 32
PER_FRESHNESS: Final = HEADINGS + 1
FRESH, STALE, LOST = 0, 1, 2
FRESHNESSES: Final = 3
LOOK_KEYS: Final = tuple(sign[0] for sign in VEHICLE_SIGNS)
STALE_MS: Final = 60_000
LOST_MS: Final = 180_000
# How much a state matters, least first: who shows a number where there is no room for all.
_RANK: Final = {
    key: rank
    for rank, key in enumerate(
        (
            "off_duty",
            "suspended",
            "decontaminating",
            "in_station",
            "at_hospital",
            "on_road",
            "patient_aboard",
            "on_scene",
            "departed",
            "assigned",
        )
    )
}
# Painting order is coarser: within a layer from north to south, which is also how memory likes it.
_LAYER: Final = {
    "off_duty": 0,
    "suspended": 0,
    "decontaminating": 0,
    "in_station": 1,
    "at_hospital": 1,
    "on_road": 1,
}
_LAYER_TOP: Final = 2
_LAYER_PX: Final = 1e5  # more than any window is high
_LOOKS: Final = {key: number for number, key in enumerate(LOOK_KEYS)}
_OFF_DUTY: Final = _LOOKS["off_duty"]
_LAYER_OF_LOOK: Final = np.array([_LAYER.get(key, _LAYER_TOP) for key in LOOK_KEYS], np.int64)
_RANK_OF_LOOK: Final = np.array([_RANK[key] for key in LOOK_KEYS], np.int64)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Fleet:
    """All vehicles of one map. `x`, `y`: world pixels; `taken_at`: ms since 1970; by index."""

    x: Floats
    y: Floats
    taken_at: Ints
    _heading: Ints
    _look: Ints

    def __init__(self) -> None:
        self.marks: list[VehicleMark] = []
        self.edition = 0  # changes with who is on the map, not with where they are
        self._place_of: dict[str, int] = {}
        self._clear_arrays()

    def __len__(self) -> int:
        return len(self.marks)

    def get(self, vehicle_id: str) -> VehicleMark | None:
        """The latest mark of a vehicle; None for one that is not on the map."""
        place = self._place_of.get(vehicle_id)
        return None if place is None else self.marks[place]

    def place_of(self, vehicle_id: str | None) -> int | None:
        """The index of a vehicle in the arrays, good until the next change of membership.

        None for one that is not on the map, or nowhere because its position is no number.
        """
        place = None if vehicle_id is None else self._place_of.get(vehicle_id)
        return place if place is not None and np.isfinite(self.x[place] + self.y[place]) else None

    def places_of(self, vehicle_ids: Iterable[str]) -> Ints:
        """The indices of those of the vehicles that are on the map."""
        places = (self._place_of.get(vehicle_id) for vehicle_id in vehicle_ids)
        return np.array([place for place in places if place is not None], np.int64)

    def rank_of(self, places: Ints) -> Ints:
        """How much each of these vehicles matters; more is more."""
        ranks: Ints = _RANK_OF_LOOK[self._look[places]]
        return ranks

    def world_of(self, vehicle_id: str) -> tuple[float, float] | None:
        """World pixels of a vehicle; None for one that is not on the map."""
        place = self.place_of(vehicle_id)
        return None if place is None else (float(self.x[place]), float(self.y[place]))

    def replace(self, marks: Iterable[VehicleMark]) -> None:
        """These are all vehicles there are; the same ones in other places keep their indices."""
        marks = list(marks)
        if {mark.id for mark in marks} == self._place_of.keys():
            self.update(marks)
            return
        self.marks = []
        self.edition += 1
        self._place_of = {}
        self._clear_arrays()
        self.update(marks)

    def remove(self, vehicle_id: str) -> None:
        """Take one vehicle off the map; one that is not there is no error."""
        if vehicle_id in self._place_of:
            self.replace([mark for mark in self.marks if mark.id != vehicle_id])

    def update(self, marks: Iterable[VehicleMark]) -> None:
        """Take over newer marks; vehicles not seen before are added."""
        changed = list(marks)
        if not changed:
            return
        at = np.array(self._places_for(changed), np.int64)
        self._grow(len(self.marks))
        lon = np.array([mark.lon for mark in changed], np.float64)
        lat = np.array([mark.lat for mark in changed], np.float64)
        self.x[at], self.y[at] = pixels_of(lon, lat)
        self.taken_at[at] = [mark.at_ms for mark in changed]
        self._heading[at] = _heading_numbers([mark.heading_deg for mark in changed])
        self._look[at] = [_LOOKS.get(mark.look, _OFF_DUTY) for mark in changed]

    def freshness(self, now_ms: int) -> Ints:
        """FRESH, STALE or LOST for each vehicle. Off-duty ones do not report and do not age."""
        age = now_ms - self.taken_at
        fresh = np.where(age > LOST_MS, LOST, np.where(age > STALE_MS, STALE, FRESH))
        fresh[self._look == _OFF_DUTY] = FRESH
        return fresh

    def seen_in(self, view: View, margin_px: float) -> tuple[Ints, Floats, Floats]:
        """Indices and screen positions of the vehicles in the window and a margin.

        In painting order: those on a mission last, within a layer from north to south.
        """
        sx = (self.x - view.left) / view.scale
        sy = (self.y - view.top) / view.scale
        seen = (sx > -margin_px) & (sx < view.width + margin_px)
        seen &= (sy > -margin_px) & (sy < view.height + margin_px)
        places = np.flatnonzero(seen)
        order = np.argsort(_LAYER_OF_LOOK[self._look[places]] * _LAYER_PX + sy[places], kind="stable")
        places = places[order]
        return places, sx[places], sy[places]

    def sprite_numbers(self, places: Ints, now_ms: int) -> Ints:
        """The sprite number of each of these vehicles."""
        fresh = self.freshness(now_ms)[places]
        numbers: Ints = (self._look[places] * FRESHNESSES + fresh) * PER_FRESHNESS + self._heading[places]
        return numbers  # see sprites.py

    def _places_for(self, changed: list[VehicleMark]) -> list[int]:
        """Keep the marks and tell their indices; new vehicles get the next ones."""
        places, known, kept = [], self._place_of, self.marks
        for mark in changed:
            place = known.get(mark.id)
            if place is None:
                place = known[mark.id] = len(kept)
                kept.append(mark)
            else:
                kept[place] = mark
            places.append(place)
        return places

    def _clear_arrays(self) -> None:
        self.x = np.empty(0)
        self.y = np.empty(0)
        self.taken_at = np.empty(0, np.int64)
        self._heading = np.empty(0, np.int64)
        self._look = np.empty(0, np.int64)

    def _grow(self, count: int) -> None:
        more = count - len(self.x)
        if more <= 0:
            return
        self.edition += 1
        self.x = np.append(self.x, np.zeros(more))
        self.y = np.append(self.y, np.zeros(more))
        self.taken_at = np.append(self.taken_at, np.zeros(more, np.int64))
        self._heading = np.append(self._heading, np.full(more, NO_HEADING, np.int64))
        self._look = np.append(self._look, np.full(more, _OFF_DUTY, np.int64))


def _heading_numbers(headings_deg: list[float | None]) -> Ints:
    degrees = np.array(headings_deg, np.float64)  # None becomes NaN
    unknown = ~np.isfinite(degrees)
    degrees[unknown] = 0.0
    numbers = np.rint(degrees * (HEADINGS / 360)).astype(np.int64) % HEADINGS
    numbers[unknown] = NO_HEADING
    return numbers
