"""Readings, initials, sounds and splits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapview.geo.pinyin import readings
from mapview.geo.spelling import align, endings, fits, initials, sounds_like, splits, units_of


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


@pytest.mark.parametrize(
    ("typed", "fit"),
    [
        ("sdyyy", True), ("dyyy", True), ("diyi", True), ("shidiyiyiyuan", True), ("第一yy", True),
        ("yiyuan", True), ("dyr", False), ("shr", False), ("", False), ("，", False),
    ],
)  # fmt: skip
def test_a_name_is_found_by_sound_and_initials_anywhere_in_it(typed: str, fit: bool) -> None:
    assert fits(typed, "市第一医院", readings("市第一医院")) is fit


def test_initials_keep_numbers() -> None:
    assert initials(("hong", "qi", "12", "jie")) == "hq12j"
    assert endings(["hong", "qi", "jie"]) == ["hongqijie", "qijie", "jie"]


@pytest.mark.parametrize(
    ("one", "other"), [("shan", "san"), ("zhang", "zan"), ("lan", "nang"), ("chen", "cheng"), ("xing", "xin")]
)
def test_sounds_that_are_mixed_up_are_one(one: str, other: str) -> None:
    assert sounds_like(one) == sounds_like(other)


@pytest.mark.parametrize(
    ("letters", "parts"),
    [("hongqdj", ("hong", "q", "d", "j")), ("xianfengl", ("xian", "feng", "l")),
     ("rmyy", ("r", "m", "y", "y")),
     ("fangan", ("fang", "an")), ("xian", ("xi", "an")), ("zhshl", ("zh", "sh", "l"))],
)  # fmt: skip
def test_letters_are_split_in_the_likely_ways(letters: str, parts: tuple[str, ...]) -> None:
    assert parts in splits(letters)


def test_typed_parts_align_with_any_part_of_a_name() -> None:
    reading = ("ha", "er", "bin", "hong", "qi", "da", "jie")
    units = list("哈尔滨红旗大街")
    assert list(align(("hong", "q", "d", "j"), units, reading)) == [3]
    assert list(align(("红", "旗", "d"), units, reading)) == [3]
    assert list(align(("虹", "旗", "d"), units, reading)) == []
