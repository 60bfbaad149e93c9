"""Who may take command and hand it over: every refusal by its word."""

import pytest
from msgspec.structs import replace

from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.sites import CITY, Authority, Conflict, Site
from dispatch.words import Dispatcher
from store.core.command_messages import HandOver, TakeCommand
from store.core.journal import Head
from store.core.seals import SignKey
from store.core.takeover import (
    ALIVE_MS,
    Pair,
    Standing,
    evidence,
    fullest,
    handed_over,
    outranks,
    taken,
    two_people,
    why_not_hand_over,
    why_not_take,
)
from store.core.tokens import SESSION_MS_MAX, Seals, Token, seal
from store.core.wire import Epoch

NOW = 1_790_000_000_000
KEY = SignKey("relay-02", bytes(range(32)))
SEAT = "public key of the seat"
LEADER, PLAIN = "d1", "d2"
BOTH = Pair(LEADER, PLAIN)
HEARD = Standing("02", "", Head(90), "01", Epoch(1, "01", 4), heard_seq=95, heard_at=NOW - ALIVE_MS)


@pytest.fixture
def floor() -> Floor:
    dispatcher = frozenset({Role.DISPATCHER})
    people = [
        Dispatcher(LEADER, "1", "李", dispatcher | {Role.SHIFT_LEADER}),
        Dispatcher(PLAIN, "2", "王", dispatcher),
        Dispatcher("d3", "3", "赵", dispatcher),
    ]
    return Floor(dispatchers={one.id: one for one in people}, sites={"02": Site("02", "江北")})


def session(person: str, *, second: bool = False, seat: str = SEAT, at: int = NOW) -> bytes:
    return seal(Token(seat, person, None, at, at + SESSION_MS_MAX, second), KEY)


def take(scope: str = CITY, **how: object) -> TakeCommand:
    fields = {"reason": "失联", "order_no": "1", "token": b"", "second": b"", **how}
    return TakeCommand(id="t", scope=scope, **fields)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (session(LEADER), session(PLAIN, second=True), ""),
        (session(PLAIN), session(LEADER, second=True), ""),
        (b"", session(PLAIN, second=True), "wrong_login"),
        (session(LEADER, second=True), session(PLAIN, second=True), "wrong_login"),
        (session(LEADER, seat="another seat"), session(PLAIN, second=True), "wrong_login"),
        (session(LEADER, at=NOW - 2 * SESSION_MS_MAX), session(PLAIN, second=True), "wrong_login"),
        (session(LEADER), session(LEADER, second=True), "two_people"),
        (session(LEADER), b"", "two_people"),
        (session(PLAIN), session("d3", second=True), "not_allowed"),
        (session("nobody"), session(LEADER, second=True), "not_allowed"),
    ],
)
def test_two_people_of_whom_one_leads(floor: Floor, first: bytes, second: bytes, reason: str) -> None:
    assert two_people(first, second, SEAT, Seals(KEY), floor, NOW).reason == reason


def test_a_silent_holder_is_taken_over_from_a_living_one_only_by_break_glass(floor: Floor) -> None:
    assert why_not_take(HEARD, floor, take(), BOTH, NOW) == ""
    alive = replace(HEARD, heard_at=NOW - ALIVE_MS + 1)
    assert why_not_take(alive, floor, take(), BOTH, NOW) == "holder_alive"
    assert why_not_take(alive, floor, take(break_glass=True), BOTH, NOW) == ""
    assert why_not_take(replace(HEARD, heard_at=None), floor, take(), BOTH, NOW) == ""


def test_a_site_that_answers_and_has_more_rows_goes_first(floor: Floor) -> None:
    near, far = {"03": NOW - 1, "01": NOW - ALIVE_MS}, {"03": NOW - ALIVE_MS}
    fuller = replace(HEARD, peers=near, rows={"03": 91, "01": 99})
    assert fullest(evidence(fuller, CITY, NOW)) == ("03", 91), "who commanded and is silent cannot take it"
    assert why_not_take(fuller, floor, take(), BOTH, NOW) == "lacks_rows"
    assert why_not_take(fuller, floor, take(break_glass=True), BOTH, NOW) == ""
    assert why_not_take(fuller, floor, take("02"), BOTH, NOW) == "", "its own district is its own"
    for same in (
        replace(fuller, rows={"03": 90}),
        replace(fuller, peers=far),
        replace(fuller, standby_seq=91),
        replace(fuller, rows={}),
    ):
        assert why_not_take(same, floor, take(), BOTH, NOW) == ""


def test_what_else_is_refused(floor: Floor) -> None:
    assert why_not_take(HEARD, floor, take(order_no=" "), BOTH, NOW) == "no_reason"
    assert why_not_take(HEARD, floor, take("09"), BOTH, NOW) == "unknown_scope"
    assert why_not_take(HEARD, floor, take("02"), BOTH, NOW) == ""
    assert why_not_take(replace(HEARD, commands=CITY), floor, take(), BOTH, NOW) == "already_here"
    assert why_not_take(replace(HEARD, commands="02"), floor, take(), BOTH, NOW) == ""
    assert why_not_take(HEARD, floor, take(), Pair(reason="two_people"), NOW) == "two_people"


def test_the_word_says_what_may_be_lost_and_outranks_everything_known(floor: Floor) -> None:
    floor.authorities["02"] = Authority("02", "02", 6, NOW)
    word = taken(floor, HEARD, take(break_glass=True), BOTH, NOW)
    assert (word.term, word.site, word.from_site) == (7, "02", "01")
    assert (word.fork_seq, word.heard_seq, word.break_glass) == (90, 95, True)
    assert (word.dispatcher_id, word.second_id) == (LEADER, PLAIN)
    shown = evidence(HEARD, CITY, NOW)
    assert (shown.heard_seq - shown.own_seq, shown.tick_age_ms) == (5, ALIVE_MS)
    assert evidence(replace(HEARD, heard_at=None), CITY, NOW).tick_age_ms == -1


def hand(to_site: str = "02", scope: str = CITY) -> HandOver:
    return HandOver(id="h", scope=scope, to_site=to_site, reason="恢复", order_no="2", token=b"", second=b"")


def test_handing_over_needs_a_connected_site_and_no_open_conflict(floor: Floor) -> None:
    here = Standing("01", CITY, Head(50))
    near = {"02": 100}
    assert why_not_hand_over(here, floor, hand(), BOTH, near) == ""
    assert why_not_hand_over(here, floor, hand(), BOTH, {}) == "not_connected"
    assert why_not_hand_over(here, floor, hand(), BOTH, {"02": ALIVE_MS}) == "not_connected"
    assert why_not_hand_over(here, floor, hand("01"), BOTH, near) == "already_here"
    assert why_not_hand_over(here, floor, hand(scope="02"), BOTH, near) == "unknown_scope"
    floor.conflicts["x"] = Conflict("x", "c", "03", "AssignVehicle", NOW, NOW, b"", "VehicleTaken")
    assert why_not_hand_over(here, floor, hand(), BOTH, near) == "conflicts_open"
    word = handed_over(floor, here, 4, hand(), BOTH, NOW)
    assert (word.term, word.site, word.fork_seq) == (5, "02", 51)


def test_boot_never_counts_between_sites() -> None:
    assert outranks(Epoch(2, "02", 1), Epoch(1, "01", 99))
    assert not outranks(Epoch(1, "01", 99), Epoch(1, "01", 1))
    assert outranks(Epoch(2, "03", 1), Epoch(2, "02", 7)), "the site breaks the tie"
