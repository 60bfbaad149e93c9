"""A relay's line to the hub: one address after the other, none skipped, and a bad one only passed over."""

import zmq

from store.bus.hub_line import NEXT_MS, ROUND_MS, HubLine
from store.bus.keys import new_keys
from store.bus.link_sockets import HubConnection
from store.bus.sockets import Context


class Calls:
    """Dials with real sockets; nobody needs to be there."""

    def __init__(self) -> None:
        self.context = Context()
        self.keys = new_keys()
        self.poller = zmq.Poller()

    def call(self, address: str, hub_public: str) -> HubConnection:
        return HubConnection(self.context, self.poller, address, self.keys, hub_public)


def test_what_has_been_left_is_left_once() -> None:
    """Several words of a hub that does not command may come at once."""
    calls = Calls()
    line = HubLine(calls, ("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"), lambda _: calls.keys.public)
    assert line.dial(0)
    for _ in range(3):
        line.leave(0)
    assert not line.dialled
    assert line.address == "127.0.0.1:2"
    line.close()
    calls.context.destroy(linger=0)


def test_an_address_that_cannot_be_dialled_is_passed_over() -> None:
    calls = Calls()
    line = HubLine(calls, ("nowhere", "127.0.0.1:2"), lambda _: calls.keys.public)
    assert not line.dial(0)
    assert line.dial(NEXT_MS)
    assert line.address == "127.0.0.1:2"
    line.leave(NEXT_MS)
    assert not line.dial(NEXT_MS + ROUND_MS)
    assert len(calls.poller.sockets) == 0, "nothing half open is left"
    line.close()
    calls.context.destroy(linger=0)
