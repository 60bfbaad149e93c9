"""Where a caller is, with real processes: an INVITE with a place and a reference, a location server that is
slow, a look-up service; what is seen in the window stays on the call at the hub.

caller ──INVITE, PIDF-LO──► phone ──► window ──► hub     server ◄──HTTPS, HELD── the phone's thread
"""

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.drill.conveyed import write_answers
from console.drill.stage import ANSWERS
from dispatch.kinds import HowPlaced
from dispatch.whereabouts import Outcome, Source
from dispatch.words import Call
from tests.e2e.conftest import Led, Service
from tests.telephony.location import documents as doc
from tests.telephony.location.test_held import HELD, Handler, Server, certificate
from tests.telephony.test_came_with_call import Place

pytestmark = [pytest.mark.process, pytest.mark.nightly]
ANSWER_S = 1.0


class Slow(Handler):
    """Takes its time, and less than the telephone grants it on a machine that does other things too."""

    never = threading.Event()

    def _answer(self, body: bytes) -> None:
        self.never.wait(ANSWER_S)
        super()._answer(body)


@pytest.fixture(scope="module")
def location_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    own = certificate(tmp_path_factory.mktemp("lis"), "127.0.0.1", "server")
    made = Server(("127.0.0.1", 0), Slow)
    made.answers, made.asked = {"/held": (200, HELD)}, []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made, own
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture(scope="module")
def seat(service: Service, location_server: tuple[Server, Path]) -> Led:
    config = service.machine("01")
    asked = f'location_servers = ["127.0.0.1"]\nlocation_ca_file = "{location_server[1]}"\nrtp_port = '
    config.write_text(config.read_text("utf-8").replace("rtp_port = ", asked), "utf-8")
    write_answers(service.stage.folder / ANSWERS, service.cases)
    return service.seat("01")


def call_of(service: Service, number: str) -> Call:
    return next(call for call in service.floor.calls.values() if call.number == number)


def test_what_came_with_a_call_is_seen_taken_and_kept(
    service: Service, seat: Led, location_server: tuple[Server, Path]
) -> None:
    number = service.cases[0].number
    caller = Place(service.sip_ports["01"])
    place = doc.part("application/pidf+xml", "place@caller.example.cn", doc.presence(doc.CIRCLE + doc.CIVIC))
    device = doc.part("application/EmergencyCallData.DeviceInfo+xml", "device@x", doc.DEVICE)
    headers = (
        f"P-Asserted-Identity: <sip:{number}@example.cn>\r\n{doc.CITED}"
        f"Geolocation: <https://127.0.0.1:{location_server[0].server_port}/held>\r\n"
        "Call-Info: <cid:device@x>;purpose=EmergencyCallData.DeviceInfo\r\n"
    )
    call = caller.call_from(headers, place, device)
    seat.shows("form.location", "±850 米")
    seat.press("F3")
    assert caller.final(call) == 200
    seat.until("an empty form", lambda s: s.texts.get("form.place") == "")
    seat.press("Ctrl+I")
    seat.shows("form.location", "✓")
    seat.shows("form.place", "中央大街")
    seat.shows("form.location.side", "1/2")
    service.until("both places at the hub", lambda: len(call_of(service, number).places) == 2)
    kept = call_of(service, number)
    assert {one.source for one in kept.places} == {Source.BY_VALUE, Source.BY_REFERENCE}
    assert "Huawei Mate 60" in {one.value for one in kept.details}
    intake = service.until("the intake", lambda: service.floor.intakes.get(kept.intake_id or ""))
    service.until("its place", lambda: service.floor.intakes[intake.id].form.place.exists)
    taken = service.floor.intakes[intake.id].form.place
    assert (taken.how, taken.uncertainty_m) == (HowPlaced.NETWORK, 850.24)
    seat.press("Ctrl+Q")
    service.until("the operator's answer", lambda: answered(call_of(service, number)))
    (asked,) = call_of(service, number).look_ups
    assert (asked.outcome, asked.operator) == (Outcome.LOCATED, "中国移动")
    assert asked.asked_by
    assert len(call_of(service, number).places) == 3
    seat.press("F10")
    caller.take_bye()
    caller.close()


def answered(call: Call) -> bool:
    return any(one.outcome is not None for one in call.look_ups)
