"""What an OSM highway means for an ambulance: class, direction of travel, may it be entered.

Speeds are those of the road class, because `maxspeed` is present on a handful of Chinese roads only.
Gates of compounds (`access=private`) open for an ambulance; a road marked `access=no` does not,
unless `emergency=yes` says so.
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Final

Tags = Mapping[str, str]


class Way(IntEnum):
    """In which direction a road may be driven, against the order of its nodes in the source."""

    BOTH = 0
    FORWARD = 1
    BACKWARD = 2


ROAD_CLASS_KMH: Final[dict[str, float]] = {
    "motorway": 90,
    "trunk": 60,
    "primary": 45,
    "secondary": 38,
    "tertiary": 32,
    "unclassified": 28,
    "road": 28,
    "residential": 22,
    "living_street": 12,
    "service": 12,
    "motorway_link": 45,
    "trunk_link": 40,
    "primary_link": 35,
    "secondary_link": 30,
    "tertiary_link": 25,
    "busway": 30,
}
"""Speed in km/h of each drivable class, lights and turns not counted (they cost extra)."""

ROAD_CLASSES: Final = tuple(ROAD_CLASS_KMH)
LINK_CLASSES: Final = frozenset(i for i, name in enumerate(ROAD_CLASSES) if name.endswith("_link"))

_TRANSLATION: Final = re.compile(
    r"(?<=[\u3400-\u9fff])(?:\s*[-/(（]\s*|\s+)[A-Za-z][A-Za-z0-9 .'-]{3,}[)）]?$"
)
_YES: Final = frozenset({"yes", "1", "true"})
_REVERSED: Final = frozenset({"-1", "reverse"})
_CLOSED: Final = frozenset({"no"})
_ONE_WAY_JUNCTIONS: Final = frozenset({"roundabout", "circular"})
_ONE_WAY_CLASSES: Final = frozenset({"motorway", "motorway_link"})


def road_class(tags: Tags) -> int | None:
    """Index into `ROAD_CLASSES`, `None` where an ambulance cannot drive."""
    name = tags.get("highway", "")
    if name not in ROAD_CLASS_KMH or tags.get("area") == "yes" or not _may_enter(tags):
        return None
    return ROAD_CLASSES.index(name)


def _may_enter(tags: Tags) -> bool:
    if "emergency" in tags:
        return tags["emergency"] not in _CLOSED
    for key in ("motor_vehicle", "vehicle", "access"):  # the most specific tag decides
        if key in tags:
            return tags[key] not in _CLOSED
    return True


def direction(tags: Tags) -> Way:
    """Direction of travel; motorways and roundabouts are one-way without saying so."""
    if tags.get("oneway:emergency") == "no":
        return Way.BOTH
    oneway = tags.get("oneway", "")
    if oneway in _YES:
        return Way.FORWARD
    if oneway in _REVERSED:
        return Way.BACKWARD
    implied = tags.get("junction") in _ONE_WAY_JUNCTIONS or tags.get("highway") in _ONE_WAY_CLASSES
    return Way.FORWARD if implied and oneway != "no" else Way.BOTH


def road_name(tags: Tags) -> str:
    """The name a person would say; numbered roads without a name go by their number."""
    return plain_name(tags.get("name") or tags.get("name:zh") or tags.get("ref", "").split(";")[0])


def plain_name(name: str) -> str:
    """`文昌街 - Wenchang Street` is 文昌街: the translation is no part of the name."""
    return _TRANSLATION.sub("", name).strip()
