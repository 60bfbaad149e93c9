"""A line between two sites in user space: delay, loss, bandwidth, cut and half cut, for any TCP connection.

Nothing is dropped: TCP repairs a lost packet itself, so a loss is what it looks like from above, a stall of
one retransmission time-out. No kernel module is needed; one thread carries all connections of a line.
"""

import contextlib
import random
import selectors
import socket
import threading
import time
from collections import deque
from typing import Any

from msgspec import Struct

PACKET_BYTES = 1400
OVERHEAD_BYTES = 66
"""Ethernet, IP and TCP around a packet."""
RTO_S_MIN = 0.2
BUFFER_BYTES_MAX = 64 * 1024
"""What may wait on the line in one direction, as in a modest router; beyond it the sender has to wait."""


class Quality(Struct):
    """`delay_s` one way; `loss` of packets; `bytes_s` of the line both ways, None: unlimited.

    `cut`: nothing passes either way; `cut_down`: nothing passes from the far side to the caller.
    """

    delay_s: float = 0.0
    loss: float = 0.0
    bytes_s: float | None = None
    cut: bool = False
    cut_up: bool = False
    cut_down: bool = False


class _Way:
    """One direction of one connection."""

    def __init__(self, source: socket.socket, sink: socket.socket, down: bool) -> None:
        self.source, self.sink, self.down = source, sink, down
        self.waiting: deque[tuple[float, bytes]] = deque()  # due, packet
        self.out = b""
        self.queued = 0
        self.last_due = 0.0
        self.ended = False


class ThinLine:
    """A proxy in front of `target`; the near side connects to `address`. Change the quality at any time."""

    def __init__(self, target: tuple[str, int], quality: Quality | None = None, seed: int = 1) -> None:
        self.quality = quality or Quality()
        self.carried = {"up": 0, "down": 0}
        """Bytes with packet overhead, "down" towards the caller."""
        self._target = target
        self._random = random.Random(seed)
        self._free_at = {True: 0.0, False: 0.0}
        self._selector = selectors.DefaultSelector()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setblocking(False)
        self.port = self._server.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._wake_read, self._wake_write = socket.socketpair()
        self._selector.register(self._server, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake_read, selectors.EVENT_READ, lambda: self._wake_read.recv(1024))
        self._ways: list[_Way] = []
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="thin-line", daemon=True)
        self._thread.start()

    def set(self, **changes: Any) -> None:
        """Another quality from now on."""
        for name, value in changes.items():
            setattr(self.quality, name, value)
        self._wake_write.send(b"w")

    def close(self) -> None:
        self._stopping = True
        self._wake_write.send(b"w")
        self._thread.join(5)
        for way in self._ways:
            way.source.close()
        for one in (self._server, self._wake_read, self._wake_write):
            one.close()
        self._selector.close()

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select(self._wait_s()):
                key.data()
            now = time.monotonic()
            for way in list(self._ways):
                self._deliver(way, now)

    def _wait_s(self) -> float:
        if self.quality.cut:
            return 0.05
        due = [way.waiting[0][0] for way in self._ways if way.waiting and not self._is_cut(way)]
        blocked = any(way.out for way in self._ways)
        return max(0.0, min([0.05, *(one - time.monotonic() for one in due)])) if not blocked else 0.002

    def _accept(self) -> None:
        near, _ = self._server.accept()
        try:
            far = socket.create_connection(self._target, 1.0)
        except OSError:
            near.close()
            return
        for one in (near, far):
            one.setblocking(False)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for way in (_Way(near, far, down=False), _Way(far, near, down=True)):
            self._ways.append(way)
            self._selector.register(way.source, selectors.EVENT_READ, lambda way=way: self._read(way))

    def _is_cut(self, way: _Way) -> bool:
        quality = self.quality
        return quality.cut or (quality.cut_down if way.down else quality.cut_up)

    def _read(self, way: _Way) -> None:
        if way.queued >= BUFFER_BYTES_MAX:  # the sender waits; look again soon
            self._selector.unregister(way.source)
            return
        try:
            content = way.source.recv(PACKET_BYTES * 8)
        except BlockingIOError:
            return
        except OSError:
            content = b""
        if not content:
            way.ended = True
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(way.source)
            return
        now = time.monotonic()
        for at in range(0, len(content), PACKET_BYTES):
            packet = content[at : at + PACKET_BYTES]
            way.waiting.append((self._due(way, len(packet), now), packet))
            way.queued += len(packet)

    def _due(self, way: _Way, size: int, now: float) -> float:
        quality = self.quality
        self.carried["down" if way.down else "up"] += size + OVERHEAD_BYTES
        sent = now
        if quality.bytes_s:
            sent = max(now, self._free_at[way.down]) + (size + OVERHEAD_BYTES) / quality.bytes_s
            self._free_at[way.down] = sent
        due = sent + quality.delay_s
        while self._random.random() < quality.loss:
            due += max(RTO_S_MIN, 2 * quality.delay_s * 1.5)
        way.last_due = due = max(due, way.last_due)  # in order, as TCP hands it up
        return due

    def _deliver(self, way: _Way, now: float) -> None:
        while not self._is_cut(way) and (way.out or (way.waiting and way.waiting[0][0] <= now)):
            if not way.out:
                way.out = way.waiting.popleft()[1]
                way.queued -= len(way.out)
            try:
                way.out = way.out[way.sink.send(way.out) :]
            except BlockingIOError:
                return
            except OSError:
                self._drop(way)
                return
        self._read_again(way)
        if way.ended and not way.waiting and not way.out:
            self._drop(way)

    def _read_again(self, way: _Way) -> None:
        if way.queued < BUFFER_BYTES_MAX and not way.ended:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.register(way.source, selectors.EVENT_READ, lambda: self._read(way))

    def _drop(self, way: _Way) -> None:
        """The connection ended: both its ways go."""
        gone = [one for one in self._ways if way.source in (one.source, one.sink)]
        for one in gone:
            self._ways.remove(one)
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(one.source)
        for one in gone:
            one.source.close()
