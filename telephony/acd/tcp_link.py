"""A TCP line to an ACD with its own thread: connects, comes back after a break, hands bytes to a session.

The session is pure (`Session`): what comes in, what must go out, which facts. The line knows no protocol.
"""

import contextlib
import logging
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from telephony.acd.orders import AcdOrder
from telephony.acd.port import AcdFact, LinkChanged, OnFact, OrderRefused

CONNECT_S_MAX = 4.0
BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
READ_BYTES = 65_536
TURN_S = 0.2
STOP_S_MAX = 2.0
ORDERS_MAX = 256

log = logging.getLogger(__name__)


class Turn(Struct):
    """What a session wants done after it was told something. `broken`: not "" ends the connection."""

    send: list[bytes] = []
    facts: list[AcdFact] = []
    broken: str = ""


class Session(Protocol):
    """One connection's protocol. `up` once the ACD let us in."""

    @property
    def up(self) -> bool: ...

    def connected(self, now_ms: int) -> Turn: ...
    def received(self, octets: bytes, now_ms: int) -> Turn: ...
    def ordered(self, order: AcdOrder, now_ms: int) -> Turn: ...
    def on_time(self, now_ms: int) -> Turn: ...


class Address(Struct, frozen=True):
    """`ca_file` None: plain TCP, for a wire nobody else is on."""

    host: str
    port: int
    ca_file: str | None = None


class TcpLink:
    """Runs sessions one after the other. Orders while there is no link are refused, never kept."""

    def __init__(self, address: Address, make_session: Callable[[], Session], name: str) -> None:
        self._address = address
        self._make_session = make_session
        self._orders: queue.Queue[AcdOrder] = queue.Queue(ORDERS_MAX)
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._stopping = threading.Event()
        self._on_fact: OnFact | None = None
        self._up = False
        self._last_reason = ""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self, on_fact: OnFact) -> None:
        self._on_fact = on_fact
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake()
        self._thread.join(STOP_S_MAX)
        self._wake_in.close()
        self._wake_out.close()

    def order(self, order: AcdOrder) -> None:
        try:
            self._orders.put_nowait(order)
        except queue.Full:
            self._tell(OrderRefused(type(order).__name__, "too many orders waiting"))
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):  # one byte there already wakes it
            self._wake_out.send(b"!")

    def _run(self) -> None:
        tries = 0
        while not self._stopping.is_set():
            began_s = time.monotonic()
            self._down(self._once())
            tries = 0 if time.monotonic() - began_s > BACK_OFF_S[-1] else tries + 1
            self._refuse_until(time.monotonic() + BACK_OFF_S[max(0, min(tries, len(BACK_OFF_S)) - 1)])

    def _once(self) -> str:
        """One connection from its beginning to its end; why it ended."""
        try:
            with self._connect() as link:
                return self._converse(link, self._make_session())
        except (OSError, ValueError) as error:
            return str(error) or type(error).__name__
        except Exception as error:  # a fault of ours must not end the link for good
            log.exception("acd session")
            return repr(error)

    def _connect(self) -> socket.socket:
        link = socket.create_connection((self._address.host, self._address.port), CONNECT_S_MAX)
        if self._address.ca_file is not None:
            trust = ssl.create_default_context(cafile=self._address.ca_file)
            return trust.wrap_socket(link, server_hostname=self._address.host)
        return link

    def _converse(self, link: socket.socket, session: Session) -> str:
        with selectors.DefaultSelector() as selector:
            selector.register(link, selectors.EVENT_READ)
            selector.register(self._wake_in, selectors.EVENT_READ)
            self._do(link, session, session.connected(now_ms()))
            while not self._stopping.is_set():
                ready = {key.fileobj for key, _ in selector.select(TURN_S)}
                if self._wake_in in ready:
                    self._wake_in.recv(READ_BYTES)
                if link in ready:
                    octets = link.recv(READ_BYTES)
                    if not octets:
                        return "closed by the other side"
                    self._do(link, session, session.received(octets, now_ms()))
                self._obey(link, session)
                self._do(link, session, session.on_time(now_ms()))
        return "stopped"

    def _obey(self, link: socket.socket, session: Session) -> None:
        while not self._orders.empty():
            self._do(link, session, session.ordered(self._orders.get_nowait(), now_ms()))

    def _do(self, link: socket.socket, session: Session, turn: Turn) -> None:
        for octets in turn.send:
            link.sendall(octets)
        if session.up and not self._up:
            self._up = True
            self._tell(LinkChanged(True))
        for fact in turn.facts:
            self._tell(fact)
        if turn.broken:
            raise ConnectionError(turn.broken)

    def _down(self, reason: str) -> None:
        """Told when it was up, and once when it never came up."""
        if self._up or reason not in ("stopped", self._last_reason):
            self._tell(LinkChanged(False, reason))
        self._up, self._last_reason = False, reason

    def _refuse_until(self, end_s: float) -> None:
        """Wait, and answer orders meanwhile: nobody should wait for an ACD that is not there."""
        while not self._stopping.is_set() and (left_s := end_s - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                order = self._orders.get(timeout=min(left_s, TURN_S))
                self._tell(OrderRefused(type(order).__name__, "no link"))

    def _tell(self, fact: AcdFact) -> None:
        assert self._on_fact is not None
        try:
            self._on_fact(fact)
        except Exception:  # a listener's mistake must not cost the link
            log.exception("listener failed on %r", fact)


def now_ms() -> int:
    return time.time_ns() // 1_000_000
