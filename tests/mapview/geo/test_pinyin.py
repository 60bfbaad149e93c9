"""Readings: what people use beside what the dictionary says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapview.geo.pinyin import readings
from mapview.geo.spelling import initials, units_of


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("红旗大街", "hongqidajie"), ("朝阳大街", "chaoyangdajie"), ("曾家岩", "zengjiayan"),
        ("大夫巷", "daifuxiang"), ("单县路", "shanxianlu"), ("重庆路", "chongqinglu"), ("六安街", "luanjie"),
        ("乐亭街", "laotingjie"), ("番禺路", "panyulu"), ("浒墅关", "xushuguan"),
        ("会计胡同", "kuaijihutong"),
        ("厦门路", "xiamenlu"), ("解家屯", "xiejiatun"), ("十里堡", "shilipu"), ("k12酒店", "k12jiudian"),
    ],
)  # fmt: skip
def test_a_name_has_the_reading_people_use(name: str, sound: str) -> None:
    assert sound in {"".join(reading) for reading in readings(name)}


def test_the_dictionary_reading_stays_beside_the_override() -> None:
    assert {"".join(r) for r in readings("曾家岩")} == {"zengjiayan", "cengjiayan"}


def test_every_reading_has_a_syllable_for_each_unit() -> None:
    for reading in readings("朝阳k12大夫巷3号"):
        assert len(reading) == len(units_of("朝阳k12大夫巷3号"))


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_text_can_be_read(text: str) -> None:
    for reading in readings(text.lower()):
        assert len(reading) == len(units_of(text.lower()))
        initials(reading)
