"""Queues between machines: who stands still costs others nothing, and no old order outlives its hub."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import zmq

from store.bus import link_sockets
from store.bus.keys import KeyPair
from store.bus.sockets import COMMANDS_MAX, PUBLISHED_MAX, Context, Socket
from tests.proof.two_nets import missing
from tests.store.bus.socket_bench import FRESH, HELLO, WAIT_S, Bench

PROJECT = Path(__file__).resolve().parents[3]
AT_ONCE = 200
FRAME_BYTES = 600
GONE_S_MAX = 20.0
SYSTEM_FRAMES = 40_000
"""More than what the system keeps of a connection holds, with sender and receiver together."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_a_reader_that_stands_still_holds_up_nobody_and_finds_its_gap(bench: Bench) -> None:
    """PUB drops without a word (bus.md trap 8): others miss nothing, and the numbers show what is missing."""
    reads, stands = bench.seat(0), bench.seat(1)
    for seat in (reads, stands):
        while not seat.subscribed():
            bench.taken()  # the door has to open
            bench.hub.publish(HELLO)
    published = heard = 0
    while published < 2 * PUBLISHED_MAX + SYSTEM_FRAMES:
        for number in range(published, published + AT_ONCE):
            bench.hub.publish(b"%08d" % number + bytes(FRAME_BYTES))
        published += AT_ONCE
        end = time.monotonic() + WAIT_S
        while heard < published:
            assert time.monotonic() < end, f"{heard} of {published}"
            for number in reads.heard():
                assert number == heard
                heard += 1
    late: list[int] = []
    while not late or late[-1] < published:  # it goes on, and so does the hub
        late += stands.heard()
        bench.hub.publish(b"%08d" % (published + len(late)))
    gaps = [before for before, number in pairwise(late) if number != before + 1 and number < published]
    assert not gaps, "no hole in what came before it stood still for too long"
    kept = sum(number < published for number in late)
    assert PUBLISHED_MAX <= kept < published, f"{kept} kept, the rest is dropped and not waited for"


def test_orders_for_a_dead_hub_do_not_reach_the_next_one(bench: Bench) -> None:
    """A DEALER keeps what its peer did not take (trap 9); only the outbox, which knows deadlines, repeats."""
    seat = bench.seat(0)
    assert seat.fill() >= COMMANDS_MAX
    bench.new_hub()
    bench.wait_admitted(seat)
    assert seat.connection.send(FRESH)
    assert bench.taken_until(FRESH) == [FRESH]


def test_orders_of_a_seat_that_ended_do_not_reach_the_next_hub(bench: Bench) -> None:
    seat = bench.seat(0)
    seat.fill()
    seat.close()
    bench.new_hub()
    again = bench.seat(0)
    assert again.connection.send(FRESH)
    assert bench.taken_until(FRESH) == [FRESH]


def test_a_socket_that_queued_for_an_absent_hub_would_be_found(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: without ZMQ_IMMEDIATE the next hub gets the orders of the one that died."""
    careful = link_sockets.command_client

    def careless(context: Context, keys: KeyPair, hub_public: str) -> Socket:
        socket = careful(context, keys, hub_public)
        socket.setsockopt(zmq.IMMEDIATE, 0)
        return socket

    monkeypatch.setattr(link_sockets, "command_client", careless)
    seat = bench.seat(0)
    seat.fill()
    bench.new_hub()
    end = time.monotonic() + WAIT_S
    while not (old := bench.taken()):
        assert time.monotonic() < end
    assert int(old[0][:8]) > 0


@pytest.mark.parametrize("still_s", [1.5, pytest.param(4.5, marks=pytest.mark.nightly)])
def test_who_stands_still_while_the_other_end_goes_is_not_aborted(tmp_path: Path, still_s: float) -> None:
    """In a process of its own: libzmq would end all of it."""
    words = [sys.executable, "-m", "tests.store.bus.standing_still", str(tmp_path), str(still_s)]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["router", "dead", "silent"]), done.stderr


@pytest.mark.nightly
@pytest.mark.parametrize("words", [[], ["answer"]])
def test_a_hub_forgets_whom_it_cannot_hear_any_more(tmp_path: Path, words: list[str]) -> None:
    """A desk without power closes nothing; its connection must not stay for ever."""
    if reason := missing():
        pytest.skip(reason)
    name = f"lsk{os.getpid()}"
    inside = ["ip", "netns", "exec", name]
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run([*inside, "ip", "link", "set", "lo", "up"], check=True)
        program = [sys.executable, "-m", "tests.store.bus.cut_off", str(tmp_path), *words]
        done = subprocess.run([*inside, *program], cwd=PROJECT, capture_output=True, text=True, check=False)
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)
    assert done.returncode == 0, done.stderr
    assert 2.0 < float(done.stdout) < GONE_S_MAX
