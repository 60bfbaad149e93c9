"""The terminal's half of JT/T 808, pure: log-in, heartbeat, positions kept while the link is down,
keys repeated in order until answered, orders judged by the fence.

One object is one terminal and outlives its connections; times are arguments. The simulator drives it.
"""

from collections import deque
from collections.abc import Iterator
from itertools import count
from typing import Protocol

from msgspec import Struct, field

from radio.errors import BodyError, FrameError
from radio.terminal import codec
from radio.terminal import messages as m
from radio.terminal.facts import Now
from radio.terminal.framing import Framer
from radio.terminal.header import Frame, Line, parse_frame
from radio.terminal.order_text import Fence, OrderTail, Verdict, read_order
from radio.terminal.parts import SERIALS, Assembler, build_frames
from radio.terminal.position import LocationReport

STORED_MAX = 2000
UNANSWERED_MAX = 64
BATCH_REPORTS = 20
KEYS_MAX = 64


class Waits(Struct, frozen=True):
    """Parameters 0x0001 and 0x0002 of the terminal, in ms."""

    heartbeat_ms: int = 30_000
    answer_ms: int = 5_000


class OrderSeen(Struct, frozen=True):
    """An order text and what the fence said to it."""

    words: str
    tail: OrderTail
    verdict: Verdict


class Reaction(Struct):
    """Bytes to write, orders that came, and whether to hang up and connect anew."""

    out: list[bytes] = field(default_factory=list)
    orders: list[OrderSeen] = field(default_factory=list)
    hang_up: bool = False


class FenceMemory(Protocol):
    """Where a terminal keeps its fence; `keep` returns when it is durable."""

    def load(self) -> Fence: ...

    def keep(self, fence: Fence) -> None: ...


