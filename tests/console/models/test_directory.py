"""Whom to dial is found by characters, pinyin and initials; without a navigator by characters only."""

import pytest
from msgspec.structs import replace

from console.models.directory import find
from console.models.spelling import KNOWN_MAX, Spelling
from dispatch import commands as cmd
from tests.console.busy import Seatful


@pytest.fixture
def numbered(seat: Seatful) -> Seatful:
    """Every hospital has a number."""
    for at, hospital in enumerate(list(seat.hub.floor.hospitals.values())):
        seat.hub.as_hub(cmd.RegisterHospital(replace(hospital, phone=f"8460000{at}")))
    seat.pump()
    return seat


def names(seat: Seatful, typed: str) -> list[str]:
    return [entry.name for entry in find(seat.desk, typed)]


@pytest.mark.parametrize("typed", ["sdyyy", "dyyy", "SDYYY", "shidiyi", "diyiyy", "第一yy"])
def test_a_name_is_found_as_it_is_read(numbered: Seatful, typed: str) -> None:
    assert names(numbered, ""), "as the sheet opens: the navigator is asked now"
    numbered.pump()
    assert "市第一医院" in names(numbered, typed)
    assert "省人民医院" not in names(numbered, typed)


def test_what_is_written_so_stands_before_what_is_read_so(numbered: Seatful) -> None:
    numbered.desk.begin_intake(None, "")
    numbered.desk.type(contact_name="rm", contact_phone="13900000001")
    names(numbered, "")
    numbered.pump()
    assert names(numbered, "rm") == ["rm", "省人民医院"]


def test_a_number_is_a_number(numbered: Seatful) -> None:
    names(numbered, "")
    numbered.pump()
    found = find(numbered.desk, "8460000")
    assert (found[0].number, len(found)) == ("8460000", 5)


def test_without_a_navigator_names_are_found_by_their_characters(numbered: Seatful) -> None:
    numbered.desk.navigator.tell = lambda message: None
    assert names(numbered, "dyyy") == []
    assert names(numbered, "第一") == ["市第一医院"]


class Asked:
    """A navigator that only counts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def spell(self, names: tuple[str, ...]) -> None:
        self.asked.append(names)


def test_a_name_is_asked_for_once_and_again_where_nobody_could_look() -> None:
    spelling, navigator = Spelling(), Asked()
    for _ in range(2):
        spelling.ask(navigator.spell, ("市第一医院", "", "市第一医院"))
    assert navigator.asked == [("市第一医院",)], "one question at a time"
    spelling.learn({})
    spelling.ask(navigator.spell, ("市第一医院",))
    assert len(navigator.asked) == 2
    spelling.learn({"市第一医院": (("shi", "di", "yi", "yi", "yuan"),)})
    spelling.ask(navigator.spell, ("市第一医院",))
    assert len(navigator.asked) == 2
    assert spelling.fits("dyyy", "市第一医院")
    spelling.learn({str(at): () for at in range(KNOWN_MAX)})
    assert not spelling.fits("dyyy", "市第一医院"), "names of callers come and go"
