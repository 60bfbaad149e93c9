"""Who talks and who waits: the rules as a table, and what no sequence of them may break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.conversation import (
    CallPlace,
    Places,
    confer,
    ended,
    give_back,
    hold,
    in_place,
    leave,
    rejoin,
    take_over,
    talk_to,
)
from telephony.errors import NotNowError

TALK, HELD, ASIDE, TAKEN = CallPlace.TALK, CallPlace.HELD, CallPlace.ASIDE, CallPlace.TAKEN
ALONE = CallPlace.ALONE


@pytest.mark.parametrize(
    ("before", "rule", "after"),
    [
        ({"a": TALK}, lambda p: talk_to(p, "b"), {"a": HELD, "b": TALK}),
        ({"a": HELD, "b": TALK}, lambda p: talk_to(p, "a"), {"a": TALK, "b": HELD}),
        ({"a": TALK, "b": TALK, "c": TALK}, lambda p: talk_to(p, "b"), {"a": HELD, "b": TALK, "c": HELD}),
        ({"a": TALK, "x": ALONE}, lambda p: talk_to(p, "b"), {"a": HELD, "x": ALONE, "b": TALK}),
        ({"a": TALK}, lambda p: hold(p, "a"), {"a": HELD}),
        ({"a": HELD, "b": TALK}, lambda p: confer(p, ["a"]), {"a": TALK, "b": TALK}),
        ({"a": TALK, "b": TALK, "c": HELD}, leave, {"a": ASIDE, "b": ASIDE, "c": HELD}),
        ({"a": ASIDE, "b": ASIDE, "c": TALK}, rejoin, {"a": TALK, "b": TALK, "c": HELD}),
        ({"a": ASIDE, "b": ASIDE}, lambda p: ended(p, "b"), {"a": HELD}),
        ({"a": ASIDE, "b": ASIDE}, lambda p: talk_to(p, "a"), {"a": TALK, "b": HELD}),
        ({"a": TALK, "b": TALK, "c": HELD}, lambda p: take_over(p, "a"), {"a": TAKEN, "b": TAKEN, "c": HELD}),
        ({"a": TAKEN}, give_back, {"a": TALK}),
        ({"a": TAKEN, "b": TALK}, give_back, {"a": HELD, "b": TALK}),
    ],
)
def test_the_rules(before: Places, rule: object, after: Places) -> None:
    assert callable(rule)
    assert rule(before) == after


@pytest.mark.parametrize(
    ("places", "rule"),
    [
        ({"a": TALK}, leave),
        ({"a": TALK, "b": TALK, "c": ASIDE, "d": ASIDE}, leave),
        ({"a": TALK}, rejoin),
        ({"a": TALK}, lambda p: confer(p, ["ghost"])),
        ({"a": TALK, "x": ALONE}, lambda p: confer(p, ["x"])),
        ({"a": HELD}, lambda p: take_over(p, "a")),
    ],
)
def test_what_makes_no_sense_is_refused(places: Places, rule: object) -> None:
    assert callable(rule)
    with pytest.raises(NotNowError):
        rule(places)


CALLS = st.sampled_from("abcd")
STEPS = st.lists(
    st.tuples(st.sampled_from(["talk", "hold", "confer", "leave", "rejoin", "end", "take", "back"]), CALLS)
)


@given(STEPS)
def test_no_order_leaves_a_caller_alone_or_two_conversations(steps: list[tuple[str, str]]) -> None:
    places: Places = {}
    for step, call_id in steps:
        before = places
        try:
            places = {
                "talk": lambda p, c=call_id: talk_to(p, c),
                "hold": lambda p, c=call_id: hold(p, c) if c in p else p,
                "confer": lambda p, c=call_id: confer(p, [c]),
                "leave": leave,
                "rejoin": rejoin,
                "end": lambda p, c=call_id: ended(p, c),
                "take": lambda p, c=call_id: take_over(p, c),
                "back": give_back,
            }[step](places)
        except NotNowError:
            assert places is before
        assert len(in_place(places, ASIDE)) != 1, "nobody talks with nobody"
        if step == "talk":
            assert in_place(places, TALK) == [call_id]
        if step == "end":
            assert call_id not in places
        else:
            assert set(before) <= set(places), "an order loses nobody"
