"""Strangers, struck machines and hostile frames: refused, and the hub goes on."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zmq

from console.drill.ports import free_ports
from dispatch import commands as cmd
from dispatch.kinds import SeatState
from store.bus.hub_sockets import HubSockets, Ports
from store.bus.keys import KeyPair, new_keys, own_keys
from store.bus.sockets import Context, Socket, command_client
from store.core.messages import Cmd, FromHub, Hello, Nack, Ping, Pong, Positions, decode_from_hub
from store.core.roster import MachineRole
from store.core.seat_logic import Happening, Phase, SeatLogic
from store.core.wire import MESSAGE_BYTES_MAX, encode
from store.hub_admin import enrol_machine, strike_machine
from tests.store.conftest import City

pytestmark = pytest.mark.process
ANSWER_MS = 10_000
BOMB = b"\x91" * 100_000 + b"\xc0"


class Caller:
    """Sockets of the test's own, closed at its end."""

    def __init__(self) -> None:
        self.context = Context()
        self._sockets: list[Socket] = []

    def dial(self, city: City, keys: KeyPair) -> Socket:
        """As an enrolled machine."""
        hub_public = own_keys(city.folder / "keys", "hub").public
        return self._connect(command_client(self.context, keys, hub_public), city)

    def dial_plain(self, city: City) -> Socket:
        """Without CURVE."""
        socket = self.context.socket(zmq.DEALER)
        socket.linger = 0
        return self._connect(socket, city)

    def _connect(self, socket: Socket, city: City) -> Socket:
        self._sockets.append(socket)
        socket.connect(f"tcp://{city.config.hub.hubs[0]}")
        socket.sndtimeo = ANSWER_MS
        return socket

    def close(self) -> None:
        for socket in self._sockets:
            socket.close(0)
        self.context.term()


@pytest.fixture
def caller() -> Iterator[Caller]:
    made = Caller()
    yield made
    made.close()


def answer(socket: Socket, frame: bytes) -> object:
    socket.send(frame)
    assert socket.poll(ANSWER_MS), "no answer"
    return decode_from_hub(socket.recv())


def test_an_unknown_key_is_refused_and_let_in_after_enrolment(small_city: City) -> None:
    small_city.seat("01")
    keys = new_keys()
    stranger = small_city.desk("seat-01", keys=keys, outbox=small_city.folder / "new.sqlite")
    stranger.wait(lambda: stranger.link.state.phase is Phase.REVOKED, "refusal")
    assert stranger.floor.vehicles == {}
    enrol_machine(small_city.config, "new", MachineRole.WALL, public_key=keys.public)
    stranger.wait_live()


def test_a_hub_with_an_older_roster_is_not_the_only_one_asked(small_city: City, tmp_path: Path) -> None:
    """A relay that was cut off does not know a new machine yet; the centre does."""
    ports = free_ports(3)
    keys = own_keys(small_city.folder / "keys", "hub")
    behind = HubSockets(Ports("127.0.0.1", *ports), keys, tmp_path / "roster.json")
    behind.open(0)
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            behind.receive(20, 0)

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        addresses = (f"127.0.0.1:{ports[0]}", *small_city.config.hub.hubs)
        small_city.desk("seat-01", hubs=addresses).wait_live()
    finally:
        done.set()
        serving.join()
        behind.close()


def test_striking_a_live_machine_cuts_it_off(small_city: City) -> None:
    first, second = small_city.seat("01"), small_city.seat("02")
    assert strike_machine(small_city.config, "seat-02")
    second.wait(lambda: second.link.state.phase is Phase.REVOKED, "cut off")
    cid = second.link.order(cmd.SetSeatState("seat02", SeatState.AWAY))
    assert first.order(cmd.SetSeatState("seat01", SeatState.PAUSED)).refusal is None
    second.take()
    assert cid not in second.verdicts
    assert second.floor.seats["seat01"].state is SeatState.READY, "it hears nothing any more"


def test_a_machine_given_a_new_key_is_cut_off_with_the_old_one(small_city: City) -> None:
    """A stolen machine is replaced by one of the same name: the thief's connection must end."""
    stolen = small_city.seat("01")
    keys = new_keys()
    enrol_machine(small_city.config, "seat-01", MachineRole.SEAT, "01", public_key=keys.public)
    stolen.wait(lambda: stolen.link.state.phase is Phase.REVOKED, "cut off")
    fresh = small_city.desk("seat-01", keys=keys, outbox=small_city.folder / "new.sqlite")
    fresh.wait_live()


def test_a_link_survives_a_broken_rule_of_its_own(small_city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    seat, broken = small_city.seat("01"), threading.Event()
    handle = SeatLogic.on_message

    def breaks_once(logic: SeatLogic, message: FromHub, now: int) -> list[Happening]:
        if not broken.is_set():
            broken.set()
            raise RuntimeError("a rule of ours broke")
        return handle(logic, message, now)

    monkeypatch.setattr(SeatLogic, "on_message", breaks_once)
    assert broken.wait(10)
    assert seat.order(cmd.SetSeatState("seat01", SeatState.PAUSED)).refusal is None


def test_a_plain_client_gets_nothing(small_city: City, caller: Caller) -> None:
    small_city.seat("01")
    socket = caller.dial_plain(small_city)
    socket.send(encode(Hello()))
    assert not socket.poll(1000)


def test_hostile_frames_are_survived(small_city: City, caller: Caller) -> None:
    seat = small_city.seat("01")
    socket = caller.dial(small_city, own_keys(small_city.folder / "keys", "seat-03"))
    for frame in (BOMB, b"", b"\xff" * 1000, encode({"type": "Nobody"}), encode(Pong(t=1))):
        assert answer(socket, frame) == Nack(reason="bad_message")
    bomb_inside = Cmd(cid="c" * 32, body=BOMB, at=0, deadline_at=2**53)
    assert type(answer(socket, encode(bomb_inside))).__name__ == "Ack"
    assert answer(socket, encode(Positions(batch=()))) == Nack(reason="bad_message"), "not a gateway"
    assert answer(socket, encode(Ping(t=7))) == Pong(t=7)
    socket.send(b"x" * (MESSAGE_BYTES_MAX + 1))
    assert seat.order(cmd.SetSeatState("seat01", SeatState.PAUSED)).refusal is None


def test_a_copied_token_is_worthless_on_another_machine(small_city: City, caller: Caller) -> None:
    seat = small_city.desk("seat-01")
    seat.wait_live()
    ok = seat.login("1001").ok
    assert ok is not None
    socket = caller.dial(small_city, own_keys(small_city.folder / "keys", "seat-02"))
    now = int(ok.expires_at) - 1000
    body = msgspec.msgpack.encode(cmd.SetSeatState("seat01", SeatState.AWAY))
    stolen = Cmd(cid="d" * 32, body=body, at=now, deadline_at=now + 60_000, token=ok.token)
    assert answer(socket, encode(stolen)) == Nack(reason="login_needed", cid="d" * 32)
    without = Cmd(cid="e" * 32, body=body, at=now, deadline_at=now + 60_000)
    refused = answer(socket, encode(without))
    assert b"NotAllowed" in refused.refusal
