"""`main.py exchange`: the hub learns the queue from the machine the exchange runs on.

Our kamailio tells its queue by a control port that only its own machine may use, since whoever reaches it may
change everything there; so the asking is done beside it. Enrolled like a gateway, named `exchange`.
"""

import logging
import signal
import threading
from collections.abc import Callable

from dispatch.commands import Command
from dispatch.decide_distribution import SEEN_AGAIN_MS
from dispatch.distribution import QueuedCall, ReportQueue
from store.bus.clock import Clock
from store.bus.keys import KeyFileError
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.config import Config
from store.core.seat_logic import Phase
from store.exits import CannotStartError, ExitCode
from telephony.acd.hunt_queue import HuntQueue
from telephony.acd.port import AcdFact, CallerGaveUp, QueuePicture
from telephony.acd.reports import gave_up, queued_calls

MACHINE = "exchange"
ASK_S = 1.0
DEADLINE_S = 5.0
"""A picture of the queue that could not be told for so long is told by the next one."""

log = logging.getLogger(__name__)


class Reporter:
    """One exchange. `ask` as of `HuntQueue`; `order` gives an order, with the seconds it may wait."""

    def __init__(
        self,
        site: str,
        ask: Callable[[], tuple[AcdFact, ...] | None],
        order: Callable[[Command, float | None], object],
    ) -> None:
        self._site, self._ask, self._order = site, ask, order
        self._told: tuple[tuple[str, bool], ...] = ()
        self._told_at = 0
        self._silent = False

    def turn(self, now_ms: int, ahead_ms: int, connected: bool) -> None:
        """Ask, and tell what is new; a queue is told again while somebody waits. `now_ms`: a steady clock."""
        facts = self._ask()
        if (facts is None) != self._silent:
            self._silent = facts is None
            log.warning("the exchange is silent" if self._silent else "the exchange answers")
        for fact in facts or ():
            if isinstance(fact, CallerGaveUp):
                self._order(gave_up(fact, ahead_ms, self._site), None)
            elif isinstance(fact, QueuePicture) and connected:
                self._tell(fact, queued_calls(fact, ahead_ms), now_ms)

    def _tell(self, picture: QueuePicture, calls: tuple[QueuedCall, ...], now_ms: int) -> None:
        names = tuple((one.call, one.overflowed) for one in calls)
        if names == self._told and not (names and now_ms - self._told_at >= SEEN_AGAIN_MS):
            return
        self._told, self._told_at = names, now_ms
        self._order(ReportQueue(picture.queue, picture.depth, calls, self._site), DEADLINE_S)


def run(config: Config) -> int:
    """Until SIGTERM or Ctrl-C. Raises CannotStartError."""
    host, _, port = config.acd.address.rpartition(":")
    if not host:
        raise CannotStartError("[acd] address 未填写", "[acd] address is empty")
    try:
        link = HubLink(link_settings(config, MACHINE), lambda: None)
    except KeyFileError as error:
        raise CannotStartError(f"本机密钥不可用：{error}", f"the keys of this machine: {error}") from error
    stopping, clock = threading.Event(), Clock()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())

    def order(command: Command, deadline_s: float | None) -> None:
        link.order(command, deadline_s=deadline_s)

    reporter = Reporter(config.site.code, HuntQueue(host, int(port), config.acd.queue), order)
    link.start()
    log.info("watching the queue of %s", config.acd.address)
    while not stopping.wait(ASK_S):
        link.drain()
        state = link.state
        connected = state.phase in {Phase.LIVE, Phase.CATCHING_UP}
        reporter.turn(clock.steady_ms(), state.clock_offset_ms, connected)
    link.stop()
    return ExitCode.DONE
