"""How checks look: children that answer, die or chatter, and ports."""

import socket

import pytest

from console.doctor.finding import ChildFailedError, answer_in, connect_error, port_error, try_script


def test_a_child_answers_with_json_whatever_is_printed_around_it() -> None:
    assert try_script("print('noise'); print('{\"a\": 1}'); print('20:54:57 noise')") == {"a": 1}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import os; os.abort()", "exit code -6"),
        ("raise ImportError('libEGL.so.1: cannot open shared object file')", "libEGL.so.1"),
        ("print('no json')", "no answer"),
    ],
)
def test_a_child_that_fails_says_how(script: str, said: str) -> None:
    with pytest.raises(ChildFailedError, match=said):
        try_script(script)


def test_the_last_object_is_the_answer() -> None:
    assert answer_in('{"a": 1}\n{"a": 2}\n') == {"a": 2}


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_taken_port_is_seen(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]
        assert port_error(kind, "127.0.0.1", port) == "Address already in use"
    assert port_error(kind, "127.0.0.1", port) is None


def test_an_address_that_is_not_ours_is_seen() -> None:
    assert port_error(socket.SOCK_DGRAM, "192.0.2.1", 5060) is not None


def test_who_answers_and_who_does_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert connect_error("127.0.0.1", port) is None
    assert connect_error("127.0.0.1", port) == "Connection refused"
