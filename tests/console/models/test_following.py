"""What follows on a desk from what happened: lost callers are told, unanswered questions are asked again."""

from console.models import acts
from console.ports import NavigatorState, Suggestions
from tests.console.busy import Seatful


def test_a_caller_lost_with_the_telephone_is_told_and_can_be_rung_back(seat: Seatful) -> None:
    call_id = seat.phone.ring("13904510001")
    seat.pump()
    seat.phone.die()
    seat.pump()
    notice = seat.desk.notices[-1]
    assert "13904510001" in notice.what
    assert "回拨" in notice.do
    seat.phone.revive()
    seat.pump()
    acts.take_missed(seat.desk, seat.desk.floor.calls[call_id])
    seat.pump()
    assert seat.desk.call_id() == call_id
    acts.call_back(seat.desk)
    seat.pump()
    assert seat.desk.line.talking().number == "13904510001"


def test_a_talk_lost_with_the_telephone_offers_to_ring_back_at_once(seat: Seatful) -> None:
    seat.phone.ring("13904510001")
    seat.pump()
    acts.answer(seat.desk)
    seat.pump()
    seat.phone.die()
    seat.pump()
    assert seat.desk.notices[-1].verb == "call_back"


def test_what_was_typed_without_a_navigator_is_searched_when_it_is_back(seat: Seatful) -> None:
    acts.new_intake(seat.desk)
    seat.desk.take(NavigatorState(running=False))
    seat.desk.take(Suggestions("中央大街", ()))
    seat.desk.take(NavigatorState(running=True))
    seat.pump()
    assert seat.desk.suggestions.asked == "中央大街"
    assert seat.desk.suggestions.found
