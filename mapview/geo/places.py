"""Kinds of places a caller may name, and what a search finds. Nothing heavy: every process may know these."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec


class PlaceKind(StrEnum):
    """Most wanted first: among equals the earlier kind is offered first."""

    ROAD = "road"
    HOSPITAL = "hospital"
    STATION = "station"
    CROSSING = "crossing"
    DOOR = "door"
    DISTRICT = "district"
    METRO = "metro"
    RAILWAY = "railway"
    SCHOOL = "school"
    ESTATE = "estate"
    VILLAGE = "village"
    BRIDGE = "bridge"
    SHOPPING = "shopping"
    HOTEL = "hotel"
    OFFICE = "office"
    CLINIC = "clinic"
    POLICE = "police"
    FIRE = "fire"
    PARK = "park"
    SIGHT = "sight"
    BUILDING = "building"
    FOOD = "food"
    AED = "aed"
    BUS_STOP = "bus_stop"
    WATER = "water"
    WORKS = "works"
    LAMP = "lamp"
    MILESTONE = "milestone"
    PLACE = "place"


KIND_RANK: Final = {kind: rank for rank, kind in enumerate(PlaceKind)}


class Matched(StrEnum):
    """How a place was found; the words are shown so that the dispatcher knows what to ask."""

    EXACT = "全称"
    CODE = "编号"
    CROSSING = "交叉口"
    DOOR = "门牌"
    PREFIX = "开头"
    PINYIN = "拼音"
    INITIALS = "首字母"
    CONTAINS = "包含"
    HOMOPHONE = "同音"
    INTERPOLATED = "门牌推算"
    NEAR_SOUND = "近音"
    LOOSE = "漏字"
    FUZZY = "近似"
    ROAD_ONLY = "仅道路"


class Found(msgspec.Struct, frozen=True):
    """A place offered to the dispatcher, WGS-84 degrees. `district` is "" where the map has none.

    `score` is higher for the better match; only its order has a meaning.
    """

    name: str
    kind: PlaceKind
    lon: float
    lat: float
    district: str
    how_matched: Matched
    score: float


_BY_TAG: Final[tuple[tuple[str, Mapping[str, PlaceKind], PlaceKind | None], ...]] = (
    # key, kinds by value, kind of every other value (None: the next key decides)
    (
        "amenity",
        {
            "hospital": PlaceKind.HOSPITAL, "clinic": PlaceKind.CLINIC, "doctors": PlaceKind.CLINIC,
            "pharmacy": PlaceKind.CLINIC, "school": PlaceKind.SCHOOL, "college": PlaceKind.SCHOOL,
            "university": PlaceKind.SCHOOL, "kindergarten": PlaceKind.SCHOOL, "police": PlaceKind.POLICE,
            "fire_station": PlaceKind.FIRE, "restaurant": PlaceKind.FOOD, "fast_food": PlaceKind.FOOD,
            "cafe": PlaceKind.FOOD, "bar": PlaceKind.FOOD, "pub": PlaceKind.FOOD,
            "bus_station": PlaceKind.BUS_STOP, "marketplace": PlaceKind.SHOPPING,
            "townhall": PlaceKind.OFFICE, "courthouse": PlaceKind.OFFICE,
        },
        PlaceKind.PLACE,
    ),
    ("healthcare", {"hospital": PlaceKind.HOSPITAL}, PlaceKind.CLINIC),
    ("railway", {"subway_entrance": PlaceKind.METRO, "station": PlaceKind.RAILWAY,
                 "halt": PlaceKind.RAILWAY}, None),
    ("highway", {"bus_stop": PlaceKind.BUS_STOP, "motorway_junction": PlaceKind.CROSSING}, None),
    ("public_transport", {"station": PlaceKind.METRO, "platform": PlaceKind.BUS_STOP}, None),
    ("shop", {}, PlaceKind.SHOPPING),
    ("tourism", {"hotel": PlaceKind.HOTEL, "hostel": PlaceKind.HOTEL, "motel": PlaceKind.HOTEL,
                 "guest_house": PlaceKind.HOTEL}, PlaceKind.SIGHT),
    ("office", {}, PlaceKind.OFFICE),
    ("place", {"village": PlaceKind.VILLAGE, "hamlet": PlaceKind.VILLAGE, "town": PlaceKind.VILLAGE,
               "suburb": PlaceKind.DISTRICT, "city": PlaceKind.DISTRICT, "district": PlaceKind.DISTRICT,
               "borough": PlaceKind.DISTRICT, "county": PlaceKind.DISTRICT,
               "square": PlaceKind.SIGHT, "island": PlaceKind.SIGHT,
               "neighbourhood": PlaceKind.ESTATE, "quarter": PlaceKind.ESTATE}, PlaceKind.PLACE),
    ("leisure", {"park": PlaceKind.PARK, "garden": PlaceKind.PARK}, PlaceKind.SIGHT),
    ("landuse", {"residential": PlaceKind.ESTATE, "industrial": PlaceKind.WORKS,
                 "commercial": PlaceKind.SHOPPING, "retail": PlaceKind.SHOPPING,
                 "construction": PlaceKind.WORKS, "education": PlaceKind.SCHOOL}, None),
    ("man_made", {"bridge": PlaceKind.BRIDGE, "works": PlaceKind.WORKS}, None),
    ("waterway", {"river": PlaceKind.WATER, "canal": PlaceKind.WATER, "stream": PlaceKind.WATER}, None),
    ("natural", {"water": PlaceKind.WATER, "beach": PlaceKind.SIGHT, "peak": PlaceKind.SIGHT}, None),
    ("historic", {}, PlaceKind.SIGHT),
    ("building", {}, PlaceKind.BUILDING),
)  # fmt: skip


def place_kind(tags: Mapping[str, str]) -> PlaceKind | None:
    """What a named OSM object is to a caller, `None` for what nobody asks the way to."""
    if tags.get("station") == "subway":
        return PlaceKind.METRO
    for key, kinds, other in _BY_TAG:
        kind = kinds.get(tags[key], other) if key in tags else None
        if kind is not None:
            return kind
    return None
