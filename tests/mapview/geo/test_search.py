"""The place search on a small invented town, through the whole import."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapview.geo.errors import NotACityError
from mapview.geo.importer import import_city
from mapview.geo.places import Found, Matched, PlaceKind
from mapview.geo.projection import distance_m
from mapview.geo.search import Gazetteer


def street(name: str, kind: str = "primary") -> dict[str, str]:
    return {"highway": kind, "name": name}


NODES = {
    1: (0, 0), 2: (1000, 0), 3: (2000, 0),  # 红旗大街 west to east
    4: (1000, -800), 5: (1000, 800),  # 先锋路 south to north
    6: (0, 500), 7: (400, 500),  # 幸福路 in the west
    8: (6000, 500), 9: (6400, 500),  # 幸福路 in the east
    10: (300, -700), 11: (300, 700),  # a flyover: shares no node with 红旗大街
    20: (100, 40), 21: (300, 40), 22: (100, -40),
    30: (700, 300), 31: (5000, 200), 32: (900, 60), 33: (1500, -300), 34: (1900, 120), 35: (200, 480),
    40: (-500, -1000), 41: (3000, -1000), 42: (3000, 1500), 43: (-500, 1500),
    44: (8000, -1000), 45: (8000, 1500), 50: (1000, 2), 51: (1400, 700),
}  # fmt: skip
WAYS = {
    101: ((1, 2, 3), street("红旗大街 - Hongqi Avenue")), 102: ((4, 2, 5), street("先锋路")),
    103: ((6, 7), street("幸福路")), 104: ((8, 9), street("幸福路")), 105: ((10, 11), street("朝阳高架桥")),
    106: ((40, 41, 42, 43, 40), {"boundary": "administrative", "admin_level": "6"}),
    107: ((41, 44, 45, 42, 41), {"boundary": "administrative", "admin_level": "6"}),
    108: ((3, 34), street("果戈里大街", "residential")), 109: ((5, 51), street("第五大道", "tertiary")),
}  # fmt: skip
NODE_TAGS = {
    20: {"addr:street": "红旗大街", "addr:housenumber": "11"},
    21: {"addr:street": "红旗大街", "addr:housenumber": "31号"},
    22: {"addr:street": "红旗大街", "addr:housenumber": "10-2"},
    30: {"amenity": "hospital", "name": "铃江医科大学附属第二医院", "alt_name": "医大二院"},
    31: {"amenity": "hospital", "name": "东郊人民医院"},
    32: {"railway": "subway_entrance", "name": "先锋路站", "ref": "2"},
    33: {"place": "neighbourhood", "name": "大夫巷小区"},
    34: {"shop": "mall", "name": "7天Ｋ歌城"},
    35: {"amenity": "school", "name": "南岗区第一小学"},
    50: {"highway": "bus_stop", "name": "红旗大街先锋路"},
}
RELATIONS = {
    201: ([("w", 106, "outer")], {"type": "boundary", "boundary": "administrative", "admin_level": "6",
                                  "name": "南岗区"}),
    202: ([("w", 107, "outer")], {"type": "boundary", "boundary": "administrative", "admin_level": "6",
                                  "name": "东郊区"}),
}  # fmt: skip
LAMP_AT, KM_AT = (500, 10), {3.0: (0, -900), 4.0: (1000, -900)}


@pytest.fixture(scope="module")
def gazetteer(town: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gazetteer]:
    folder = tmp_path_factory.mktemp("search")
    pbf = town(NODES, WAYS, NODE_TAGS, RELATIONS).write(folder / "town.osm.pbf")
    rows = [("lamp", "HQ-0123", "红旗大街", LAMP_AT, "")]
    rows += [("milestone", f"G1 K{km:.0f}", "绕城高速", at, str(km)) for km, at in KM_AT.items()]
    lines = [
        f"{kind},{code},{road},{','.join(map(str, town.at(*at)))},{km}" for kind, code, road, at, km in rows
    ]
    posts = folder / "posts.csv"
    posts.write_text("kind,code,road,lon,lat,km\n" + "\n".join(lines), encoding="utf-8")
    import_city(pbf, {"posts": posts}, folder / "city.sqlite")
    search = Gazetteer(folder / "city.sqlite")
    yield search
    search.close()


def first(gazetteer: Gazetteer, text: str) -> Found:
    found = gazetteer.search(text)
    assert found, f"nothing for {text}"
    return found[0]


@pytest.mark.parametrize(
    ("text", "name", "how"),
    [
        ("红旗大街", "红旗大街", Matched.EXACT), ("红旗", "红旗大街", Matched.PREFIX),
        ("hongqidajie", "红旗大街", Matched.PINYIN), ("hongqid", "红旗大街", Matched.PINYIN),
        ("Hong Qi Da Jie", "红旗大街", Matched.PINYIN), ("hqdj", "红旗大街", Matched.INITIALS),
        ("ＨＱＤＪ", "红旗大街", Matched.INITIALS), ("hongqdj", "红旗大街", Matched.PINYIN),
        ("红旗dj", "红旗大街", Matched.PINYIN), ("宏奇大街", "红旗大街", Matched.HOMOPHONE),
        ("果各里大街", "果戈里大街", Matched.HOMOPHONE), ("guogeli", "果戈里大街", Matched.PINYIN),
        ("果各利大姐", "果戈里大街", Matched.HOMOPHONE), ("洪棋大街", "红旗大街", Matched.HOMOPHONE),
        ("果够里大街", "果戈里大街", Matched.FUZZY), ("先丰路", "先锋路", Matched.HOMOPHONE),
        ("仙奋路", "先锋路", Matched.NEAR_SOUND),
        ("医大二院", "铃江医科大学附属第二医院", Matched.EXACT),
        ("铃江医大二院", "铃江医科大学附属第二医院", Matched.LOOSE),
        ("rmyy", "东郊人民医院", Matched.INITIALS), ("人民医院", "东郊人民医院", Matched.CONTAINS),
        ("daifuxiang", "大夫巷小区", Matched.PINYIN), ("dafuxiang", "大夫巷小区", Matched.PINYIN),
        ("7天k歌城", "7天Ｋ歌城", Matched.EXACT), ("第5大道", "第五大道", Matched.EXACT),
        ("先锋路站2口", "先锋路站2口", Matched.EXACT), ("红旗大街附近", "红旗大街", Matched.EXACT),
    ],
)  # fmt: skip
def test_names(gazetteer: Gazetteer, text: str, name: str, how: Matched | None) -> None:
    if how is None:
        return
    found = first(gazetteer, text)
    assert (found.name, found.how_matched) == (name, how)


@pytest.mark.parametrize(
    "text",
    ["红旗大街与先锋路交叉口", "先锋路和红旗大街", "红旗大街×先锋路", "红旗大街先锋路路口",
     "hongqidajie xianfenglu",
     "hqdj xfl", "宏奇大街与先丰路", "红旗大街与先锋路交叉口东北角", "南岗区红旗大街与先锋路交叉口"],
)  # fmt: skip
def test_crossings(gazetteer: Gazetteer, town: Any, text: str) -> None:
    found = first(gazetteer, text)
    assert found.kind is PlaceKind.CROSSING
    assert set(found.name.removesuffix("交叉口").split("与")) == {"红旗大街", "先锋路"}
    assert distance_m(found.lon, found.lat, *town.at(1000, 0)) < 5


def test_a_flyover_is_a_crossing_too(gazetteer: Gazetteer, town: Any) -> None:
    found = first(gazetteer, "红旗大街与朝阳高架桥")
    assert found.kind is PlaceKind.CROSSING
    assert distance_m(found.lon, found.lat, *town.at(300, 0)) < 5


@pytest.mark.parametrize(
    ("text", "name", "how", "place"),
    [
        ("红旗大街11号", "红旗大街11号", Matched.DOOR, (100, 40)),
        ("红旗大街十一号3单元", "红旗大街11号", Matched.DOOR, (100, 40)),
        ("hongqidajie31", "红旗大街31号", Matched.DOOR, (300, 40)),
        ("红旗大街10号", "红旗大街10-2号", Matched.DOOR, (100, -40)),
        ("红旗大街21号", "红旗大街21号", Matched.INTERPOLATED, (200, 40)),
        ("红旗大街999号", "红旗大街", Matched.ROAD_ONLY, None),
        ("灯杆HQ-0123", "红旗大街 HQ-0123", Matched.CODE, LAMP_AT),
        ("0123号灯杆", "红旗大街 HQ-0123", Matched.CODE, LAMP_AT),
        ("绕城高速K3+500", "绕城高速 G1 K3+500", Matched.INTERPOLATED, (500, -900)),
        ("g1k4", "绕城高速 G1 K4+000", Matched.CODE, (1000, -900)),
    ],
)  # fmt: skip
def test_doors_and_posts(
    gazetteer: Gazetteer, town: Any, text: str, name: str, how: Matched, place: tuple[float, float] | None
) -> None:
    found = first(gazetteer, text)
    assert (found.name, found.how_matched) == (name, how)
    if place:
        assert distance_m(found.lon, found.lat, *town.at(*place)) < 3


def test_two_streets_of_one_name_are_offered_with_their_districts(gazetteer: Gazetteer, town: Any) -> None:
    found = [place for place in gazetteer.search("幸福路") if place.name == "幸福路"]
    assert {place.district for place in found} == {"南岗区", "东郊区"}
    for district, at in (("南岗区", (200, 500)), ("东郊区", (6200, 500))):
        assert gazetteer.search("幸福路", near=town.at(*at))[0].district == district
        assert first(gazetteer, f"{district}幸福路").district == district


def test_a_name_that_begins_with_its_district_is_found_whole(gazetteer: Gazetteer) -> None:
    assert first(gazetteer, "南岗区第一小学").how_matched is Matched.EXACT


def test_half_a_word_and_nonsense(gazetteer: Gazetteer) -> None:
    assert gazetteer.search("") == []
    assert gazetteer.search("  ，。") == []
    assert gazetteer.search("zzzzzz") == []
    assert len(gazetteer.search("红", limit=2)) == 2


def test_addresses_of_points(gazetteer: Gazetteer, town: Any) -> None:
    assert gazetteer.reverse(*town.at(1005, 10)) in {
        "南岗区先锋路与红旗大街交叉口",
        "南岗区红旗大街与先锋路交叉口",
    }
    assert gazetteer.reverse(*town.at(105, 35)) == "南岗区红旗大街11号附近"
    assert gazetteer.reverse(*town.at(710, 215)) == "南岗区红旗大街（铃江医科大学附属第二医院南约90米）"
    assert gazetteer.reverse(*town.at(1000, 400)) == "南岗区先锋路"
    assert gazetteer.reverse(*town.at(60_000, 0)) == ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.sampled_from("红旗大街先锋路与和口号k12+-x ×'\"*()abhqdjﾊ：灯杆公里"), max_size=14))
def test_nothing_that_is_typed_breaks_the_search(gazetteer: Gazetteer, text: str) -> None:
    for place in gazetteer.search(text):
        assert place.name


def test_a_file_that_is_no_city_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite").write_bytes(b"")
    for name in ("empty.sqlite", "missing.sqlite"):
        with pytest.raises(NotACityError):
            Gazetteer(tmp_path / name)
