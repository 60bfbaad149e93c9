"""Reading roads and keeping the graph: what is drivable, restrictions with members missing, formats."""

import sqlite3
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from mapview.geo import graph
from mapview.geo.errors import CityTooNewError, NotACityError, SourceError
from mapview.geo.road_graph import load_graph, save_graph
from mapview.geo.road_source import read_roads
from mapview.geo.roads import Way, direction, plain_name, road_class
from mapview.geo.steps import ImportReport

TAGS = {"highway": "residential"}


@pytest.mark.parametrize(
    ("tags", "drivable"),
    [
        ({}, True), ({"access": "no"}, False), ({"access": "private"}, True),
        ({"access": "no", "emergency": "yes"}, True), ({"motor_vehicle": "no"}, False),
        ({"access": "no", "motor_vehicle": "yes"}, True), ({"highway": "footway"}, False),
        ({"area": "yes"}, False), ({"emergency": "no"}, False),
    ],
)  # fmt: skip
def test_where_an_ambulance_may_drive(tags: dict[str, str], drivable: bool) -> None:
    assert (road_class(TAGS | tags) is not None) == drivable


@pytest.mark.parametrize(
    ("tags", "way"),
    [
        ({}, Way.BOTH), ({"oneway": "yes"}, Way.FORWARD), ({"oneway": "-1"}, Way.BACKWARD),
        ({"junction": "roundabout"}, Way.FORWARD), ({"highway": "motorway"}, Way.FORWARD),
        ({"highway": "motorway", "oneway": "no"}, Way.BOTH),
        ({"oneway": "yes", "oneway:emergency": "no"}, Way.BOTH),
    ],
)  # fmt: skip
def test_directions(tags: dict[str, str], way: Way) -> None:
    assert direction(TAGS | tags) is way


def test_a_translation_is_no_part_of_a_name() -> None:
    assert plain_name("文昌街 - Wenchang Street") == "文昌街"
    assert plain_name("府清三路 Fuqing Road 3rd section") == "府清三路"
    assert plain_name("中山路A座") == "中山路A座"


def test_a_graph_comes_back_from_the_city_file(write_town: Callable[..., Path]) -> None:
    pbf = write_town({1: (0, 0), 2: (300, 0), 3: (300, 300)}, {10: ((1, 2, 3), TAGS), 11: ((2, 1), TAGS)})
    made = graph.graph_of(read_roads(pbf))
    db = sqlite3.connect(":memory:")
    save_graph(made, db)
    again = load_graph(db)
    for part in fields(made):
        assert np.array_equal(getattr(made, part.name), getattr(again, part.name)), part.name
    db.close()


def test_missing_nodes_split_the_road_and_are_counted(write_town: Callable[..., Path]) -> None:
    line = {10: ((1, 2, 99, 3, 4), TAGS)}
    pbf = write_town({1: (0, 0), 2: (100, 0), 3: (300, 0), 4: (400, 0)}, line)
    source = read_roads(pbf)
    assert [run.nodes for run in source.runs] == [(1, 2), (3, 4)]
    assert source.missing_nodes == 1


def test_restrictions_with_members_missing_are_counted(write_town: Callable[..., Path]) -> None:
    rule = {"type": "restriction", "restriction": "no_left_turn"}
    relations = {20: ([("n", 2, "via"), ("w", 10, "from")], rule), 21: ([], rule | {"except": "emergency"})}
    pbf = write_town({1: (0, 0), 2: (100, 0)}, {10: ((1, 2), TAGS)}, {}, relations)
    report = ImportReport()
    db = sqlite3.connect(":memory:")
    graph.build(pbf, db, report, lambda share: None)
    assert report.losses == {"graph.restriction_broken": 1}
    db.close()


def test_a_restriction_over_a_whole_grid_of_ways_is_counted_and_not_searched(
    write_town: Callable[..., Path],
) -> None:
    side = range(12)
    nodes = {1 + x + 100 * y: (100 * x, 100 * y) for x in side for y in side}
    rows = {1000 + y: (tuple(1 + x + 100 * y for x in side), TAGS) for y in side}
    columns = {2000 + x: (tuple(1 + x + 100 * y for y in side), TAGS) for x in side}
    members = [("w", 1000, "from"), *(("w", way, "via") for way in (*rows, *columns)), ("w", 2011, "to")]
    relations = {20: (members, {"type": "restriction", "restriction": "no_left_turn"})}
    pbf = write_town(nodes, rows | columns, {}, relations)
    report = ImportReport()
    db = sqlite3.connect(":memory:")
    graph.build(pbf, db, report, lambda share: None)
    assert report.losses == {"graph.restriction_broken": 1}
    db.close()


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "bad.osm.pbf").write_bytes(b"no map at all")
    with pytest.raises(SourceError):
        read_roads(tmp_path / "bad.osm.pbf")
    db = sqlite3.connect(":memory:")
    with pytest.raises(NotACityError):
        load_graph(db)
    db.execute("CREATE TABLE road_graph (part TEXT, dtype TEXT, columns INTEGER, bytes BLOB)")
    db.execute("""INSERT INTO road_graph VALUES ('', 'json', 0, '{"format": 99, "names": []}')""")
    with pytest.raises(CityTooNewError):
        load_graph(db)
    db.close()
