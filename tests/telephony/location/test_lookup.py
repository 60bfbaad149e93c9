"""Operator look-ups and SMS links: one a call, time-outs, late answers, the clause, and the recorded fake."""

import queue
from pathlib import Path

import pytest

from dispatch.shapes import Circle, Spot
from dispatch.whereabouts import Basis, Outcome, Way
from telephony.location.lookup import ANSWER_MS_MAX, LookupAnswer, LookupDesk, LookupRequest, Tally
from telephony.location.recorded_lookup import BadTranscriptError, RecordedLookup

TRANSCRIPT = Path(__file__).parent / "transcript.json"


def request(
    n: int = 1, way: Way = Way.OPERATOR, number: str = "13904510001", call: str = "c1"
) -> LookupRequest:
    return LookupRequest(f"l{n}", call, number, way, Basis.EMERGENCY, "d1", 1_000)


def answer(n: int = 1, outcome: Outcome = Outcome.LOCATED, operator: str = "中国移动") -> LookupAnswer:
    return LookupAnswer(f"l{n}", "", Way.OPERATOR, outcome, 2_000, operator=operator)


def test_one_question_a_call_and_way_with_its_clause() -> None:
    desk = LookupDesk()
    noted = desk.ask(request(1))
    assert isinstance(noted, LookupRequest)
    assert "第十三条" in noted.clause
    again = desk.ask(request(2))
    assert isinstance(again, LookupAnswer)
    assert again.outcome is Outcome.ALREADY_ASKED
    assert isinstance(desk.ask(request(3, Way.SMS_LINK)), LookupRequest)
    assert isinstance(desk.ask(request(4, call="c2")), LookupRequest)


def test_without_a_number_nobody_is_asked() -> None:
    told = LookupDesk().ask(request(number=""))
    assert isinstance(told, LookupAnswer)
    assert told.outcome is Outcome.NO_NUMBER


def test_time_over_is_told_once_and_a_late_answer_still_counts() -> None:
    desk = LookupDesk()
    desk.ask(request(1))
    assert desk.due(1_000 + ANSWER_MS_MAX[Way.OPERATOR] - 1) == ()
    (over,) = desk.due(1_000 + ANSWER_MS_MAX[Way.OPERATOR])
    assert (over.outcome, over.call_id) == (Outcome.TIMED_OUT, "c1")
    assert desk.due(10**9) == ()
    late = desk.answered(answer(1))
    assert late is not None
    assert late.late
    assert late.call_id == "c1"
    assert desk.answered(answer(1)) is None
    assert desk.tallies() == {(Way.OPERATOR, ""): Tally(0, 0), (Way.OPERATOR, "中国移动"): Tally(1, 1)}


def test_after_a_failure_it_may_be_asked_again() -> None:
    desk = LookupDesk()
    desk.ask(request(1))
    desk.answered(answer(1, Outcome.FAILED, ""))
    assert isinstance(desk.ask(request(2)), LookupRequest)
    desk.answered(answer(2, Outcome.NOT_FOUND))
    assert isinstance(desk.ask(request(3)), LookupAnswer), "an answer of the operator was the one query"


def test_answers_nobody_asked_for_are_dropped() -> None:
    assert LookupDesk().answered(answer(9)) is None


def test_the_recorded_service_answers_from_its_file() -> None:
    heard: queue.SimpleQueue[LookupAnswer] = queue.SimpleQueue()
    service = RecordedLookup(TRANSCRIPT)
    assert service.ways == frozenset(Way)
    service.start(heard.put)
    service.ask(request(1))
    located = heard.get(timeout=5)
    assert located.location is not None
    assert isinstance(located.location.shape, Circle)
    assert (located.location.datum, located.location.shape.radius_m) == ("gcj02", 150.0)
    assert (located.operator, located.location.said_by) == ("中国移动", "中国移动")
    service.ask(request(2, number="13904510002"))
    assert heard.get(timeout=5).outcome is Outcome.NOT_FOUND
    service.ask(request(3, Way.SUBSCRIBER))
    fields = heard.get(timeout=5)
    assert (fields.subscriber_name, fields.subscriber_address) == ("张秀英", "道里区经纬街 5 号")
    service.ask(request(4, Way.SMS_LINK))
    spot = heard.get(timeout=5).location
    assert spot is not None
    assert isinstance(spot.shape, Spot)
    service.ask(request(5, number="13904519999"))
    service.stop()
    assert heard.empty(), "an unknown number is never answered"


def test_a_bad_transcript_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"lines": [{"wya": 1}]}')
    with pytest.raises(BadTranscriptError):
        RecordedLookup(bad)
    with pytest.raises(BadTranscriptError):
        RecordedLookup(tmp_path / "none.json")
