"""OpenStreetMap tags -> layer, class, first zoom and flags. Pure tables; nothing else knows tag names
of drawn things.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from mapview.geo import city_schema


class Tags(Protocol):
    """What both a dict and pyosmium's tag list can do."""

    def get(self, key: str, default: str = ..., /) -> str | None: ...


class Look(NamedTuple):
    """How a thing is drawn. `minzoom` None: from the size of its box (areas)."""

    layer: str
    kind: str
    minzoom: int | None = None
    flags: int = 0


_HIGHWAY: Final = {
    "motorway": ("motorway", 7),
    "trunk": ("trunk", 8),
    "primary": ("primary", 9),
    "secondary": ("secondary", 11),
    "tertiary": ("tertiary", 12),
    "unclassified": ("residential", 13),
    "residential": ("residential", 13),
    "living_street": ("service", 14),
    "road": ("service", 14),
    "service": ("service", 14),
    "pedestrian": ("path", 14),
    "footway": ("path", 15),
    "path": ("path", 15),
    "cycleway": ("path", 15),
    "track": ("path", 15),
    "steps": ("path", 16),
}
_LINK_ZOOM: Final = 2  # links appear this much later than their road
_RAIL: Final = {"rail": 10, "light_rail": 12, "subway": 12, "monorail": 12, "tram": 13, "narrow_gauge": 12}
_WATERLINE: Final = {"river": 9, "canal": 12, "stream": 13, "ditch": 15, "drain": 15}

_LANDUSE: Final = {
    "residential": "residential",
    "commercial": "commercial",
    "retail": "commercial",
    "industrial": "industrial",
    "railway": "industrial",
    "construction": "industrial",
    "farmland": "farmland",
    "farmyard": "farmland",
    "orchard": "farmland",
}
_GREEN_LANDUSE: Final = {
    "forest": "wood",
    "grass": "grass",
    "meadow": "grass",
    "recreation_ground": "park",
    "village_green": "grass",
    "cemetery": "grass",
}
_GREEN_LEISURE: Final = {"park": "park", "garden": "park", "nature_reserve": "wood", "golf_course": "grass"}
_PITCH_LEISURE: Final = {"pitch": "pitch", "playground": "pitch", "stadium": "pitch", "track": "pitch"}
_GREEN_NATURAL: Final = {"wood": "wood", "scrub": "wood", "grassland": "grass", "wetland": "grass"}
_CAMPUS: Final = {
    "hospital": "hospital",
    "clinic": "hospital",
    "school": "school",
    "kindergarten": "school",
    "university": "university",
    "college": "university",
}
_BOUNDARY: Final = {"5": ("city", 6), "6": ("district", 8), "8": ("subdistrict", 12)}
_PLACE_NODES: Final = {
    "city": 6,
    "town": 10,
    "suburb": 11,
    "quarter": 12,
    "village": 12,
    "neighbourhood": 14,
    "hamlet": 14,
}


def line_look(tags: Tags) -> Look | None:
    """How an open way is drawn; None: not at all."""
    highway = tags.get("highway")
    if highway:
        return _road_look(highway, tags)
    rail = tags.get("railway")
    if rail in _RAIL:
        return Look("rail", rail, _RAIL[rail], _levels(tags))
    water = tags.get("waterway")
    if water in _WATERLINE:
        return Look("waterline", water, _WATERLINE[water], _levels(tags))
    return None


def _road_look(highway: str, tags: Tags) -> Look | None:
    base, link = highway.removesuffix("_link"), highway.endswith("_link")
    if base not in _HIGHWAY or tags.get("area") == "yes":
        return None
    kind, zoom = _HIGHWAY[base]
    flags = _levels(tags) | (city_schema.LINK if link else 0)
    round_about = tags.get("junction") == "roundabout"
    if round_about:
        flags |= city_schema.ROUNDABOUT
    if tags.get("oneway") in ("yes", "-1", "1", "true") or round_about or highway == "motorway":
        flags |= city_schema.ONEWAY
    return Look("road", kind, zoom + (_LINK_ZOOM if link else 0), flags)


