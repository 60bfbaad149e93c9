"""JT/T 808: messages a second that the gateway answers, and how long a terminal waits for its answer.

The gateway runs alone in its own process (`radio.bare_host`), the terminals in this one, on the same
cores: 2,000 connections, registered and authenticated, 5.5 positions a second each.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import time

import psutil

from radio.terminal.codec import LOCATION_REPORT, PLATFORM_ANSWER, decode, encode
from radio.terminal.fields import write_time
from radio.terminal.framing import Framer
from radio.terminal.header import build_frame, line_for, parse_frame
from radio.terminal.messages import Authenticate, Location, Message, Register, RegisterAnswer, TerminalAnswer
from radio.terminal.position import LocationReport

FIRST_PHONE = 13900000000
CONNECTIONS = 2000
PER_CONNECTION_HZ = 5.5  # 11,000/s offered, so that 10,000/s is a floor and not a rounding error
WARM_UP_S = 2.0
MEASURED_S = 8.0
ANSWERS_S_MAX = 5.0
SLICE_S = 0.005
LOGINS_AT_ONCE = 100

REPORT = LocationReport(
    0, 3, 45_755_000, 126_640_000, 140, 425, 87, bytes(6), ((1, bytes(4)), (0x30, b"\x19"), (0x31, b"\x0c"))
)


class Terminal(asyncio.Protocol):
    """One connection of the load; keeps the send time of every message not answered yet."""

    def __init__(self, number: int, waits_s: list[float]) -> None:
        self.line = line_for(str(FIRST_PHONE + number), version=1 if number % 2 else None)
        self.ready = asyncio.get_running_loop().create_future()
        self.sent_at: dict[int, float] = {}
        self._waits_s = waits_s
        self._framer = Framer()
        self._serial = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        layout = 2019 if self.line.is_2019 else 2013
        self.write(Register(23, 1, "LS", "bench", "1", 2, "黑A", layout))

    def write(self, message: Message) -> None:
        msg_id, body = encode(message, is_2019=self.line.is_2019)
        self.write_body(msg_id, body)

    def write_body(self, msg_id: int, body: bytes) -> int:
        serial = self._serial
        self._serial = (serial + 1) % 0x10000
        self.transport.write(build_frame(self.line, msg_id, serial, body))
        return serial

    def report(self, body: bytes) -> None:
        now = time.perf_counter()
        self.sent_at[self.write_body(LOCATION_REPORT, body)] = now

    def data_received(self, data: bytes) -> None:
        for piece in self._framer.feed(data):
            frame = parse_frame(piece)
            if frame.msg_id == PLATFORM_ANSWER:
                sent = self.sent_at.pop(int.from_bytes(frame.body[:2], "big"), None)
                if sent is not None:
                    self._waits_s.append(time.perf_counter() - sent)
                elif not self.ready.done():
                    self.ready.set_result(None)
            else:
                message = decode(frame.msg_id, frame.body, is_2019=self.line.is_2019)
                if isinstance(message, RegisterAnswer):
                    self.write(Authenticate(message.code))
                else:
                    self.write(TerminalAnswer(frame.serial, frame.msg_id, 0))


async def log_in(port: int, waits_s: list[float]) -> list[Terminal]:
    loop = asyncio.get_running_loop()
    terminals: list[Terminal] = []
    for start in range(0, CONNECTIONS, LOGINS_AT_ONCE):
        batch = [Terminal(number, waits_s) for number in range(start, start + LOGINS_AT_ONCE)]
        await asyncio.gather(*(loop.create_connection(lambda t=t: t, "127.0.0.1", port) for t in batch))
        await asyncio.gather(*(terminal.ready for terminal in batch))
        terminals += batch
    return terminals


async def load(terminals: list[Terminal], seconds: float) -> int:
    """Every terminal reports at its own phase of the interval; how many messages were sent."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    sent = 0
    while (passed := loop.time() - began) < seconds:
        body = encode(Location(_report_now()), is_2019=False)[1]
        due = int(passed * CONNECTIONS * PER_CONNECTION_HZ)
        while sent < due:
            terminals[sent % CONNECTIONS].report(body)
            sent += 1
        await asyncio.sleep(SLICE_S)
    return sent


def _report_now() -> LocationReport:
    fields = {name: getattr(REPORT, name) for name in REPORT.__struct_fields__}
    return LocationReport(**fields | {"time_bcd": write_time(int(time.time() * 1000))})


async def measure(port: int, server: psutil.Process) -> dict[str, float]:
    waits_s: list[float] = []
    terminals = await log_in(port, waits_s)
    await load(terminals, WARM_UP_S)
    gc.freeze()  # the generator's own collector must not look like a slow gateway
    waits_s.clear()
    cpu_before, began = sum(server.cpu_times()[:2]), time.perf_counter()
    sent = await load(terminals, MEASURED_S)
    took = time.perf_counter() - began
    cpu = sum(server.cpu_times()[:2]) - cpu_before
    give_up = time.perf_counter() + ANSWERS_S_MAX
    while any(t.sent_at for t in terminals) and time.perf_counter() < give_up:
        await asyncio.sleep(SLICE_S)
    unanswered = sum(len(t.sent_at) for t in terminals)
    waits_s.sort()
    return {
        "jt808_connections": len(terminals),
        "jt808_messages_per_s": (sent - unanswered) / took,
        "jt808_ack_p50_ms": waits_s[len(waits_s) // 2] * 1000,
        "jt808_ack_p99_ms": waits_s[len(waits_s) * 99 // 100] * 1000,
        "jt808_ack_max_ms": waits_s[-1] * 1000,
        "jt808_unanswered": unanswered,
        "jt808_gateway_cores": cpu / took,
        "jt808_gateway_rss_mb": server.memory_info().rss / 1e6,
    }


def run() -> dict[str, float]:
    """The figures; names end in their unit."""
    command = [sys.executable, "-m", "radio.bare_host", "--quiet", "--first", str(FIRST_PHONE)]
    server = subprocess.Popen(
        [*command, "--count", str(CONNECTIONS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    assert server.stdin is not None
    try:
        port = json.loads(server.stdout.readline())["port"]
        return asyncio.run(measure(port, psutil.Process(server.pid)))
    finally:
        server.stdin.close()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
        server.stdout.close()


if __name__ == "__main__":
    print(json.dumps({"cores": os.cpu_count(), **run()}, indent=2))
