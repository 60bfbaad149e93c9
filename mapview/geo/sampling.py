"""Places of a city drawn by seed: where the callers of a drill are."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from dispatch.words import Point

_ESTATES: Final = (
    "SELECT name, lon, lat FROM gaz_place WHERE kind = 'estate' AND name GLOB '*[花苑园城里居府]*'"
)
_CROSSINGS: Final = "SELECT first, second, lon, lat FROM gaz_crossing"
_DOORS: Final = "SELECT street, number, lon, lat FROM gaz_door"


class Sample(msgspec.Struct, frozen=True):
    """A place somebody can be at. `kind`: estate, crossing or door."""

    name: str
    kind: str
    point: Point


def sample_places(city: Path, seed: int, count: int) -> list[Sample]:
    """`count` places, estates, crossings and house numbers in turn; the same seed gives the same."""
    with closing(sqlite3.connect(f"file:{city}?mode=ro", uri=True)) as db:
        estates = [Sample(name, "estate", Point(lon, lat)) for name, lon, lat in db.execute(_ESTATES)]
        crossings = [
            Sample(f"{first}与{second}", "crossing", Point(lon, lat))
            for first, second, lon, lat in db.execute(_CROSSINGS)
        ]
        doors = [
            Sample(f"{road}{number}号", "door", Point(lon, lat))
            for road, number, lon, lat in db.execute(_DOORS)
        ]
    dice = random.Random(seed)  # noqa: S311 - a drill, not a secret
    kinds = [kind for kind in (estates, doors, crossings) if kind]
    return [dice.choice(kinds[place % len(kinds)]) for place in range(count)] if kinds else []
