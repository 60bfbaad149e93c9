"""The threads that ask location servers, so that nobody else ever waits for one."""

import logging
import queue
import threading
from collections.abc import Callable

from telephony.location.found import Reference
from telephony.location.held import fetch
from telephony.location.safe_xml import Unread, Why
from telephony.location.said import Fetched
from telephony.settings import LocationServers

WORKERS = 2
WAITING_MAX = 32
STOP_S_MAX = 1.0

log = logging.getLogger(__name__)
OnFetched = Callable[[str, Fetched], None]


class Fetcher:
    """`on_fetched(call_id, what came)` is called on a worker's thread, once for every `ask`."""

    def __init__(self, servers: LocationServers, on_fetched: OnFetched) -> None:
        self._servers = servers
        self._on_fetched = on_fetched
        self._inbox: queue.Queue[tuple[str, Reference] | None] = queue.Queue(WAITING_MAX)
        self._threads = [
            threading.Thread(target=self._run, name=f"location-{n}", daemon=True) for n in range(WORKERS)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, call_id: str, reference: Reference) -> None:
        """Returns at once. A server that hangs in its name look-up may outlast the time limit."""
        try:
            self._inbox.put_nowait((call_id, reference))
        except queue.Full:
            refused = Unread(reference.uri[:80], Why.NO_ANSWER, "too many questions waiting")
            self._tell(call_id, Fetched(reference, refused=(refused,)))

    def stop(self, deadline_s: float = STOP_S_MAX) -> None:
        """What waits is dropped; what is being asked may finish by itself."""
        while not self._inbox.empty():
            try:
                self._inbox.get_nowait()
            except queue.Empty:
                break
        for _ in self._threads:
            self._inbox.put(None)
        for thread in self._threads:
            thread.join(deadline_s / WORKERS)

    def _run(self) -> None:
        while (item := self._inbox.get()) is not None:
            call_id, reference = item
            self._tell(call_id, fetch(self._servers, reference))

    def _tell(self, call_id: str, fetched: Fetched) -> None:
        try:
            self._on_fetched(call_id, fetched)
        except Exception:  # a listener's mistake must not cost the next caller's location
            log.exception("listener failed on %s", fetched.reference.uri[:80])
