"""What stands on the blocks: land use, parks, campuses, housing estates and their buildings."""

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely

from mapview.democity.blocks import Block
from mapview.democity.dice import Dice
from mapview.democity.names import ISLAND, LAKE, RIVER, Names
from mapview.democity.plan import HALF_M, XY, Area, Street
from mapview.democity.river import Water

_KERB_M: Final = 15.0  # from the middle of a street to the edge of a plot
_PARK_FACES: Final = 9
_HOSPITALS: Final = 16
_UNIVERSITIES: Final = 4
_PLOT_M2_MIN: Final = 2_500.0

# width, depth, gaps (metres) and number of storeys of the houses of each use
_HOUSES: Final[dict[str, tuple[float, float, float, float, int, int]]] = {
    "residential": (46.0, 13.0, 12.0, 27.0, 6, 18),
    "commercial": (38.0, 30.0, 20.0, 22.0, 5, 32),
    "industrial": (88.0, 42.0, 30.0, 34.0, 1, 3),
    "school": (62.0, 15.0, 30.0, 48.0, 3, 5),
    "hospital": (66.0, 20.0, 26.0, 36.0, 5, 16),
    "university": (70.0, 18.0, 42.0, 66.0, 4, 9),
}
_WARDS: Final = ("门诊楼", "急诊楼", "住院部", "外科楼", "内科楼", "妇产科楼", "儿科楼", "医技楼")


@dataclass(slots=True, eq=False)
class Plot:
    """A used block: `use` is a key of the houses table or "park"; `shape` lies inside the kerbs."""

    name: str
    use: str
    shape: Any
    at: XY
    hospital_rank: int = -1


@dataclass(slots=True)
class Land:
    """Everything that is drawn as an area, and the named plots the places are made from."""

    areas: list[Area] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    drives: list[Street] = field(default_factory=list)  # dead-end drives into estates