class TerminalSide:
    """A terminal. `code` is "" until it has been registered once."""

    def __init__(
        self, line: Line, identity: m.Register, waits: Waits, memory: FenceMemory | None = None
    ) -> None:
        """`memory` keeps the fence over a restart; without it the terminal forgets."""
        self.line = line
        self.code = ""
        self.online = False
        self._memory = memory
        self.fence = memory.load() if memory is not None else Fence()
        self.labels: tuple[tuple[int, str], ...] = ()
        self.stored: deque[LocationReport] = deque(maxlen=STORED_MAX)
        self._identity = identity
        self._waits = waits
        self._serials: Iterator[int] = (number % SERIALS for number in count())
        self._keys: deque[int] = deque(maxlen=KEYS_MAX)
        self._key_serial: int | None = None
        self._due_ms = 0  # when the first key or the log-in is repeated
        self._beat_ms = 0
        self._reported: dict[int, list[LocationReport]] = {}  # sent, not answered yet
        self._framer = Framer()
        self._assembler = Assembler()

    @property
    def unanswered_keys(self) -> int:
        return len(self._keys)

    # --- the link ---------------------------------------------------------------------------------

    def connected(self, now: Now) -> Reaction:
        """The link is up: register, or authenticate with the code from last time."""
        self._framer = Framer()
        reaction = Reaction()
        self._log_in(now, reaction)
        return reaction

    def lost(self) -> None:
        """The link is down: what was not answered goes back into the store."""
        self.online = False
        self._key_serial = None
        for reports in self._reported.values():
            self.stored.extend(reports)
        self._reported.clear()
        self._assembler = Assembler()

    def receive(self, received: bytes, now: Now) -> Reaction:
        """Bytes from the centre, cut anywhere."""
        reaction = Reaction()
        for piece in self._framer.feed(received):
            try:
                self._take(parse_frame(piece), now, reaction)
            except FrameError:
                continue  # a damaged frame is repeated by the centre
        return reaction

    def tick(self, now: Now) -> Reaction:
        """Repetitions and heartbeats; call a few times a second."""
        reaction = Reaction()
        if not self.online:
            if now.steady_ms >= self._due_ms:
                reaction.hang_up = True
            return reaction
        if self._keys and now.steady_ms >= self._due_ms:
            self._send_key(now, reaction)
        if now.steady_ms >= self._beat_ms:
            self._write(m.Heartbeat(), now, reaction)
        return reaction

    def _log_in(self, now: Now, reaction: Reaction) -> None:
        self._due_ms = now.steady_ms + self._waits.answer_ms
        message = m.Authenticate(self.code, software="simulator") if self.code else self._identity
        self._write(message, now, reaction)

    # --- out --------------------------------------------------------------------------------------

    def report(self, report: LocationReport, now: Now) -> Reaction:
        """A position: sent at once, or kept for 0x0704 while there is no link."""
        reaction = Reaction()
        if not self.online or len(self._reported) >= UNANSWERED_MAX:
            self.stored.append(report)
        else:
            self._reported[self._write(m.Location(report), now, reaction)] = [report]
        return reaction

    def press(self, event_id: int, now: Now) -> Reaction:
        """A status key. Keys go one after the other, each repeated until the centre has stored it."""
        reaction = Reaction()
        self._keys.append(event_id)
        if self.online and len(self._keys) == 1:
            self._send_key(now, reaction)
        return reaction

    def _send_key(self, now: Now, reaction: Reaction) -> None:
        self._due_ms = now.steady_ms + self._waits.answer_ms
        message = m.EventReport(self._keys[0])
        if self._key_serial is None:
            self._key_serial = self._write(message, now, reaction)
        else:
            reaction.out += build_frames(self.line, message, iter([self._key_serial]))

    def _send_stored(self, now: Now, reaction: Reaction) -> None:
        while self.stored and len(self._reported) < UNANSWERED_MAX:
            batch = [self.stored.popleft() for _ in range(min(BATCH_REPORTS, len(self.stored)))]
            message = m.LocationBatch(stored=True, reports=tuple(batch))
            self._reported[self._write(message, now, reaction)] = batch

    def _write(self, message: m.Message, now: Now, reaction: Reaction) -> int:
        serial = next(self._serials)
        reaction.out += build_frames(self.line, message, iter([serial]))
        self._beat_ms = now.steady_ms + self._waits.heartbeat_ms
        return serial

    # --- in ---------------------------------------------------------------------------------------

    def _take(self, frame: Frame, now: Now, reaction: Reaction) -> None:
        body, serial = frame.body, frame.serial
        if frame.total > 1:
            whole = self._assembler.add(frame, now.steady_ms)
            if whole is None:
                return
            body, serial = whole.body, whole.first_serial
        try:
            message = codec.decode(frame.msg_id, body, is_2019=frame.version is not None)
        except BodyError:
            self._answer(serial, frame.msg_id, m.Result.BAD_MESSAGE, now, reaction)
            return
        self._handle(message, serial, now, reaction)

    def _handle(self, message: m.Message, serial: int, now: Now, reaction: Reaction) -> None:
        match message:
            case m.RegisterAnswer():
                self._registered(message, now, reaction)
            case m.PlatformAnswer():
                self._answered(message, now, reaction)
            case m.Text():
                self._judge(message, serial, now, reaction)
            case m.SetEvents(events=events):
                self.labels = events
                self._answer(serial, codec.SET_EVENTS, m.Result.OK, now, reaction)
            case m.TrackLocation() | m.ConfirmAlarm():
                self._answer(serial, codec.message_id(message), m.Result.OK, now, reaction)
            case m.ServerTime():
                pass
            case _:
                self._answer(serial, codec.message_id(message), m.Result.NOT_SUPPORTED, now, reaction)

    def _registered(self, answer: m.RegisterAnswer, now: Now, reaction: Reaction) -> None:
        if answer.result == m.RegisterResult.OK:
            self.code = answer.code
            self._log_in(now, reaction)

    def _answered(self, answer: m.PlatformAnswer, now: Now, reaction: Reaction) -> None:
        if answer.reply_id == codec.AUTHENTICATE:
            self._authenticated(answer.result, now, reaction)
        elif answer.reply_id == codec.EVENT_REPORT and answer.reply_serial == self._key_serial:
            self._keys.popleft()
            self._key_serial = None
            if self._keys:
                self._send_key(now, reaction)
        else:
            self._reported.pop(answer.reply_serial, None)
            if self.stored:
                self._send_stored(now, reaction)

    def _authenticated(self, result: int, now: Now, reaction: Reaction) -> None:
        if result != m.Result.OK:
            self.code = ""  # register again on the next connection
            reaction.hang_up = True
            return
        self.online = True
        self._send_stored(now, reaction)
        if self._keys:
            self._send_key(now, reaction)

    def _judge(self, text: m.Text, serial: int, now: Now, reaction: Reaction) -> None:
        read = read_order(text.text)
        if read is None:
            self._answer(serial, codec.TEXT, m.Result.OK, now, reaction)
            return
        words, tail = read
        verdict, fence = self.fence.judge(tail)
        self._remember(fence)  # before it is answered: what was obeyed is never forgotten
        obeyed = verdict in {Verdict.ACCEPT, Verdict.DUPLICATE}
        self._answer(serial, codec.TEXT, m.Result.OK if obeyed else m.Result.FAILED, now, reaction)
        reaction.orders.append(OrderSeen(words, tail, verdict))

    def finished(self) -> None:
        """The crew is done with its order."""
        self._remember(self.fence.finished())

    def _remember(self, fence: Fence) -> None:
        if fence != self.fence and self._memory is not None:
            self._memory.keep(fence)
        self.fence = fence

    def _answer(self, serial: int, message_id: int, result: int, now: Now, reaction: Reaction) -> None:
        self._write(m.TerminalAnswer(serial, message_id, result), now, reaction)
