"""Active and standby hub of one site: each listens for the other's Tick; who hears none takes over by itself.

Only inside the site: the claim refuses when another site holds the term, and between sites people decide.
The one that was replaced is fenced in its next transaction and listens again (store/site.py).
"""

import logging
import platform
import threading
from pathlib import Path

from store.bus.clock import Clock
from store.bus.keys import HUB, KeyFileError, own_keys
from store.bus.link import HubLink
from store.bus.link_state import LinkSettings
from store.bus.roster import key_of_address
from store.config import Config
from store.core.wire import EPOCH_ZERO, Epoch, Mode
from store.db.errors import StoreError
from store.db.server import NOBODY, Commanding, who_commands
from store.exits import CannotStartError

SILENT_MS = 3000
"""A Tick is due every 200 ms; seats look for another hub after the same time."""
OURS_MS = 1000
"""Enough when nobody ever held it, or a process of this very machine that has just been started again."""
LOOK_S = 0.1

log = logging.getLogger(__name__)


class Watch:
    """Listens to the other hub of the site. `stop` ends any wait; safe from a signal handler."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._clock = Clock()
        self._stopping = threading.Event()
        self._away = False

    def stop(self) -> None:
        self._stopping.set()

    def wait_for_silence(self) -> bool:
        """True when this machine has to command; False when stopped."""
        if not self._config.hub.peers:
            return not self._stopping.is_set()
        links = [HubLink(self._settings(peer), lambda: None) for peer in self._config.hub.peers]
        for link in links:
            link.start()
        try:
            return self._listen(links)
        finally:
            for link in links:
                link.stop()

    def _settings(self, peer: str) -> LinkSettings:
        """We speak with the key of our own hub, which is enrolled as one."""
        folder = Path(self._config.keys.dir)
        try:
            keys, public = own_keys(folder, HUB), key_of_address(folder, peer)
        except KeyFileError as error:
            raise CannotStartError(f"密钥不可用：{error}", f"the keys cannot be used: {error}") from error
        outbox = Path(self._config.store.dir) / f"outbox-standby-{peer.replace(':', '-')}.sqlite"
        return LinkSettings("hub", (peer,), public, keys, outbox, keys_dir=folder, only=True)

    def _listen(self, links: list[HubLink]) -> bool:
        log.info("standby: listening to %s", ", ".join(self._config.hub.peers))
        since, commanding = self._clock.steady_ms(), self._ask()
        heard = EPOCH_ZERO
        while not self._stopping.wait(LOOK_S):
            now = self._clock.steady_ms()
            for link in links:
                link.drain()
                link.take_positions()
                state = link.state
                if state.tick_age_ms is not None and state.mode != Mode.FENCED and state.epoch >= heard:
                    heard, since = state.epoch, max(since, now - state.tick_age_ms)
            if now - since < self._patience(commanding, heard):
                continue
            before, commanding = commanding, self._ask()
            if commanding is None:
                continue  # the store is away: nothing could be decided here either
            if commanding != before:
                since = now  # somebody claimed in between: hear them out
                continue
            log.warning("standby: no Tick for %d ms, taking over", now - since)
            return True
        return False

    def _patience(self, commanding: Commanding | None, heard: Epoch) -> int:
        ours = commanding is not None and commanding.holder.startswith(f"{platform.node()}/")
        return OURS_MS if heard == EPOCH_ZERO and (ours or commanding == NOBODY) else SILENT_MS

    def _ask(self) -> Commanding | None:
        try:
            commanding = who_commands(self._config.store.url)
        except StoreError as error:
            if not self._away:
                log.warning("standby: the store does not answer: %s", error)
            self._away = True
            return None
        if self._away:
            log.warning("standby: the store answers again")
        self._away = False
        return commanding
