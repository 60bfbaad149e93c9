"""One machine's sockets to one hub: commands out and answers in, events in, positions in.

A machine the hub refuses is told by the monitor only, and libzmq never tries again by itself: the sockets are
closed and made anew.
"""

import contextlib
from collections.abc import Iterator

import zmq
from zmq.utils.monitor import parse_monitor_message

from store.bus.keys import KeyPair
from store.bus.sockets import POSITIONS_MAX, PUBLISHED_MAX, Context, Socket, command_client, subscriber

FRAMES_PER_TURN_MAX = 512
WATCHED = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH


class HubConnection:
    """Everything between this machine and the hub at `address` ("host:port"). One thread."""

    def __init__(
        self, context: Context, poller: zmq.Poller, address: str, keys: KeyPair, hub_public: str
    ) -> None:
        self.address = address
        self._context = context
        self._poller = poller
        self._keys = keys
        self._hub_public = hub_public
        self._host = address.rpartition(":")[0]
        self._commands = command_client(context, keys, hub_public)
        self._monitor: Socket = self._commands.get_monitor_socket(WATCHED)
        self._readers: dict[int, Socket] = {}
        poller.register(self._commands, zmq.POLLIN)
        poller.register(self._monitor, zmq.POLLIN)
        try:
            self._commands.connect(f"tcp://{address}")
        except zmq.ZMQError:
            self.close()
            raise

    def subscribe(self, events_port: int, positions_port: int) -> None:
        """Listen to the hub's publishers; asking twice changes nothing."""
        for port, queued_max in ((events_port, PUBLISHED_MAX), (positions_port, POSITIONS_MAX)):
            if port and port not in self._readers:
                socket = subscriber(self._context, self._keys, self._hub_public, queued_max)
                socket.connect(f"tcp://{self._host}:{port}")
                self._poller.register(socket, zmq.POLLIN)
                self._readers[port] = socket

    def send(self, frame: bytes) -> bool:
        """False when there is no connection; whoever wants it tries again."""
        try:
            self._commands.send(frame, zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True

    def receive(self, ready: dict[object, int]) -> list[bytes]:
        """The frames waiting on the sockets that are ready."""
        sockets = (self._commands, *self._readers.values())
        return [frame for socket in sockets if socket in ready for frame in _waiting(socket)]

    def handshakes(self, ready: dict[object, int]) -> list[bool]:
        """For each handshake that ended: True admitted, False refused at the door."""
        results: list[bool] = []
        if self._monitor in ready:
            while self._monitor.poll(0):
                event = parse_monitor_message(self._monitor.recv_multipart())["event"]
                results.append(event == zmq.EVENT_HANDSHAKE_SUCCEEDED)
        return results

    def close(self) -> None:
        for socket in (self._monitor, self._commands, *self._readers.values()):
            self._poller.unregister(socket)
        self._commands.disable_monitor()
        for socket in (self._monitor, self._commands, *self._readers.values()):
            socket.close(0)


def _waiting(socket: Socket) -> Iterator[bytes]:
    with contextlib.suppress(zmq.Again):
        for _ in range(FRAMES_PER_TURN_MAX):
            yield socket.recv(zmq.DONTWAIT)
