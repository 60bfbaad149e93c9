"""Initials, sounds callers mix up, splits of what was typed, and what fits a name."""

import pytest

from mapview.geo.pinyin import readings
from mapview.geo.spelling import align, endings, fits, initials, sounds_like, splits


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
