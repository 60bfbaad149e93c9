"""The private pipe between a process and the child it started: one PAIR socket on loopback TCP, always CURVE.

The parent mints both key pairs anew for every spawn and hands the child its ticket as one JSON line on stdin;
its own ZAP handler admits that one key and nobody else. After the ticket stdin carries nothing: its end tells
the child that the parent is gone. The empty frame is ours: from the child it is the beat of its loop (the
first one means ready), from the parent it asks the child to finish.
"""

import math
import sys
import time
from collections.abc import Sequence

import msgspec
import zmq
from zmq.utils import z85

FRAME_BYTES_MAX = 16 * 1024 * 1024
SEND_FRAMES_MAX = 10_000
TICKET_BYTES_MAX = 4096
BEAT_S = 0.5
CHILD_LINGER_MS = 500  # last words of a child that ends in order
CONTROL_FRAME = b""
ZAP_ENDPOINT = "inproc://zeromq.zap.01"
ZAP_DOMAIN = b"child"


class PipeError(Exception):
    """The ticket on stdin is missing or is not one: the process was not started by its parent."""


class PipeTicket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All a child needs to reach its parent: endpoint and Z85 keys."""

    endpoint: str
    server_key: str
    public_key: str
    secret_key: str


_tickets = msgspec.json.Decoder(PipeTicket)


def zap_answer(question: Sequence[bytes], admitted_key: bytes) -> list[bytes]:
    """The ZAP 1.0 (RFC 27) answer: 200 for the one admitted CURVE key in our domain, 400 for all else."""
    request_id = question[1] if len(question) > 1 else b""
    known = len(question) == 7 and (question[0], question[2], question[5], question[6]) == (
        b"1.0",
        ZAP_DOMAIN,
        b"CURVE",
        admitted_key,
    )
    status, text = (b"200", b"OK") if known else (b"400", b"unknown key")
    return [b"1.0", request_id, status, text, b"child" if known else b"", b""]


class ParentEnd:
    """The parent's end, for one spawn. Every method belongs to one thread."""

    def __init__(self) -> None:
        server_public, server_secret = zmq.curve_keypair()
        child_public, child_secret = zmq.curve_keypair()
        self._context = zmq.Context()
        self._admitted_key = z85.decode(child_public)
        self._zap = self._context.socket(zmq.REP)
        self._zap.linger = 0
        self._zap.bind(ZAP_ENDPOINT)
        self._socket = _pair(self._context)
        self._socket.curve_server = True
        self._socket.curve_secretkey = server_secret
        self._socket.setsockopt(zmq.ZAP_DOMAIN, ZAP_DOMAIN)
        self._socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)
        self._socket.bind("tcp://127.0.0.1:*")
        endpoint = self._socket.getsockopt(zmq.LAST_ENDPOINT)
        assert isinstance(endpoint, bytes)
        self.ticket = PipeTicket(
            endpoint.rstrip(b"\0").decode(),
            server_public.decode(),
            child_public.decode(),
            child_secret.decode(),
        )

    def watch(self, poller: zmq.Poller) -> None:
        """Have both sockets watched for reading."""
        poller.register(self._zap, zmq.POLLIN)
        poller.register(self._socket, zmq.POLLIN)

    def admit(self) -> None:
        """Answer every waiting admission question."""
        while self._zap.poll(0):
            self._zap.send_multipart(zap_answer(self._zap.recv_multipart(), self._admitted_key))

    def receive(self) -> bytes | None:
        """The next frame, `None` when nothing waits. The empty frame is the child's beat."""
        try:
            return self._socket.recv(zmq.DONTWAIT)
        except zmq.Again:
            return None

    def wait(self, wait_s: float) -> bool:
        """True as soon as a frame waits to be received."""
        return bool(self._socket.poll(round(wait_s * 1000), zmq.POLLIN))

    def send(self, frame: bytes) -> bool:
        """False when the child has not read the last `SEND_FRAMES_MAX` frames, or is not there."""
        try:
            self._socket.send(frame, zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True

    def ask_to_finish(self) -> bool:
        return self.send(CONTROL_FRAME)

    def close(self) -> None:
        self._context.destroy(linger=0)


class ChildEnd:
    """The child's end. Every method belongs to the thread that runs the child's loop.

    `receive` also sends the beat, so a loop that hangs falls silent and its parent can see it.
    """

    def __init__(self, ticket: PipeTicket, parent_fd: int) -> None:
        """`parent_fd` is readable when the parent is gone (end of stdin)."""
        self._context = zmq.Context()
        self._socket = _pair(self._context)
        self._socket.curve_serverkey = ticket.server_key.encode()
        self._socket.curve_publickey = ticket.public_key.encode()
        self._socket.curve_secretkey = ticket.secret_key.encode()
        self._socket.connect(ticket.endpoint)
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(parent_fd, zmq.POLLIN)
        self._parent_fd = parent_fd
        self._beat_due_s = 0.0
        self.ended = False
        """True when the parent asked us to finish or is gone."""

    def ready(self) -> None:
        """Tell the parent that messages are welcome from now on."""
        self._beat()

    def receive(self, wait_s: float | None = 0.0) -> bytes | None:
        """The next message; `None` at the end or when none came within `wait_s` (`None`: no limit)."""
        deadline_s = None if wait_s is None else time.monotonic() + wait_s
        while not self.ended:
            now_s = time.monotonic()
            if now_s >= self._beat_due_s:
                self._beat()
            left_s = BEAT_S if deadline_s is None else max(0.0, min(BEAT_S, deadline_s - now_s))
            ready = dict(self._poller.poll(math.ceil(left_s * 1000)))
            if self._socket in ready:
                frame = self._socket.recv()
                if frame != CONTROL_FRAME:
                    return frame
                self.ended = True
            elif self._parent_fd in ready:
                self.ended = True
            elif deadline_s is not None and time.monotonic() >= deadline_s:
                break
        return None

    def send(self, frame: bytes) -> bool:
        """False when the parent does not read any more; the frame is then lost and the loop should end."""
        assert frame != CONTROL_FRAME, "the empty frame is the pipe's own"
        return self._put(frame)

    def close(self) -> None:
        self._context.destroy(linger=CHILD_LINGER_MS)

    def _beat(self) -> None:
        self._beat_due_s = time.monotonic() + BEAT_S
        self._put(CONTROL_FRAME)

    def _put(self, frame: bytes) -> bool:
        try:
            self._socket.send(frame, zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True


def open_child_end() -> ChildEnd:
    """The pipe to the process that started this one; raises `PipeError` when nobody did."""
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as stdin:
        line = stdin.readline(TICKET_BYTES_MAX)
    try:
        ticket = _tickets.decode(line)
    except msgspec.MsgspecError as error:
        raise PipeError("no ticket on stdin: this process is started by the seat, not by hand") from error
    return ChildEnd(ticket, sys.stdin.fileno())


def _pair(context: "zmq.Context[zmq.Socket[bytes]]") -> "zmq.Socket[bytes]":
    socket: zmq.Socket[bytes] = context.socket(zmq.PAIR)
    socket.linger = 0
    socket.sndhwm = SEND_FRAMES_MAX
    socket.rcvhwm = SEND_FRAMES_MAX
    socket.setsockopt(zmq.MAXMSGSIZE, FRAME_BYTES_MAX)
    socket.setsockopt(zmq.HANDSHAKE_IVL, 5000)
    return socket
