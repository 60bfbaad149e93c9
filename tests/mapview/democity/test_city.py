"""The demo city: same bytes each time, and every oddity a real extract may have is really in it."""

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import osmium
import pytest

from mapview.democity.city import TWIN_NAME, make_city
from mapview.democity.plan import CENTRE_LAT_DEG, CENTRE_LON_DEG, HALF_M, M_PER_LAT_DEG, M_PER_LON_DEG


@dataclass
class Content:
    """What the map file holds, read once."""

    ways: list[dict[str, str]] = field(default_factory=list)
    nodes: list[dict[str, str]] = field(default_factory=list)
    relations: list[tuple[dict[str, str], list[tuple[str, str]]]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    ids: list[int] = field(default_factory=list)
    corners: list[float] = field(default_factory=lambda: [180.0, 90.0, -180.0, -90.0])


@pytest.fixture(scope="module")
def content(demo_folder: Path) -> Content:
    found = Content()
    for thing in osmium.FileProcessor(str(demo_folder / "demo.osm.pbf")):
        tags = dict(thing.tags)
        found.ids.append(thing.id)
        if "name" in tags:
            found.names.add(tags["name"])
        if thing.is_node():
            c, lon, lat = found.corners, thing.lon, thing.lat
            found.corners = [min(c[0], lon), min(c[1], lat), max(c[2], lon), max(c[3], lat)]
            if tags:
                found.nodes.append(tags)
        elif thing.is_way():
            found.ways.append(tags)
        else:
            found.relations.append((tags, [(m.type, m.role) for m in thing.members]))
    return found


def digests(folder: Path) -> dict[str, str]:
    files = [folder / "demo.osm.pbf", *sorted(folder.glob("*.csv"))]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.nightly
def test_same_bytes_again(demo_folder: Path, tmp_path: Path) -> None:
    make_city(tmp_path)
    assert digests(tmp_path) == digests(demo_folder)


def test_ids_are_big_and_the_header_has_no_box(demo_folder: Path, content: Content) -> None:
    assert min(content.ids) > 2**32
    with osmium.io.Reader(str(demo_folder / "demo.osm.pbf")) as reader:
        assert not reader.header().box().valid()


def test_about_twenty_kilometres_square_inside_the_shifted_area(content: Content) -> None:
    west, south, east, north = content.corners
    assert (east - west) * M_PER_LON_DEG == pytest.approx(2 * HALF_M, abs=700)
    assert (north - south) * M_PER_LAT_DEG == pytest.approx(2 * HALF_M, abs=700)
    assert math.dist((CENTRE_LON_DEG, CENTRE_LAT_DEG), ((west + east) / 2, (south + north) / 2)) < 0.01


def test_many_chinese_names(content: Content) -> None:
    roads = {way["name"] for way in content.ways if "highway" in way and "name" in way}
    assert len(roads) > 2000
    assert len(content.names - roads) > 1500
    assert all("\u4e00" <= name[0] <= "\u9fff" for name in content.names)
    assert any("重庆" in name for name in roads)
    assert any("朝阳" in name for name in content.names)


def test_roads_of_every_kind(content: Content) -> None:
    kinds = Counter(way["highway"] for way in content.ways if "highway" in way)
    wanted = ("motorway", "motorway_link", "trunk", "trunk_link", "primary", "secondary", "tertiary")
    assert all(kinds[kind] > 0 for kind in (*wanted, "residential", "service", "pedestrian"))
    assert Counter(way.get("oneway") for way in content.ways)["-1"] > 5
    assert sum(way.get("junction") == "roundabout" for way in content.ways) > 0
    assert sum("bridge" in way for way in content.ways) > 30
    assert len({way["bridge:name"] for way in content.ways if "bridge:name" in way}) >= 7
    assert sum(way.get("name") == TWIN_NAME for way in content.ways) == 2


def test_turn_restrictions(content: Content) -> None:
    bans = [(tags["restriction"], members) for tags, members in content.relations if "restriction" in tags]
    kinds = Counter(kind for kind, _ in bans)
    assert kinds["no_left_turn"] > 20
    assert kinds["no_u_turn"] > 5
    assert kinds["only_straight_on"] > 3
    assert any(("w", "via") in members for _, members in bans)
    assert all({role for _, role in members} == {"from", "via", "to"} for _, members in bans)


def test_areas_with_holes_boundaries_and_points(content: Content) -> None:
    holes = [tags for tags, members in content.relations if ("w", "inner") in members]
    assert {"natural", "leisure", "building"} <= {key for tags in holes for key in tags}
    levels = Counter(tags.get("admin_level") for tags, _ in content.relations)
    assert levels["6"] >= 5
    assert levels["8"] >= 30
    highway = Counter(tags.get("highway") for tags in content.nodes)
    assert highway["traffic_signals"] > 200
    assert highway["bus_stop"] > 100
    assert highway["street_lamp"] > 5
    assert highway["milestone"] > 0
    assert sum("addr:housenumber" in tags for tags in content.nodes) > 500
    assert sum(tags.get("railway") == "subway_entrance" for tags in content.nodes) > 40
