"""A question where a caller is: asked once a call, kept with its answer, late or missing."""

import pytest

from console.models import look_ups, whereabouts
from dispatch.shapes import Circle
from dispatch.whereabouts import (
    ASK_AGAIN,
    Outcome,
    Source,
    Way,
)
from telephony.location.found import Location
from telephony.location.lookup import ANSWER_MS_MAX, LookupAnswer, LookupRequest
from tests.console.busy import CENTRE
from tests.console.models.callers import at, called

ALL_WAYS = frozenset(Way)


class Answers:
    """A look-up service that answers when the test says so."""

    def __init__(self, ways: frozenset[Way] = ALL_WAYS) -> None:
        self.ways = ways
        self.asked: list[LookupRequest] = []

    def start(self, on_answer: object) -> None: ...

    def ask(self, request: LookupRequest) -> None:
        self.asked.append(request)

    def stop(self) -> None: ...


def answer(asked: LookupRequest, outcome: Outcome, **more: object) -> LookupAnswer:
    return LookupAnswer(asked.lookup_id, asked.call_id, asked.way, outcome, 0, **more)


def test_a_question_is_asked_once_a_call_and_its_answer_is_kept_and_offered(seat):
    service = seat.desk.whereabouts.lookup = Answers()
    call_id = called(seat)
    look_ups.ask_number(seat.desk)
    look_ups.ask_number(seat.desk)
    (asked,) = service.asked
    assert (asked.way, asked.number, asked.asked_by) == (Way.OPERATOR, "13904510001", "d1")
    assert "查过" in seat.desk.notices[-1].what
    found = Location(Source.OPERATOR, Circle(CENTRE, 300.0), method="Cell", said_by="中国移动")
    seat.desk.take(answer(asked, Outcome.LOCATED, location=found, operator="中国移动"))
    seat.pump()
    (kept,) = seat.desk.floor.calls[call_id].look_ups
    assert (kept.outcome, kept.asked_by) == (Outcome.LOCATED, "d1")
    assert "个人信息保护法" in kept.clause
    assert [place.uncertainty_m for place in seat.desk.floor.calls[call_id].places] == [300.0]
    assert seat.desk.notices[-1].verb == "use_location"
    assert whereabouts.current(seat.desk).source is Source.OPERATOR


def test_another_seat_that_asked_already_counts(seat):
    service = seat.desk.whereabouts.lookup = Answers()
    call_id = called(seat)
    look_ups.ask_number(seat.desk)
    seat.pump()
    seat.desk.whereabouts = whereabouts.Whereabouts()
    seat.desk.whereabouts.lookup = service
    assert seat.desk.floor.calls[call_id].look_ups
    look_ups.ask_number(seat.desk)
    assert len(service.asked) == 1


def test_silence_is_said_in_time_may_be_asked_again_and_a_late_answer_still_counts(seat):
    service = seat.desk.whereabouts.lookup = Answers()
    call_id = called(seat)
    look_ups.ask_number(seat.desk)
    seat.pass_time(ANSWER_MS_MAX[Way.OPERATOR] + 1)
    assert "超时" in seat.desk.notices[-1].what
    look_ups.ask_number(seat.desk)
    first, second = service.asked
    seat.desk.take(answer(first, Outcome.LOCATED, location=at(seat, Circle(CENTRE, 200.0))))
    seat.desk.take(answer(second, Outcome.NOT_FOUND))
    seat.pump()
    kept = seat.desk.floor.calls[call_id].look_ups
    assert [(one.outcome, one.late) for one in kept] == [(Outcome.LOCATED, True), (Outcome.NOT_FOUND, False)]
    assert {Outcome.FAILED, Outcome.TIMED_OUT} == ASK_AGAIN


def test_a_fixed_line_is_asked_for_its_address_and_gets_no_sms(seat):
    service = seat.desk.whereabouts.lookup = Answers()
    call_id = seat.phone.ring("045184610001")
    seat.pump()
    seat.phone.answer(call_id)
    seat.pump()
    look_ups.send_link(seat.desk)
    assert not service.asked
    look_ups.ask_number(seat.desk)
    (asked,) = service.asked
    assert asked.way is Way.SUBSCRIBER
    told = answer(asked, Outcome.LOCATED, subscriber_name="张秀英", subscriber_address="经纬街 5 号")
    seat.desk.take(told)
    seat.pump()
    place = whereabouts.current(seat.desk)
    assert (place.address, place.shape) == ("经纬街 5 号", None)
    (kept,) = seat.desk.floor.calls[call_id].look_ups
    assert (kept.name, kept.address) == ("张秀英", "经纬街 5 号")


def test_without_a_service_or_a_call_it_is_said(seat):
    look_ups.ask_number(seat.desk)
    assert seat.desk.notices[-1].what == "没有可查询的来电"
    called(seat)
    look_ups.ask_number(seat.desk)
    assert "没有接入" in seat.desk.notices[-1].what
    seat.desk.whereabouts.lookup = Answers(frozenset({Way.OPERATOR}))
    look_ups.send_link(seat.desk)
    assert "没有接入" in seat.desk.notices[-1].what


def test_an_answer_nobody_waits_for_changes_nothing(seat):
    call_id = called(seat)
    seat.desk.take(LookupAnswer("x", call_id, Way.OPERATOR, Outcome.LOCATED, 0))
    seat.pump()
    assert seat.desk.floor.calls[call_id].look_ups == ()


@pytest.mark.parametrize(
    ("number", "mobile"),
    [("13904510001", True), ("+8613904510001", True), ("045184610001", False), ("", False), ("110", False)],
)
def test_which_numbers_are_mobiles(number, mobile):
    assert look_ups.is_mobile(number) is mobile
