"""The pipe between parent and child: order, admission, end of the parent."""

import os
from collections.abc import Iterator

import msgspec
import pytest
import zmq

from store.bus.pipe import ChildEnd, ParentEnd, PipeTicket, zap_answer

WAIT_S = 5.0
KEY = b"k" * 32


@pytest.fixture
def parent() -> Iterator[ParentEnd]:
    end = ParentEnd()
    yield end
    end.close()


@pytest.fixture
def stdin() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    yield read, write
    os.close(read)


def wait(parent: ParentEnd, limit_ms: int = 5000) -> bytes | None:
    poller = zmq.Poller()
    parent.watch(poller)
    for _ in range(10):
        poller.poll(limit_ms)
        parent.admit()
        if (frame := parent.receive()) is not None:
            return frame
    return None


def test_frames_pass_both_ways_in_order(parent: ParentEnd, stdin: tuple[int, int]) -> None:
    child = ChildEnd(parent.ticket, stdin[0])
    child.ready()
    assert wait(parent) == b""
    for n in range(100):
        assert parent.send(b"down %d" % n)
        assert child.send(b"up %d" % n)
    assert [child.receive(WAIT_S) for _ in range(100)] == [b"down %d" % n for n in range(100)]
    frames = [wait(parent) for _ in range(100)]
    assert frames == [b"up %d" % n for n in range(100)]
    child.close()
    os.close(stdin[1])


def test_asking_to_finish_ends_the_child_loop_after_what_was_sent(
    parent: ParentEnd, stdin: tuple[int, int]
) -> None:
    child = ChildEnd(parent.ticket, stdin[0])
    child.ready()
    assert wait(parent) == b""
    parent.send(b"last")
    parent.ask_to_finish()
    assert child.receive(WAIT_S) == b"last"
    assert child.receive(None) is None
    assert child.ended
    child.close()
    os.close(stdin[1])


def test_end_of_stdin_means_the_parent_is_gone(parent: ParentEnd, stdin: tuple[int, int]) -> None:
    child = ChildEnd(parent.ticket, stdin[0])
    os.close(stdin[1])
    assert child.receive(None) is None
    assert child.ended
    child.close()


def test_a_stranger_with_other_keys_is_refused(parent: ParentEnd, stdin: tuple[int, int]) -> None:
    public, secret = zmq.curve_keypair()
    stranger = msgspec.structs.replace(parent.ticket, public_key=public.decode(), secret_key=secret.decode())
    end = ChildEnd(stranger, stdin[0])
    end.ready()
    poller = zmq.Poller()
    parent.watch(poller)
    assert poller.poll(5000), "the stranger never asked to be admitted"
    parent.admit()
    assert not poller.poll(300)
    assert parent.receive() is None
    assert not parent.send(b"secret")
    end.close()
    os.close(stdin[1])


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ([b"1.0", b"1", b"child", b"127.0.0.1", b"", b"CURVE", KEY], b"200"),
        ([b"1.0", b"1", b"child", b"127.0.0.1", b"", b"CURVE", b"x" * 32], b"400"),
        ([b"1.0", b"1", b"other", b"127.0.0.1", b"", b"CURVE", KEY], b"400"),
        ([b"1.0", b"1", b"child", b"127.0.0.1", b"", b"NULL"], b"400"),
        ([b"2.0", b"1", b"child", b"127.0.0.1", b"", b"CURVE", KEY], b"400"),
        ([], b"400"),
    ],
)
def test_only_the_minted_key_is_admitted(question: list[bytes], status: bytes) -> None:
    assert zap_answer(question, KEY)[2] == status


def test_the_ticket_survives_its_line(parent: ParentEnd) -> None:
    line = msgspec.json.encode(parent.ticket)
    assert b"\n" not in line
    assert msgspec.json.decode(line, type=PipeTicket) == parent.ticket
