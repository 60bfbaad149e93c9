"""The cartography as numbers: what shows from which zoom, how wide, how large. Colours are in `palette`.

Widths and sizes are logical pixels.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

STYLE_VERSION: Final = 2  # raised with every change that shows, so that old pictures are not reused

BUILDINGS_FROM_ZOOM: Final = 14.0
BUILDING_EDGES_FROM_ZOOM: Final = 16.0
PATHS_FROM_ZOOM: Final = 15.0
ROUND_CAPS_FROM_ZOOM: Final = 15.0
CASING_FROM_PX: Final = 1.6  # a thinner road has no room for an edge
CASING_PX: Final = 1.0
LINK_SHARE: Final = 0.62  # of the width of the road a link belongs to

_WIDTHS: Final[Mapping[str, Sequence[tuple[float, float]]]] = MappingProxyType(
    {
        "motorway": ((9, 1.2), (11, 2.2), (12, 3.0), (14, 5.5), (16, 12), (18, 26)),
        "trunk": ((9, 1.0), (11, 1.9), (12, 2.7), (14, 5.0), (16, 11), (18, 24)),
        "primary": ((9, 0.7), (11, 1.5), (12, 2.2), (14, 4.6), (16, 10.5), (18, 22)),
        "secondary": ((10, 0.5), (11, 0.9), (12, 1.5), (14, 3.6), (16, 9.0), (18, 19)),
        "tertiary": ((11, 0.4), (12, 0.9), (14, 2.8), (16, 7.5), (18, 16)),
        "residential": ((12, 0.35), (13, 0.8), (14, 1.7), (16, 5.5), (18, 13)),
        "service": ((14, 0.6), (15, 1.2), (16, 2.8), (18, 8)),
        "path": ((15, 0.8), (16, 1.0), (18, 2.0)),
        "waterline": ((10, 0.6), (12, 1.0), (14, 2.0), (16, 4.0), (18, 9.0)),
        "rail": ((10, 0.6), (12, 0.8), (14, 1.2), (16, 2.0), (18, 3.0)),
    }
)
ROAD_FROM_ZOOM: Final[Mapping[str, float]] = MappingProxyType(
    {
        "motorway": 8.0,
        "trunk": 8.0,
        "primary": 9.0,
        "secondary": 10.5,
        "tertiary": 11.5,
        "residential": 12.5,
        "service": 14.0,
        "path": PATHS_FROM_ZOOM,
    }
)


@dataclass(frozen=True, slots=True)
class Lettering:
    """How a kind of name is set. `colour` names a field of `palette.MapColours`."""

    size_px: float
    colour: str
    bold: bool = False
    spacing: float = 0.0  # extra space between letters, in letter sizes


LETTERING: Final[Mapping[str, Lettering]] = MappingProxyType(
    {
        "city": Lettering(21, "place_text", bold=True, spacing=0.35),
        "district": Lettering(17, "place_text", bold=True, spacing=0.3),
        "quarter": Lettering(12, "quarter_text", spacing=0.3),
        "road_major": Lettering(13, "road_text", bold=True, spacing=0.25),
        "road": Lettering(12, "road_text", spacing=0.2),
        "road_minor": Lettering(11, "road_text", spacing=0.1),
        "water": Lettering(13, "water_text", spacing=0.5),
        "green": Lettering(11, "green_text"),
        "poi": Lettering(11, "quarter_text"),
    }
)


def width_px(kind: str, zoom: float) -> float:
    """Width of a line class at a zoom; 0 where it does not show yet. Grows evenly in the logarithm."""
    table = _WIDTHS.get(kind, _WIDTHS["residential"])
    if zoom < table[0][0]:
        return 0.0
    for (low, thin), (high, thick) in itertools.pairwise(table):
        if zoom <= high:
            share = (zoom - low) / (high - low)
            return float(thin * (thick / thin) ** share)
    return float(table[-1][1])
