"""The city file as the windows use it: the drawing child, the licence line, and the AEDs of the public list.

A city file that is missing or cannot be read costs the map, never the window.
"""

import logging
from pathlib import Path

from msgspec import Struct

from mapview.canvas.cartographer import ChildCartographer
from mapview.canvas.marks import PlaceKind, PlaceMark
from mapview.canvas.sheets import Cartographer
from mapview.geo.errors import CityFileError
from mapview.geo.layers import LayerStore
from store.config import Config

log = logging.getLogger(__name__)


class CityMap(Struct, frozen=True):
    """`cartographer` None: there is no map to draw."""

    cartographer: Cartographer | None = None
    attribution: str = ""
    mark: str = ""
    """Which map it is, for comparing two seats: date of its source and size."""
    aeds: tuple[PlaceMark, ...] = ()


def open_city(config: Config) -> CityMap:
    """The city of the configuration; an empty one, with the reason in the log, when it cannot be used."""
    city = Path(config.map.city)
    if not city.exists():
        log.warning("no map: there is no file %s", city)
        return CityMap()
    try:
        with LayerStore(city) as layers:
            attribution = layers.metadata.attribution
            made = layers.metadata.source_date or layers.metadata.source
            mark = f"{made} {city.stat().st_size // 1024} KB"
            aeds = tuple(
                PlaceMark(f"aed-{place}", PlaceKind.AED, poi.lon, poi.lat, poi.name)
                for place, poi in enumerate(layers.pois("aed"))
            )
    except CityFileError:
        log.exception("no map: %s", city)
        return CityMap()
    return CityMap(ChildCartographer(city, Path(config.store.dir) / "tiles"), attribution, mark, aeds)
