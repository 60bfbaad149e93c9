"""Where callers are said to be stays on the call, and a stranger cannot fill the journal with it."""

import msgspec
import pytest

from dispatch import commands as cmd
from dispatch.apply import apply
from dispatch.decide import decide
from dispatch.events import Event
from dispatch.figure import Figure
from dispatch.floor import Floor
from dispatch.indicators import figures
from dispatch.kinds import Direction, Role
from dispatch.order import Order
from dispatch.refusals import AlreadyThere, NotFound, NotPossible
from dispatch.shapes import ArcBand, Circle, Ellipse, Polygon, Shape, Spot
from dispatch.whereabouts import (
    DETAILS_MAX,
    LOOK_UPS_MAX,
    PLACES_MAX,
    Basis,
    CallerDetail,
    CallerPlace,
    LookUp,
    Outcome,
    ReportLookUp,
    ReportWhereabouts,
    Source,
    Way,
)
from dispatch.words import Call, Point

AT = Point(126.6177, 45.7732)
SHAPES: tuple[Shape, ...] = (
    Spot(AT),
    Circle(AT, 850.0),
    Ellipse(AT, 1275.0, 670.0, 43.2),
    ArcBand(AT, 3594.0, 4148.0, 20.0, 20.0),
    Polygon((AT, Point(126.62, 45.775), Point(126.62, 45.77))),
)


@pytest.fixture
def floor() -> Floor:
    return Floor(calls={"c": Call("c", "", Direction.INBOUND, "13904510001", 1_000)})


def given(floor: Floor, command: cmd.Command) -> object:
    """Decide it; what happened is applied, in the form it has on the wire."""
    decided = decide(floor, Order("o", command, 2_000, "seat-01", frozenset({Role.DISPATCHER})), 2_000)
    if isinstance(decided, tuple):
        for event in decided:
            apply(floor, msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=Event))
    return decided


def place(key: str, shape: Shape | None = None) -> CallerPlace:
    return CallerPlace(key, Source.BY_VALUE, 2_000, shape, "中央大街128号", 90.0, "Cell", 1_500)


def look_up(outcome: Outcome | None = None, key: str = "l") -> LookUp:
    return LookUp(key, Way.OPERATOR, Basis.EMERGENCY, "第十三条", "13904510001", 2_000, "d", outcome)


def test_every_shape_stays_on_the_call_as_it_came(floor: Floor) -> None:
    places = tuple(place(str(n), shape) for n, shape in enumerate(SHAPES))
    detail = CallerDetail("crash", "airbags", "2/4")
    given(floor, ReportWhereabouts("c", places, (detail,)))
    assert floor.calls["c"].places == places
    assert floor.calls["c"].details == (detail,)
    reaches = [one.uncertainty_m for one in places]
    assert reaches[0] is None
    assert reaches[1] == 850.0
    assert all(reach and reach > 100 for reach in reaches[1:])


def test_what_is_known_is_not_kept_twice(floor: Floor) -> None:
    given(floor, ReportWhereabouts("c", (place("a"),)))
    assert given(floor, ReportWhereabouts("c", (place("a"),))) == AlreadyThere("call", "c")
    given(floor, ReportWhereabouts("c", (place("a"), place("b"))))
    assert [one.id for one in floor.calls["c"].places] == ["a", "b"]


def test_a_stranger_fills_no_journal(floor: Floor) -> None:
    details = tuple(CallerDetail("comment", "text", str(n)) for n in range(DETAILS_MAX + 50))
    given(floor, ReportWhereabouts("c", tuple(place(str(n)) for n in range(PLACES_MAX + 9)), details))
    given(floor, ReportWhereabouts("c", (place("late"),), ()))
    assert len(floor.calls["c"].places) == PLACES_MAX
    assert len(floor.calls["c"].details) == DETAILS_MAX
    for n in range(LOOK_UPS_MAX):
        given(floor, ReportLookUp("c", look_up(key=f"l{n}")))
    assert given(floor, ReportLookUp("c", look_up(key="more"))) == NotPossible("too_many_look_ups")


def test_a_question_is_kept_with_who_asked_and_then_with_its_answer(floor: Floor) -> None:
    given(floor, ReportLookUp("c", look_up()))
    assert floor.calls["c"].look_ups == (look_up(),)
    found = place("p", Circle(AT, 300.0))
    given(floor, ReportLookUp("c", look_up(Outcome.LOCATED), found))
    given(floor, ReportLookUp("c", look_up(Outcome.LOCATED), found))  # told twice
    assert floor.calls["c"].look_ups == (look_up(Outcome.LOCATED),)
    assert floor.calls["c"].places == (found,)


def test_how_often_a_question_was_answered_is_a_figure_by_operator(floor: Floor) -> None:
    assert figure(floor, "located").value is None
    answers = ((Outcome.LOCATED, "移动"), (Outcome.NOT_FOUND, "移动"), (Outcome.LOCATED, "电信"), (None, ""))
    for n, (outcome, operator) in enumerate(answers):
        one = msgspec.structs.replace(look_up(outcome, f"l{n}"), operator=operator)
        given(floor, ReportLookUp("c", one))
    assert (figure(floor, "located").value, figure(floor, "located").count) == (0.5, 4)
    shares = [figure(floor, f"located_{name}").value for name in ("移动", "电信", "unknown")]
    assert shares == [0.5, 1.0, 0.0]


def figure(floor: Floor, name: str) -> Figure:
    return next(one for one in figures(floor, 0, 10_000) if one.name == name)


def test_an_unknown_call_is_refused(floor: Floor) -> None:
    assert given(floor, ReportWhereabouts("x", (place("a"),))) == NotFound("call", "x")
    assert given(floor, ReportLookUp("x", look_up())) == NotFound("call", "x")
