"""The tail of an order text and the fence that judges it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.errors import OrderTextError
from radio.terminal.fields import write_text
from radio.terminal.order_text import Fence, OrderTail, Verdict, read_order, write_order

words = st.text(alphabet="0123456789abcdefCITY-", min_size=1, max_size=32)
coordinates = st.tuples(st.integers(-180_000_000, 180_000_000), st.integers(-90_000_000, 90_000_000)).map(
    lambda e6: (e6[0] / 1e6, e6[1] / 1e6)
)
tails = st.builds(
    OrderTail,
    words,
    st.integers(0, 999_999_999),
    words,
    st.none() | coordinates,
    st.none() | coordinates,
    st.just("") | words,
    st.booleans(),
)


@given(tails, st.text(alphabet="道里区中央大街1号 #/胸痛", max_size=600))
def test_round_trip(tail: OrderTail, text: str) -> None:
    written = write_order(text, tail)
    assert len(write_text(written)) <= 1024
    read = read_order(written)
    assert read is not None
    assert read[1] == tail
    assert text.startswith(read[0])


def test_form() -> None:
    tail = OrderTail("m7", 3, "CITY", (126.64, 45.755), None, "m6")
    assert write_order("速到", tail) == "速到 #m7/3/CITY/s126.640000,45.755000/rm6"


@pytest.mark.parametrize("text", ["", "请回电", "#1", "#a/b/c", "到#5号楼/2/3单元 门口"])
def test_not_an_order(text: str) -> None:
    assert read_order(text) is None


def test_unknown_fields_are_skipped() -> None:
    read = read_order("去 #a/1/X/znew/s1.0,2.0/q")
    assert read is not None
    assert read[1] == OrderTail("a", 1, "X", (1.0, 2.0))


@pytest.mark.parametrize(
    "wrong", [OrderTail("a b", 1, "X"), OrderTail("a", 1, "X/Y"), OrderTail("a", -1, "X")]
)
def test_not_writable(wrong: OrderTail) -> None:
    with pytest.raises(OrderTextError):
        write_order("", wrong)


def order(
    number: str, term: int = 1, site: str = "CITY", replaces: str = "", *, recall: bool = False
) -> OrderTail:
    return OrderTail(number, term, site, replaces=replaces, recall=recall)


def test_fence() -> None:
    story: list[tuple[OrderTail, Verdict, str]] = [
        (order("a"), Verdict.ACCEPT, "a"),
        (order("a"), Verdict.DUPLICATE, "a"),
        (order("b"), Verdict.ON_MISSION, "a"),
        (order("c", replaces="x"), Verdict.ON_MISSION, "a"),
        (order("d", term=2, site="DAOLI", replaces="a"), Verdict.ACCEPT, "d"),  # a district took over
        (order("e", term=1, replaces="d"), Verdict.STALE, "d"),  # the cut-off centre does not know yet
        (order("f", term=2, site="CITY", replaces="d"), Verdict.STALE, "d"),
        (order("g", term=2, site="DAOLI", replaces="d", recall=True), Verdict.ACCEPT, ""),
        (order("g", term=2, site="DAOLI", replaces="d", recall=True), Verdict.DUPLICATE, ""),
        (order("d", term=2, site="DAOLI"), Verdict.DUPLICATE, ""),  # recalled, then repeated late
        (order("h", term=2, site="DAOLI"), Verdict.ACCEPT, "h"),
    ]
    fence = Fence()
    for tail, verdict, doing in story:
        found, fence = fence.judge(tail)
        assert (found, fence.doing) == (verdict, doing), tail
    fence = fence.finished()
    assert fence.judge(order("h", term=2, site="DAOLI"))[0] == Verdict.DUPLICATE
    assert fence.judge(order("i", term=1))[0] == Verdict.STALE


@given(
    st.lists(st.builds(order, st.sampled_from("abcd"), st.integers(0, 3), st.sampled_from("XY")), max_size=30)
)
def test_fence_never_steps_back(orders: list[OrderTail]) -> None:
    fence = Fence()
    for tail in orders:
        _, after = fence.judge(tail)
        assert after.highest >= fence.highest
        assert not (fence.doing and after.doing != fence.doing)  # nothing here replaces anything
        fence = after
