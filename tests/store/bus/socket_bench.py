"""A hub's sockets and machines at them, in one process; each reads when it is told to."""

import time
from pathlib import Path

import zmq

from console.drill.ports import free_ports
from store.bus.hub_sockets import HubSockets, Ports
from store.bus.keys import KeyPair, new_keys
from store.bus.link_sockets import HubConnection
from store.bus.roster import enrol
from store.bus.sockets import Context
from store.core.roster import Machine, MachineRole

WAIT_S = 20.0
HELLO, FRESH = b"hello", b"fresh"


class Bench:
    """A hub's sockets and machines that call it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = Ports("127.0.0.1", *free_ports(3))
        self.hub_keys = new_keys()
        self.seat_keys = [self._enrolled(f"0{number}") for number in (1, 2)]
        self.seats: list[Seat] = []
        self.hub = self.open_hub()

    def _enrolled(self, number: str) -> KeyPair:
        keys = new_keys()
        enrol(self.folder / "roster.json", Machine(f"seat-{number}", keys.public, MachineRole.SEAT, number))
        return keys

    def open_hub(self) -> HubSockets:
        hub = HubSockets(self.ports, self.hub_keys, self.folder / "roster.json")
        hub.open(0)
        return hub

    def new_hub(self) -> None:
        """The hub dies with what it has not read; another one opens on the same ports."""
        self.hub.close()
        self.hub = self.open_hub()

    def seat(self, number: int) -> "Seat":
        """Seat 0 or 1, admitted."""
        seat = Seat(self, self.seat_keys[number])
        self.seats.append(seat)
        self.wait_admitted(seat)
        return seat

    def wait_admitted(self, seat: "Seat") -> None:
        end = time.monotonic() + WAIT_S
        while not seat.admitted():
            assert time.monotonic() < end, "not admitted"
            assert not self.taken(), "nothing comes before the handshake"

    def taken(self) -> list[bytes]:
        """What the hub reads within a moment."""
        received, _ = self.hub.receive(5, 0)
        return [one.frame for one in received]

    def taken_until(self, last: bytes) -> list[bytes]:
        frames: list[bytes] = []
        end = time.monotonic() + WAIT_S
        while last not in frames:
            assert time.monotonic() < end, f"{last!r} not among {len(frames)}"
            frames += self.taken()
        return frames

    def close(self) -> None:
        for seat in self.seats:
            seat.close()
        self.hub.close()


class Seat:
    """One machine's sockets; it reads when it is told to."""

    def __init__(self, bench: Bench, keys: KeyPair) -> None:
        self._context = Context()
        self._poller = zmq.Poller()
        address = f"{bench.ports.host}:{bench.ports.command}"
        self.connection = HubConnection(self._context, self._poller, address, keys, bench.hub_keys.public)
        self.connection.subscribe(bench.ports.event, bench.ports.position)

    def _ready(self) -> dict[object, int]:
        return dict(self._poller.poll(5))

    def admitted(self) -> bool:
        return True in self.connection.handshakes(self._ready())

    def frames(self) -> list[bytes]:
        """What waits."""
        return self.connection.receive(self._ready())

    def heard(self) -> list[int]:
        """Numbers of the frames that wait."""
        return [int(one[:8]) for one in self.frames() if one != HELLO]

    def subscribed(self) -> bool:
        return HELLO in self.frames()

    def fill(self) -> int:
        """Orders until no more are taken; how many."""
        count = 0
        while self.connection.send(b"%08d" % count + bytes(16_000)):
            count += 1
        return count

    def close(self) -> None:
        if not self._context.closed:
            self.connection.close()
            self._context.destroy(linger=0)
