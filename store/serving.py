"""What the loops of hub and relay do alike: who they are, and messages of machines taken one by one.

Rule kept here: what a message breaks is set aside with it and shown as an alarm; the loop goes on.
"""

import logging
import os
import platform
from abc import abstractmethod
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from store.bus.clock import Clock
from store.bus.hub_sockets import HubSockets, Ports, Received
from store.config import Config
from store.core.greeting import Identity
from store.core.messages import Nack, ToHub, decode_to_hub
from store.core.outputs import Origin
from store.core.seals import SignKey
from store.core.wire import BadMessage, Epoch, encode
from store.fault_watch import FaultWatch
from store.version import version

log = logging.getLogger(__name__)

Out = TypeVar("Out")
Out_co = TypeVar("Out_co", covariant=True)


class Logic(Protocol[Out_co]):
    """The pure part behind the loop. `now`: steady ms at a relay, stamped ms at a hub."""

    def on_message(self, origin: Origin, message: ToHub, now: int, /) -> Iterable[Out_co]: ...
    def on_bad_message(self, origin: Origin, /) -> Iterable[Out_co]: ...


def this_process() -> str:
    """How the authority row names us."""
    return f"{platform.node()}/{os.getpid()}"


def identity_of(config: Config, epoch: Epoch, sign: SignKey) -> Identity:
    """Who this process is to machines that greet it."""
    hub = config.hub
    return Identity(
        site=config.site.code,
        instance=this_process(),
        epoch=epoch,
        sign=sign,
        events_port=hub.event_port,
        positions_port=hub.position_port,
        hubs=hub.hubs,
        app=version(),
    )


def ports_of(config: Config) -> Ports:
    hub = config.hub
    return Ports(hub.host, hub.command_port, hub.event_port, hub.position_port)


class Serving(Generic[Out]):
    """The loop's own thread calls everything but `stop`."""

    logic: Logic[Out]
    _sockets: HubSockets

    def __init__(self) -> None:
        self._clock = Clock()
        self._faults = FaultWatch()
        self._stopping = False

    def stop(self) -> None:
        """End the loop soon; safe from any thread and from a signal handler."""
        self._stopping = True
        self._sockets.waker.wake()

    @abstractmethod
    def _emit(self, outputs: Iterable[Out]) -> None:
        """Carry them out, in order."""

    def _send_away(self, strangers: Iterable[bytes]) -> None:
        """Machines that are not, or no longer, enrolled."""
        for route in strangers:
            self._sockets.reply(route, encode(Nack(reason="revoked")))

    def _take(self, received: Received, now: int) -> None:
        """One message of a machine; whatever it breaks is set aside with it."""
        origin = Origin(received.machine, received.route)
        try:
            self._emit(self.logic.on_message(origin, decode_to_hub(received.frame), now))
        except BadMessage as error:
            log.warning("%s: bad message: %s", received.machine.name, error)
            self._emit(self.logic.on_bad_message(origin))
        except Exception:
            log.exception("message of %s set aside", received.machine.name)
            self._note_fault()

    def _note_fault(self) -> None:
        self._faults.note(self._clock.steady_ms(), self._clock.now_ms())
