"""Redis and NATS as far as the fan-out bench needs them: servers on loopback, clients of a few lines.

Every message carries `<<number>>`; a consumer notes when each number has reached it. Nothing is encrypted.
"""

import contextlib
import json
import re
import selectors
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

NUMBER = re.compile(rb"<<(\d{8})>>")
STREAM_ID = re.compile(rb"\r\n(\d{13}-\d+)\r\n")
PAYLOAD_BYTES = 422  # as an incident of ours on the wire
UP_S_MAX = 10.0
READ_BYTES = 65_536


def payload(number: int) -> bytes:
    return (b"<<%08d>>" % number).ljust(PAYLOAD_BYTES, b".")


def connected(port: int) -> socket.socket:
    """A connection to the server on this port, as soon as it listens."""
    end = time.monotonic() + UP_S_MAX
    while True:
        try:
            one = socket.create_connection(("127.0.0.1", port), timeout=UP_S_MAX)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            selectors.DefaultSelector().select(0.05)
        else:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return one


@contextlib.contextmanager
def server(program: str, folder: Path, port: int) -> Iterator[None]:
    """`redis-server` or `nats-server`. Raises RuntimeError where it is not installed."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin")
    if path is None:
        raise RuntimeError(f"not installed: {program}")
    if program == "redis-server":
        words = ["--port", str(port), "--dir", str(folder), "--save", "", "--bind", "127.0.0.1"]
        words += ["--appendonly", "yes", "--appendfsync", "always"]
    else:
        words = ["-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([path, *words], stdout=quiet, stderr=quiet)
    try:
        connected(port).close()
        yield
    finally:
        process.terminate()
        process.wait(UP_S_MAX)


class RedisPubSub:
    """PUBLISH: no memory at all, nothing is kept for who is away."""

    program = "redis-server"
    guarantee = "none: lost with the server or a slow reader"

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def subscribe(self) -> socket.socket:
        one = connected(self._port)
        one.sendall(resp(b"SUBSCRIBE", b"floor"))
        one.recv(READ_BYTES)
        return one

    def taken(self, one: socket.socket, reply: bytes) -> None:
        """What a consumer says after it has read."""

    def prepare(self) -> None:
        self._socket = connected(self._port)

    def send(self, number: int) -> None:
        """Returns when the server says it has it."""
        self._ask(b"PUBLISH", b"floor", payload(number))

    def _ask(self, *words: bytes) -> None:
        assert self._socket is not None
        self._socket.sendall(resp(*words))
        self._socket.recv(READ_BYTES)


class RedisStreams(RedisPubSub):
    """XADD with appendfsync always; consumers wait in XREAD."""

    guarantee = "on one disk before the answer"

    def subscribe(self) -> socket.socket:
        one = connected(self._port)
        one.sendall(resp(b"XREVRANGE", b"floor", b"+", b"-", b"COUNT", b"1"))
        last = STREAM_ID.findall(one.recv(READ_BYTES)) or [b"0-0"]
        one.sendall(resp(b"XREAD", b"BLOCK", b"0", b"STREAMS", b"floor", last[-1]))
        return one

    def taken(self, one: socket.socket, reply: bytes) -> None:
        last = STREAM_ID.findall(reply)
        if last:
            one.sendall(resp(b"XREAD", b"BLOCK", b"0", b"STREAMS", b"floor", last[-1]))

    def send(self, number: int) -> None:
        self._ask(b"XADD", b"floor", b"*", b"d", payload(number))


class NatsCore:
    """PUB: as pub/sub of Redis."""

    program = "nats-server"
    guarantee = "none: lost with the server or a slow reader"
    subject = b"floor"

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def subscribe(self) -> socket.socket:
        one = self._open()
        one.sendall(b"SUB floor 1\r\nPING\r\n")
        wait_for(one, b"PONG")
        return one

    def taken(self, one: socket.socket, reply: bytes) -> None:
        """Nothing to say."""

    def prepare(self) -> None:
        self._socket = self._open()

    def send(self, number: int) -> None:
        assert self._socket is not None
        self._socket.sendall(b"PUB floor %d\r\n%b\r\n" % (PAYLOAD_BYTES, payload(number)))

    def _open(self) -> socket.socket:
        one = connected(self._port)
        one.sendall(b'CONNECT {"verbose":false,"pedantic":false}\r\nPING\r\n')
        wait_for(one, b"PONG")
        return one


class NatsJetStream(NatsCore):
    """A stream in a file; every consumer is pushed to."""

    guarantee = "on one machine, answered before its fsync"

    def prepare(self) -> None:
        super().prepare()
        assert self._socket is not None
        self._socket.sendall(b"SUB _ANSWER.> 1\r\n")
        self._ask(b"$JS.API.STREAM.CREATE.F", {"name": "F", "subjects": ["floor"], "storage": "file"})

    def subscribe(self) -> socket.socket:
        one = self._open()
        inbox = f"_IN.{one.getsockname()[1]}"
        one.sendall(b"SUB %b 1\r\nSUB _MADE.%b 2\r\n" % (inbox.encode(), inbox.encode()))
        wanted = {"deliver_subject": inbox, "deliver_policy": "new", "ack_policy": "none"}
        body = json.dumps({"stream_name": "F", "config": wanted}).encode()
        one.sendall(
            b"PUB $JS.API.CONSUMER.CREATE.F _MADE.%b %d\r\n%b\r\n" % (inbox.encode(), len(body), body)
        )
        wait_for(one, b'"config"')
        return one

    def send(self, number: int) -> None:
        assert self._socket is not None
        self._socket.sendall(b"PUB floor _ANSWER.p %d\r\n%b\r\n" % (PAYLOAD_BYTES, payload(number)))
        wait_for(self._socket, b'"seq":')

    def _ask(self, subject: bytes, question: dict[str, object]) -> None:
        assert self._socket is not None
        body = json.dumps(question).encode()
        self._socket.sendall(b"PUB %b _ANSWER.a %d\r\n%b\r\n" % (subject, len(body), body))
        wait_for(self._socket, b'"config"')


Peer = RedisPubSub | NatsCore


def resp(*words: bytes) -> bytes:
    """A command in Redis's protocol."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


def wait_for(one: socket.socket, word: bytes) -> None:
    """Read until the server has said this; raises ValueError with what it said instead."""
    said = b""
    while word not in said:
        said += one.recv(READ_BYTES)
        if b"-ERR" in said or b'"error"' in said:
            raise ValueError(said.decode(errors="replace"))


def consume(peer: Callable[[int], Peer], port: int, count: int, pipe: Connection) -> None:
    """In a child: `count` consumers; when the parent says stop, when each number was at the last of them."""
    client = peer(port)
    sockets = [client.subscribe() for _ in range(count)]
    tails = dict.fromkeys(sockets, b"")
    last: dict[int, float] = {}
    times: dict[int, int] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        pipe.send("ready")
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            for one in (one for one in ready if isinstance(one, socket.socket)):
                tails[one] += one.recv(READ_BYTES)
                now = time.perf_counter()
                if not tails[one].endswith(b"\r\n"):
                    continue
                for found in NUMBER.findall(tails[one]):
                    last[int(found)] = now
                    times[int(found)] = times.get(int(found), 0) + 1
                client.taken(one, tails[one])
                tails[one] = b""
            if pipe in ready:
                break
    pipe.send((last, times))
