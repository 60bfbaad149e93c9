"""A relay's one stream to the hub: the addresses to try in order, and what was carried.

A hub that refuses our key is tried again with back-off; the key that must answer at an address comes from the
signed roster.
"""

import logging
from collections.abc import Callable

import zmq

from store.bus.hub_sockets import HubSockets
from store.bus.keys import KeyFileError
from store.bus.link_sockets import HubConnection

REFUSED_BACK_OFF_MS = (1000, 2000, 5000)
NEXT_MS = 200
"""Between leaving one address and dialling the next."""
ROUND_MS = 2000
"""After all addresses were tried in vain."""

log = logging.getLogger(__name__)


class HubLine:
    """Belongs to the relay's loop. `key_of`: the public key of the hub at an address."""

    def __init__(self, sockets: HubSockets, addresses: tuple[str, ...], key_of: Callable[[str], str]) -> None:
        self._sockets = sockets
        self._key_of = key_of
        self._addresses = list(addresses)
        self._number = 0
        self._connection: HubConnection | None = None
        self._dial_at = 0
        self._refusals = 0
        self._told: set[str] = set()
        self.bytes_in = 0
        self.bytes_out = 0
        """Of messages, without the few that ZeroMQ and TCP add to each."""

    @property
    def dialled(self) -> bool:
        """False between leaving one address and dialling the next."""
        return self._connection is not None

    @property
    def address(self) -> str:
        """Where the line leads just now; "" without any address."""
        return self._addresses[self._number % len(self._addresses)] if self._addresses else ""

    def dial(self, now: int) -> bool:
        """Connect where it is due; True when an address was dialled."""
        if self._connection is not None or now < self._dial_at or not self._addresses:
            return False
        try:
            self._connection = self._sockets.call(self.address, self._key_of(self.address))
        except (zmq.ZMQError, KeyFileError) as error:  # the roster may say anything
            self._tell(f"{self.address}: {error}")
            self._go_on(now, NEXT_MS)
            return False
        return True

    def receive(self, now: int) -> tuple[bool, list[bytes]]:
        """Whether the hub admitted us just now, and its frames; after `HubSockets.receive`."""
        connection = self._connection
        if connection is None:
            return False, []
        admitted = False
        for one in connection.handshakes(self._sockets.ready):
            if not one:
                self.leave(now, REFUSED_BACK_OFF_MS[min(self._refusals, len(REFUSED_BACK_OFF_MS) - 1)])
                self._refusals += 1
                return False, []
            admitted, self._refusals = True, 0
        frames = connection.receive(self._sockets.ready)
        self.bytes_in += sum(len(frame) for frame in frames)
        return admitted, frames

    def send(self, frame: bytes) -> bool:
        """False when there is no connection."""
        sent = self._connection is not None and self._connection.send(frame)
        self.bytes_out += len(frame) if sent else 0
        return sent

    def leave(self, now: int, wait_ms: int = NEXT_MS) -> None:
        """On to the next address; after the last one with a pause. What has been left is left once."""
        if self._connection is None:
            return
        self._connection.close()
        self._connection = None
        self._go_on(now, wait_ms)

    def _go_on(self, now: int, wait_ms: int) -> None:
        self._number += 1
        around = not self._addresses or self._number % len(self._addresses) == 0
        self._dial_at = now + (max(wait_ms, ROUND_MS) if around else wait_ms)

    def _tell(self, fault: str) -> None:
        """Once for each."""
        if fault not in self._told:
            self._told.add(fault)
            log.warning("line: cannot be dialled: %s", fault)

    def learn(self, addresses: tuple[str, ...]) -> None:
        """Addresses of other hubs, told by one that knows them."""
        self._addresses += [address for address in addresses if address not in self._addresses]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
