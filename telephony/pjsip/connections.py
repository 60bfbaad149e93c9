"""Connections of this phone (TCP, TLS): who may make one, how many at once, and those that are ended by us.

No one is let in by TLS: the phone has no certificate of its own, it takes calls by the connection it made to
its exchange. Where the library does not offer what ending needs, none is ended.
"""

import ctypes
import time
from collections import deque
from collections.abc import Callable
from ipaddress import IPv4Network

import pjsua2 as pj

from telephony.pjsip import native
from telephony.pjsip.listeners import Listener
from telephony.settings import Transport

OPEN_MAX = 16  # of the library's 64 sockets; calls need the rest
FRESH_MAX = 8  # within `FRESH_S`: so long a closed one keeps its place
FRESH_S = 0.6
NEEDED = ("pjsip_transport_add_ref", "pjsip_transport_dec_ref", "pjsip_transport_shutdown2")
BY_FORCE = 1
CONNECTED = {Transport.TCP, Transport.TLS}
NOBODY: tuple[IPv4Network, ...] = ()


class Connections:
    """Lives on the library's one thread."""

    def __init__(self, defer: Callable[[Callable[[], None]], None]) -> None:
        """Call after `libInit`. `defer`: do it after the library's events."""
        self._defer = defer
        self._admitted = NOBODY
        self._listeners: dict[Transport, Listener] = {}
        self._open: set[int] = set()
        self._came_s: deque[float] = deque(maxlen=FRESH_MAX)
        self._ending: set[int] = set()
        self.can_end = native.has(*NEEDED)
        if self.can_end:
            library = native.library()
            self._keep, self._let_go = library.pjsip_transport_add_ref, library.pjsip_transport_dec_ref
            self._shut = library.pjsip_transport_shutdown2
            self._keep.argtypes = self._let_go.argtypes = [ctypes.c_void_p]
            self._shut.argtypes = [ctypes.c_void_p, ctypes.c_int]

    def listens(self, transport: Transport, port: int) -> None:
        """The library listens there now; nobody connects until `turn` says who may."""
        if transport in CONNECTED:
            listener = self._listeners[transport] = Listener(port)
            listener.admit(NOBODY)

    def admit(self, networks: tuple[IPv4Network, ...]) -> None:
        """Who may connect from now on."""
        self._admitted = networks
        self.turn()

    def turn(self) -> None:
        """Open and shut as the crowd wants it."""
        if Transport.TCP in self._listeners:
            self._listeners[Transport.TCP].admit(NOBODY if self._is_crowded() else self._admitted)

    def changed(self, connection: int, state: int) -> None:
        """Inside the library's callback; `connection` is its pointer. Also of those that we make."""
        self._open.discard(connection)
        if state == pj.PJSIP_TP_STATE_CONNECTED:
            self._open.add(connection)
            self._came_s.append(time.monotonic())
            self.turn()  # more of them wait behind this one

    def is_ending(self, connection: int) -> bool:
        return connection in self._ending

    def end(self, connection: int) -> None:
        """After the library's events; what it still sends meanwhile is nobody's."""
        self._ending.add(connection)
        self._keep(connection)
        self._defer(lambda: self._end(connection))

    def close(self) -> None:
        for listener in self._listeners.values():
            listener.close()

    def _end(self, connection: int) -> None:
        self._ending.discard(connection)
        self._shut(connection, BY_FORCE)
        self._let_go(connection)

    def _is_crowded(self) -> bool:
        fresh = len(self._came_s) == FRESH_MAX and time.monotonic() - self._came_s[0] < FRESH_S
        return fresh or len(self._open) >= OPEN_MAX
