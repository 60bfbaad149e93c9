"""A silent observer of a demo: its own replica of the floor, fed by a hub link of its own."""

import threading
from collections.abc import Callable

from dispatch.apply import apply
from dispatch.floor import Floor
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.config import Config
from store.core.replica import Applied
from store.core.seat_logic import FloorReplaced

TURN_S = 0.1


class Watcher:
    """`floor` and `moved` are as new as the last `wait_for`."""

    def __init__(self, config: Config, machine: str) -> None:
        self._rung = threading.Event()
        self._link = HubLink(link_settings(config, machine), self._rung.set)
        self.floor = Floor()
        self.moved: set[str] = set()

    def start(self) -> None:
        self._link.start()

    def stop(self) -> None:
        self._link.stop()

    def wait_for(self, done: Callable[[], bool], seconds: float) -> bool:
        """Follow the hub until `done` or the time is over; returns what `done` says then."""
        deadline = threading.Event()
        timer = threading.Timer(seconds, deadline.set)
        timer.daemon = True
        timer.start()
        try:
            while True:
                self._take()
                if done() or deadline.is_set():
                    return done()
                self._rung.wait(TURN_S)
                self._rung.clear()
        finally:
            timer.cancel()

    def _take(self) -> None:
        for notice in self._link.drain():
            if isinstance(notice, FloorReplaced):
                self.floor = notice.floor
            elif isinstance(notice, Applied):
                apply(self.floor, notice.event)
        self.moved |= self._link.take_positions().keys()
