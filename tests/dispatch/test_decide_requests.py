"""One site asks another: offered, signed, returned, withdrawn, not delivered, overdue."""

import pytest
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch import requests as req
from dispatch.alarms import AlarmKind, overdue
from dispatch.kinds import CloseReason, RequestKind, RequestState, Role
from dispatch.refusals import AlreadyThere, NeedsReason, NotAllowed, NotFound, NotPossible, WrongState
from dispatch.scopes import held_elsewhere
from dispatch.sites import CITY, Authority, Site
from dispatch.words import Seat
from tests.dispatch.trade import Centre120

HUB = frozenset({Role.HUB})
CITY_SEAT, DISTRICT_SEAT = "seat-1", "seat-2"


@pytest.fixture
def two(centre: Centre120) -> Centre120:
    """seat-1 in the centre 01 with incident i1, seat-2 in the district 02."""
    centre.must(cmd.RegisterSite(Site("01", "市中心")), roles=HUB)
    centre.must(cmd.RegisterSite(Site("02", "江北", ("江北区",))), roles=HUB)
    centre.must(cmd.RegisterSeat(Seat(DISTRICT_SEAT, "2", "02")), roles=HUB)
    centre.incident("i1")
    return centre


def offered(centre: Centre120, key: str = "r1") -> req.Request:
    centre.must(req.OfferIncident(key, "i1", "02", "靠近贵区"))
    return centre.floor.requests[key]


def alarms(centre: Centre120) -> list[tuple[AlarmKind, str | None]]:
    of_requests = {AlarmKind.REQUEST_UNSIGNED, AlarmKind.REQUEST_UNDELIVERED}
    return [(it.kind, it.seat_id) for it in overdue(centre.floor, centre.now) if it.kind in of_requests]


def test_an_offered_incident_is_the_other_sites_only_when_it_signs(two: Centre120) -> None:
    made = offered(two)
    assert (made.kind, made.from_site, made.to_site) == (RequestKind.INCIDENT, "01", "02")
    assert (made.seat_id, made.made_at) == (CITY_SEAT, two.now)
    assert two.floor.incidents["i1"].site == "01"
    assert two.give(req.SignRequest("r1")) == NotPossible("not_asked_here")
    two.must(req.SignRequest("r1"), seat=DISTRICT_SEAT)
    incident, signed = two.floor.incidents["i1"], two.floor.requests["r1"]
    assert (incident.site, incident.seat_id) == ("02", DISTRICT_SEAT)
    assert (signed.state, signed.answered_by, signed.answered_seat_id) == (
        RequestState.SIGNED,
        "li",
        DISTRICT_SEAT,
    )
    assert isinstance(two.give(req.SignRequest("r1"), seat=DISTRICT_SEAT), WrongState)
    assert two.give(req.OfferIncident("r2", "i1", "02")) == NotPossible("not_of_this_site")
    two.must(req.OfferIncident("r2", "i1", "01"), seat=DISTRICT_SEAT)
    two.must(req.SignRequest("r2"))
    assert two.floor.incidents["i1"].site == "01"


def test_it_is_returned_with_a_reason_and_may_be_offered_again(two: Centre120) -> None:
    offered(two)
    assert two.give(req.OfferIncident("r2", "i1", "02")) == NotPossible("already_offered")
    assert two.give(req.ReturnRequest("r1", " "), seat=DISTRICT_SEAT) == NeedsReason()
    two.must(req.ReturnRequest("r1", "无可派车辆"), seat=DISTRICT_SEAT)
    returned = two.floor.requests["r1"]
    assert (returned.state, returned.reason) == (RequestState.RETURNED, "无可派车辆")
    assert (two.floor.incidents["i1"].site, two.floor.incidents["i1"].seat_id) == ("01", CITY_SEAT)
    assert isinstance(two.give(req.WithdrawRequest("r1")), WrongState)
    offered(two, "r2")


def test_who_sent_it_withdraws_it_and_closing_does_too(two: Centre120) -> None:
    offered(two)
    assert two.give(req.WithdrawRequest("r1"), seat=DISTRICT_SEAT) == NotPossible("not_asked_by_us")
    two.must(req.WithdrawRequest("r1"))
    offered(two, "r2")
    two.must(req.AskHelp("r3", "02", 2, "大客车", "i1"))
    close = cmd.CloseIncident("i1", CloseReason.CALLER_CANCELLED, "来电人取消")
    two.must(close, second="li")
    assert {it.state for it in two.floor.requests.values()} == {RequestState.WITHDRAWN}
    assert two.give(req.OfferIncident("r4", "i1", "02")) == WrongState(
        "incident", "i1", "closed", ("open", "held")
    )


def test_help_and_bulletins_are_signed_for_and_move_nothing(two: Centre120) -> None:
    two.must(req.AskHelp("r1", "02", 3, "多人伤"))
    assert two.give(req.SendBulletin("r2", "02", " ")) == NeedsReason()
    two.must(req.SendBulletin("r2", "01", "松花江大桥封闭"), seat=DISTRICT_SEAT)
    two.must(req.SignRequest("r1"), seat=DISTRICT_SEAT)
    two.must(req.SignRequest("r2"))
    assert two.floor.requests["r1"].vehicles == 3
    assert not [event for event in two.history if isinstance(event, ev.IncidentTaken)]


