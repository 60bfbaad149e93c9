"""A relay between a caller and a seat, on loopback, that loses, delays and jitters the audio of one call.

SIP passes unharmed; the SDP of offer and answer is made to name the relay, so that the audio comes this way.
Requests inside the dialog go directly, by the Contact of each side.
"""

import heapq
import itertools
import random
import re
import selectors
import socket
import threading
import time
from types import TracebackType
from typing import NamedTuple

HERE = "127.0.0.1"
PACKET_MAX = 65_535
LOOK_S = 0.05
AUDIO_PORT = re.compile(rb"(?<=m=audio )\d+")
LENGTH = re.compile(rb"(?im)^(?:Content-Length|l) *:[^\r\n]*")
FIRST_VIA = re.compile(rb"(?im)^(?:Via|v) *:[^\r\n]*")


class Late(NamedTuple):
    """A packet of audio that waits for its moment."""

    due_s: float
    order: int
    out: socket.socket
    to: tuple[str, int]
    packet: bytes


class Relay:
    """Call it at `port` instead of the seat. `loss` (0..1), `delay_ms`, `jitter_ms` may change."""

    def __init__(
        self, seat_port: int, *, loss: float = 0.0, delay_ms: float = 0.0, jitter_ms: float = 0.0
    ) -> None:
        self.loss, self.delay_ms, self.jitter_ms = loss, delay_ms, jitter_ms
        self.lost = self.passed = 0
        self._seat = (HERE, seat_port)
        self._caller: tuple[str, int] | None = None
        self._sip_caller, self._sip_seat, self._audio_caller, self._audio_seat = (_udp() for _ in range(4))
        self._caller_audio: tuple[str, int] | None = None
        self._seat_audio: tuple[str, int] | None = None
        self._late: list[Late] = []
        self._order = itertools.count()
        self._dice = random.Random(4475)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    @property
    def port(self) -> int:
        return _port(self._sip_caller)

    def __enter__(self) -> "Relay":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._thread.join()
        for made in (self._sip_caller, self._sip_seat, self._audio_caller, self._audio_seat):
            made.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for made in (self._sip_caller, self._sip_seat, self._audio_caller, self._audio_seat):
                selector.register(made, selectors.EVENT_READ)
            while not self._stopping:
                wait_s = self._late[0].due_s - time.monotonic() if self._late else LOOK_S
                for key, _ in selector.select(min(max(0.0, wait_s), LOOK_S)):
                    made = key.fileobj
                    assert isinstance(made, socket.socket)
                    self._take(made, *made.recvfrom(PACKET_MAX))
                self._send_due()

    def _take(self, came_by: socket.socket, packet: bytes, source: tuple[str, int]) -> None:
        if came_by is self._sip_caller:
            self._caller = source
            packet = FIRST_VIA.sub(lambda via: via[0] + b";rport", packet, count=1)
            packet, asked = _through(packet, _port(self._audio_seat))
            self._caller_audio = asked or self._caller_audio
            self._sip_seat.sendto(packet, self._seat)
        elif came_by is self._sip_seat and self._caller is not None:
            packet, answered = _through(packet, _port(self._audio_caller))
            self._seat_audio = answered or self._seat_audio
            self._sip_caller.sendto(packet, self._caller)
        elif came_by is self._audio_caller:
            self._pass_on(packet, self._audio_seat, self._seat_audio)
        elif came_by is self._audio_seat:
            self._pass_on(packet, self._audio_caller, self._caller_audio)

    def _pass_on(self, packet: bytes, out: socket.socket, to: tuple[str, int] | None) -> None:
        if to is None or self._dice.random() < self.loss:
            self.lost += 1
            return
        self.passed += 1
        wait_ms = max(0.0, self._dice.gauss(self.delay_ms, self.jitter_ms))
        heapq.heappush(
            self._late, Late(time.monotonic() + wait_ms / 1000, next(self._order), out, to, packet)
        )

    def _send_due(self) -> None:
        while self._late and self._late[0].due_s <= time.monotonic():
            late = heapq.heappop(self._late)
            late.out.sendto(late.packet, late.to)


def _udp() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((HERE, 0))
    return made


def _port(made: socket.socket) -> int:
    return int(made.getsockname()[1])


def _through(packet: bytes, port: int) -> tuple[bytes, tuple[str, int] | None]:
    """The message with its audio led to our `port`, and where it wanted it; `None`: no word of audio."""
    head, blank, body = packet.partition(b"\r\n\r\n")
    wanted = AUDIO_PORT.search(body)
    if wanted is None:
        return packet, None
    body = AUDIO_PORT.sub(str(port).encode(), body, count=1)
    head = LENGTH.sub(b"Content-Length: %d" % len(body), head)
    return head + blank + body, (HERE, int(wanted[0]))
