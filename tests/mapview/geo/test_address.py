"""Spoken addresses taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapview.geo.address import (
    Door,
    Kilometre,
    code_of,
    crossing_of,
    door_of,
    has_crossing_word,
    kilometre_of,
    normal,
    number_of,
    without_nearness,
    without_region,
)


@pytest.mark.parametrize(
    "text",
    ["红旗大街与先锋路交叉口", "红旗大街和先锋路口", "红旗大街先锋路交叉口", "红旗大街 先锋路交叉口",
     "红旗大街×先锋路", "红旗大街 X 先锋路", "红旗大街x先锋路", "红旗大街/先锋路",
     "红旗大街、先锋路的十字路口",
     "红旗大街跟先锋路交汇处", "红旗大街 先锋路", "红旗大街＆先锋路"],
)  # fmt: skip
def test_a_crossing_is_understood(text: str) -> None:
    second = next(b for a, b in crossing_of(normal(text)) if a == "红旗大街")
    assert "先锋路".startswith(second)
    assert len(second) > 1


def test_a_name_with_a_crossing_word_in_it_is_tried_whole_as_well() -> None:
    assert ("和平路", "和兴路") in crossing_of("和平路和兴路")
    assert not has_crossing_word("红旗大街")
    assert has_crossing_word("红旗大街先锋路交叉口")


@pytest.mark.parametrize(
    ("text", "door"),
    [("中山路66号", Door("中山路", 66)), ("中山路六十六号院3单元", Door("中山路", 66)),
     ("zhongshanlu 66", Door("zhongshanlu", 66)), ("中山路１２－３号", Door("中山路", 12)),
     ("中山路一百零八号", Door("中山路", 108)), ("群力第五大道", None), ("红旗大街", None), ("66号", None)],
)  # fmt: skip
def test_doors(text: str, door: Door | None) -> None:
    assert door_of(normal(text)) == door


@pytest.mark.parametrize(
    ("spoken", "number"),
    [("六", 6), ("十六", 16), ("六十", 60), ("一百零八", 108), ("二〇六", 206), ("两百", 200)],
)
def test_spoken_numbers(spoken: str, number: int) -> None:
    assert number_of(spoken) == number


@pytest.mark.parametrize(
    ("text", "kilometre"),
    [("G1 K12+300", Kilometre("g1", 12.3)), ("绕城高速12公里300米", Kilometre("绕城高速", 12.3)),
     ("绕城高速12.3公里处", Kilometre("绕城高速", 12.3)), ("k7", Kilometre("", 7.0)),
     ("绕城高速里程桩K12+050", Kilometre("绕城高速", 12.05)), ("中山路66号", None), ("红旗大街", None)],
)  # fmt: skip
def test_kilometres(text: str, kilometre: Kilometre | None) -> None:
    assert kilometre_of(normal(text)) == kilometre


def test_codes_are_compared_without_marks() -> None:
    assert code_of("灯杆 LD01-002号") == code_of("ld01002") == "ld01002"


@pytest.mark.parametrize(
    ("text", "bare"),
    [("红旗大街东北角", "红旗大街"), ("中山路66号对面", "中山路66号"), ("秋林公司门口", "秋林公司"),
     ("哈工大往北200米", "哈工大"), ("附近", "附近")],
)  # fmt: skip
def test_words_of_nearness_are_left_out(text: str, bare: str) -> None:
    assert without_nearness(text) == bare


def test_province_and_city_are_left_out() -> None:
    assert without_region("黑龙江省哈尔滨市南岗区红旗大街") == "南岗区红旗大街"
    assert without_region("红旗大街") == "红旗大街"


@given(st.text(max_size=80))
def test_anything_may_be_typed(text: str) -> None:
    query = normal(text)
    assert normal(query) == query
    for part in (query, without_nearness(query), without_region(query)):
        crossing_of(part)
        door_of(part)
        kilometre_of(part)
        code_of(part)
