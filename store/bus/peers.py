"""The watch on the other sites: a Hello to each of their hubs and relays, twice a second; their answer says
which (term, site) they follow or are.

It tells a centre that was cut off that somebody else commands now, also by way of a third site. A peer that
does not answer is dialled anew, so that no back-off of a long break delays the first word after it.
"""

import contextlib
import logging
import threading
from collections.abc import Callable

import zmq
from msgspec import Struct

from store.bus.clock import Clock
from store.bus.keys import KeyPair
from store.bus.sockets import Context, Socket, command_client
from store.core.messages import Hello, Welcome, decode_from_hub
from store.core.roster import Machine
from store.core.wire import BadMessage, encode

ASK_MS = 500
SILENT_MS = 2_000
"""Without an answer for so long the socket is made anew."""
TURN_MS = 100

log = logging.getLogger(__name__)


class PeerHeard(Struct, frozen=True):
    """What a hub or relay of another site said at `at` (steady ms). `address`: where it was asked."""

    site: str
    address: str
    welcome: Welcome
    at: int


class _Peer(Struct):
    machine: Machine
    socket: Socket
    since: int
    asked_at: int = 0


class PeerWatch:
    """A thread of its own. `machines`: who is to be asked just now; `on_heard` is called on the thread."""

    def __init__(
        self,
        keys: KeyPair,
        machines: Callable[[], list[Machine]],
        clock: Clock,
        on_heard: Callable[[PeerHeard], None],
    ) -> None:
        self._keys = keys
        self._machines = machines
        self._clock = clock
        self._on_heard = on_heard
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="peers", daemon=True)
        self._context = Context()
        self._poller = zmq.Poller()
        self._peers: dict[str, _Peer] = {}
        self._faulty: set[Machine] = set()

    def start(self) -> None:
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        self._stopping.set()
        self._thread.join(deadline_s)

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._turn()
                except Exception:  # without this thread a fenced hub would go on commanding
                    log.exception("peers: a turn broke")
                    self._stopping.wait(TURN_MS / 1000)
        finally:
            self._context.destroy(linger=0)

    def _turn(self) -> None:
        now = self._clock.steady_ms()
        self._look_at_roster(now)
        for peer in self._peers.values():
            if now - peer.since > SILENT_MS:
                self._redial(peer, now)
            if now - peer.asked_at >= ASK_MS:
                peer.asked_at = now
                with contextlib.suppress(zmq.Again):  # not connected yet
                    peer.socket.send(encode(Hello(app="peer")), zmq.DONTWAIT)
        if not self._peers:  # a poller without sockets does not wait
            self._stopping.wait(TURN_MS / 1000)
            return
        ready = dict(self._poller.poll(TURN_MS))
        for peer in self._peers.values():
            if peer.socket in ready:
                self._read(peer)

    def _look_at_roster(self, now: int) -> None:
        wanted = {machine.name: machine for machine in self._machines()}
        for name in [name for name, peer in self._peers.items() if wanted.get(name) != peer.machine]:
            self._close(self._peers.pop(name).socket)
        self._faulty &= set(wanted.values())
        for name, machine in wanted.items():
            if name in self._peers or machine in self._faulty:
                continue
            try:
                self._peers[name] = _Peer(machine, self._dial(machine), now)
            except zmq.ZMQError as error:  # one bad line of the roster must not silence all the others
                self._faulty.add(machine)
                log.warning("peers: %s cannot be asked at %s: %s", name, machine.address, error)

    def _dial(self, machine: Machine) -> Socket:
        socket = command_client(self._context, self._keys, machine.public_key)
        try:
            socket.connect(f"tcp://{machine.address}")
        except zmq.ZMQError:
            socket.close(0)
            raise
        self._poller.register(socket, zmq.POLLIN)
        return socket

    def _redial(self, peer: _Peer, now: int) -> None:
        self._close(peer.socket)
        peer.socket, peer.since = self._dial(peer.machine), now

    def _close(self, socket: Socket) -> None:
        self._poller.unregister(socket)
        socket.close(0)

    def _read(self, peer: _Peer) -> None:
        with contextlib.suppress(zmq.Again):
            while True:
                frame = peer.socket.recv(zmq.DONTWAIT)
                try:
                    message = decode_from_hub(frame)
                except BadMessage:
                    continue
                if isinstance(message, Welcome):
                    now = peer.since = self._clock.steady_ms()
                    self._on_heard(PeerHeard(peer.machine.site, peer.machine.address, message, now))
