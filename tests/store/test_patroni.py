"""Patroni's REST interface as it answers, refuses and stays silent."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from console.drill.ports import free_ports
from store.config import Cluster
from store.patroni import (
    PatroniError,
    ask,
    change_config,
    leader_of,
    members,
    move_leader,
    received,
    settings_of,
)

MEMBERS = [
    {"name": "a1", "role": "leader", "state": "stopped"},
    {"name": "a2", "role": "leader", "state": "running"},
]


class Patroni(HTTPServer):
    """Keeps what it was asked; refuses every switchover."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[tuple[str, str, object, str]] = []
        self.log: dict[str, int] = {"received_location": 1000, "replayed_location": 900}


class Answers(BaseHTTPRequestHandler):
    server: Patroni

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.asked.append((self.command, self.path, body, self.headers.get("Authorization", "")))
        refused = self.path == "/switchover"
        told = {"members": MEMBERS, "role": "replica", "xlog": self.server.log}
        content = b"no candidate" if refused else json.dumps(told).encode()
        self.send_response(412 if refused else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PATCH = do_POST = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def patroni() -> Iterator[Patroni]:
    server = Patroni()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_next_server_is_asked_and_orders_carry_the_password(patroni: Patroni, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n", encoding="ascii")
    silent, port = free_ports(1)[0], patroni.server_address[1]
    cluster = Cluster(
        patroni=(f"http://127.0.0.1:{silent}", f"http://127.0.0.1:{port}"),
        password_file=str(tmp_path / "password"),
    )
    assert leader_of(members(cluster)) == "a2", "one that is not running does not lead"
    change_config(cluster, {"synchronous_mode": False})
    with pytest.raises(PatroniError, match="412 no candidate"):
        move_leader(cluster, "a2", "b1")
    move_leader(cluster, "", "b1")
    assert [one[:3] for one in patroni.asked[1:]] == [
        ("PATCH", "/config", {"synchronous_mode": False}),
        ("POST", "/switchover", {"leader": "a2", "candidate": "b1"}),
        ("POST", "/failover", {"candidate": "b1"}),
    ]
    assert {one[3] for one in patroni.asked} == {"Basic bGluZ3NoZW5nOnNlY3JldA=="}


def test_silence_is_an_error_that_names_every_server() -> None:
    ports = free_ports(2)
    cluster = Cluster(patroni=tuple(f"http://127.0.0.1:{port}" for port in ports))
    with pytest.raises(PatroniError) as caught:
        ask(cluster, "/cluster")
    assert all(str(port) in str(caught.value) for port in ports)
    with pytest.raises(PatroniError, match="no server is named"):
        ask(Cluster(), "/cluster")


def test_every_standby_says_how_much_log_it_has_also_without_etcd(patroni: Patroni) -> None:
    here = f"http://127.0.0.1:{patroni.server_port}"
    gone = f"http://127.0.0.1:{free_ports(1)[0]}"
    assert received(Cluster(patroni=(here, gone))) == ({here: 1000}, [gone])
    patroni.log = {"location": 5000}
    assert received(Cluster(patroni=(here,))) == ({here: 0}, []), "a leader receives nothing"
    assert received(Cluster()) == ({}, [])


def test_an_error_page_is_no_configuration(patroni: Patroni) -> None:
    """It would say that nothing waits for a standby: an island nobody declared."""
    cluster = Cluster(patroni=(f"http://127.0.0.1:{patroni.server_port}",))
    with pytest.raises(PatroniError, match="/config"):
        settings_of(cluster)
