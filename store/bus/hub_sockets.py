"""The hub's end of the bus: commands in, answers, events and positions out; owned by one thread.

Every message is checked against the roster again, by the key it came with: a machine that was struck or given
another key is cut off at once, and the publishers are opened anew so that its subscriptions end too.
"""

import contextlib
import logging
import time
from pathlib import Path

import zmq
from msgspec import Struct

from store.bus.doorkeeper import PROBE_MS, Doorkeeper, Probe, ProbeResult
from store.bus.enrolment_door import EnrolmentDoor
from store.bus.keys import KeyPair
from store.bus.link_sockets import HubConnection
from store.bus.roster import RosterError, RosterFile
from store.bus.sockets import (
    POSITIONS_MAX,
    PUBLISHED_MAX,
    Context,
    Socket,
    Waker,
    command_server,
    publisher,
    user_id,
)
from store.core.roster import Machine

FRAMES_PER_TURN_MAX = 256
ROSTER_MS = 500
REFUSED_MS = 10_000
WILDCARDS = {"*", "0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to

log = logging.getLogger(__name__)


class BusError(Exception):
    """The hub's sockets cannot be opened, or its door does not keep: never serve like that."""


class Ports(Struct, frozen=True):
    host: str
    command: int
    event: int
    position: int


class Received(Struct, frozen=True):
    """One frame of an enrolled machine."""

    machine: Machine
    route: bytes
    frame: bytes


class HubSockets:
    """All sockets of a hub."""

    def __init__(self, ports: Ports, keys: KeyPair, roster_path: Path) -> None:
        self._ports = ports
        self._keys = keys
        self._context = Context()
        self.roster = RosterFile(roster_path)
        self._read_roster_at_start()
        self.waker = Waker()
        self.doorkeeper = Doorkeeper(self._context, self._user_of)
        self.door_fault = ""
        """Why the door is not to be trusted; "" while it is."""
        self._roster_at = 0
        self._probe_at = 0
        self._refused_told = self._refused_at = 0
        self._probe: Probe | None = None
        self._poller = zmq.Poller()
        self.ready: dict[object, int] = {}
        """What the last `receive` found, for a relay's line to its hub, which is polled along."""
        self._commands = command_server(self._context, keys)
        self._publishers: dict[int, Socket | None] = {ports.event: None, ports.position: None}
        self._poller.register(self.doorkeeper.socket, zmq.POLLIN)
        self._poller.register(self._commands, zmq.POLLIN)
        self._poller.register(self.waker.fd, zmq.POLLIN)
        self.enrolment = EnrolmentDoor(self._context, self._poller, ports.host)

    def _read_roster_at_start(self) -> None:
        """An older file does not count, the newest roster ever in force here does. Raises RosterError."""
        try:
            self.roster.reload()
        except RosterError as error:
            if not self.roster.revision:
                raise
            log.error("roster: %s", error)  # noqa: TRY400 - its text says all

    @property
    def alarm(self) -> str:
        """Why the door is not to be trusted, or the roster is not what it was; "" while all is well."""
        return self.door_fault or self.roster.alarm

    def open(self, now: int) -> None:
        """Bind, and prove that an unknown key is refused and a known one admitted.

        Raises BusError; every port is free again then, the next try must not meet this one.
        """
        try:
            self._commands.bind(self._endpoint(self._ports.command))
            self._open_publishers()
            self._prove(None, ProbeResult.REFUSED, now)
            self._prove(self.doorkeeper, ProbeResult.ADMITTED, now)
        except zmq.ZMQError as error:
            self.close()
            raise BusError(f"{self._ports.host}:{self._ports.command}-: {error}") from error
        except BusError:
            self.close()
            raise
        self._refused_told = self.doorkeeper.refused  # that was ourselves

    def close(self) -> None:
        if self._probe is not None:
            self._probe.close()
        self._context.destroy(linger=0)
        self.waker.close()

    # --- traffic ----------------------------------------------------------------------------------

    def receive(self, wait_ms: int, now: int) -> tuple[list[Received], list[bytes]]:
        """What came within `wait_ms` (or as soon as the waker rings), and routes of machines not enrolled."""
        ready = self.ready = dict(self._poller.poll(max(0, wait_ms)))
        if self.doorkeeper.socket in ready:
            self.doorkeeper.admit()
        if self.waker.fd in ready:
            self.waker.clear()
        self._keep_watch(now)
        received: list[Received] = []
        strangers: list[bytes] = []
        if self._commands in ready:
            for _ in range(FRAMES_PER_TURN_MAX):
                try:
                    frames = self._commands.recv_multipart(zmq.DONTWAIT, copy=False)
                except zmq.Again:
                    break
                machine = self.roster.by_user.get(user_id(frames[-1]))
                if machine is None:
                    strangers.append(frames[0].bytes)
                else:
                    received.append(Received(machine, frames[0].bytes, b"".join(f.bytes for f in frames[1:])))
        return received, strangers

    def call(self, address: str, hub_public: str) -> HubConnection:
        """A connection of our own to another hub, polled with the rest."""
        return HubConnection(self._context, self._poller, address, self._keys, hub_public)

    def machine_of(self, name: str) -> Machine | None:
        """The enrolled machine of this name."""
        return self.roster.machines.get(name)

    def reply(self, route: bytes, frame: bytes) -> None:
        """Answer; dropped when the asker is gone or does not read."""
        with contextlib.suppress(zmq.Again, zmq.ZMQError):
            self._commands.send_multipart([route, frame], zmq.DONTWAIT)

    def publish(self, frame: bytes) -> None:
        self._publish(self._ports.event, frame)

    def publish_positions(self, frame: bytes) -> None:
        self._publish(self._ports.position, frame)

    def _publish(self, port: int, frame: bytes) -> None:
        socket = self._publishers[port]
        if socket is not None:
            with contextlib.suppress(zmq.Again):
                socket.send(frame, zmq.DONTWAIT)

    # --- the door ---------------------------------------------------------------------------------

    def _user_of(self, key: bytes) -> str | None:
        machine = self.roster.by_key.get(key)
        return machine.public_key if machine else None

    def _keep_watch(self, now: int) -> None:
        if now >= self._roster_at:
            self._roster_at = now + ROSTER_MS
            self._tell_refused(now)
            self._reload_roster()
        if None in self._publishers.values():
            with contextlib.suppress(zmq.ZMQError):  # the old socket may need a moment to let go of the port
                self._open_publishers()
        self._test_door(now)

    def _tell_refused(self, now: int) -> None:
        """A knocking stranger is one line every REFUSED_MS, not one a knock."""
        refused = self.doorkeeper.refused
        if refused > self._refused_told and now >= self._refused_at:
            log.warning(
                "door: %d refused, the last from %s",
                refused - self._refused_told,
                self.doorkeeper.last_refused,
            )
            self._refused_told, self._refused_at = refused, now + REFUSED_MS

    def take_roster(self, sealed: bytes) -> bool:
        """At a relay: a signed roster that came over the line; False: nothing new. Raises RosterError."""
        before = self.roster.machines
        taken = self.roster.take_news(sealed)
        if taken:
            self._cut_off(before)
        return taken

    def _reload_roster(self) -> None:
        before = self.roster.machines
        try:
            changed = self.roster.reload()
        except RosterError as error:
            log.warning("roster not read, the last good one holds: %s", error)
            return
        if changed:
            self._cut_off(before)

    def _cut_off(self, before: dict[str, Machine]) -> None:
        """End the subscriptions of machines that are no longer what they were."""
        if any(self.roster.machines.get(name) != machine for name, machine in before.items()):
            log.warning("roster: a machine was struck or changed, subscriptions start anew")
            self._close_publishers()

    def _test_door(self, now: int) -> None:
        if self._probe is None:
            if now >= self._probe_at:
                self._probe_at = now + PROBE_MS
                self._probe = self._new_probe(self.doorkeeper, now)
            return
        result = self._probe.result(now)
        if result is ProbeResult.WAITING:
            return
        self._probe.close()
        self._probe = None
        fault = "" if result is ProbeResult.ADMITTED else f"door:{result.value}"
        if fault != self.door_fault:
            log.error("door: %s", fault or "keeps again")
        self.door_fault = fault

    def _prove(self, doorkeeper: Doorkeeper | None, wanted: ProbeResult, now: int) -> None:
        """Run the loop of the door until one probe has its answer."""
        probe = self._new_probe(doorkeeper, now)
        begun = time.monotonic()
        while (result := probe.result(now + int((time.monotonic() - begun) * 1000))) is ProbeResult.WAITING:
            if self.doorkeeper.socket.poll(5):  # a whole city may be knocking meanwhile
                self.doorkeeper.admit()
        probe.close()
        if result is not wanted:
            raise BusError(f"the door does not keep: {wanted.value} expected, {result.value} seen")

    def _new_probe(self, doorkeeper: Doorkeeper | None, now: int) -> Probe:
        host = "127.0.0.1" if self._ports.host in WILDCARDS else self._ports.host
        endpoint = f"tcp://{host}:{self._ports.command}"
        return Probe(self._context, endpoint, self._keys.public, doorkeeper, now)

    # --- publishers -------------------------------------------------------------------------------

    def _endpoint(self, port: int) -> str:
        return f"tcp://{self._ports.host}:{port}"

    def _open_publishers(self) -> None:
        for port, socket in self._publishers.items():
            if socket is None:
                queued_max = PUBLISHED_MAX if port == self._ports.event else POSITIONS_MAX
                fresh = publisher(self._context, self._keys, queued_max)
                try:
                    fresh.bind(self._endpoint(port))
                except zmq.ZMQError:
                    fresh.close(0)
                    raise
                self._publishers[port] = fresh

    def _close_publishers(self) -> None:
        for port, socket in self._publishers.items():
            if socket is not None:
                socket.close(0)
                self._publishers[port] = None
