"""How every socket between machines is set up: always CURVE, bounded, with heartbeats (bus.md 5.4).

Routing ids are never set: who somebody is comes from the key, by the User-Id the doorkeeper gave it.

One end of each connection begins the heartbeats: libzmq 4.3.5 aborts the process when one falls due on a
socket whose queue is full (its issues 3937, 4364, 4767). Where none begin the system asks.
"""

import secrets
import socket as system_socket
from typing import Any

import zmq

from store.bus.keys import KeyPair
from store.core.wire import MESSAGE_BYTES_MAX

ZAP_DOMAIN = b"ems"
ENROL_DOMAIN = b"enrol"
"""Admits any key; only the door of enrolment listens there."""
PUBLISHED_MAX = 20_000
POSITIONS_MAX = 1_000
REPLIES_MAX = 1_000
COMMANDS_MAX = 1_000

Socket = zmq.Socket[bytes]
Context = zmq.Context[Socket]


def _common(context: Context, kind: int) -> Socket:
    socket = context.socket(kind)
    socket.linger = 0
    options = {
        zmq.MAXMSGSIZE: MESSAGE_BYTES_MAX,
        zmq.HANDSHAKE_IVL: 5000,
        zmq.CONNECT_TIMEOUT: 1000,
        zmq.RECONNECT_IVL: 50 + secrets.randbelow(50),
        zmq.RECONNECT_IVL_MAX: 2000,
        zmq.BACKLOG: 1024,
    }
    for option, value in options.items():
        socket.setsockopt(option, value)
    return socket


def _beating(socket: Socket) -> Socket:
    """Whoever is at the other end and does not answer is gone after 3 s."""
    socket.setsockopt(zmq.HEARTBEAT_IVL, 1000)
    socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 3000)
    socket.setsockopt(zmq.HEARTBEAT_TTL, 4000)
    return socket


def _watched(socket: Socket) -> Socket:
    """The system looks for the other end, where we do not beat: without an answer it is gone after 6 s."""
    socket.setsockopt(zmq.TCP_KEEPALIVE, 1)
    socket.setsockopt(zmq.TCP_KEEPALIVE_IDLE, 3)
    socket.setsockopt(zmq.TCP_KEEPALIVE_INTVL, 1)
    socket.setsockopt(zmq.TCP_KEEPALIVE_CNT, 3)
    socket.setsockopt(zmq.TCP_MAXRT, 6000)  # the same for words on the way
    return socket


def _guarded(socket: Socket, keys: KeyPair) -> Socket:
    """The hub's side: CURVE, and closed when the doorkeeper does not answer."""
    socket.curve_server = True
    socket.curve_secretkey = keys.secret.encode()
    socket.setsockopt(zmq.ZAP_DOMAIN, ZAP_DOMAIN)
    socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)
    return socket


def _calling(socket: Socket, keys: KeyPair, hub_public: str) -> Socket:
    """A machine's side."""
    socket.curve_serverkey = hub_public.encode()
    socket.curve_publickey = keys.public.encode()
    socket.curve_secretkey = keys.secret.encode()
    return socket


def command_server(context: Context, keys: KeyPair) -> Socket:
    """ROUTER: an answer to somebody who is gone is dropped, he will ask again.

    It never beats: whoever sends faster than we read, and goes, would take us along.
    """
    socket = _watched(_guarded(_common(context, zmq.ROUTER), keys))
    socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
    socket.sndhwm = REPLIES_MAX
    return socket


def publisher(context: Context, keys: KeyPair, queued_max: int) -> Socket:
    """PUB: a slow reader loses messages and finds out by the sequence."""
    socket = _beating(_guarded(_common(context, zmq.PUB), keys))
    socket.sndhwm = queued_max
    return socket


def command_client(context: Context, keys: KeyPair, hub_public: str) -> Socket:
    """DEALER that never queues for an absent hub: stale orders would arrive after the break."""
    socket = _beating(_calling(_common(context, zmq.DEALER), keys, hub_public))
    socket.setsockopt(zmq.IMMEDIATE, 1)
    socket.sndhwm = COMMANDS_MAX
    return socket


def subscriber(context: Context, keys: KeyPair, hub_public: str, queued_max: int) -> Socket:
    """SUB: it may stand still with a full queue, so it never beats."""
    socket = _watched(_calling(_common(context, zmq.SUB), keys, hub_public))
    socket.rcvhwm = queued_max
    socket.subscribe(b"")
    return socket


class Waker:
    """Wakes a poll loop from any thread; one byte is enough for any number of reasons."""

    def __init__(self) -> None:
        self._reading, self._writing = system_socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)

    @property
    def fd(self) -> int:
        return self._reading.fileno()

    def wake(self) -> None:
        try:
            self._writing.send(b"w")
        except (BlockingIOError, OSError):
            return  # it is awake, or gone

    def clear(self) -> None:
        try:
            while self._reading.recv(4096):
                pass
        except BlockingIOError:
            return

    def close(self) -> None:
        self._reading.close()
        self._writing.close()


def user_id(frame: Any) -> str:
    """The User-Id the doorkeeper gave: the machine's public key; "" when there is none."""
    try:
        user = frame.get("User-Id")
    except zmq.ZMQError:
        return ""
    return str(user)
