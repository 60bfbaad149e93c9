"""Puts the demo city together and writes its files."""

from pathlib import Path
from typing import Final

import shapely

from mapview.democity import arterials, blocks, crossings, districts, land, places, ramps, river, villages
from mapview.democity.crossings import Crossings, Way
from mapview.democity.lists import write_lists
from mapview.democity.names import BROOK, RIVER, Names
from mapview.democity.network import Network, join
from mapview.democity.osm_file import Member, OsmFile, Tags
from mapview.democity.plan import HALF_M, XY, Area, Street

SEED: Final = 120
TWIN_NAME: Final = "新华街"


def make_city(folder: Path, seed: int = SEED) -> None:
    """Write demo.osm.pbf and the CSV files into `folder` (made if missing)."""
    names = Names(seed)
    water = river.make_water(seed)
    main = arterials.make_arterials(seed, water, names)
    wet_strips = shapely.union(water.corridor, water.brook_corridor)
    faces = blocks.faces_of(main.middles, [], main.town, wet_strips)
    parks, schools, rest = land.parks_first(faces, seed)
    cells, locals_ = blocks.cut_faces(rest, seed, names)
    _name_twins(locals_)
    outside = villages.make_villages(main, water, seed, names)
    cells += [block for village in outside for block in village.blocks]
    ground = land.make_land(cells, parks, schools, water, seed, names)
    streets = [*main.streets, *ramps.make_ramps(main), *locals_, *ground.drives]
    streets += [street for village in outside for street in village.streets]
    network = join([*streets, *places.island_streets(water.island)])
    wet = shapely.union(water.river, water.brook).difference(shapely.polygons(water.island))
    cuts = crossings.make_crossings(network, wet, water.river, seed)
    zones = districts.make_zones(seed, names)
    points = places.make_places(network, ground, zones, seed, names)
    points.spots += [village.spot for village in outside]

    osm = OsmFile()
    _write_roads(osm, network, cuts)
    for area in ground.areas:
        _write_area(osm, area)
    for line, tags in (*points.rails, *_water_lines(water)):
        osm.way([osm.node(point) for point in line], tags)
    _write_zones(osm, zones)
    for spot in points.spots:
        osm.node(spot.at, spot.tags)
    folder.mkdir(parents=True, exist_ok=True)
    osm.write(folder / "demo.osm.pbf")
    write_lists(folder, points, zones, seed)


def _name_twins(streets: list[Street]) -> None:
    """Two streets far apart get the same name: the search must offer both with their district."""
    fit = [street for street in streets if street.kind == "residential"]
    for street in (min(fit, key=lambda s: s.line[0][0]), max(fit, key=lambda s: s.line[0][0])):
        street.name = TWIN_NAME


def _inside(point: XY) -> XY:
    return max(-HALF_M, min(HALF_M, point[0])), max(-HALF_M, min(HALF_M, point[1]))


def _water_lines(water: river.Water) -> list[tuple[list[XY], Tags]]:
    return [
        ([_inside(p) for p in water.middle], {"waterway": "river", "name": RIVER}),
        ([_inside(p) for p in water.brook_middle], {"waterway": "stream", "name": BROOK}),
    ]


def _write_roads(osm: OsmFile, network: Network, cuts: Crossings) -> None:
    lights = set(cuts.signals)
    ids: dict[int, int] = {}
    for path in network.paths:
        for node in path:
            if node not in ids:
                tags = {"highway": "traffic_signals"} if node in lights else {}
                ids[node] = osm.node(network.points[node], tags)
    ways = [osm.way([ids[node] for node in way.nodes], _road_tags(network, way)) for way in cuts.ways]
    for ban in cuts.bans:
        kind, number = ban.via
        via = ids[number] if kind == "n" else ways[number]
        members: list[Member] = [("w", ways[ban.come], "from"), (kind, via, "via"), ("w", ways[ban.go], "to")]
        osm.relation(members, {"type": "restriction", "restriction": ban.kind})


def _road_tags(network: Network, way: Way) -> Tags:
    street = network.streets[way.street]
    tags = {"highway": street.kind}
    if street.name:
        tags["name"] = street.name
    if street.oneway:
        tags["oneway"] = street.oneway
    tags |= street.tags
    if way.bridge and "bridge" not in tags:
        tags |= {"bridge": "yes", "layer": "1"}
    if way.bridge_name:
        tags |= {"name": way.bridge_name, "bridge:name": way.bridge_name}
    return tags


def _write_area(osm: OsmFile, area: Area) -> None:
    if not area.holes:
        osm.ring(area.outer, area.tags)
        return
    members: list[Member] = [("w", osm.ring(area.outer, {}), "outer")]
    members += [("w", osm.ring(hole, {}), "inner") for hole in area.holes]
    osm.relation(members, {"type": "multipolygon", **area.tags})


def _write_zones(osm: OsmFile, zones: districts.Zones) -> None:
    ways = [
        osm.way([osm.shared_node(point) for point in line], {"boundary": "administrative"})
        for line in zones.lines
    ]
    for zone in zones.zones:
        members: list[Member] = [("w", ways[border], "outer") for border in zone.borders]
        tags = {
            "type": "boundary",
            "boundary": "administrative",
            "admin_level": str(zone.level),
            "name": zone.name,
        }
        osm.relation(members, tags)
