"""A `Dispatch` that keeps what it is told, and a raw terminal on a TCP connection."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest

from radio.gateway import Gateway, Settings
from radio.ports import OrderFailure, Position
from radio.terminal import codec
from radio.terminal import messages as m
from radio.terminal.framing import Framer
from radio.terminal.header import line_for, parse_frame
from radio.terminal.parts import build_frames
from radio.terminal.platform import Limits
from radio.terminal.roster import KnownTerminal

WAIT_S = 10.0
FIRST = 13900000000
PHONES = [str(FIRST + number) for number in range(20)]


class Told:
    """What the gateway reported, in order. `gate` closed: storing a key does not return;
    `failures`: so many keys cannot be stored."""

    def __init__(self) -> None:
        self.facts: list[tuple[Any, ...]] = []
        self.positions: list[tuple[str, Position]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failures = 0
        self._news = asyncio.Event()

    def _tell(self, *fact: Any) -> None:
        self.facts.append(fact)
        self._news.set()

    def position(self, phone: str, position: Position) -> None:
        self.positions.append((phone, position))
        self._news.set()

    def terminal_state(self, phone: str, online: bool) -> None:
        self._tell("online" if online else "offline", phone)

    async def key(
        self, phone: str, gives: str, terminal_at_ms: int | None, received_at_ms: int, raw: bytes
    ) -> None:
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            self._news.set()
            raise OSError("disk full")
        self._tell("key", phone, gives)

    async def order_delivered(self, order_no: str, at_ms: int) -> None:
        self._tell("delivered", order_no)

    async def order_accepted(self, order_no: str, at_ms: int) -> None:
        self._tell("accepted", order_no)

    async def order_failed(self, order_no: str, reason: OrderFailure) -> None:
        self._tell("failed", order_no, reason)

    def keys(self, phone: str) -> list[str]:
        return [fact[2] for fact in self.facts if fact[:2] == ("key", phone)]

    async def until(self, is_so: Callable[[], object], wait_s: float = WAIT_S) -> None:
        """Wait for it to become so; TimeoutError shows what was told."""
        try:
            async with asyncio.timeout(wait_s):
                while not is_so():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as late:
            raise TimeoutError(f"told so far: {self.facts}") from late

    async def fact(self, *wanted: Any) -> None:
        await self.until(lambda: wanted in self.facts)


class RawTerminal:
    """A terminal that does exactly what the test says."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, phone: str) -> None:
        self.reader = reader
        self.writer = writer
        self.line = line_for(phone)
        self.serials = count(1)
        self._framer = Framer()
        self._heard: list[tuple[int, m.Message]] = []
        self.serial = -1  # of the message heard last

    def says(self, message: m.Message, *, serial: int | None = None) -> None:
        numbers = self.serials if serial is None else count(serial)
        self.writer.write(b"".join(build_frames(self.line, message, numbers)))

    def answers(self, message_id: int, result: int = 0) -> None:
        """0x0001 to the message heard last."""
        self.says(m.TerminalAnswer(self.serial, message_id, result))

    async def hears(self) -> m.Message:
        """The next message of the centre; EOFError when it has closed."""
        while not self._heard:
            async with asyncio.timeout(WAIT_S):
                received = await self.reader.read(4096)
            if not received:
                raise EOFError
            for piece in self._framer.feed(received):
                frame = parse_frame(piece)
                self._heard.append((frame.serial, codec.decode(frame.msg_id, frame.body, is_2019=False)))
        self.serial, message = self._heard.pop(0)
        return message

    async def closed(self) -> bool:
        """True when the centre hangs up."""
        try:
            while True:
                await self.hears()
        except (EOFError, ConnectionError):
            return True

    async def log_in(self) -> "RawTerminal":
        self.says(m.Register(23, 1, "LS", "raw", "1", 2, "黑A"))
        answer = await self.hears()
        assert isinstance(answer, m.RegisterAnswer)
        self.says(m.Authenticate(answer.code))
        assert await self.hears() == m.PlatformAnswer(2, codec.AUTHENTICATE, 0)
        labels = await self.hears()
        assert isinstance(labels, m.SetEvents)
        self.answers(codec.SET_EVENTS)
        return self


class Town:
    """A gateway on a free port, what it told, and ways in."""

    def __init__(self, gateway: Gateway, told: Told, port: int) -> None:
        self.gateway = gateway
        self.told = told
        self.port = port
        self._writers: list[asyncio.StreamWriter] = []

    async def raw(self, phone: str = PHONES[0]) -> RawTerminal:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(writer)
        return RawTerminal(reader, writer, phone)

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


QUICK = Limits(answer_ms=(200, 400, 600), last_answer_ms=200, registrations_per_minute=10_000)


@asynccontextmanager
async def _town(**settings: Any) -> AsyncIterator[Town]:
    chosen: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "secret": b"s", "tick_s": 0.05, "limits": QUICK}
    told = Told()
    known = [KnownTerminal(phone) for phone in PHONES]
    gateway = Gateway(told, known, Settings(**chosen | {"store_again_s": 0.05} | settings))
    town = Town(gateway, told, await gateway.start())
    try:
        yield town
    finally:
        town.hang_up()
        await gateway.stop()


@pytest.fixture
def town() -> Callable[..., Any]:
    """`async with town(tick_s=…) as t:` a gateway with quick repetitions."""
    return _town
