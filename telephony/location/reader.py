"""The thread that reads what else an INVITE says, after the call rings: nobody waits for it.

Reading costs up to 6 ms, a location server seconds; references are fetched from the configured servers only.
"""

import logging
import queue
import threading
from collections.abc import Callable

from telephony.call_facts import CallFetched, CallSaid
from telephony.location.fetcher import Fetcher
from telephony.location.invite import read_invite
from telephony.location.safe_xml import Unread, Why
from telephony.location.said import Fetched, WithCall
from telephony.settings import LocationServers

WAITING_MAX = 32
STOP_S_MAX = 1.0
NOTHING = WithCall()

log = logging.getLogger(__name__)
Tell = Callable[[CallSaid | CallFetched], None]


class InviteReader:
    """`tell` is called on threads of its own: at most one `CallSaid` a call, a `CallFetched` a reference."""

    def __init__(self, servers: LocationServers, tell: Tell) -> None:
        self._tell = tell
        self._inbox: queue.Queue[tuple[str, str] | None] = queue.Queue(WAITING_MAX)
        self._fetcher = Fetcher(servers, self._fetched)
        self._thread = threading.Thread(target=self._run, name="invite", daemon=True)
        self._thread.start()

    def read(self, call_id: str, message: str) -> None:
        """Returns at once. An INVITE that says no more than who calls is not told of."""
        try:
            self._inbox.put_nowait((call_id, message))
        except queue.Full:
            unread = Unread("INVITE", Why.NO_ANSWER, "too many calls waiting to be read")
            self._tell(CallSaid(call_id, WithCall(refused=(unread,))))

    def stop(self, deadline_s: float = STOP_S_MAX) -> None:
        """What waits is still read, what must be fetched is dropped."""
        try:
            self._inbox.put(None, timeout=deadline_s)
        except queue.Full:
            log.warning("INVITEs still waiting")
        self._thread.join(deadline_s)
        self._fetcher.stop()

    def _run(self) -> None:
        while (item := self._inbox.get()) is not None:
            call_id, message = item
            try:
                self._read(call_id, message)
            except Exception:  # one caller's odd INVITE must not cost the next one's location
                log.exception("INVITE of call %s", call_id)

    def _read(self, call_id: str, message: str) -> None:
        said = read_invite(message)
        if said != NOTHING:
            self._tell(CallSaid(call_id, said))
        for reference in said.references:
            self._fetcher.ask(call_id, reference)

    def _fetched(self, call_id: str, fetched: Fetched) -> None:
        self._tell(CallFetched(call_id, fetched))
