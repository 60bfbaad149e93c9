"""Attacks on the door of a running hub: each is refused and counted, the hub serves on (B14 of the design).

Unknown keys, plain clients, hostile frames and copied tokens are in test_door.py, fuzzed messages in
core/test_fuzz.py.
"""

from collections.abc import Iterator

import pytest
import zmq

from console.drill.ports import free_ports
from dispatch import commands as cmd
from dispatch.administration import Act, AdministrationNoted
from dispatch.kinds import SeatState
from store.bus.keys import KeyPair, new_keys, own_keys, own_sign_key
from store.bus.sockets import Context, Socket, command_client, command_server, subscriber
from store.core.ids import new_id
from store.core.messages import Ack, Cmd, Nack, Ping, Pong, decode_from_hub
from store.core.roster import MachineRole, open_roster
from store.core.seals import SignKey
from store.core.seat_logic import Phase
from store.core.site_messages import AccountsNews, AccountsReq, RosterNews, RosterReq
from store.core.tokens import LATE_ENTRY_MS_MAX, Token, seal
from store.core.wire import encode
from store.db.accounts import FAILURES_MAX
from store.hub_admin import enrol_machine, strike_machine
from tests.store.conftest import City, Desk

pytestmark = pytest.mark.process
ANSWER_MS = 10_000
SILENT_MS = 700


class Attacker:
    """Sockets of the test's own, closed at its end."""

    def __init__(self) -> None:
        self.context = Context()
        self._sockets: list[Socket] = []

    def keep(self, socket: Socket) -> Socket:
        self._sockets.append(socket)
        return socket

    def dial(self, city: City, machine: str, keys: KeyPair | None = None, routing_id: bytes = b"") -> Socket:
        """A connection to the command port, with the keys of a machine of this folder if no others."""
        hub_public = own_keys(city.folder / "keys", "hub").public
        own = keys or own_keys(city.folder / "keys", machine)
        socket = self.keep(command_client(self.context, own, hub_public))
        if routing_id:
            socket.setsockopt(zmq.ROUTING_ID, routing_id)
        socket.sndtimeo = ANSWER_MS
        socket.connect(f"tcp://{city.config.hub.hubs[0]}")
        return socket

    def close(self) -> None:
        for socket in self._sockets:
            socket.close(0)
        self.context.term()


@pytest.fixture
def attacker() -> Iterator[Attacker]:
    made = Attacker()
    yield made
    made.close()


def answer(socket: Socket, message: object) -> object:
    socket.send(encode(message))
    assert socket.poll(ANSWER_MS), "no answer"
    return decode_from_hub(socket.recv())


def order(token: bytes, at: int, seat: str = "seat01", cid: str = "") -> Cmd:
    body = encode(cmd.SetSeatState(seat, SeatState.AWAY))
    return Cmd(cid=cid or new_id(), body=body, at=at, deadline_at=at + 60_000, token=token)


def logged_in(desk: Desk, number: str = "1001") -> tuple[bytes, int]:
    """A token and the hub's time."""
    desk.wait_live()
    ok = desk.login(number).ok
    assert ok is not None
    return ok.token, ok.expires_at - 12 * 3_600_000


def serves_on(desk: Desk) -> None:
    assert desk.order(cmd.SetSeatState("seat01", SeatState.PAUSED)).refusal is None
    assert desk.order(cmd.SetSeatState("seat01", SeatState.READY)).refusal is None


def test_without_anybody_at_the_door_nobody_gets_in(attacker: Attacker) -> None:
    """A CURVE socket whose doorkeeper is gone admits every key, unless it is told to keep the domain."""
    keys, port = new_keys(), free_ports(1)[0]
    server = attacker.keep(command_server(attacker.context, keys))
    server.bind(f"tcp://127.0.0.1:{port}")
    caller = attacker.keep(command_client(attacker.context, new_keys(), keys.public))
    caller.connect(f"tcp://127.0.0.1:{port}")
    assert not caller.poll(SILENT_MS, zmq.POLLOUT), "no handshake"
    assert not server.poll(0)


def test_a_spoofed_routing_id_changes_nobody(small_city: City, attacker: Attacker) -> None:
    seat = small_city.desk("seat-01")
    token, now = logged_in(seat)
    spoofer = attacker.dial(small_city, "seat-02", routing_id=b"seat-01")
    assert answer(spoofer, Ping(t=1)) == Pong(t=1), "of two with one name the first is served"
    attacker.dial(small_city, "seat-03", routing_id=b"seat-01")
    assert isinstance(answer(spoofer, order(token, now)), Nack), "the token is of another machine"
    without = answer(spoofer, order(b"", now))
    assert isinstance(without, Ack)
    assert b"NotAllowed" in without.refusal
    serves_on(seat)


def test_a_replayed_command_has_one_effect(small_city: City, attacker: Attacker) -> None:
    seat = small_city.desk("seat-01")
    token, now = logged_in(seat)
    caller = attacker.dial(small_city, "seat-01")
    given = order(token, now)
    first, again = answer(caller, given), answer(caller, given)
    assert isinstance(first, Ack)
    assert isinstance(again, Ack)
    assert (first.refusal, again.seq, again.repeated) == (b"", first.seq, True)
    thief = attacker.dial(small_city, "seat-02")
    stolen = answer(thief, order(token, now, cid=given.cid))
    assert stolen == Nack(reason="login_needed", cid=given.cid), "nobody else is told its verdict"
    seat.wait(lambda: seat.link.state.seq >= first.seq, "the event")
    assert sum(applied.ev.cid == given.cid for applied in seat.events) == 1


