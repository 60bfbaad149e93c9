"""The gateway process: `main.py gateway`. Joins the terminals' server and the hub link on one event loop."""

import asyncio
import contextlib
import logging
import secrets
import signal
from pathlib import Path
from typing import Protocol

from radio.errors import KeyRuleError
from radio.gateway import Gateway, Settings
from radio.hub_side import HubSide
from radio.terminal.keys import checked
from radio.terminal.platform import Limits
from store.bus.clock import Clock
from store.bus.keys import KeyFileError
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.config import Config, KeyRule
from store.exits import CannotStartError, ExitCode
from store.private_file import write_private

MACHINE = "gateway"
FLUSH_S = 0.2
SECRET_BYTES = 32

log = logging.getLogger(__name__)


def run(config: Config) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code."""
    try:
        rules = checked(config.gateway.key_rule)
        settings = _settings(config)
        asyncio.run(_serve(config, settings, rules))
    except (KeyRuleError, KeyFileError, OSError) as error:
        raise CannotStartError(f"网关无法启动：{error}", f"the gateway cannot start: {error}") from error
    return ExitCode.DONE


async def _serve(config: Config, settings: Settings, rules: tuple[KeyRule, ...]) -> None:
    loop, stopping, rung = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)

    def ring() -> None:
        loop.call_soon_threadsafe(rung.set)

    link = HubLink(link_settings(config, MACHINE), ring)
    side = HubSide(link, Clock().now_ms)
    gateway = Gateway(side, (), settings, rules)
    side.attach(gateway)
    port = await gateway.start()
    log.info("gateway ready on %s:%d", settings.host, port)
    link.start()
    following = asyncio.create_task(follow(side, rung))
    await stopping.wait()
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following
    await gateway.stop()
    link.stop()


class Side(Protocol):
    """What is needed of `HubSide`."""

    def take_notices(self) -> None: ...

    def flush_positions(self) -> None: ...


async def follow(side: Side, rung: asyncio.Event) -> None:
    """Take what the hub says as it comes, send positions every FLUSH_S."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):  # `wait_for` forgets a cancel that comes with the ring
                await rung.wait()
        rung.clear()
        side.take_notices()
        side.flush_positions()


def _settings(config: Config) -> Settings:
    words = config.gateway
    return Settings(
        host=words.host,
        port=words.port,
        secret=_secret(Path(config.keys.dir) / "gateway.secret"),
        limits=Limits(silence_ms=words.silence_s * 1000),
    )


def _secret(path: Path) -> bytes:
    """The secret that terminal codes are made from; made once, kept 0600. Raises CannotStartError."""
    write_private(path, secrets.token_hex(SECRET_BYTES).encode())
    try:
        kept = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        kept = b""
    if len(kept) < SECRET_BYTES:  # codes anybody could compute
        raise CannotStartError(f"{path} 已损坏，请恢复或删除", f"{path} is damaged: restore or delete it")
    return kept
