"""A supervised child process: started, watched by pidfd, restarted with back-off, stopped by a deadline.

Messages to a child that is not running are refused (`send` returns False), never kept: an order that waited
for a restart could be carried out long after its moment. Whoever owns the child replays what still holds when
the state says RUNNING again. A message accepted and not yet answered when the child dies is lost with it.
"""

import contextlib
import enum
import logging
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import zmq

from store.bus.pipe import CONTROL_FRAME, ParentEnd

BACK_OFF_S = (0.2, 1.0, 5.0)
CRASH_LOOP_COUNT = 3  # this many deaths without a steady run in between is a crash loop
STEADY_S = 10.0
HUNG_S = 3.0  # six beats: longer than a loaded machine holds a loop
READY_S_MAX = 20.0
OUTGOING_MAX = 10_000
FRAMES_PER_TURN_MAX = 256
LAST_WORDS_S = 0.02  # they may still be on their way through the socket when the process is gone
LOOK_S = 0.25  # how often the loop looks at its clocks when nothing happens
PROJECT_ROOT = Path(__file__).resolve().parents[2]

T = TypeVar("T")
log = logging.getLogger(__name__)


class ChildPhase(enum.Enum):
    """STARTING -> RUNNING -> WAITING (dead, next start is due) -> STARTING ... ; STOPPED is the end."""

    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    STOPPED = "stopped"


class ChildState(msgspec.Struct, frozen=True):
    """`pid` and `reason` are `None` where they do not apply; `reason` says how the last child ended."""

    phase: ChildPhase
    restarts: int = 0
    crash_loop: bool = False
    pid: int | None = None
    reason: str | None = None


class Child:
    """Runs `python -m module args` for as long as it lives. Callbacks come on its own thread.

    A module that wants this reads its pipe with `store.bus.pipe.open_child_end()`.
    """

    def __init__(
        self,
        module: str,
        args: list[str],
        on_message: Callable[[bytes], None],
        on_state: Callable[[ChildState], None],
        *,
        silence_s_max: float | None = None,
        on_hung: Callable[[bool], None] | None = None,
    ) -> None:
        """`silence_s_max`: kill a child whose loop has not beaten for so long; `None`: it may work long.

        `on_hung`: True when it has not beaten for `HUNG_S`, False when it does again; never after its death.
        """
        self._command = [sys.executable, "-m", module, *args]
        self._on_message = on_message
        self._on_state = on_state
        self._silence_s_max, self._on_hung = silence_s_max, on_hung
        self._hung = False
        self._outgoing: deque[bytes] = deque()
        self._stop_at_s: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"child-{module}", daemon=True)
        self._deaths_in_a_row = 0
        self.state = ChildState(ChildPhase.STOPPED)

    def start(self) -> None:
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._thread.start()

    def send(self, message: bytes) -> bool:
        """Hand a message to the running child, from any thread; False means refused, nothing will be sent."""
        if self.state.phase is not ChildPhase.RUNNING or len(self._outgoing) >= OUTGOING_MAX:
            return False
        self._outgoing.append(message)
        self._wake()
        return True

    def stop(self, deadline_s: float) -> None:
        """Ask the child to finish, kill it after `deadline_s`, and return when it is gone."""
        if not self._thread.is_alive():
            return
        self._stop_at_s = time.monotonic() + deadline_s
        self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(deadline_s + 2.0)

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full means it is awake already, closed means it has ended
            self._wake_write.send(b"\0")

    # Everything below runs on the child's thread.

    def _run(self) -> None:
        try:
            while self._stop_at_s is None:
                self._live_once()
                if self._stop_at_s is None:
                    self._wait_for_next_start()
        finally:
            if self.state.phase is not ChildPhase.STOPPED:  # asked to stop while it waited for a start
                self._enter(ChildPhase.STOPPED, reason=self.state.reason)
            self._wake_read.close()
            self._wake_write.close()

    def _live_once(self) -> None:
        """One child from spawn to death."""
        self._outgoing.clear()
        try:
            spawn = _Spawn(self._command)
        except (OSError, zmq.ZMQError) as error:  # no memory, no descriptors: it may be better later
            self._died(str(error), steady=False)
            return
        self._enter(ChildPhase.STARTING, pid=spawn.process.pid)
        self._hung = False
        try:
            while spawn.alive:
                self._turn(spawn)
            while spawn.pipe.wait(LAST_WORDS_S):  # all of them, however many
                self._read(spawn)
        finally:
            reason = spawn.bury()
        steady = spawn.ready_at_s is not None and time.monotonic() - spawn.ready_at_s >= STEADY_S
        self._died(reason, steady=steady)

    def _died(self, reason: str, *, steady: bool) -> None:
        """`steady`: it had run well, so this death opens a new count."""
        self._deaths_in_a_row = 1 if steady else self._deaths_in_a_row + 1
        phase = ChildPhase.WAITING if self._stop_at_s is None else ChildPhase.STOPPED
        self._enter(phase, reason=reason)

    def _turn(self, spawn: "_Spawn") -> None:
        ready = spawn.poll(self._wake_read, LOOK_S)
        if self._wake_read.fileno() in ready:
            with contextlib.suppress(BlockingIOError):
                self._wake_read.recv(4096)
        spawn.pipe.admit()
        self._read(spawn)
        while self._outgoing and spawn.pipe.send(self._outgoing[0]):
            self._outgoing.popleft()
        now_s = time.monotonic()
        if self._stop_at_s is not None:
            spawn.finish(now_s, self._stop_at_s)
        elif spawn.overdue(now_s, self._silence_s_max):
            spawn.kill("no sign of life")
        elif self._on_hung is not None and spawn.hangs(now_s) is not self._hung:
            self._hung = not self._hung
            self._guard(self._on_hung, self._hung)

    def _read(self, spawn: "_Spawn") -> None:
        for _ in range(FRAMES_PER_TURN_MAX):
            frame = spawn.pipe.receive()
            if frame is None:
                return
            spawn.heard_at_s = time.monotonic()
            if spawn.ready_at_s is None:
                spawn.ready_at_s = spawn.heard_at_s
                self._enter(ChildPhase.RUNNING, pid=spawn.process.pid)
            if frame != CONTROL_FRAME:
                self._guard(self._on_message, frame)

    def _wait_for_next_start(self) -> None:
        step = min(self._deaths_in_a_row, len(BACK_OFF_S)) - 1
        due_s = time.monotonic() + BACK_OFF_S[step]
        poller = zmq.Poller()
        poller.register(self._wake_read, zmq.POLLIN)
        while self._stop_at_s is None and (left_s := due_s - time.monotonic()) > 0:
            if poller.poll(math.ceil(left_s * 1000)):
                self._wake_read.recv(4096)
        self.state = msgspec.structs.replace(self.state, restarts=self.state.restarts + 1)

    def _enter(self, phase: ChildPhase, pid: int | None = None, reason: str | None = None) -> None:
        self.state = ChildState(
            phase, self.state.restarts, self._deaths_in_a_row >= CRASH_LOOP_COUNT, pid, reason
        )
        self._guard(self._on_state, self.state)

    def _guard(self, callback: Callable[[T], None], value: T) -> None:
        try:
            callback(value)
        except Exception:  # the loop owns its callbacks: one bad message must not orphan the child
            log.exception("callback of %s failed on %r", self._thread.name, value)


