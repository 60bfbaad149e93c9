"""Location by reference: a real HTTPS server with a certificate of its own authority, honest and hostile."""

import datetime
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dispatch.shapes import Circle
from dispatch.whereabouts import Source
from telephony.location.additional import Comment
from telephony.location.fetcher import Fetcher
from telephony.location.found import Reference
from telephony.location.held import Fetched, LocationServers, fetch
from telephony.location.safe_xml import Why
from tests.telephony.location import documents as doc

HELD = (
    b'<locationResponse xmlns="urn:ietf:params:xml:ns:geopriv:held">'
    + doc.presence(doc.CIRCLE).partition(b"?>")[2]
    + b"</locationResponse>"
)
NOT_LOCATABLE = (
    b'<error xmlns="urn:ietf:params:xml:ns:geopriv:held" code="locationUnknown"><message>no</message></error>'
)


def certificate(folder: Path, host: str, name: str) -> Path:
    """A self-signed certificate and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    address: x509.GeneralName = x509.DNSName(host)
    if host[0].isdigit():
        address = x509.IPAddress(ipaddress.ip_address(host))
    built = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + built.public_bytes(serialization.Encoding.PEM))
    return path


class Server(HTTPServer):
    """What each path answers: status and body; `asked` holds the requests."""

    answers: dict[str, tuple[int, bytes]]
    asked: list[tuple[str, str, bytes]]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the test."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.server.asked.append((self.command, self.path, body))
        path = f"{self.command} {self.path}"
        status, octets = self.server.answers.get(path) or self.server.answers[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.answers, made.asked = {}, []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, "127.0.0.1", "server"))
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def ask(server: Server, tmp_path: Path) -> Callable[..., Fetched]:
    def asked(path: str, purpose: str = "location", **options: object) -> Fetched:
        servers = LocationServers(
            **{"hosts": ("127.0.0.1",), "ca_file": str(tmp_path / "server.pem"), **options}
        )  # type: ignore[arg-type]
        return fetch(servers, Reference(f"https://127.0.0.1:{server.server_port}{path}", purpose, 0))

    return asked


def why(fetched: Fetched) -> Why:
    assert fetched.locations == ()
    return fetched.refused[0].why


def test_a_location_is_asked_for_as_held_wants_it(server: Server, ask: Callable[..., Fetched]) -> None:
    server.answers["/loc?x=1"] = (200, HELD)
    (location,) = ask("/loc?x=1").locations
    assert isinstance(location.shape, Circle)
    assert location.source is Source.BY_REFERENCE
    ((method, _, body),) = server.asked
    assert method == "POST"
    assert b'responseTime="emergencyDispatch"' in body


def test_a_server_that_only_knows_get(server: Server, ask: Callable[..., Fetched]) -> None:
    server.answers |= {"POST /loc": (405, b""), "GET /loc": (200, doc.presence(doc.POLYGON))}
    assert len(ask("/loc").locations) == 1


def test_additional_data_by_reference(server: Server, ask: Callable[..., Fetched]) -> None:
    server.answers["/c"] = (200, doc.COMMENT)
    assert ask("/c", "EmergencyCallData.Comment").blocks == (Comment((("zh", "门口有狗"),)),)
    assert server.asked[0][0] == "GET"


def test_a_server_that_says_no(server: Server, ask: Callable[..., Fetched]) -> None:
    server.answers |= {"/e": (200, NOT_LOCATABLE), "/404": (404, b""), "/301": (301, b""), "/j": (200, b"{}")}
    refused = ask("/e").refused[0]
    assert (refused.why, refused.detail) == (Why.SERVER_SAYS_NO, "locationUnknown")
    assert why(ask("/404")) is why(ask("/301")) is Why.SERVER_SAYS_NO
    assert why(ask("/j")) is Why.NOT_XML


def test_a_flood_is_cut_off(server: Server, ask: Callable[..., Fetched]) -> None:
    server.answers["/big"] = (200, b" " * 2_000_000)
    assert why(ask("/big")) is Why.TOO_LARGE


def test_a_stranger_with_a_certificate_is_not_believed(
    server: Server, ask: Callable[..., Fetched], tmp_path: Path
) -> None:
    server.answers["/loc"] = (200, HELD)
    assert why(ask("/loc", ca_file=str(certificate(tmp_path, "127.0.0.1", "other")))) is Why.NOT_TRUSTED
    assert why(ask("/loc", ca_file=None)) is Why.NOT_TRUSTED
    named = LocationServers(("localhost",), str(tmp_path / "server.pem"))
    uri = f"https://localhost:{server.server_port}/loc"
    assert why(fetch(named, Reference(uri, "location", 0))) is Why.NOT_TRUSTED, "the name is another"
    assert server.asked == []


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("https://169.254.169.254/latest", Why.NOT_ALLOWED),
        ("https://lis.example.cn.evil.example/", Why.NOT_ALLOWED),
        ("http://lis.example.cn/", Why.UNKNOWN_SCHEME),
        ("https://[::1", Why.UNKNOWN_SCHEME),
        ("https://lis.example.cn:99999/", Why.UNKNOWN_SCHEME),
        ("https://lis.example.cn/\r\nHost: x", Why.UNKNOWN_SCHEME),
        ("https://", Why.NOT_ALLOWED),
    ],
)
def test_only_listed_servers_are_asked(uri: str, reason: Why) -> None:
    assert why(fetch(LocationServers((".example.cn",)), Reference(uri, "location", 0))) is reason


def test_a_silent_server_costs_its_time_and_no_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        servers = LocationServers(("127.0.0.1",), answer_s_max=0.2, plain_http=True)
        fetched = fetch(servers, Reference(uri, "location", 0))
    assert why(fetched) is Why.TIMED_OUT
    assert 150 < fetched.took_ms < 1500


def test_a_server_that_drips_its_answer_is_cut_off() -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as slow:

        def drip() -> None:
            link, _ = slow.accept()
            with link:
                try:
                    while not stop.wait(0.02):
                        link.sendall(b"H")
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        uri = f"http://127.0.0.1:{slow.getsockname()[1]}/"
        servers = LocationServers(("127.0.0.1",), answer_s_max=0.3, plain_http=True)
        fetched = fetch(servers, Reference(uri, "location", 0))
        stop.set()
        thread.join()
    assert why(fetched) is Why.TIMED_OUT
    assert fetched.took_ms < 1500


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    servers = LocationServers(("127.0.0.1",), plain_http=True)
    assert why(fetch(servers, Reference(f"http://127.0.0.1:{port}/", "location", 0))) is Why.NO_ANSWER


def test_the_threads_answer_every_question_once(server: Server, tmp_path: Path) -> None:
    server.answers["/loc"] = (200, HELD)
    heard: queue.SimpleQueue[tuple[str, Fetched]] = queue.SimpleQueue()
    servers = LocationServers(("127.0.0.1",), str(tmp_path / "server.pem"))
    fetcher = Fetcher(servers, lambda call_id, fetched: heard.put((call_id, fetched)))
    reference = Reference(f"https://127.0.0.1:{server.server_port}/loc", "location", 0)
    for n in range(5):
        fetcher.ask(f"c{n}", reference)
    answers = [heard.get(timeout=5) for _ in range(5)]
    fetcher.stop()
    assert {call_id for call_id, _ in answers} == {f"c{n}" for n in range(5)}
    assert all(fetched.locations for _, fetched in answers)
