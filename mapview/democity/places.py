"""Points of the demo city: stations, hospitals' doors, fire, police, metro, buses, AEDs, posts, numbers."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import shapely

from mapview.democity.dice import Dice
from mapview.democity.districts import Zones
from mapview.democity.land import Land, Plot
from mapview.democity.names import Names
from mapview.democity.network import Network
from mapview.democity.plan import GROUND, XY, Spot, Street

STATIONS: Final = 18
_FIRE: Final = 12
_POLICE: Final = 24
_AEDS: Final = 80
_MAPPED_AEDS: Final = 12
_SHOPS: Final = 260
_LAMP_STREETS: Final = 6
_LAMP_M: Final = 45.0
_NUMBER_STREETS: Final = 40
_NUMBER_M: Final = 24.0
_BUS_M: Final = 620.0
_BESIDE_M: Final = 16.0
_METRO_STEP_M: Final = 1_150.0
_METRO_NAMERS: Final = ("trunk", "primary", "secondary", "tertiary")


@dataclass(slots=True)
class Base:
    """An ambulance station."""

    code: str
    name: str
    at: XY
    hospital: str = ""


@dataclass(slots=True)
class Post:
    """A numbered post: `kind` lamp or milestone; `km` only for milestones."""

    kind: str
    code: str
    road: str
    at: XY
    km: float | None = None


@dataclass(slots=True)
class Places:
    """All points; `spots` go into the map, the rest into the lists (some into both)."""

    spots: list[Spot] = field(default_factory=list)
    bases: list[Base] = field(default_factory=list)
    hospitals: list[Plot] = field(default_factory=list)
    aeds: list[Spot] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    rails: list[tuple[list[XY], dict[str, str]]] = field(default_factory=list)


def make_places(network: Network, land: Land, zones: Zones, seed: int, names: Names) -> Places:
    """All points of the city."""
    dice = Dice(seed, "places")
    places = Places()
    places.hospitals = sorted((p for p in land.plots if p.hospital_rank >= 0), key=lambda p: p.hospital_rank)
    _add_bases(places, land, dice, zones)
    _add_services(places, land, dice, zones)
    _add_shops(places, land, dice, names)
    _add_metro(places, network)
    _add_buses(places, network, dice)
    _add_aeds(places, dice)
    _add_posts(places, network)
    _add_numbers(places, network, dice)
    _add_zone_names(places, zones)
    return places


def along(line: list[XY], step_m: float, aside_m: float = 0.0, start_m: float = 0.0) -> Iterator[XY]:
    """Points every `step_m` along a line, moved to its right by `aside_m`."""
    whole = shapely.linestrings(line)
    far = start_m or step_m / 2
    while far < whole.length:
        here, ahead = whole.interpolate(far), whole.interpolate(min(far + 2, whole.length))
        length = math.hypot(ahead.x - here.x, ahead.y - here.y) or 1.0
        right = ((ahead.y - here.y) / length, -(ahead.x - here.x) / length)
        yield float(here.x + right[0] * aside_m), float(here.y + right[1] * aside_m)
        far += step_m


def _spread(plots: list[Plot], count: int, apart_m: float, dice: Dice, taken: list[XY]) -> list[Plot]:
    """Plots far from each other and from what is taken."""
    chosen: list[Plot] = []
    for plot in dice.shuffled(plots):
        others = [*taken, *(other.at for other in chosen)]
        if len(chosen) < count and all(math.dist(plot.at, other) > apart_m for other in others):
            chosen.append(plot)
    return chosen


def _add_bases(places: Places, land: Land, dice: Dice, zones: Zones) -> None:
    for plot in places.hospitals[:8]:
        code = f"Z{len(places.bases) + 1:02d}"
        at = (plot.at[0] + 22, plot.at[1] - 18)
        places.bases.append(Base(code, f"{plot.name}急救站", at, f"H{plot.hospital_rank + 1:02d}"))
    taken = [base.at for base in places.bases]
    homes = [p for p in land.plots if p.use in ("residential", "commercial", "industrial")]
    for plot in _spread(homes, STATIONS - len(taken), 2_000, dice, taken):
        code = f"Z{len(places.bases) + 1:02d}"
        zone = next(
            (z for z in zones.zones if z.level == 8 and z.shape.contains(shapely.Point(plot.at))), None
        )
        name = zone.name.removesuffix("街道").removesuffix("镇") if zone else plot.name
        if any(base.name == f"{name}急救站" for base in places.bases):
            name += "第二"
        places.bases.append(Base(code, f"{name}急救站", plot.at))
    for base in places.bases[:4]:
        places.spots.append(Spot(base.at, {"emergency": "ambulance_station", "name": base.name}))


def _add_services(places: Places, land: Land, dice: Dice, zones: Zones) -> None:
    homes = [p for p in land.plots if p.use in ("residential", "commercial", "industrial")]
    subs = [z.name.removesuffix("街道").removesuffix("镇") for z in zones.zones if z.level == 8]
    fire = _spread(homes, _FIRE, 2_200, dice, [])
    police = _spread(homes, _POLICE, 1_300, dice, [plot.at for plot in fire])
    for number, plot in enumerate(fire):
        tags = {"amenity": "fire_station", "name": f"{subs[number]}消防救援站"}
        places.spots.append(Spot(plot.at, tags))
    for number, plot in enumerate(police):
        tags = {
            "amenity": "police",
            "name": f"{subs[number % len(subs)]}派出所",
            "phone": f"0999-2{number:02d}0110",
        }
        places.spots.append(Spot(plot.at, tags))


def _add_shops(places: Places, land: Land, dice: Dice, names: Names) -> None:
    """Named buildings people call from: malls, hotels, markets."""
    plots = [p for p in land.plots if p.use in ("commercial", "residential")]
    for _ in range(_SHOPS):
        plot = dice.pick(plots)
        name = names.house()
        kind = {"tourism": "hotel"} if name.endswith(("宾馆", "酒店")) else {"shop": "mall"}
        at = (plot.at[0] + dice.between(-25, 25), plot.at[1] + dice.between(-25, 25))
        places.spots.append(Spot(at, {**kind, "name": name}))


def _add_metro(places: Places, network: Network) -> None:
    """Three lines under main roads, stations named after the nearest cross street, exits A to D."""
    used: set[str] = set()
    for number, road in enumerate(("中央大街", "人民中路", "中环路"), start=1):
        line = next(s.line for s in network.streets if s.name == road and s.level == GROUND)
        tags = {"railway": "subway", "tunnel": "yes", "layer": "-2", "name": f"地铁{number}号线"}
        places.rails.append((line, tags))
        step = _METRO_STEP_M * (1.6 if number == 3 else 1.0)
        for at in along(line, step):
            name = _nearest_name(network, at, road)
            if name in used:
                continue
            used.add(name)
            places.spots.append(
                Spot(at, {"railway": "station", "station": "subway", "subway": "yes", "name": name})
            )
            for letter, (dx, dy) in zip("ABCD", ((45, 40), (-45, 40), (-45, -40), (45, -40)), strict=True):
                door = {"railway": "subway_entrance", "ref": letter, "name": f"{name}{letter}口"}
                places.spots.append(Spot((at[0] + dx, at[1] + dy), door))


def _nearest_name(network: Network, at: XY, not_this: str) -> str:
    best = min(
        (s for s in network.streets if s.kind in _METRO_NAMERS and s.name != not_this and s.level == GROUND),
        key=lambda s: min(math.dist(at, p) for p in s.line[:: max(1, len(s.line) // 8)]),
    )
    return best.name


def _add_buses(places: Places, network: Network, dice: Dice) -> None:
    crossing_name: dict[int, str] = {}
    for node in network.crossings():
        for number in network.users[node]:
            crossing_name.setdefault(node, network.streets[number].name)
    for street, path in zip(network.streets, network.paths, strict=True):
        if street.kind not in ("primary", "secondary") or street.level != GROUND:
            continue
        gone = dice.between(-_BUS_M, 0)
        for here, there in pairwise(path):
            gone += math.dist(network.points[here], network.points[there])
            name = crossing_name.get(there, "")
            if gone > _BUS_M and name and name != street.name:
                gone = 0.0
                x, y = network.points[there]
                tags = {"highway": "bus_stop", "name": f"{street.name}{name}"}
                places.spots.append(Spot((x + 14, y - 14), tags))


def _add_aeds(places: Places, dice: Dice) -> None:
    public = [s for s in places.spots if s.tags.get("station") == "subway" or "shop" in s.tags]
    for number, spot in enumerate(dice.shuffled(public)[:_AEDS]):
        tags = {
            "emergency": "defibrillator",
            "ref": f"AED{number + 1:03d}",
            "name": f"{spot.tags['name']}AED",
        }
        places.aeds.append(Spot((spot.at[0] + 6, spot.at[1] + 4), tags))
    places.spots += places.aeds[:_MAPPED_AEDS]


def _add_posts(places: Places, network: Network) -> None:
    lit = [s for s in network.streets if s.kind in ("primary", "trunk") and s.level == GROUND and s.oneway]
    for number, street in enumerate(lit[: _LAMP_STREETS * 2 : 2]):
        for count, at in enumerate(along(street.line, _LAMP_M, _BESIDE_M), start=1):
            places.posts.append(Post("lamp", f"LD{number + 1:02d}-{count:03d}", street.name, at))
    for carriageway in (s for s in network.streets if s.name == "绕城高速公路"):
        side = "外环" if carriageway.line[1][1] > carriageway.line[0][1] else "内环"
        for km, at in enumerate(along(carriageway.line, 1_000, 13, start_m=1)):
            places.posts.append(Post("milestone", f"G1201 {side} K{km}", carriageway.name, at, float(km)))
    for post in places.posts[::40]:
        kind = {"highway": "street_lamp"} if post.kind == "lamp" else {"highway": "milestone"}
        places.spots.append(Spot(post.at, {**kind, "ref": post.code}))


def _add_numbers(places: Places, network: Network, dice: Dice) -> None:
    """House numbers on some streets: odd on the left, even on the right, from one end."""
    fit = [
        s
        for s in network.streets
        if s.kind in ("tertiary", "residential", "secondary") and s.name and not s.oneway
    ]
    for street in dice.shuffled(fit)[:_NUMBER_STREETS]:
        for side, first in ((-1, 1), (1, 2)):
            for count, at in enumerate(along(street.line, _NUMBER_M, side * _BESIDE_M)):
                tags = {"addr:street": street.name, "addr:housenumber": f"{first + 2 * count}号"}
                places.spots.append(Spot(at, tags))


def _add_zone_names(places: Places, zones: Zones) -> None:
    places.spots.append(Spot((0.0, 350.0), {"place": "city", "name": "铃江市"}))
    for zone in zones.zones:
        if zone.level == 8:
            kind = "town" if zone.name.endswith("镇") else "suburb"
            name = zone.name.removesuffix("街道").removesuffix("镇")
            at = (float(zone.shape.centroid.x), float(zone.shape.centroid.y))
            places.spots.append(Spot(at, {"place": kind, "name": name}))


def island_streets(island: list[XY]) -> list[Street]:
    """Roads on the river island: joined to each other and to nothing else; a ferry serves them."""
    shape = shapely.polygons(island).buffer(-45)
    ring = [(float(x), float(y)) for x, y in shape.exterior.simplify(6).coords]
    west, _, east, _ = shape.bounds
    out = [Street(ring, "residential", "白鹭洲环路")]
    for number in range(1, 5):
        x = west + (east - west) * number / 5
        across = shapely.linestrings([(x, -9_000), (x + 20, 9_000)]).intersection(shape.buffer(1.5))
        points = [(float(a), float(b)) for a, b in shapely.get_parts(across)[0].coords]
        out.append(Street(points, "residential", f"白鹭洲{'一二三四'[number - 1]}路"))
    return out
