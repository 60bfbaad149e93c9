"""The layers step on small maps with everything broken that an extract can break."""

from pathlib import Path

import pytest

from mapview.democity.osm_file import OsmFile
from mapview.democity.plan import XY
from mapview.geo import city_schema, osm_layers, osm_poi
from mapview.geo.layers import Feature, LayerStore, Metadata, Poi, create_city, write_metadata
from mapview.geo.steps import ImportReport

ABSENT = 999
STREET = {"highway": "primary", "name": "长江路"}


def imported(osm: OsmFile, folder: Path) -> tuple[dict[str, list[Feature]], list[Poi], ImportReport]:
    """Features by layer and points of interest of a map, after the first two steps."""
    osm.write(folder / "map.osm.pbf")
    report = ImportReport()
    city = create_city(folder / "city.sqlite")
    osm_layers.build(folder / "map.osm.pbf", city, report, lambda share: None)
    osm_poi.build(folder / "map.osm.pbf", city, report, lambda share: None)
    meta = Metadata(city_schema.FORMAT, "", "", "", "", "", osm_layers.extent_of(city))
    write_metadata(city, meta)
    city.commit()
    city.close()
    with LayerStore(folder / "city.sqlite") as store:
        return {layer: store.read(layer) for layer in city_schema.LAYERS}, store.pois(), report


def square(osm: OsmFile, at: XY, side: float) -> list[int]:
    x, y = at
    return [osm.node(p) for p in ((x, y), (x + side, y), (x + side, y + side), (x, y + side))]


def test_a_way_is_cut_at_missing_nodes(tmp_path: Path) -> None:
    osm = OsmFile()
    a, b, c, d = (osm.node((100.0 * n, 0.0)) for n in range(4))
    osm.way([a, b, ABSENT, c, d], STREET)
    osm.way([a, ABSENT], STREET)
    layers, _, report = imported(osm, tmp_path)
    (road,) = layers["road"]
    assert (road.kind, road.name, [len(part) for part in road.parts]) == ("primary", "长江路", [2, 2])
    assert report.losses == {"way nodes missing": 2, "ways with no piece left": 1}


def test_a_broken_area_is_shut_or_dropped(tmp_path: Path) -> None:
    osm = OsmFile()
    ring = square(osm, (0, 0), 90)
    osm.way([*ring, ABSENT, ring[0]], {"building": "yes"})
    osm.way([ABSENT, ring[0], ring[1], ABSENT], {"building": "yes"})
    layers, _, report = imported(osm, tmp_path)
    (house,) = layers["building"]
    assert house.flags & city_schema.REPAIRED
    assert (house.parts[0][0] == house.parts[0][-1]).all()
    assert report.losses == {"areas shut over missing nodes": 1, "areas with no piece left": 1}


def river_map() -> OsmFile:
    """A river whose relation lacks the members outside the box."""
    osm = OsmFile()
    for y in (-2_000.0, 2_000.0):
        osm.way([osm.node((-3_000.0, y)), osm.node((3_000.0, y))], STREET)
    osm.way([osm.node((-2_900.0, 0.0)), osm.node((2_900.0, 0.0))], {"waterway": "river", "name": "松江"})
    banks = [osm.way([osm.node((-2_950.0, y)), osm.node((2_950.0, y))], {}) for y in (-300.0, 300.0)]
    island = osm.ring([(0, -50), (200, -50), (200, 50), (0, 50), (0, -50)], {})
    members = [("w", bank, "outer") for bank in banks] + [("w", ABSENT, "outer"), ("w", island, "inner")]
    osm.relation(members, {"type": "multipolygon", "natural": "water", "water": "river", "name": "松江"})
    return osm


def test_a_cut_river_comes_back_with_its_island(tmp_path: Path) -> None:
    layers, _, report = imported(river_map(), tmp_path)
    (river,) = layers["water"]
    assert (river.name, river.kind, len(river.parts)) == ("松江", "river", 2)
    assert river.flags & city_schema.REPAIRED
    assert report.counts["rivers rebuilt"] == 1
    assert report.losses == {"area not assembled: water": 1}


def test_a_torn_pond_is_told_and_left_out(tmp_path: Path) -> None:
    osm = OsmFile()
    osm.way([osm.node((-3_000.0, -3_000.0)), osm.node((3_000.0, 3_000.0))], STREET)
    shore = osm.way(square(osm, (0, 0), 80), {})
    osm.relation(
        [("w", shore, "outer"), ("w", ABSENT, "outer")], {"type": "multipolygon", "natural": "water"}
    )
    layers, _, report = imported(osm, tmp_path)
    assert layers["water"] == []
    assert report.losses["river not rebuilt"] == 1


def test_an_empty_map_gives_an_empty_city(tmp_path: Path) -> None:
    osm = OsmFile()
    osm.node((0.0, 0.0))
    layers, pois, report = imported(osm, tmp_path)
    assert not any(layers.values())
    assert not pois
    assert not report.losses


def test_a_hospital_drawn_twice_is_one_and_a_nameless_one_none(tmp_path: Path) -> None:
    osm = OsmFile()
    tags = {"amenity": "hospital", "name": "市一医院"}
    corner = square(osm, (0, 0), 100)
    osm.way([*corner, corner[0]], tags)
    osm.node((60.0, 60.0), tags)
    osm.node((5_000.0, 0.0), tags)
    osm.node((9_000.0, 0.0), {"amenity": "hospital"})
    osm.node((0.0, 300.0), {"highway": "street_lamp", "ref": "LD-1"})
    layers, pois, _ = imported(osm, tmp_path)
    assert [(poi.kind, poi.name, poi.code) for poi in pois] == [
        ("hospital", "市一医院", ""),
        ("hospital", "市一医院", ""),
        ("lamp", "", "LD-1"),
    ]
    assert [place.name for place in layers["place"]].count("LD-1") == 1


@pytest.mark.parametrize(
    ("tags", "kind", "flags"),
    [
        ({"highway": "motorway"}, "motorway", city_schema.ONEWAY),
        ({"highway": "trunk_link", "oneway": "yes"}, "trunk", city_schema.ONEWAY | city_schema.LINK),
        ({"highway": "residential", "oneway": "-1"}, "residential", city_schema.ONEWAY),
        ({"highway": "tertiary", "bridge": "viaduct"}, "tertiary", city_schema.BRIDGE),
        ({"highway": "tertiary", "tunnel": "no"}, "tertiary", 0),
        ({"highway": "footway"}, "path", 0),
        ({"highway": "unclassified", "junction": "roundabout"}, "residential", 1 | city_schema.ROUNDABOUT),
    ],
)
def test_road_classes_and_flags(tags: dict[str, str], kind: str, flags: int, tmp_path: Path) -> None:
    osm = OsmFile()
    osm.way([osm.node((0.0, 0.0)), osm.node((100.0, 0.0))], tags)
    (road,) = imported(osm, tmp_path)[0]["road"]
    assert (road.kind, road.flags) == (kind, flags)
