"""The door: a known key gets in, an unknown one never, and doubt means no."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.drill.ports import free_ports
from store.bus.doorkeeper import Doorkeeper
from store.bus.hub_sockets import BusError, HubSockets, Ports
from store.bus.keys import new_keys
from store.bus.sockets import ZAP_DOMAIN, Context

KEY = b"k" * 32


@pytest.fixture
def context() -> Iterator[Context]:
    made = Context()
    yield made
    made.destroy(linger=0)


def question(key: bytes = KEY, domain: bytes = ZAP_DOMAIN, mechanism: bytes = b"CURVE") -> list[bytes]:
    return [b"1.0", b"1", domain, b"127.0.0.1", b"", mechanism, key]


def test_only_enrolled_keys_of_our_domain_get_a_name(context: Context) -> None:
    door = Doorkeeper(context, {KEY: "seat-01"}.get)
    assert door._judge(question()) == "seat-01"
    assert door._judge(question(b"x" * 32)) is None
    assert door._judge(question(domain=b"other")) is None
    assert door._judge(question(mechanism=b"NULL")) is None
    assert door._judge([b"1.0", b"1"]) is None
    door.socket.close(0)


def test_an_exception_while_judging_refuses_that_caller_only(context: Context) -> None:
    def judge(key: bytes) -> str:
        if key == KEY:
            return "seat-01"
        raise RuntimeError("a rule of ours broke")

    door = Doorkeeper(context, judge)
    assert door._judge(question(b"x" * 32)) is None
    assert door._judge(question()) == "seat-01"
    door.socket.close(0)


def hub_sockets(folder: Path) -> HubSockets:
    ports = free_ports(3)
    return HubSockets(Ports("127.0.0.1", *ports), new_keys(), folder / "roster.json")


def test_a_hub_opens_only_behind_a_door_that_keeps(tmp_path: Path) -> None:
    sockets = hub_sockets(tmp_path)
    sockets.open(0)
    sockets.close()


def test_a_door_that_lets_anybody_in_stops_the_start(tmp_path: Path) -> None:
    sockets = hub_sockets(tmp_path)
    sockets.doorkeeper._user_of = lambda key: "anybody"
    with pytest.raises(BusError, match="door"):
        sockets.open(0)
    sockets.close()


def test_a_door_that_knows_not_even_its_test_key_stops_the_start(tmp_path: Path) -> None:
    sockets = hub_sockets(tmp_path)
    sockets.doorkeeper._test_key = KEY
    with pytest.raises(BusError, match="door"):
        sockets.open(0)
    sockets.close()


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    first = hub_sockets(tmp_path)
    first.open(0)
    second = HubSockets(first._ports, new_keys(), tmp_path / "roster.json")
    with pytest.raises(BusError, match=str(first._ports.command)):
        second.open(0)
    second.close()
    first.close()


def test_a_hub_that_could_not_open_holds_no_port(tmp_path: Path) -> None:
    """The next try would meet it."""
    sockets = hub_sockets(tmp_path)
    with socket.create_server(("127.0.0.1", sockets._ports.event)), pytest.raises(BusError):
        sockets.open(0)
    socket.create_server(("127.0.0.1", sockets._ports.command)).close()
