"""Looks at other hubs while ours does not command, and at home while we are away; one at a time, no state.

Nobody moves to a hub that does not answer, is fenced or cut off, knows an older epoch, or lacks what we have,
nor to a relay whose disk is full.
"""

from collections.abc import Callable

from msgspec import Struct

from dispatch.sites import CITY
from store.bus.link_sockets import HubConnection
from store.core.messages import Hello, Welcome, decode_from_hub
from store.core.wire import BadMessage, Epoch, Mode, encode

LOOK_MS_MAX = 1500
PAUSE_MS = 500
HOME_MS = 1500
HOME_LOOKS = 2
"""Home has to be well so many times in a row: a line that flaps moves nobody."""
BEHIND_MAX = 100
"""Rows a hub may lack of what we have."""
NOT_COMMANDING = frozenset({Mode.FENCED, Mode.CUT_OFF})


def serves(mode: str, relay: str) -> bool:
    """False where orders get nowhere: nobody commands there, or a relay that can store nothing holds them."""
    return mode not in NOT_COMMANDING and not (relay and mode == Mode.DISK_FULL)


class Ours(Struct, frozen=True):
    """What we know and want. `addresses`: where to look, in order; empty: nowhere."""

    addresses: tuple[str, ...]
    epoch: Epoch
    seq: int
    homeward: bool


class Scout:
    """`connect` dials an address with a connection that is polled along."""

    def __init__(self, connect: Callable[[str], HubConnection]) -> None:
        self._connect = connect
        self._connection: HubConnection | None = None
        self._number = 0
        self._until = 0
        self._look_at = 0
        self._well = 0

    def turn(self, ready: dict[object, int], ours: Ours, now: int) -> str | None:
        """The address to move to, when there is one."""
        if not ours.addresses:
            self.close()
            self._well = 0
            return None
        connection = self._connection
        if connection is None:
            if now >= self._look_at:
                self._number += 1
                address = ours.addresses[self._number % len(ours.addresses)]
                self._connection, self._until = self._connect(address), now + LOOK_MS_MAX
            return None
        admitted = connection.handshakes(ready)
        if True in admitted:
            connection.send(encode(Hello(app="scout", epoch=ours.epoch, seq=ours.seq)))
        welcome = _welcome(connection.receive(ready))
        if welcome is None and False not in admitted and now < self._until:
            return None
        return self._seen(connection.address, welcome, ours, now)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _seen(self, address: str, welcome: Welcome | None, ours: Ours, now: int) -> str | None:
        self.close()
        self._look_at = now + (HOME_MS if ours.homeward else PAUSE_MS)
        well = welcome is not None and _commands(welcome, ours)
        self._well = self._well + 1 if well else 0
        if self._well >= (HOME_LOOKS if ours.homeward else 1):
            self._well = 0
            self._look_at = now + HOME_MS  # the new one may speak first
            return address
        return None


def _commands(welcome: Welcome, ours: Ours) -> bool:
    fresh = welcome.epoch > ours.epoch or welcome.seq + BEHIND_MAX >= ours.seq
    if welcome.scope != CITY and not ours.homeward:  # another district that commands itself only
        return False
    return serves(welcome.mode, welcome.relay) and welcome.epoch >= ours.epoch and fresh


def _welcome(frames: list[bytes]) -> Welcome | None:
    for frame in frames:
        try:
            message = decode_from_hub(frame)
        except BadMessage:
            continue
        if isinstance(message, Welcome):
            return message
    return None
