"""One TCP connection of a terminal: bytes to frames to its session, frames back, bounds on everything.

It never decides what a fact means: steps go to the `Desk` (the gateway), which owns all connections.
"""

import asyncio
import logging
from typing import Protocol

from radio.errors import FrameError
from radio.terminal.facts import Now
from radio.terminal.framing import Framer
from radio.terminal.header import parse_frame
from radio.terminal.platform import Platform
from radio.terminal.session import Session, Step

log = logging.getLogger(__name__)

READ_BYTES = 4096  # one turn of the event loop per connection: a flood cannot starve the others
WRITE_BYTES_MAX = 256 * 1024  # a terminal that does not read its answers is cut off
PIECES_PER_S_MAX = 500  # more and the connection is not read until the second is over
BAD_FRAMES_BEFORE_LOGIN_MAX = 20


class Desk(Protocol):
    """The gateway as its connections see it."""

    platform: Platform

    def now(self) -> Now: ...

    def opened(self, connection: "Connection") -> bool:
        """False: there is no room for it."""

    def stepped(self, connection: "Connection", step: Step) -> None: ...

    def faulty(self, connection: "Connection", why: str, raw: bytes) -> None: ...

    def closed(self, connection: "Connection", why: str) -> None: ...


class Connection(asyncio.BufferedProtocol):
    """Bytes of one terminal."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._buffer = bytearray(READ_BYTES)
        self._view = memoryview(self._buffer)
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._why_closed = ""
        self._bad_frames = 0
        self._second = 0
        self._pieces_this_second = 0
        self._paused = False
        self.address = ""
        self.session: Session

    # --- asyncio ----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        self.session = Session(self._desk.platform, self.address, self._desk.now())
        transport.set_write_buffer_limits(high=WRITE_BYTES_MAX)
        if not self._desk.opened(self):
            self.close("no room")

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        now = self._desk.now()
        overlong = self._framer.overlong
        pieces = self._framer.feed(bytes(self._view[:nbytes]))
        if self._framer.overlong != overlong:
            self._bad("frame too long", b"")
        out: list[bytes] = []
        for piece in pieces:
            if self._why_closed:
                break
            self._hear(piece, now, out)
        self.write(out)
        self._throttle(len(pieces), now)

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self.abort("does not read")

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._desk.closed(self, self._why_closed or ("link lost" if exc else "closed by the terminal"))

    # --- in ---------------------------------------------------------------------------------------

    def _hear(self, piece: bytes, now: Now, out: list[bytes]) -> None:
        try:
            frame = parse_frame(piece)
        except FrameError as wrong:
            self._bad(str(wrong), piece)
            return
        try:
            step = self.session.receive(frame, now)
            out += step.out
            if step.facts:
                self._desk.stepped(self, step)
        except Exception:  # our own fault: set this message aside, keep the terminal
            log.exception("message 0x%04x of %s", frame.msg_id, frame.phone)
            self._desk.platform.counters.our_errors += 1
            self._desk.faulty(self, "our own error", piece)
            return
        if step.close:
            self.write(out)
            out.clear()
            self.close(step.close)

    def _bad(self, why: str, raw: bytes) -> None:
        self._desk.platform.counters.bad_frames += 1
        self._desk.faulty(self, why, raw)
        self._bad_frames += 1
        if self.session.terminal is None and self._bad_frames > BAD_FRAMES_BEFORE_LOGIN_MAX:
            self.close("not a terminal")

    def _throttle(self, pieces: int, now: Now) -> None:
        second = now.steady_ms // 1000
        if second != self._second:
            self._second, self._pieces_this_second = second, 0
        self._pieces_this_second += pieces
        if self._pieces_this_second > PIECES_PER_S_MAX and not self._paused and self._transport:
            self._paused = True
            self._transport.pause_reading()
            self._desk.platform.counters.throttled += 1

    # --- out --------------------------------------------------------------------------------------

    def write(self, frames: list[bytes]) -> None:
        """Put frames on the wire; nothing happens on a closed connection."""
        if frames and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(frames))

    def tick(self, now: Now) -> None:
        """Once a second: the session's repetitions and time-outs, the end of a throttled second."""
        step = self.session.tick(now)
        self.write(step.out)
        if step.facts:
            self._desk.stepped(self, step)
        if step.close:
            self.close(step.close)
        elif self._paused and now.steady_ms // 1000 != self._second and self._transport:
            self._paused = False
            self._transport.resume_reading()

    def close(self, why: str) -> None:
        """Flush and close; the reason of the first call is kept."""
        self._why_closed = self._why_closed or why
        if self._transport is not None:
            self._transport.close()

    def abort(self, why: str) -> None:
        """Close without flushing."""
        self._why_closed = self._why_closed or why
        if self._transport is not None:
            self._transport.abort()