def parks_first(faces: list[Any], seed: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Faces that stay whole as parks (the one with the lake first), as universities, and the rest."""
    dice = Dice(seed, "parks")
    fit = [f for f in faces if 180_000 < f.area < 900_000 and f.area / f.length**2 > 0.035]
    lake = min(fit, key=lambda f: math.hypot(f.centroid.x - 1_500, f.centroid.y - 3_000))
    rest = dice.shuffled([f for f in fit if f is not lake])
    parks, schools = [lake, *rest[: _PARK_FACES - 1]], rest[_PARK_FACES : _PARK_FACES + _UNIVERSITIES]
    taken = {id(face) for face in (*parks, *schools)}
    return parks, schools, [face for face in faces if id(face) not in taken]


def make_land(
    blocks: list[Block], parks: list[Any], schools: list[Any], water: Water, seed: int, names: Names
) -> Land:
    """Use of all land."""
    dice = Dice(seed, "land")
    land = Land()
    _add_water(land, water)
    _add_parks(land, parks, dice, names)
    for face in schools:
        _add_plot(land, face, "university", names.other("大学"), dice)
    hospitals = _hospital_blocks(blocks, dice)
    for block in blocks:
        rank = hospitals.get(id(block), -1)
        use = "hospital" if rank >= 0 else _use_of(block, dice)
        _add_plot(land, block.shape, use, _plot_name(use, rank, names, dice), dice, rank)
    _add_country(land, dice)
    return land


def ring_of(shape: Any) -> list[XY]:
    """The outer ring of a polygon as points."""
    return [(float(x), float(y)) for x, y in shape.exterior.coords]


def _add_water(land: Land, water: Water) -> None:
    land.areas.append(
        Area(
            ring_of(water.river),
            {"natural": "water", "water": "river", "name": RIVER},
            holes=[water.island[::-1]],
        )
    )
    land.areas.append(Area(water.island, {"leisure": "park", "name": f"{ISLAND}公园"}))
    land.areas.append(Area(ring_of(water.brook), {"natural": "water", "water": "river"}))
    for strip in shapely.get_parts(water.corridor.difference(water.river.buffer(3))):
        if strip.area > 5_000 and not strip.interiors:
            land.areas.append(Area(ring_of(strip.buffer(-12).buffer(1)), {"landuse": "grass"}))


def _blob(at: XY, wide: float, high: float, dice: Dice, points: int = 40) -> list[XY]:
    phase, out = dice.between(0, 6), []
    for step in range(points):
        angle = step / points * math.tau
        r = 1 + 0.16 * math.sin(2 * angle + phase) + 0.08 * math.sin(5 * angle + 2 * phase)
        out.append((at[0] + wide * r * math.cos(angle), at[1] + high * r * math.sin(angle)))
    return [*out, out[0]]


def _add_parks(land: Land, faces: list[Any], dice: Dice, names: Names) -> None:
    for number, face in enumerate(faces):
        shape = face.buffer(-_KERB_M)
        if shape.geom_type != "Polygon":
            continue
        at = (float(shape.centroid.x), float(shape.centroid.y))
        room = math.sqrt(shape.area) * (0.24 if number == 0 else 0.15)
        lake = _blob(at, room * 1.2, room * 0.85, dice)
        name = f"{LAKE}公园" if number == 0 else names.other("公园")
        if not shape.contains(shapely.polygons(lake)):
            land.areas.append(Area(ring_of(shape), {"leisure": "park", "name": name}))
            continue
        land.areas.append(Area(ring_of(shape), {"leisure": "park", "name": name}, holes=[lake[::-1]]))
        tags = {"natural": "water", "water": "lake", "name": LAKE if number == 0 else names.other("湖")}
        islet = _blob((at[0] + room * 0.25, at[1]), room * 0.2, room * 0.14, dice, 12)
        land.areas.append(Area(lake, tags, holes=[islet[::-1]] if number == 0 else []))
        for _ in range(3):
            angle = dice.between(0, math.tau)
            spot = (at[0] + room * 2.0 * math.cos(angle), at[1] + room * 1.5 * math.sin(angle))
            wood = shapely.polygons(_blob(spot, room * 0.5, room * 0.3, dice, 14)).intersection(shape)
            if wood.geom_type == "Polygon" and not wood.is_empty:
                land.areas.append(Area(ring_of(wood), {"natural": "wood"}))


def _hospital_blocks(blocks: list[Block], dice: Dice) -> dict[int, int]:
    """Blocks that become hospitals, by rank; far enough from each other."""
    chosen: list[Block] = []
    for block in dice.shuffled([b for b in blocks if 25_000 < b.shape.area < 110_000 and b.far_m < 7_000]):
        apart = 1_100 + block.far_m * 0.15
        if len(chosen) < _HOSPITALS and all(block.shape.distance(other.shape) > apart for other in chosen):
            chosen.append(block)
    chosen.sort(key=lambda block: block.far_m)
    return {id(block): rank for rank, block in enumerate(chosen)}


def _use_of(block: Block, dice: Dice) -> str:
    roll, far = dice.between(0, 1), block.far_m
    if roll < 0.045:
        return "park"
    if roll < 0.085:
        return "school"
    if roll < 0.085 + 0.4 * math.exp(-far / 1_800):
        return "commercial"
    x, y = block.shape.centroid.x, block.shape.centroid.y
    works = far > 4_600 and (x > 2_500 or y < -5_000)
    return "industrial" if works and roll < 0.6 else "residential"


def _plot_name(use: str, rank: int, names: Names, dice: Dice) -> str:
    if use == "hospital":
        if rank == 0:
            return "铃江市第一人民医院"
        return names.other(dice.pick(("医院", "中心医院", "人民医院"))) if rank > 3 else _CITY_HOSPITALS[rank]
    if use == "school":
        return names.other(dice.pick(("小学", "小学", "中学", "实验学校", "幼儿园")))
    if use == "park":
        return names.other("公园") if dice.chance(0.5) else ""
    if use == "industrial":
        return names.other(dice.pick(("机械厂", "纺织厂", "物流园", "产业园", "电子厂")))
    return names.estate() if use == "residential" and dice.chance(0.75) else ""


_CITY_HOSPITALS: Final = ("", "铃江市中心医院", "铃江市妇幼保健院", "铃江市中医医院")
_TAGS: Final = {
    "residential": {"landuse": "residential"},
    "commercial": {"landuse": "commercial"},
    "industrial": {"landuse": "industrial"},
    "school": {"amenity": "school"},
    "hospital": {"amenity": "hospital", "healthcare": "hospital", "emergency": "yes"},
    "university": {"amenity": "university"},
    "park": {"leisure": "park"},
}


def _add_plot(land: Land, block: Any, use: str, name: str, dice: Dice, rank: int = -1) -> None:
    shape = block.buffer(-_KERB_M, join_style="mitre")
    if shape.geom_type != "Polygon" or shape.area < _PLOT_M2_MIN:
        return
    tags = dict(_TAGS[use])
    if name.endswith("幼儿园"):
        tags["amenity"] = "kindergarten"
    if name:
        tags["name"] = name
    land.areas.append(Area(ring_of(shape), tags))
    inside = shape.representative_point()
    plot = Plot(name, use, shape, (float(inside.x), float(inside.y)), rank)
    land.plots.append(plot)
    if use != "park":
        _add_houses(land, plot, dice)
    if use == "residential" and shape.area > 12_000 and dice.chance(0.4):
        _add_drive(land, block, plot)


def _add_houses(land: Land, plot: Plot, dice: Dice) -> None:
    """Rows of houses that lie whole within the plot; most face south, as they do here."""
    wide, deep, gap_x, gap_y, low, high = _HOUSES[plot.use]
    box = shapely.oriented_envelope(plot.shape)
    (ax, ay), (bx, by) = box.exterior.coords[0], box.exterior.coords[1]
    turn = (math.atan2(by - ay, bx - ax) + math.pi / 4) % (math.pi / 2) - math.pi / 4
    west, south, east, north = plot.shape.bounds
    cx, cy = (west + east) / 2, (south + north) / 2
    reach = math.hypot(east - west, north - south) / 2
    wide, deep = wide * dice.between(0.8, 1.2), deep * dice.between(0.9, 1.15)
    us = np.arange(-reach, reach, wide + gap_x)
    vs = np.arange(-reach, reach, deep + gap_y)
    u, v = (grid.ravel() for grid in np.meshgrid(us, vs))
    corners = np.array(
        [(-wide / 2, -deep / 2), (wide / 2, -deep / 2), (wide / 2, deep / 2), (-wide / 2, deep / 2)]
    )
    px = u[:, None] + corners[:, 0]
    py = v[:, None] + corners[:, 1]
    cos, sin = math.cos(turn), math.sin(turn)
    points = np.stack([cx + px * cos - py * sin, cy + px * sin + py * cos], axis=2)
    shapely.prepare(plot.shape)
    for house in points[shapely.contains(plot.shape, shapely.polygons(points))]:
        if dice.chance(0.86):
            _add_house(land, plot, [(float(x), float(y)) for x, y in house], dice.whole(low, high), dice)


def _add_house(land: Land, plot: Plot, ring: list[XY], storeys: int, dice: Dice) -> None:
    tags = {"building": plot.use if plot.use in ("school", "hospital", "university") else "yes"}
    tags["building:levels"] = str(storeys)
    number = sum(1 for area in land.areas[-12:] if "building" in area.tags and "name" in area.tags)
    if plot.use == "hospital" and number < len(_WARDS):
        tags["name"] = _WARDS[number]
    if plot.use == "university" and dice.chance(0.12):
        (ax, ay), (bx, by), (cx, cy), _ = ring
        mx, my = (ax + cx) / 2, (ay + cy) / 2
        hole = [
            (mx + (x - mx) * 0.55, my + (y - my) * 0.4)
            for x, y in ((ax, ay), (cx - bx + ax, cy - by + ay), (cx, cy), (bx, by))
        ]
        land.areas.append(Area([*ring, ring[0]], tags, holes=[[*hole, hole[0]]]))
        return
    land.areas.append(Area([*ring, ring[0]], tags))


def _add_drive(land: Land, block: Any, plot: Plot) -> None:
    """A dead-end drive from the nearest street into the estate."""
    edge = block.exterior
    near = edge.interpolate(edge.project(shapely.Point(plot.at)))
    x, y = float(near.x), float(near.y)
    length = math.dist((x, y), plot.at)
    if length < 30:
        return
    past = 1 + 1.5 / length
    start = (plot.at[0] + (x - plot.at[0]) * past, plot.at[1] + (y - plot.at[1]) * past)
    land.drives.append(Street([start, plot.at], "service"))


def _add_country(land: Land, dice: Dice) -> None:
    """Fields and woods around the town."""
    for _ in range(170):
        angle, far = dice.between(0, math.tau), dice.between(8_000, HALF_M * 1.35)
        at = (far * math.cos(angle), far * math.sin(angle))
        wide, high = dice.between(150, 480), dice.between(120, 330)
        tags = {"landuse": "farmland"} if dice.chance(0.65) else {"natural": "wood"}
        if max(abs(at[0]), abs(at[1])) < HALF_M - 500:
            land.areas.append(Area(_blob(at, wide, high, dice, 12), tags))
