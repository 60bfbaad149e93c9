"""The command line: verb first, vehicle before incident, nothing guessed."""

import pytest

from console.models.commandline import complete, parse, plain
from dispatch.kinds import Role
from tests.console.busy import busy

DISPATCHER = frozenset({Role.DISPATCHER})


@pytest.mark.parametrize(
    ("line", "verb", "vehicle"),
    [
        ("/派车 03", "order", "v3"),
        ("／派车　０３", "order", "v3"),
        ("pc A03", "order", "v3"),
        ("、pc 3", "order", "v3"),
        ("/PAICHE a03", "order", "v3"),
        ("/jd 12", "milestone", "v12"),
        ("/send", "order", None),
    ],
)
def test_lines_that_are_understood(seat, line, verb, vehicle):
    parsed = parse(line, seat.desk.floor, DISPATCHER)
    assert parsed.verb is not None, parsed.trouble
    assert parsed.verb.id == verb
    assert (parsed.vehicle.id if parsed.vehicle else None) == vehicle


def test_incidents_by_their_serial(seat):
    busy(seat)
    assert parse("/close 4", seat.desk.floor, DISPATCHER).incident.id == "e3"
    assert parse("/js 0004", seat.desk.floor, DISPATCHER).incident.id == "e3"
    assert "末四位" in parse("/js 99", seat.desk.floor, DISPATCHER).trouble


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "例如"),
        ("/zzzzz", "没有命令"),
        ("/h", ""),
        ("/派车 99", "没有车辆"),
        ("/选 x", "数字"),
        ("/go", "不止一个"),
    ],
)
def test_what_is_not_understood_says_how(seat, line, says):
    parsed = parse(line, seat.desk.floor, DISPATCHER)
    if says:
        assert parsed.verb is None
        assert says in parsed.trouble


def test_a_role_without_the_right_is_told(seat):
    assert "无权" in parse("/派车", seat.desk.floor, frozenset({Role.OBSERVER})).trouble


def test_tab_completes_only_what_is_clear():
    assert complete("/pai") == "/派车 "
    assert complete("/paiche 03") == "/派车 03"
    assert complete("/go") == "/go"
    assert plain(" ／ＰＣ　 ３ ") == "pc 3"
