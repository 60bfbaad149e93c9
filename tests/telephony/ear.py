"""The sound of a foreign telephone: says a tone as PCMA all the time, keeps each packet that comes and when.

sipp does its signalling (`tests.telephony.foreign`). Files that telephones keep end at a hold; this goes on.
"""

import itertools
import re
import select
import socket
import struct
import threading
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.telephony.tones import FULL, WINDOW_S, Phases, Samples, tones_in

RATE_HZ, FRAME = 8000, 160  # G.711 in packets of 20 ms: a tone of a multiple of 50 Hz is whole in each
FRAME_S = FRAME / RATE_HZ
PCMA, EVENTS = 8, 101
HEADER = struct.Struct(">BBHII")
KEYS = "0123456789*#ABCD"
PACKET_MAX = 2048
NOISE_DB = -32.0  # three tones at once leave products of A-law's steps at -40, where the fourth would be
ADDRESS = re.compile(r"audio (\d+)")
STAMPS = 1 << 32


class Packet(NamedTuple):
    """RFC 3550: when it came, what it is, who says it and when in his time."""

    at_ms: float
    kind: int
    source: int
    stamp: int
    payload: bytes


class Ear:
    """Speaks to where the phone's session description says, which sipp logs to `told`. Use as a context."""

    def __init__(self, says_hz: int, told: Path) -> None:
        self._frame = _encoded(says_hz)
        self._told = told
        self._heard: list[Packet] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.came_from: set[int] = set()
        self.loses_each = 0
        """Of so many packets one never comes; 0 loses none."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"ear {says_hz} Hz")

    def __enter__(self) -> "Ear":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def tones(self, phases: Phases, name: str) -> set[int]:
        """Which of the tones were heard in this phase."""
        return tones_in(self.between(phases.from_ms[name], WINDOW_S), RATE_HZ, name, NOISE_DB)

    def between(self, from_ms: float, seconds: float) -> Samples:
        """What was heard from then on, each packet where its own time puts it; silence where none came."""
        samples = np.zeros(round(seconds * RATE_HZ))
        first, begin = None, 0
        for packet in self._since(from_ms):
            if first is None or packet.source != first.source:
                first, begin = packet, round((packet.at_ms - from_ms) / 1000 * RATE_HZ)
            place = begin + (packet.stamp - first.stamp) % STAMPS
            if place < len(samples):
                heard = LINEAR[np.frombuffer(packet.payload, np.uint8)][: len(samples) - place]
                samples[place : place + len(heard)] = heard
        return samples

    def pace(self, from_ms: float, seconds: float) -> float:
        """How fast its time goes: 1.0 is as fast as ours."""
        packets = [p for p in self._since(from_ms) if p.at_ms < from_ms + seconds * 1000]
        spoken_s = ((packets[-1].stamp - packets[0].stamp) % STAMPS) / RATE_HZ
        return spoken_s * 1000 / (packets[-1].at_ms - packets[0].at_ms)

    def keys(self) -> str:
        """Key tones of RFC 4733: the packets of one have one time, the last ones say that it is over."""
        ended = {p.stamp: KEYS[p.payload[0]] for p in self._heard if p.kind == EVENTS and p.payload[1] & 0x80}
        return "".join(ended.values())

    def _since(self, from_ms: float) -> list[Packet]:
        return [p for p in self._heard if p.kind == PCMA and p.at_ms >= from_ms]

    def _run(self) -> None:
        to: tuple[str, int] | None = None
        due_s = time.monotonic()
        for number in itertools.count():
            while (wait_s := due_s - time.monotonic()) > 0:
                if select.select([self._socket], [], [], wait_s)[0]:
                    self._keep(*self._socket.recvfrom(PACKET_MAX))
            if self._over.is_set():
                return
            to = to or self._address()
            if to is not None and not (self.loses_each and number % self.loses_each == 0):
                head = HEADER.pack(0x80, PCMA, number & 0xFFFF, number * FRAME % STAMPS, self.port)
                self._socket.sendto(head + self._frame, to)
            due_s += FRAME_S

    def _address(self) -> tuple[str, int] | None:
        found = ADDRESS.search(self._told.read_text()) if self._told.exists() else None
        return None if found is None else ("127.0.0.1", int(found[1]))

    def _keep(self, packet: bytes, source: tuple[str, int]) -> None:
        if len(packet) < HEADER.size:
            return
        _, kind, _, stamp, who = HEADER.unpack_from(packet)
        if kind & 0x7F in {PCMA, EVENTS}:  # else it is RTCP of another call
            self.came_from.add(source[1])
            heard = Packet(time.time() * 1000, kind & 0x7F, who, stamp, packet[HEADER.size :])
            self._heard.append(heard)


def _linear() -> Samples:
    """What each octet of A-law stands for (ITU-T G.711)."""
    code = np.arange(256) ^ 0x55
    segment, step = code >> 4 & 7, ((code & 15) << 4) + 8
    size = np.where(segment == 0, step, (step + 0x100) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.float64)


LINEAR = _linear()


def _encoded(hz: int) -> bytes:
    wave = FULL * np.sin(2 * np.pi * hz * np.arange(FRAME) / RATE_HZ)
    return np.abs(wave[:, None] - LINEAR).argmin(1).astype(np.uint8).tobytes()
