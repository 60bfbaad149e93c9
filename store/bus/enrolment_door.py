"""The door of enrolment: a ROUTER that admits any key, open only while somebody is invited.

It takes one small message and few of them; beyond that it does not answer. The key that encrypts it is
known to everybody: it proves nothing, the fingerprints that people compare do.
"""

import contextlib
import hashlib
import logging

import zmq
from msgspec import Struct
from zmq.utils import z85

from store.bus.keys import KeyPair
from store.bus.sockets import ENROL_DOMAIN, Context, Socket, command_server, user_id
from store.core.enrolment import ENROL_BYTES_MAX

PER_SECOND_MAX = 5
"""Questions of all machines together: nobody is enrolled in a hurry, and every code costs 30 ms to check."""
WINDOW_MS = 1000

log = logging.getLogger(__name__)


def public_pair() -> KeyPair:
    """The pair of the door, the same everywhere."""
    secret = z85.encode(hashlib.sha256(b"lingsheng door of enrolment").digest())
    return KeyPair(zmq.curve_public(secret).decode(), secret.decode())


class Knocked(Struct, frozen=True):
    """`key`: the Z85 public key the connection was made with, proven by the handshake.

    `address`: of the peer.
    """

    route: bytes
    key: str
    frame: bytes
    address: str = ""


class EnrolmentDoor:
    """Belongs to the hub's thread."""

    def __init__(self, context: Context, poller: zmq.Poller, host: str) -> None:
        self._context = context
        self._poller = poller
        self._host = host
        self._socket: Socket | None = None
        self._port = 0
        self._fault = ""
        self._window_at = 0
        self._in_window = 0
        self.too_many = 0
        """Questions that were not looked at."""

    def set_open(self, port: int) -> None:
        """Open at this port; 0: closed. A port that is taken is said once and tried again."""
        if port == self._port:
            return
        self._close()
        if not port:
            return
        socket = command_server(self._context, public_pair())
        socket.setsockopt(zmq.ZAP_DOMAIN, ENROL_DOMAIN)
        socket.maxmsgsize = ENROL_BYTES_MAX
        try:
            socket.bind(f"tcp://{self._host}:{port}")
        except zmq.ZMQError as error:
            socket.close(0)
            if str(error) != self._fault:
                log.warning("door of enrolment: %s:%d: %s", self._host, port, error)
            self._fault = str(error)
            return
        self._socket, self._port, self._fault = socket, port, ""
        self._poller.register(socket, zmq.POLLIN)
        log.info("door of enrolment open at port %d", port)

    def take(self, now: int) -> list[Knocked]:
        """The questions that came; beyond PER_SECOND_MAX they are dropped. `now`: steady ms."""
        if self._socket is None:
            return []
        if now - self._window_at >= WINDOW_MS:
            self._window_at, self._in_window = now, 0
        knocked = []
        with contextlib.suppress(zmq.Again):
            while True:
                frames = self._socket.recv_multipart(zmq.DONTWAIT, copy=False)
                self._in_window += 1
                if self._in_window > PER_SECOND_MAX:
                    self.too_many += 1
                    if self._in_window > 10 * PER_SECOND_MAX:
                        break
                    continue
                content = b"".join(frame.bytes for frame in frames[1:])
                address = str(frames[-1].get("Peer-Address"))
                knocked.append(Knocked(frames[0].bytes, user_id(frames[-1]), content, address))
        return knocked

    def reply(self, route: bytes, frame: bytes) -> None:
        if self._socket is not None:
            with contextlib.suppress(zmq.Again, zmq.ZMQError):
                self._socket.send_multipart([route, frame], zmq.DONTWAIT)

    def _close(self) -> None:
        if self._socket is not None:
            self._poller.unregister(self._socket)
            self._socket.close(0)
            self._socket, self._port = None, 0
            log.info("door of enrolment closed, %d questions were too many", self.too_many)
