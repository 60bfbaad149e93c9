"""Many machines on one thread: real sockets with CURVE and the whole replica of each, no window's threads.

For crowds larger than the cores of this machine: what a seat does for itself on its own computer (outbox,
two threads) would here only measure how sixty programs share two cores. Same questions as `crowd_seats`.
"""

import hashlib
import select
import time
from pathlib import Path
from typing import Any

import msgspec
import zmq

from dispatch.floor import TABLES
from store.bus.clock import Clock
from store.bus.link_sockets import HubConnection
from store.bus.link_state import link_settings
from store.bus.sockets import Context, Socket
from store.config import load_config
from store.core.messages import Hello, decode_from_hub
from store.core.replica import Applied
from store.core.seat_logic import FloorReplaced, Phase, PositionsCame, SeatLogic, Send, Welcomed
from store.core.wire import encode

TURN_S = 0.05
AGAIN_MS = 200
ALL_S = 0.02


class Watch:
    """The sockets of all machines by their file descriptors: only those that have something are looked at."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._sockets: dict[int, tuple[Light, Socket]] = {}
        self._all_at = 0.0

    def add(self, light: "Light", socket: Socket) -> None:
        fd = int(socket.getsockopt(zmq.FD))
        self._sockets[fd] = (light, socket)
        self._epoll.register(fd, select.EPOLLIN)

    def remove(self, socket: Socket) -> None:
        fd = int(socket.getsockopt(zmq.FD))
        del self._sockets[fd]
        self._epoll.unregister(fd)

    def ready(self, wait_s: float) -> dict["Light", dict[object, int]]:
        """By machine, the sockets to read. Descriptors only tell of changes: every 20 ms all are asked."""
        found: dict[Light, dict[object, int]] = {}
        sockets = [self._sockets[fd] for fd, _ in self._epoll.poll(min(wait_s, ALL_S))]
        now = time.perf_counter()
        if now >= self._all_at:
            self._all_at = now + ALL_S
            every = self._sockets.values()
            sockets += [(light, one) for light, one in every if one.getsockopt(zmq.EVENTS) & zmq.POLLIN]
        for light, socket in sockets:
            found.setdefault(light, {})[socket] = zmq.POLLIN
        return found


class Light:
    """One machine; towards its connection it is the poller."""

    def __init__(self, file: Path, name: str, context: Context, watch: Watch, now: int) -> None:
        settings = link_settings(load_config(file), name)
        self.name = name
        self.logic = SeatLogic([], now)
        self.replaced = 0
        self.applied_at: dict[str, float] = {}
        self._watch = watch
        self.connection = HubConnection(context, self, settings.hubs[0], settings.keys, settings.hub_public)

    def register(self, socket: Socket, _flags: int) -> None:
        self._watch.add(self, socket)

    def unregister(self, socket: Socket) -> None:
        self._watch.remove(socket)

    def take(self, happenings: list[Any], ages_ms: list[int] | None) -> None:
        """Answer the hub; note what came."""
        for happening in happenings:
            match happening:
                case Send(message):
                    self.connection.send(encode(message))
                case Welcomed(welcome):
                    self.connection.subscribe(welcome.events_port, welcome.positions_port)
                case Applied(ev):
                    self.applied_at[ev.cid] = time.perf_counter()
                case FloorReplaced():
                    self.replaced += 1
                case PositionsCame(positions) if ages_ms is not None:
                    newest = max(position.at for position in positions.batch)
                    ages_ms.append(time.time_ns() // 1_000_000 - newest)
                case _:
                    pass


class LightSeats:
    """The machines of one process."""

    def __init__(self, file: str, names: list[str]) -> None:
        self._clock = Clock()
        self._context = Context()
        self._context.set(zmq.MAX_SOCKETS, 8 * len(names) + 64)
        self._watch = Watch()
        now = self._clock.steady_ms()
        self._seats = [Light(Path(file), name, self._context, self._watch, now) for name in names]
        self._time_at = 0
        self._ages_ms: list[int] | None = None

    def _turn(self, wait_s: float) -> None:
        everything = self._watch.ready(max(0.0, wait_s))
        now = self._clock.steady_ms()
        for seat, ready in everything.items():
            if any(seat.connection.handshakes(ready)):
                replica = seat.logic.replica
                seat.connection.send(encode(Hello(app="bench", epoch=replica.epoch, seq=replica.seq)))
                seat.take(seat.logic.connected(now), None)
            for frame in seat.connection.receive(ready):
                seat.take(seat.logic.on_message(decode_from_hub(frame), now), self._ages_ms)
        if now >= self._time_at:
            self._time_at = now + AGAIN_MS
            for seat in self._seats:
                seat.take(seat.logic.on_time(now), None)

    def _until(self, done: Any, limit_s: float, what: str) -> None:
        end = time.perf_counter() + limit_s
        while not done():
            left = end - time.perf_counter()
            if left <= 0:
                raise TimeoutError(f"{what} not within {limit_s} s")
            self._turn(min(left, TURN_S))

    def _live(self) -> bool:
        now = self._clock.steady_ms()
        return all(seat.logic.phase(now) is Phase.LIVE for seat in self._seats)

    # --- what a parent asks for -------------------------------------------------------------------

    def wait_live(self, limit_s: float) -> float:
        """Until every machine is LIVE; when that was."""
        self._until(self._live, limit_s, "live")
        return time.perf_counter()

    def wait_live_after(self, boot: int, limit_s: float) -> float:
        """Until every machine is LIVE on boot `boot` or a later one; when that was."""

        def there() -> bool:
            return self._live() and all(seat.logic.replica.epoch.boot >= boot for seat in self._seats)

        self._until(there, limit_s, f"live on boot {boot}")
        return time.perf_counter()

    def look_on(self, seconds: float) -> None:
        """Take in what comes for so long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._turn(min(left, TURN_S))

    def wait_seq(self, seq: int, limit_s: float) -> None:
        """Until every machine has applied event `seq`."""
        self._until(lambda: all(seat.logic.replica.seq >= seq for seat in self._seats), limit_s, f"seq {seq}")

    def applied(self) -> list[dict[str, float]]:
        """Of each machine: when the last event of each command was applied. Forgotten by asking."""
        times = [seat.applied_at for seat in self._seats]
        for seat in self._seats:
            seat.applied_at = {}
        return times

    def states(self) -> list[tuple[str, int, int, int, str]]:
        """(name, boot, seq, how often the whole floor came anew, mode) of each."""
        return [
            (
                seat.name,
                seat.logic.replica.epoch.boot,
                seat.logic.replica.seq,
                seat.replaced,
                seat.logic.mode,
            )
            for seat in self._seats
        ]

    def digests(self) -> list[str]:
        """Of each floor."""
        found = []
        for seat in self._seats:
            floor = seat.logic.replica.floor
            tables = {table: dict(sorted(getattr(floor, table).items())) for table in TABLES}
            found.append(hashlib.sha256(msgspec.msgpack.encode(tables)).hexdigest())
        return found

    def note_ages(self) -> None:
        """From now on."""
        self._ages_ms = []

    def ages_ms(self) -> list[int]:
        """Ages of the newest position of every batch, when the machine had it, since `note_ages`."""
        ages, self._ages_ms = self._ages_ms or [], None
        return ages

    def end(self) -> None:
        """Close every socket."""
        self._context.destroy(linger=0)