def _levels(tags: Tags) -> int:
    bridge = tags.get("bridge") not in (None, "", "no")
    tunnel = tags.get("tunnel") not in (None, "", "no")
    return (city_schema.BRIDGE if bridge else 0) | (city_schema.TUNNEL if tunnel else 0)


def area_look(tags: Tags) -> Look | None:
    """How a closed way or multipolygon is drawn as an area; None: not at all."""
    for look in (_building, _water, _campus, _boundary, _green, _landuse):
        found = look(tags)
        if found is not None:
            return found
    return None


def _building(tags: Tags) -> Look | None:
    value = tags.get("building")
    if not value or value == "no":
        return None
    kind = "hospital" if value == "hospital" or tags.get("amenity") == "hospital" else "building"
    return Look("building", kind)


def _water(tags: Tags) -> Look | None:
    kind = tags.get("water") or tags.get("waterway")
    if tags.get("natural") == "water" or tags.get("landuse") in ("reservoir", "basin"):
        return Look("water", kind if kind in ("river", "lake", "pond", "canal") else "lake")
    return Look("water", "river") if tags.get("waterway") in ("riverbank", "dock") else None


def _campus(tags: Tags) -> Look | None:
    kind = _CAMPUS.get(tags.get("amenity") or "")
    return Look("campus", kind) if kind else None


def _boundary(tags: Tags) -> Look | None:
    level = _BOUNDARY.get(tags.get("admin_level") or "")
    if tags.get("boundary") != "administrative" or level is None:
        return None
    return Look("boundary", level[0], level[1])


def _green(tags: Tags) -> Look | None:
    kind = (
        _GREEN_LEISURE.get(tags.get("leisure") or "")
        or _GREEN_LANDUSE.get(tags.get("landuse") or "")
        or _GREEN_NATURAL.get(tags.get("natural") or "")
        or _PITCH_LEISURE.get(tags.get("leisure") or "")
    )
    return Look("green", kind) if kind else None


def _landuse(tags: Tags) -> Look | None:
    kind = _LANDUSE.get(tags.get("landuse") or "")
    if kind is None and tags.get("highway") == "pedestrian" and tags.get("area") == "yes":
        kind = "square"
    return Look("landuse", kind) if kind else None


def point_look(tags: Tags) -> Look | None:
    """How a node with a name is drawn as a place; None: not at all."""
    place = tags.get("place")
    if place in _PLACE_NODES:
        return Look("place", place, _PLACE_NODES[place])
    if tags.get("railway") in ("station", "halt"):
        metro = tags.get("station") == "subway" or tags.get("subway") == "yes"
        return Look("place", "metro" if metro else "train", 13 if metro else 11)
    if tags.get("railway") == "subway_entrance":
        return Look("place", "metro_exit", 16)
    return Look("place", "bus", 16) if tags.get("highway") == "bus_stop" else None


# Kinds of points of interest in the order they are tried.
_POI: Final[list[tuple[str, Callable[[Tags], bool]]]] = [
    ("hospital", lambda t: t.get("amenity") == "hospital"),
    ("station", lambda t: t.get("emergency") == "ambulance_station"),
    ("aed", lambda t: t.get("emergency") == "defibrillator"),
    ("fire", lambda t: t.get("amenity") == "fire_station"),
    ("police", lambda t: t.get("amenity") == "police"),
    ("lamp", lambda t: t.get("highway") == "street_lamp" and bool(t.get("ref"))),
    ("milestone", lambda t: t.get("highway") == "milestone"),
]


def poi_kind(tags: Tags) -> str | None:
    """The kind of point of interest, one of `city_schema.POI_KINDS`; None: none of ours."""
    return next((kind for kind, is_it in _POI if is_it(tags)), None)
