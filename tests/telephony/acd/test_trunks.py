"""What the generated exchange, run by the real kamailio, lets nobody from outside do to a seat."""

from collections.abc import Callable

import pytest

from tests.telephony.acd.hunted import HuntedExchange

pytestmark = [pytest.mark.peer, pytest.mark.process]


def test_who_calls_from_outside_sends_no_seat_anywhere(exchange: Callable[..., HuntedExchange]) -> None:
    """A seat obeys what its exchange relays: to be sent elsewhere, to give its place, to change its state."""
    ex = exchange()
    (city,) = ex.seats("8001")
    outside = ex.phone("13904510001")
    call = outside.call()
    assert call.final() == 200
    send = "Refer-To: <sip:premium@127.0.0.1:9>\r\n"
    place = f"Replaces: {call.call_id};to-tag=a;from-tag=b\r\n"
    assert [call.asks("REFER", 2, send), call.asks("INVITE", 3, place)] == [403, 403]
    assert [outside.asks("REFER", "8001", send), outside.asks("INVITE", "8001", place)] == [403, 403]
    assert [outside.asks("PUBLISH", "8001", "Event: presence\r\n"), outside.call("*72").final()] == [403, 403]
    other_end = f"<sip:x@y>;tag=t{outside.port}"
    city.send(city.request("REFER", "sip:x@y", (call.call_id, "z9hG4bKx", 4), send, to=other_end))
    assert city.final(call.call_id, cseq=4).code == 407, "nor does the other end without its password"
    call.hang_up()
    assert [one.start.split()[0] for one in city.asked] == ["INVITE", "BYE"]


def test_no_header_from_outside_answers_a_seat_or_listens_to_it(
    exchange: Callable[..., HuntedExchange],
) -> None:
    ex = exchange()
    (city,) = ex.seats("8001")
    about = '<cid:1@x>;purpose="EmergencyCallData.VEDS"'
    said = (
        f'Call-Info: {about}, <sip:x>; Answer-After=0;a=b\r\ncall-info: <sip:y>\r\n ;answer-after = "0"\r\n'
        "Alert-Info: <urn:x>;info=alert-autoanswer\r\nalert-info : <urn:y>;info=intercom\r\n"
        "Answer-Mode : Auto\r\nanswer-mode: Auto\r\nPriv-Answer-Mode: Auto\r\nX-Monitor:\r\n listen;1;2;3\r\n"
        "X-Ticket: 7\r\n"
    )
    call = ex.phone("13904510001").call(extra=said)
    assert call.final() == 200
    heard = [(name, value) for name, value in city.asked[0].headers if "info" in name or "mo" in name]
    assert heard == [("call-info", f"{about}, <sip:x>;a=b"), ("call-info", "<sip:y>")]
    assert city.asked[0].one("x-ticket") == "7"
    assert city.asked[0].one("content-type") == "application/sdp"
    colleague = ex.phone("8002")
    assert colleague.register() == 200
    answered = "Call-Info: <sip:x>;answer-after=0\r\n"
    assert colleague.dial("8001", answered) == 200
    assert city.asked[-1].one("call-info") == "<sip:x>;answer-after=0", "a telephone's own intercom stays"