def test_tokens_that_are_expired_forged_or_of_nobody_do_not_count(
    small_city: City, attacker: Attacker
) -> None:
    seat = small_city.desk("seat-01")
    _, now = logged_in(seat)
    caller = attacker.dial(small_city, "seat-01")
    folder = small_city.folder / "keys"
    sign, public = own_sign_key(folder, "hub"), own_keys(folder, "seat-01").public
    good = Token(public, "d1001", "seat01", now, now + 3_600_000)
    assert isinstance(answer(caller, order(seal(good, sign), now)), Ack), "the hub's own key seals"
    long_ago = now - LATE_ENTRY_MS_MAX - 3_600_000
    bad = {
        "expired": seal(Token(public, "d1001", "seat01", long_ago - 1000, long_ago), sign),
        "of another site nobody enrolled": seal(good, SignKey("relay-09", b"r" * 32)),
        "forged in the hub's name": seal(good, SignKey("hub", b"x" * 32)),
        "altered": seal(good, sign)[:-1] + b"\x00",
        "noise": b"\xff" * 200,
    }
    for name, token in bad.items():
        given = order(token, now)
        assert answer(caller, given) == Nack(reason="login_needed", cid=given.cid), name
    serves_on(seat)


def test_a_struck_relay_seals_no_more(small_city: City, attacker: Attacker) -> None:
    """Its tokens count while it is enrolled, and from the next second on no more."""
    seat = small_city.desk("seat-01")
    _, now = logged_in(seat)
    caller = attacker.dial(small_city, "seat-01")
    public = own_keys(small_city.folder / "keys", "seat-01").public
    enrol_machine(small_city.config, "relay-02", MachineRole.RELAY, site="02")
    relay_key = own_sign_key(small_city.folder / "keys", "relay-02")
    token = seal(Token(public, "d1001", "seat01", now, now + 3_600_000), relay_key)
    seat.wait(lambda: isinstance(answer(caller, order(token, now)), Ack), "the relay's token")
    strike_machine(small_city.config, "relay-02")
    seat.wait(lambda: isinstance(answer(caller, order(token, now)), Nack), "the end of its tokens")
    serves_on(seat)


def test_striking_cuts_wall_and_relay_at_once(small_city: City, attacker: Attacker) -> None:
    seat, wall = small_city.seat("01"), small_city.desk("wall")
    wall.wait_live()
    asking = attacker.dial(small_city, "seat-03")
    before = answer(asking, RosterReq())
    assert isinstance(before, RosterNews)
    enrol_machine(small_city.config, "relay-02", MachineRole.RELAY, site="02")
    seat.wait(lambda: answer(asking, RosterReq()) != before, "the new roster")
    relay = attacker.dial(small_city, "relay-02")
    assert answer(relay, Ping(t=1)) == Pong(t=1)
    roster = answer(relay, RosterReq())
    assert isinstance(roster, RosterNews)
    public = (small_city.folder / "keys" / "roster.pub").read_text().strip()
    assert open_roster(roster.sealed, public).revision == roster.revision
    accounts = answer(relay, AccountsReq())
    assert isinstance(accounts, AccountsNews)
    assert len(accounts.accounts) == 3
    assert isinstance(answer(attacker.dial(small_city, "wall"), AccountsReq()), Nack), "for sites only"
    folder = small_city.folder / "keys"
    keys, hub_public = own_keys(folder, "relay-02"), own_keys(folder, "hub").public
    events = attacker.keep(subscriber(attacker.context, keys, hub_public, 1000))
    events.connect(f"tcp://127.0.0.1:{small_city.config.hub.event_port}")
    assert events.poll(ANSWER_MS), "ticks"
    for name in ("wall", "relay-02"):
        assert strike_machine(small_city.config, name)
    wall.wait(lambda: wall.link.state.phase is Phase.REVOKED, "the wall is cut")
    seat.wait(lambda: answer(relay, Ping(t=2)) == Nack(reason="revoked"), "the relay is cut", 5.0)
    while events.poll(SILENT_MS):  # what had arrived before
        events.recv()
    serves_on(seat)
    assert not events.poll(SILENT_MS), "its subscription ended"


def test_somebody_who_tries_passwords_is_locked_out_and_noted(small_city: City) -> None:
    seat, other = small_city.seat("01"), small_city.desk("seat-02")
    other.wait_live()
    reasons = [other.login("1002", "wrong").refused for _ in range(FAILURES_MAX + 1)]
    assert reasons[-1] is not None
    assert reasons[-1].reason == "locked"

    def noted() -> AdministrationNoted | None:
        events = (applied.event for applied in seat.events if isinstance(applied.event, AdministrationNoted))
        return next((event for event in events if event.note.act is Act.LOG_IN_LOCKED), None)

    event = seat.wait(noted, "a note in the journal")
    assert (event.note.subject, event.note.where) == ("1002", "seat-02")


def test_refused_callers_are_counted_and_said(small_city: City, attacker: Attacker) -> None:
    seat = small_city.seat("01")
    stranger = attacker.dial(small_city, "", new_keys())
    assert not stranger.poll(SILENT_MS, zmq.POLLOUT)
    log = small_city.folder / "hub.log"
    seat.wait(
        lambda: "refused, the last from 127.0.0.1" in log.read_text(encoding="utf-8"), "a line in the log"
    )
