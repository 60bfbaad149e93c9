"""A real phone tells what else an INVITE says, after it rings, and asks the location servers it is given."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bench.raw_caller import RawCaller
from dispatch.shapes import Circle, Ellipse, Spot
from dispatch.whereabouts import Source
from dispatch.words import Point
from telephony import messages as msg
from telephony.location.additional import Comment
from telephony.location.civic import CivicAddress
from telephony.location.found import Location
from telephony.location.safe_xml import Why
from telephony.location.writing import PIDF_TYPE, write_pidf
from telephony.settings import LocationServers
from tests.telephony.location import documents as doc

pytestmark = pytest.mark.process
BOUNDARY = "boundary1"


class Answers(BaseHTTPRequestHandler):
    """A location server: every question is answered with one point."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = doc.presence(doc.POINT)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """The test speaks for it."""


@pytest.fixture(scope="module")
def location_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/held"
    server.shutdown()
    thread.join()
    server.server_close()


def body_with(*parts: bytes) -> str:
    offer = (
        b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        b"m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
    )
    pieces = (b"Content-Type: application/sdp\r\n\r\n" + offer, *parts)
    body = b"".join(f"--{BOUNDARY}\r\n".encode() + piece + b"\r\n" for piece in pieces)
    return (body + f"--{BOUNDARY}--\r\n".encode()).decode()


class Place(RawCaller):
    """Sends a multipart body where `body` begins with the boundary."""

    def call_from(self, extra: str, *parts: bytes) -> Any:
        """An INVITE whose body holds an offer and these parts."""
        return self.invite(
            body=body_with(*parts), extra=extra, content=f"multipart/mixed;boundary={BOUNDARY}"
        )


@pytest.fixture
def located(make_seat: Callable[..., Any], location_server: str) -> Iterator[tuple[Any, Place]]:
    servers = LocationServers(("127.0.0.1",), plain_http=True)
    seat = make_seat(recordings_dir=None, location_servers=servers)
    caller = Place(seat.port)
    yield seat, caller
    caller.close()


def test_place_reference_and_data_are_told_after_the_ring(
    located: tuple[Any, Place], location_server: str
) -> None:
    seat, caller = located
    headers = (
        f"{doc.CITED}Geolocation: <{location_server}>, <https://unknown.example/x>\r\n"
        "Call-Info: <cid:device@x>;purpose=EmergencyCallData.DeviceInfo\r\n"
    )
    place = doc.part("application/pidf+xml", "place@caller.example.cn", doc.presence(doc.CIRCLE))
    device = doc.part("application/EmergencyCallData.DeviceInfo+xml", "device@x", doc.DEVICE)
    call = caller.call_from(headers, place, device)
    ringing = seat.heard.until(msg.CallRinging)
    said = seat.heard.until(msg.CallSaid)
    assert said.call_id == ringing.call_id
    (location,) = said.said.locations
    assert location.shape == Circle(Point(126.6177, 45.7732), 850.24)
    assert len(said.said.blocks) == 1
    assert len(said.said.references) == 2
    fetched = {f.reference.uri: f for f in (seat.heard.until(msg.CallFetched).fetched for _ in range(2))}
    (found,) = fetched[location_server].locations
    assert found.shape == Spot(Point(126.6177, 45.7732))
    (refused,) = fetched["https://unknown.example/x"].refused
    assert refused.why is Why.NOT_ALLOWED
    view = seat.phone.calls[ringing.call_id]
    assert view.said == said.said
    assert len(view.fetched) == 2
    caller.cancel(call)
    assert caller.final(call) == 487
    ordinary = caller.invite()
    seat.heard.until(msg.CallRinging)
    caller.cancel(ordinary)
    assert caller.final(ordinary) == 487
    seat.heard.until(msg.CallEnded, lambda e: e.call_id != ringing.call_id)
    assert len(seat.heard.of(msg.CallSaid)) == 1, "an ordinary call says nothing else"
    assert not seat.heard.of(msg.PhoneFault)


def test_an_invite_that_was_cut_on_its_way_says_so(located: tuple[Any, Place]) -> None:
    """The library takes 4,000 bytes from a datagram: what lay beyond is lost, and that is told."""
    seat, caller = located
    parts = {"VEDS": doc.CRASH, "SubscriberInfo": doc.SUBSCRIBER, "ProviderInfo": doc.PROVIDER}
    pieces = [
        doc.part(f"application/EmergencyCallData.{name}+xml", f"{name}@x", body)
        for name, body in parts.items()
    ]
    place = doc.part("application/pidf+xml", "place@caller.example.cn", doc.presence(doc.CIRCLE))
    call = caller.call_from(doc.CITED, place, *pieces)
    seat.heard.until(msg.CallRinging)
    said = seat.heard.until(msg.CallSaid).said
    assert len(said.locations) == 1
    assert Why.TOO_LARGE in {unread.why for unread in said.refused}
    caller.cancel(call)
    assert caller.final(call) == 487


def test_what_our_own_phone_conveys_arrives_as_it_was_said(make_seat: Callable[..., Any]) -> None:
    """Two documents beside the offer, and the call is answered like any other."""
    seat, other = make_seat(recordings_dir=None), make_seat(recordings_dir=None)
    where = Location(
        Source.BY_VALUE,
        Ellipse(Point(126.6177, 45.7732), 300.0, 120.0, 43.2),
        CivicAddress((("A3", "道里区"), ("RD", "中央大街")), "zh-CN"),
        90.0,
        "A-GPS",
        1_795_264_200_000,
        entity="pres:13904510001@example.cn",
    )
    documents = (
        msg.Conveyed(PIDF_TYPE, write_pidf(where)),
        msg.Conveyed("application/EmergencyCallData.Comment+xml", doc.COMMENT.decode()),
    )
    call_id = other.phone.dial(f"sip:120@127.0.0.1:{seat.port}", conveyed=documents)
    ringing = seat.heard.until(msg.CallRinging)
    said = seat.heard.until(msg.CallSaid).said
    assert said.locations == (where,)
    assert said.blocks == (Comment((("zh", "门口有狗"),)),)
    assert said.refused == ()
    seat.phone.answer(ringing.call_id)
    other.heard.until(msg.CallAnswered, lambda event: event.call_id == call_id)
    other.phone.hang_up(call_id)
    seat.heard.until(msg.CallEnded)
