"""The gateway without a hub: facts as JSON lines on stdout, orders as JSON lines on stdin.

    python -m radio.bare_host --port 8808 --first 13900000000 --count 30

For tests, the benchmark and trying a real terminal; it ends when stdin does.
"""

import argparse
import asyncio
import sys
from typing import Any, TextIO

import msgspec

from radio.gateway import Gateway, Settings
from radio.ports import Order, OrderFailure, Position
from radio.terminal.platform import Limits
from radio.terminal.roster import KnownTerminal

_orders: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)


class PrintedDispatch:
    """The `Dispatch` port on a text stream; storing is printing. `quiet` leaves the positions out."""

    def __init__(self, out: TextIO, *, quiet: bool = False) -> None:
        self._out = out
        self._quiet = quiet

    def position(self, phone: str, position: Position) -> None:
        if not self._quiet:
            self.say("position", phone=phone, position=position)

    def terminal_state(self, phone: str, online: bool) -> None:
        if not self._quiet:
            self.say("terminal_state", phone=phone, online=online)

    async def key(
        self, phone: str, gives: str, terminal_at_ms: int | None, received_at_ms: int, raw: bytes
    ) -> None:
        self.say("key", phone=phone, gives=gives, at_ms=terminal_at_ms or received_at_ms, raw=raw.hex())

    async def order_delivered(self, order_no: str, at_ms: int) -> None:
        self.say("order_delivered", order_no=order_no, at_ms=at_ms)

    async def order_accepted(self, order_no: str, at_ms: int) -> None:
        self.say("order_accepted", order_no=order_no, at_ms=at_ms)

    async def order_failed(self, order_no: str, reason: OrderFailure) -> None:
        self.say("order_failed", order_no=order_no, reason=reason)

    def say(self, what: str, **fields: Any) -> None:
        """One JSON line."""
        self._out.write(msgspec.json.encode({"fact": what, **fields}).decode() + "\n")
        self._out.flush()


def read_arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port, printed as the first line")
    parser.add_argument("--first", type=int, default=13900000000, help="first known terminal number")
    parser.add_argument("--count", type=int, default=30, help="how many numbers from there are known")
    parser.add_argument("--secret", default="bare host")
    parser.add_argument("--quiet", action="store_true", help="no lines for positions and connections")
    return parser.parse_args(words)


async def serve(arguments: argparse.Namespace) -> None:
    """Run until stdin ends, then print the counters."""
    dispatch = PrintedDispatch(sys.stdout, quiet=arguments.quiet)
    known = [KnownTerminal(str(arguments.first + number)) for number in range(arguments.count)]
    settings = Settings(
        host=arguments.host,
        port=arguments.port,
        secret=arguments.secret.encode(),
        strangers_max=arguments.count + 1000,
        limits=Limits(registrations_per_minute=arguments.count * 10),
    )
    gateway = Gateway(dispatch, known, settings)
    dispatch.say("listening", port=await gateway.start())
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            gateway.send_order(_orders.decode(line))
        except msgspec.MsgspecError as wrong:
            dispatch.say("bad_order", why=str(wrong))
    dispatch.say("counters", counters=gateway.counters())
    await gateway.stop()


if __name__ == "__main__":
    asyncio.run(serve(read_arguments(sys.argv[1:])))
