"""Who may connect: our own ZAP handler (RFC 27) in the hub's I/O loop, closed when anything is in doubt.

An exception while judging refuses that one caller. Two probes prove it: at the start an unknown key must be
refused (or the hub does not start), and every 5 s a known test key must get in.
"""

import logging
from collections.abc import Callable
from enum import Enum

import zmq
from zmq.utils import z85
from zmq.utils.monitor import parse_monitor_message

from store.bus.keys import new_keys
from store.bus.sockets import ENROL_DOMAIN, ZAP_DOMAIN, Context, Socket, command_client

ZAP_ENDPOINT = "inproc://zeromq.zap.01"
PROBE_NAME = "doorkeeper-test"
PROBE_MS = 5000
PROBE_MS_MAX = 3000
REFUSED_EVENTS = zmq.EVENT_HANDSHAKE_FAILED_AUTH
ADMITTED_EVENTS = zmq.EVENT_HANDSHAKE_SUCCEEDED

log = logging.getLogger(__name__)


class Doorkeeper:
    """Answers every admission question. `user_of` gives the User-Id for a raw key, or `None`."""

    def __init__(self, context: Context, user_of: Callable[[bytes], str | None]) -> None:
        self._user_of = user_of
        self.test_keys = new_keys()
        self._test_key = z85.decode(self.test_keys.public)
        self.refused = 0
        self.last_refused = ""
        """Where the last one that was refused came from."""
        self.socket: Socket = context.socket(zmq.REP)
        self.socket.linger = 0
        self.socket.bind(ZAP_ENDPOINT)

    def admit(self) -> None:
        """Answer every waiting question."""
        while self.socket.poll(0):
            question = self.socket.recv_multipart()
            user = self._judge(question)
            if user is None:
                self.refused += 1
                self.last_refused = question[3].decode("ascii", "replace") if len(question) > 3 else "?"
            request_id = question[1] if len(question) > 1 else b""
            verdict = (b"400", b"not enrolled", b"") if user is None else (b"200", b"OK", user.encode())
            self.socket.send_multipart([b"1.0", request_id, *verdict, b""])

    def _judge(self, question: list[bytes]) -> str | None:
        try:
            version, _, domain, _, _, mechanism, key = question
            if (version, mechanism) != (b"1.0", b"CURVE"):
                return None
            if domain == ENROL_DOMAIN:  # any key, for one kind of message
                return z85.encode(key).decode()
            if domain != ZAP_DOMAIN:
                return None
            return PROBE_NAME if key == self._test_key else self._user_of(key)
        except Exception:
            log.exception("admission question set aside, caller refused")
            return None


class ProbeResult(Enum):
    WAITING = "waiting"
    ADMITTED = "admitted"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"


class Probe:
    """One try to get in, with a key of our choice; only the handshake, no message."""

    def __init__(
        self, context: Context, endpoint: str, hub_public: str, doorkeeper: Doorkeeper | None, now: int
    ) -> None:
        """With `doorkeeper` its test key is shown, without an unknown one."""
        keys = doorkeeper.test_keys if doorkeeper else new_keys()
        self._until = now + PROBE_MS_MAX
        self._socket = command_client(context, keys, hub_public)
        self._monitor: Socket = self._socket.get_monitor_socket(REFUSED_EVENTS | ADMITTED_EVENTS)
        self._socket.connect(endpoint)

    def result(self, now: int) -> ProbeResult:
        """What came of it so far."""
        if self._monitor.poll(0):
            event = parse_monitor_message(self._monitor.recv_multipart())["event"]
            return ProbeResult.ADMITTED if event == ADMITTED_EVENTS else ProbeResult.REFUSED
        return ProbeResult.NO_ANSWER if now > self._until else ProbeResult.WAITING

    def close(self) -> None:
        self._socket.disable_monitor()
        self._monitor.close(0)
        self._socket.close(0)
