"""The heartbeat: when an exchange counts as dead and as back, and how soon that is known."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from telephony import heartbeat
from telephony.facts import Words
from telephony.heartbeat import Heartbeat, Pulse, Target
from telephony.settings import Transport

DOWN_S_MAX = 3.0
NOISE_S = 0.4  # the two cores are shared
WHY = Words("甲", "a")
Begin = Callable[..., Heartbeat]


def after(*beats: bool) -> Pulse:
    pulse = Pulse()
    for answered in beats:
        pulse = heartbeat.answered(pulse, 1.0) if answered else heartbeat.missed(pulse, WHY)
    return pulse


def test_three_misses_are_death_and_two_answers_are_life() -> None:
    assert after().alive is None
    assert after(True).alive is True
    assert after(True, False, False).alive is True
    assert after(True, False, False, False).alive is False
    assert after(True, False, False, False, True).alive is False
    assert after(True, False, False, False, True, True).alive is True


def test_who_never_answered_is_not_called_dead_but_why_is_known() -> None:
    silent = after(False, False, False, False)
    assert (silent.alive, silent.why) == (None, WHY)
    assert after(False, False, False, True).why is None


def test_every_answer_after_a_miss_is_a_return() -> None:
    assert after(True, True).returns == 0
    assert after(True, False, True).returns == 1
    assert after(True, False, False, False, True, True).returns == 1


class Peer:
    """Answers OPTIONS with 404 over UDP while `answering`."""

    def __init__(self) -> None:
        self.answering = threading.Event()
        self.answering.set()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.stopped = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self.stopped = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self.socket.close()

    def _run(self) -> None:
        while not self.stopped:
            request, sender = self.socket.recvfrom(65_535)
            if request and self.answering.is_set():
                self.socket.sendto(request.replace(request.split(b"\r\n")[0], b"SIP/2.0 404 No", 1), sender)


@pytest.fixture
def peer() -> Iterator[Peer]:
    one = Peer()
    yield one
    one.stop()


@pytest.fixture
def beat() -> Iterator[Begin]:
    beating: list[Heartbeat] = []

    def begin(port: int, transport: Transport = Transport.UDP) -> Heartbeat:
        beating.append(Heartbeat(Target("127.0.0.1", port, transport)))
        beating[-1].start()
        return beating[-1]

    yield begin
    for one in beating:
        one.stop()


def until(found: Callable[[], bool], within_s: float = 5.0) -> float:
    """Wait; how long it took, in seconds."""
    began_s, never = time.monotonic(), threading.Event()
    while not found():
        assert time.monotonic() - began_s < within_s
        never.wait(0.01)
    return time.monotonic() - began_s


@pytest.mark.nightly
def test_silence_is_death_within_three_seconds_and_an_answer_is_life(peer: Peer, beat: Begin) -> None:
    heart = beat(peer.port)
    until(lambda: heart.pulse.alive is True)
    peer.answering.clear()
    assert until(lambda: heart.pulse.alive is False) < DOWN_S_MAX + NOISE_S
    assert heart.pulse.why == heartbeat.SILENT
    peer.answering.set()
    assert until(lambda: heart.pulse.alive is True) < 2.0
    assert heart.pulse.why is None


@pytest.mark.parametrize("transport", [Transport.UDP, pytest.param(Transport.TCP, marks=pytest.mark.nightly)])
def test_a_port_where_nobody_listens_is_said(transport: Transport, beat: Begin) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    heart = beat(port, transport)
    until(lambda: heart.pulse.why is not None)
    assert heart.pulse.why == heartbeat.REFUSED
