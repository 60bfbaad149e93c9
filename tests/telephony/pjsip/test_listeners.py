"""Who may connect, asked of the kernel itself."""

import socket
from collections.abc import Iterator
from ipaddress import IPv4Network

import pytest

from telephony.pjsip.listeners import EVERYBODY, Listener, attach

SILENCE_S = 0.2
HERE, BESIDE = IPv4Network("127.0.0.1/32"), IPv4Network("127.0.0.2/31")
FAR = tuple(IPv4Network((10 << 24) + (n << 8)) for n in range(900))


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture
def listener(listening: socket.socket) -> Iterator[Listener]:
    made = Listener(listening.getsockname()[1])
    yield made
    made.close()


def joins(listening: socket.socket, here: str) -> bool:
    with socket.socket() as caller:
        caller.bind((here, 0))
        caller.settimeout(SILENCE_S)
        try:
            caller.connect(listening.getsockname())
        except TimeoutError:
            return False
        listening.accept()[0].close()
        return True


@pytest.mark.parametrize(
    ("networks", "here", "beside"),
    [
        ((), False, False),
        ((HERE,), True, False),
        ((BESIDE,), False, True),
        ((*FAR, HERE), True, False),
        ((EVERYBODY,), True, True),
    ],
)
def test_who_may_connect(
    listening: socket.socket,
    listener: Listener,
    networks: tuple[IPv4Network, ...],
    here: bool,
    beside: bool,
) -> None:
    listener.admit(())
    listener.admit(networks)
    assert (joins(listening, "127.0.0.1"), joins(listening, "127.0.0.2")) == (here, beside)


def test_connections_that_are_up_feel_nothing(listening: socket.socket, listener: Listener) -> None:
    with socket.create_connection(listening.getsockname()) as caller:
        waiting = socket.create_connection(listening.getsockname())
        listener.admit(())
        for one in (caller, waiting):
            taken, _ = listening.accept()
            one.sendall(b"still here")
            assert taken.recv(10) == b"still here"
            taken.close()
        waiting.close()


def test_a_program_the_kernel_does_not_take_is_said(
    listening: socket.socket, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    assert not attach(listening, b"")
    listener.admit((*FAR, *FAR))
    assert "anybody can connect" in caplog.text
    assert joins(listening, "127.0.0.1"), "a caller lost is worse than a stranger heard"


def test_a_port_nobody_listens_at_is_said(caplog: pytest.LogCaptureFixture) -> None:
    Listener(1).admit(())
    assert "port 1:" in caplog.text
