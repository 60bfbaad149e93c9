"""The real Harbin extract, imported whole: search, travel times, and a river to go round."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mapview.geo.eta import EtaField, RoadNetwork
from mapview.geo.importer import import_city
from mapview.geo.layers import open_city
from mapview.geo.places import Matched, PlaceKind
from mapview.geo.road_graph import load_graph
from mapview.geo.search import Gazetteer
from mapview.geo.straight_line import straight_line

SOUTH_BANK, NORTH_BANK = (126.6150, 45.7830), (126.6030, 45.8080)


@pytest.fixture(scope="module")
def city(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("harbin") / "city.sqlite"
    import_city(shared_data / "harbin-demo.osm.pbf", {}, out)
    return out


@pytest.fixture(scope="module")
def gazetteer(city: Path) -> Iterator[Gazetteer]:
    search = Gazetteer(city)
    yield search
    search.close()


@pytest.fixture(scope="module")
def network(city: Path) -> RoadNetwork:
    db = open_city(city)
    graph = load_graph(db)
    db.close()
    return RoadNetwork(graph)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("红旗大街", "红旗大街"), ("果戈", "果戈里大街"), ("zhongshanlu", "中山路"),
        ("guogeli", "果戈里大街"),
        ("xianfengl", "先锋路"), ("hqdj", "红旗大街"), ("果各里大街", "果戈里大街"), ("宏奇大街", "红旗大街"),
        ("红旗dj", "红旗大街"), ("南岗区红旗大街", "红旗大街"),
        ("黑龙江省哈尔滨市南岗区红旗大街", "红旗大街"),
        ("群力第5大道", "群力第五大道"), ("文昌街", "文昌街"), ("哈尔滨市第一医院", "哈尔滨市第一医院"),
        ("兆麟街64号", "兆麟街64号"),
    ],
)  # fmt: skip
def test_search(gazetteer: Gazetteer, text: str, name: str) -> None:
    found = gazetteer.search(text)[0]
    assert found.name == name
    assert found.district.endswith("区")


@pytest.mark.parametrize(
    "text", ["红旗大街与先锋路", "红旗大街先锋路交叉口", "hongqidajie xianfenglu", "hqdj×先锋路"]
)
def test_crossing(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.search(text)[0]
    assert (found.kind, found.how_matched) == (PlaceKind.CROSSING, Matched.CROSSING)
    assert 126.68 < found.lon < 126.70


def test_every_street_is_found_by_its_own_name(gazetteer: Gazetteer, network: RoadNetwork) -> None:
    missed = [
        name
        for name in network.graph.names[1::12]
        if not any(found.name == name for found in gazetteer.search(name))
    ]
    assert not missed


def test_an_address_names_its_district_and_crossing(gazetteer: Gazetteer) -> None:
    assert gazetteer.reverse(126.64, 45.755) == "南岗区国民街与花园街交叉口"


def test_the_river_costs_more_than_a_straight_line(network: RoadNetwork) -> None:
    route = EtaField(network, *NORTH_BANK).route(*SOUTH_BANK)
    assert route is not None
    assert route.metres > straight_line(*SOUTH_BANK, *NORTH_BANK).metres
    assert {"阳明滩大桥", "公路大桥", "松花江公路大桥"} & {
        step.name for step in route.steps
    } or route.metres > 6000


def test_times_of_a_thousand_vehicles_are_whole_and_agree_with_their_routes(network: RoadNetwork) -> None:
    dice = np.random.default_rng(120)
    points = np.column_stack([dice.uniform(126.55, 126.72, 1000), dice.uniform(45.69, 45.79, 1000)])
    field = EtaField(network, 126.64, 45.755)
    standing = field.stand(points)
    assert np.isnan(standing.seconds).mean() < 0.01
    assert 60 < np.nanmedian(standing.seconds) < 1800
    for i in range(0, 1000, 25):
        route = field.route(*points[i])
        assert route is not None
        assert route.seconds == pytest.approx(standing.seconds[i])
        assert route.metres == pytest.approx(standing.metres[i], abs=0.5)
        assert sum(step.seconds for step in route.steps) == pytest.approx(route.seconds, abs=7)


def test_a_field_is_never_negative_nor_faster_than_the_road(network: RoadNetwork) -> None:
    dice = np.random.default_rng(7)
    points = np.column_stack([dice.uniform(126.55, 126.72, 4000), dice.uniform(45.69, 45.79, 4000)])
    standing = EtaField(network, 126.66, 45.74).stand(points)
    known = ~np.isnan(standing.seconds)
    assert (standing.seconds[known] >= 0).all()
    assert (standing.metres[known] <= standing.seconds[known] * 100 / 3.6 + 1).all()