def test_what_cannot_be_asked(two: Centre120) -> None:
    assert two.give(req.OfferIncident("r1", "i1", "01")) == NotPossible("same_site")
    assert two.give(req.OfferIncident("r1", "i1", "09")) == NotFound("site", "09")
    assert two.give(req.OfferIncident("r1", "nothing", "02")) == NotFound("incident", "nothing")
    assert two.give(req.SignRequest("r9")) == NotFound("request", "r9")
    assert two.give(req.WithdrawRequest("r9")) == NotFound("request", "r9")
    refusal = two.give(req.OfferIncident("r1", "i1", "02"), roles=frozenset({Role.CONSULTANT}))
    assert isinstance(refusal, NotAllowed)
    two.must(req.SendBulletin("r1", "02", "通告"))
    assert two.give(req.SendBulletin("r1", "02", "通告")) == AlreadyThere("request", "r1")


def test_nobody_signs_within_a_minute(two: Centre120) -> None:
    offered(two)
    two.must(req.SendBulletin("r2", "02", "通告"))
    two.later(59)
    assert alarms(two) == []
    two.later(1)
    assert alarms(two) == [(AlarmKind.REQUEST_UNSIGNED, CITY_SEAT)]
    two.must(req.SignRequest("r1"), seat=DISTRICT_SEAT)
    assert alarms(two) == []
    two.later(600)
    assert alarms(two) == [(AlarmKind.REQUEST_UNSIGNED, CITY_SEAT)]


def test_divided_command_delivers_nothing(two: Centre120) -> None:
    offered(two)
    two.must(cmd.MoveAuthority(Authority("02", "02", 1, two.now, from_site="01")), roles=HUB)
    assert two.floor.requests["r1"].state is RequestState.UNDELIVERED
    assert alarms(two) == [(AlarmKind.REQUEST_UNDELIVERED, CITY_SEAT)]
    assert isinstance(two.give(req.SignRequest("r1"), seat=DISTRICT_SEAT), WrongState)
    assert two.give(req.SendBulletin("r2", "02", "通告")) == NotPossible("site_apart")
    two.must(req.WithdrawRequest("r1"))
    assert alarms(two) == []
    two.must(cmd.MoveAuthority(Authority("02", "01", 2, two.now, from_site="02")), roles=HUB)
    offered(two, "r3")


def test_whoever_commands_the_whole_city_carries_requests_of_every_site(two: Centre120) -> None:
    offered(two)
    two.must(cmd.MoveAuthority(Authority(CITY, "02", 1, two.now, from_site="01")), roles=HUB)
    assert two.floor.requests["r1"].state is RequestState.OPEN
    two.must(req.SignRequest("r1"), seat=DISTRICT_SEAT)


def test_an_incident_another_site_commands_is_offered_there(two: Centre120) -> None:
    two.must(cmd.MoveAuthority(Authority(CITY, "02", 1, two.now + 1, from_site="01")), roles=HUB)
    order = two.accepted[-1][0]
    order = replace(order, command=req.OfferIncident("r1", "i1", "02"), roles=frozenset({Role.DISPATCHER}))
    assert held_elsewhere(two.floor, order, "02", CITY) is None
    refusal = held_elsewhere(two.floor, order, "01", CITY)
    assert refusal is not None
    assert refusal.site == "02"


def test_what_was_answered_leaves_the_floor_and_what_stands_does_not(two: Centre120) -> None:
    offered(two)
    two.must(req.SendBulletin("r2", "02", "通告"))
    two.must(req.SignRequest("r2"), seat=DISTRICT_SEAT)
    two.later(10)
    two.must(cmd.ArchiveEnded(two.now), roles=HUB)
    assert set(two.floor.requests) == {"r1"}


def test_a_request_made_while_apart_comes_in_with_its_time(two: Centre120) -> None:
    other = two.apart("02")
    other.must(req.AskHelp("r1", "01", 1, "塌方"), seat=DISTRICT_SEAT)
    made_at = other.now
    two.later(30)
    two.hand_in(other)
    assert (two.floor.requests["r1"].made_at, two.floor.requests["r1"].state) == (made_at, RequestState.OPEN)


def test_what_hangs_on_a_late_offer_in_conflict_hangs_on_its_conflict(two: Centre120) -> None:
    other = two.apart("02")
    other.must(req.OfferIncident("r2", "i1", "02"))
    other.must(req.SignRequest("r2"), seat=DISTRICT_SEAT)
    offered(two)
    two.hand_in(other)
    [conflict] = two.floor.conflicts.values()
    assert (conflict.rule, conflict.request_id) == ("already_offered", "r2")
    assert [it.kind for it in conflict.dependents] == ["SignRequest"]
