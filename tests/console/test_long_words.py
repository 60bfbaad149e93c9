"""Sentences, numbers and ages that people saw cut, stale or mistaken for each other on the real desk."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from console import i18n
from console.models.commandline import parse
from console.models.labels import short_station
from console.models.latest import short
from console.panels.table import ROW_PX, wrapped_px
from console.ports import Found, Suggestions
from dispatch.kinds import Role
from dispatch.words import Point
from tests.console.apart import conflicting, two_sites
from tests.console.busy import busy


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_long_alarm_has_the_lines_it_needs_and_its_age_goes_on(seat, show, language):
    i18n.use(language)
    busy(seat)
    shown = show(seat)
    seat.clock.now += 600_000
    seat.desk.on_time()
    shown.settle()
    table = shown.window._alarms.table
    assert table.rows_model.rows
    ages = [row.age for row in table.rows_model.rows]
    seat.clock.now += 1_000
    shown.window.second()
    assert [row.age for row in table.rows_model.rows] != ages
    long = replace(
        table.rows_model.rows[0], target="02 江南分中心　没有记录；请本区开机，在该席按 Ctrl+Shift+T" * 2
    )
    table.show_rows([long])
    needed = wrapped_px(long.target, table.columnWidth(1), small=True, bold=False)
    assert table.rowHeight(0) == needed > ROW_PX


def test_numbers_of_two_sites_are_told_apart(seat):
    conflicting(seat)
    floor = seat.desk.floor
    assert short("01-20261121-0017", floor) == "0017"
    assert short("02-20261121-0017", floor) == "02-0017"
    one = next(iter(floor.incidents.values()))
    twin = replace(one, id="twin", number=f"02-20261121-{one.number[-4:]}")
    floor.incidents["twin"] = twin
    assert parse(f"/jg 02-{one.number[-4:]}", floor, Role).incident == twin
    assert "不止一件" in parse(f"/jg {one.number[-4:]}", floor, Role).trouble


def test_a_city_of_one_site_says_plain_numbers(seat):
    assert short("05-20261121-0017", seat.desk.floor) == "0017"
    two_sites(seat)
    assert short("05-20261121-0017", seat.desk.floor) == "0017"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("铃江市第一人民医院急救站", "第一人民医院"),
        ("安林急救站", "安林"),
        ("中心站", "中心站"),
        ("站内待命", "站内待命"),
        ("市第一医院", "市第一医院"),
    ],
)
def test_a_station_in_a_narrow_column(name, said):
    assert short_station(name) == said


def test_suggestions_open_once_and_never_by_themselves(seat, show):
    shown = show(seat)
    shown.key(Qt.Key.Key_F2)
    address = shown.find("form.place")
    shown.type("民主")
    answer = Suggestions("民主", (Found("民主大街", Point(126.6, 45.7)),))
    address.suggest(answer)
    assert shown.find("form.place.suggestions").isVisible()
    address.close_list()
    address.suggest(answer)
    assert not shown.find("form.place.suggestions").isVisible()
