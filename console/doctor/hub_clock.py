"""This machine's clock beside the hub's, asked over the bus with an outbox of its own: nothing is sent."""

import tempfile
import threading
import time
from pathlib import Path

from msgspec.structs import replace

from console.doctor.finding import Finding, Level, ok
from store.bus.keys import KeyFileError
from store.bus.link import HubLink
from store.bus.link_state import LinkState, link_settings
from store.config import Config
from store.core.seat_logic import Phase

WAIT_S_MAX = 4.0
LOOK_S = 0.2
OFFSET_MS_WARN = 500
OFFSET_MS_FAIL = 5_000
"""Beyond it a seat's own times of calls are not believed any more."""


def hub_clock(config: Config) -> Finding:
    """How far this machine's clock is from the hub's."""
    machine = _machine(config)
    if machine is None:
        return _not_compared("本机没有密钥，无法向中枢对时", "no keys here to ask the hub with")
    try:
        state = _ask(config, machine)
    except KeyFileError as error:
        return _not_compared(f"本机密钥不可用：{error}", f"the keys here cannot be used: {error}")
    if state.tick_age_ms is None:
        if state.phase is Phase.REVOKED:
            return _not_compared(f"中枢未登记 {machine}", f"the hub has not enrolled {machine}")
        return _not_compared("中枢没有应答，未能对时", "the hub does not answer: clocks not compared")
    return judged(state.clock_offset_ms)


def judged(offset_ms: int) -> Finding:
    """`offset_ms`: hub time minus ours."""
    words = (f"与中枢相差 {offset_ms} 毫秒", f"{offset_ms} ms from the hub's")
    advice = ("用 chrony 校准本机与中枢时钟", "set this machine and the hub by chrony")
    if abs(offset_ms) > OFFSET_MS_FAIL:
        return Finding(Level.FAIL, *words, *advice)
    if abs(offset_ms) > OFFSET_MS_WARN:
        return Finding(Level.WARN, *words, *advice)
    return ok(*words)


def _not_compared(zh: str, en: str) -> Finding:
    return Finding(
        Level.WARN, zh, en, "先解决中枢连接（见“中枢”“密钥”）", "first mend hub and keys, see above"
    )


def _machine(config: Config) -> str | None:
    """The machine of this folder the hub would know: its seat, else any other; nothing is made anew."""
    folder = Path(config.keys.dir)
    names = (f"seat-{config.seat.number}", "wall", "gateway")
    return next((name for name in names if (folder / f"{name}.key").exists()), None)


def _ask(config: Config, machine: str) -> LinkState:
    """The state of a link after its first Tick, or after `WAIT_S_MAX`. Raises KeyFileError."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(link_settings(config, machine), outbox=Path(folder) / "outbox.sqlite")
        rung = threading.Event()
        link = HubLink(settings, rung.set)
        link.start()
        try:
            until = time.monotonic() + WAIT_S_MAX
            while link.state.tick_age_ms is None and time.monotonic() < until:
                rung.wait(LOOK_S)  # other things ring before the first Tick
                rung.clear()
            return link.state
        finally:
            link.stop()
