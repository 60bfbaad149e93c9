"""A seat's state, what follows what, and how long each lasted."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dispatch.kinds import SeatState
from telephony.acd.standing import Happening, Standing, StateChanged, after, wrap_up_is_over

H = Happening
S = SeatState


def run(*happenings: tuple[Happening, int, str]) -> tuple[Standing, list[StateChanged]]:
    standing, rows = Standing(), []
    for happening, at_ms, reason in happenings:
        standing, row = after(standing, happening, at_ms, reason)
        rows += [] if row is None else [row]
    return standing, rows


def test_a_shift_with_one_call() -> None:
    standing, rows = run(
        (H.LOGGED_IN, 1000, ""), (H.TALKS, 5000, ""), (H.TALKED, 65000, ""), (H.WRAPPED_UP, 80000, "")
    )
    assert standing.state is S.READY
    assert [(r.before, r.after, r.lasted_ms) for r in rows] == [
        (S.LOGGED_OUT, S.READY, 1000),
        (S.READY, S.INTAKE, 4000),
        (S.INTAKE, S.AFTER_CALL, 60000),
        (S.AFTER_CALL, S.READY, 15000),
    ]


def test_a_paused_seat_that_took_a_call_goes_back_to_its_pause() -> None:
    standing, _ = run(
        (H.LOGGED_IN, 0, ""),
        (H.PAUSED, 1, "用餐"),
        (H.TALKS, 2, ""),
        (H.TALKED, 3, ""),
        (H.WRAPPED_UP, 4, ""),
    )
    assert (standing.state, standing.reason) == (S.PAUSED, "用餐")


def test_a_pause_during_a_call_begins_after_it() -> None:
    standing, rows = run(
        (H.LOGGED_IN, 0, ""),
        (H.TALKS, 2, ""),
        (H.PAUSED, 3, "交接"),
        (H.TALKED, 4, ""),
        (H.WRAPPED_UP, 5, ""),
    )
    assert (standing.state, standing.reason) == (S.PAUSED, "交接")
    assert [r.after for r in rows] == [S.READY, S.INTAKE, S.AFTER_CALL, S.PAUSED]


def test_the_clock_ends_the_wrap_up() -> None:
    standing, _ = run((H.LOGGED_IN, 0, ""), (H.TALKS, 2, ""), (H.TALKED, 1000, ""))
    assert not wrap_up_is_over(standing, 15_999)
    assert wrap_up_is_over(standing, 16_000)


def test_what_does_not_follow_changes_nothing() -> None:
    assert run((H.TALKED, 5, ""))[1] == []
    assert run((H.PAUSED, 5, "x"))[0] == Standing()
    assert run((H.LOGGED_IN, 1, ""), (H.LOGGED_IN, 2, ""))[0].since_ms == 1


@given(st.lists(st.tuples(st.sampled_from(list(H)), st.integers(0, 10**6)), max_size=30))
def test_rows_join_without_a_gap(steps: list[tuple[Happening, int]]) -> None:
    at, rows, standing = 0, [], Standing()
    for happening, later in steps:
        at += later
        standing, row = after(standing, happening, at)
        rows += [] if row is None else [row]
    assert all(a.after is b.before for a, b in pairwise(rows))
    assert sum(r.lasted_ms for r in rows) == (rows[-1].at_ms if rows else 0)
    assert all(r.before is not r.after for r in rows)
