"""An order leaves the book exactly once, and never stale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.orders import ORDERS_PER_TERMINAL_MAX, Delivered, Failed, OrderBook
from radio.ports import Order, OrderFailure

PHONE = "13900000000"


def order(number: str, expires_at_ms: int = 1000, replaces: str = "") -> Order:
    return Order(number, "0" + PHONE, "text", 1, "CITY", expires_at_ms, replaces=replaces)


def numbers(orders: list[Order]) -> list[str]:
    return [one.order_no for one in orders]


def test_waiting_sent_delivered_accepted() -> None:
    book = OrderBook()
    assert book.add(order("a"), 0) == []
    assert numbers(book.to_send(PHONE, 0)) == ["a"]
    book.sent(PHONE, "a")
    assert book.to_send(PHONE, 0) == []
    assert book.answered(PHONE, "a", 0) == Delivered("a")
    assert book.answered(PHONE, "a", 0) is None
    assert book.open_for(PHONE) == "a"
    book.crew_answered(PHONE)
    assert book.open_for(PHONE) == ""
    assert len(book) == 0


def test_never_sent_and_sent_in_vain_are_two_things() -> None:
    book = OrderBook()
    for number in "ab":
        book.add(order(number), 0)
    book.sent(PHONE, "b")
    book.link_lost(PHONE)
    assert numbers(book.to_send(PHONE, 999)) == ["a", "b"]
    assert book.to_send(PHONE, 1000) == []
    assert book.expired(1000) == [Failed("a", OrderFailure.EXPIRED), Failed("b", OrderFailure.NO_ANSWER)]
    assert book.phones() == []


def test_on_the_air_it_is_given_up_by_its_session_only() -> None:
    book = OrderBook()
    book.add(order("a"), 0)
    book.sent(PHONE, "a")
    assert book.expired(5000) == []
    assert book.given_up(PHONE, "a") == Failed("a", OrderFailure.NO_ANSWER)
    assert book.given_up(PHONE, "a") is None


@pytest.mark.parametrize("was_sent", [False, True])
def test_replaced(was_sent: bool) -> None:
    book = OrderBook()
    book.add(order("a"), 0)
    if was_sent:
        book.sent(PHONE, "a")
    failed = book.add(order("b", replaces="a"), 0)
    assert failed == [Failed("a", OrderFailure.NO_ANSWER if was_sent else OrderFailure.SUPERSEDED)]
    assert numbers(book.to_send(PHONE, 0)) == ["b"], "the old one does not go out again"


def test_recall_of_an_order_that_may_have_arrived_goes_out() -> None:
    book = OrderBook()
    book.add(order("a"), 0)
    book.sent(PHONE, "a")
    recall = Order("a.x", PHONE, "任务取消", 1, "CITY", 1000, replaces="a", recall=True)
    assert book.add(recall, 0) == [Failed("a", OrderFailure.NO_ANSWER)]
    assert numbers(book.to_send(PHONE, 0)) == ["a.x"]


def test_recall_of_an_order_that_never_left_stays_here_too() -> None:
    book = OrderBook()
    book.add(order("a"), 0)
    recall = Order("a.x", PHONE, "任务取消", 1, "CITY", 1000, replaces="a", recall=True)
    superseded = OrderFailure.SUPERSEDED
    assert book.add(recall, 0) == [Failed("a", superseded), Failed("a.x", superseded)]
    assert len(book) == 0


def test_full() -> None:
    book = OrderBook()
    for number in range(ORDERS_PER_TERMINAL_MAX):
        assert book.add(order(str(number)), 0) == []
    assert book.add(order("more"), 0) == [Failed("more", OrderFailure.QUEUE_FULL)]


steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "send", "lose", "answer", "refuse", "give up", "expire"]),
        st.sampled_from("abc"),
    ),
    max_size=40,
)


@given(steps)
def test_every_order_ends_at_most_once_and_is_never_sent_stale(steps: list[tuple[str, str]]) -> None:
    book = OrderBook()
    added: set[str] = set()
    ended: list[str] = []
    for now_ms, (step, number) in enumerate(steps):
        out: list[Failed | Delivered | None] = []
        match step:
            case "add":
                out = list(book.add(order(number, expires_at_ms=20), now_ms))
                added.add(number)
            case "send":
                waiting = book.to_send(PHONE, now_ms)
                assert not waiting or now_ms < 20
                for one in waiting:
                    book.sent(PHONE, one.order_no)
            case "lose":
                book.link_lost(PHONE)
            case "answer" | "refuse":
                out = [book.answered(PHONE, number, int(step == "refuse"))]
            case "give up":
                out = [book.given_up(PHONE, number)]
            case _:
                out = list(book.expired(now_ms))
        ended += [one.order_no for one in out if one is not None]
    assert len(ended) == len(set(ended))
    assert len(book) == len(added) - len(ended)