class _Spawn:
    """One life of the child: its process, its pidfd and its end of the pipe."""

    def __init__(self, command: list[str]) -> None:
        """Raises `OSError` or `zmq.ZMQError`; nothing is left running or open then."""
        with contextlib.ExitStack() as undo:
            self.pipe = ParentEnd()
            undo.callback(self.pipe.close)
            self.process = _start(command)
            undo.callback(self._abandon)
            self._pidfd = os.pidfd_open(self.process.pid)
            undo.pop_all()
        self._poller = zmq.Poller()
        self._poller.register(self._pidfd, zmq.POLLIN)
        self.pipe.watch(self._poller)
        self.born_at_s = self.heard_at_s = time.monotonic()
        self.ready_at_s: float | None = None
        self._asked_to_finish = False
        self._killed_for: str | None = None
        self.alive = True
        self._hand_over_ticket()

    def _hand_over_ticket(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # dead already: the pidfd tells
            self.process.stdin.write(msgspec.json.encode(self.pipe.ticket) + b"\n")
            self.process.stdin.flush()

    def poll(self, wake: socket.socket, wait_s: float) -> set[object]:
        """What is ready; notes the death of the process in `alive`."""
        self._poller.register(wake.fileno(), zmq.POLLIN)
        ready = {source for source, _ in self._poller.poll(math.ceil(wait_s * 1000))}
        self.alive = self._pidfd not in ready
        return ready

    def overdue(self, now_s: float, silence_s_max: float | None) -> bool:
        if self.ready_at_s is None:
            return now_s - self.born_at_s > READY_S_MAX
        return silence_s_max is not None and now_s - self.heard_at_s > silence_s_max

    def hangs(self, now_s: float) -> bool:
        return self.ready_at_s is not None and now_s - self.heard_at_s > HUNG_S

    def finish(self, now_s: float, kill_at_s: float) -> None:
        """Ask once to finish in order; kill when the deadline has passed."""
        if not self._asked_to_finish:
            self._asked_to_finish = True
            if self.ready_at_s is None or not self.pipe.ask_to_finish():
                self._close_stdin()
        if now_s >= kill_at_s:
            self.kill("did not finish in time")

    def kill(self, why: str) -> None:
        if self._killed_for is None:
            self._killed_for = why
            self.process.kill()

    def bury(self) -> str:
        """Reap the process, free its descriptors, say how it ended."""
        if self.alive:  # our own loop failed, not the child
            self.process.kill()
        code = self.process.wait()
        self._close_stdin()
        os.close(self._pidfd)
        self.pipe.close()
        if self._killed_for is not None:
            return self._killed_for
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def _abandon(self) -> None:
        self.process.kill()
        self.process.wait()
        self._close_stdin()

    def _close_stdin(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(filter(None, [str(PROJECT_ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        process_group=0,  # Ctrl-C is the parent's business: it stops its children in order
    )
