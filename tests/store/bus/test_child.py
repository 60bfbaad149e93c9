"""A supervised child, with real processes: restart, refusal, stop, death of the parent."""

import errno
import os
import queue
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq

from store.bus.child import Child, ChildPhase, ChildState

pytestmark = pytest.mark.process
WAIT_S = 10.0
HERE = Path(__file__).parent


class Watched:
    """A child with its callbacks turned into queues."""

    def __init__(self, module: str = "echo_child", silence_s_max: float | None = None) -> None:
        self.messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.states: queue.SimpleQueue[ChildState] = queue.SimpleQueue()
        self.hung: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.child = Child(
            module,
            [],
            self.messages.put,
            self.states.put,
            silence_s_max=silence_s_max,
            on_hung=self.hung.put,
        )
        self.child.start()

    def until(self, phase: ChildPhase) -> ChildState:
        while True:
            state = self.states.get(timeout=WAIT_S)
            if state.phase is phase:
                return state


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Watched]]:
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    made: list[Watched] = []

    def make(*args: object, **kwargs: object) -> Watched:
        made.append(Watched(*args, **kwargs))
        return made[-1]

    yield make
    for watched in made:
        watched.child.stop(deadline_s=1.0)


def exited(pid: int, within_s: float) -> bool:
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], within_s)[0])
    finally:
        os.close(fd)


def test_messages_go_there_and_back(watch: Callable[..., Watched]) -> None:
    watched = watch()
    watched.until(ChildPhase.RUNNING)
    assert all(watched.child.send(b"%d" % n) for n in range(500))
    assert [watched.messages.get(timeout=WAIT_S) for _ in range(500)] == [b"echo %d" % n for n in range(500)]


def test_a_killed_child_is_back_within_a_second_and_messages_meanwhile_are_refused(
    watch: Callable[..., Watched],
) -> None:
    watched = watch()
    pid = watched.until(ChildPhase.RUNNING).pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    waiting = watched.until(ChildPhase.WAITING)
    assert waiting.reason == "killed by SIGKILL"
    assert not watched.child.send(b"too late")
    killed_at_s = time.monotonic()
    again = watched.until(ChildPhase.RUNNING)
    assert time.monotonic() - killed_at_s < 2.0
    assert again.restarts == 1
    assert again.pid != pid
    assert watched.child.send(b"hello")
    assert watched.messages.get(timeout=WAIT_S) == b"echo hello"


def test_three_deaths_in_a_row_are_called_a_crash_loop(watch: Callable[..., Watched]) -> None:
    watched = watch("no_such_module_anywhere")
    states = [watched.until(ChildPhase.WAITING) for _ in range(3)]
    assert [s.crash_loop for s in states] == [False, False, True]
    assert states[0].reason == "exit code 1"


def test_a_silent_loop_is_killed_where_silence_is_limited(watch: Callable[..., Watched]) -> None:
    watched = watch(silence_s_max=1.0)
    watched.until(ChildPhase.RUNNING)
    watched.child.send(b"hang")
    assert watched.until(ChildPhase.WAITING).reason == "no sign of life"


def test_a_loop_that_hangs_is_told_and_told_when_it_beats_again(
    watch: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.bus.child.HUNG_S", 1.2)
    watched = watch()
    pid = watched.until(ChildPhase.RUNNING).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    assert watched.hung.get(timeout=WAIT_S) is True
    os.kill(pid, signal.SIGCONT)
    assert watched.hung.get(timeout=WAIT_S) is False
    assert watched.child.send(b"hello")
    assert watched.messages.get(timeout=WAIT_S) == b"echo hello"


def test_last_words_before_the_end_are_heard(watch: Callable[..., Watched]) -> None:
    watched = watch()
    watched.until(ChildPhase.RUNNING)
    watched.child.send(b"last words")
    assert watched.until(ChildPhase.WAITING).reason == "exit code 0"
    assert watched.messages.get(timeout=WAIT_S) == b"goodbye"


def test_no_last_word_is_lost_however_many_there_are(watch: Callable[..., Watched]) -> None:
    watched = watch()
    watched.until(ChildPhase.RUNNING)
    watched.child.send(b"many last words")
    watched.until(ChildPhase.WAITING)
    assert [watched.messages.get(timeout=WAIT_S) for _ in range(2000)] == [b"%d" % n for n in range(2000)]


@pytest.mark.parametrize("failing", ["store.bus.child.ParentEnd", "os.pidfd_open"])
def test_a_start_that_fails_for_want_of_descriptors_is_tried_again(
    watch: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(*_: object) -> None:
        monkeypatch.undo()
        monkeypatch.setenv("PYTHONPATH", str(HERE))
        raise zmq.ZMQError(errno.EMFILE) if failing.endswith("ParentEnd") else OSError(errno.EMFILE, "many")

    monkeypatch.setattr(failing, fail)
    watched = watch()
    assert watched.until(ChildPhase.WAITING).reason
    assert watched.until(ChildPhase.RUNNING).restarts == 1


def test_stop_ends_in_order_and_a_stubborn_child_is_killed(watch: Callable[..., Watched]) -> None:
    polite, stubborn = watch(), watch()
    polite.until(ChildPhase.RUNNING)
    pid = stubborn.until(ChildPhase.RUNNING).pid
    stubborn.child.send(b"hang")
    polite.child.stop(deadline_s=WAIT_S)
    assert polite.until(ChildPhase.STOPPED).reason == "exit code 0"
    stubborn.child.stop(deadline_s=0.3)
    assert stubborn.until(ChildPhase.STOPPED).reason == "did not finish in time"
    assert pid
    assert exited(pid, 0.0)


def test_a_failing_callback_does_not_orphan_the_child(watch: Callable[..., Watched]) -> None:
    watched = watch()
    watched.until(ChildPhase.RUNNING)
    heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def fail_once(message: bytes) -> None:
        heard.put(message)
        if message == b"echo 1":
            raise ValueError(message)

    watched.child._on_message = fail_once
    watched.child.send(b"1")
    watched.child.send(b"2")
    assert [heard.get(timeout=WAIT_S) for _ in range(2)] == [b"echo 1", b"echo 2"]


PARENT = """
import queue
from store.bus.child import Child, ChildPhase
states = queue.SimpleQueue()
child = Child("echo_child", [], print, states.put)
child.start()
while (state := states.get()).phase is not ChildPhase.RUNNING: pass
print(state.pid, flush=True)
input()
"""


def test_the_child_ends_when_its_parent_is_killed() -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[2])])}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
    )
    assert parent.stdin
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    assert exited(pid, WAIT_S)
