"""Free ports of loopback for processes that are about to start.

A port is promised to one process at a time, by a lock that ends with it, and lies below those the system
gives to outgoing connections: between the choice and the server's `bind` nobody else can take it.
"""

import contextlib
import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from pathlib import Path

FIRST = 10_000
LAST = 19_999
"""Linux gives out 32768 and above; telephones of tests take their voice ports from 20000."""
PROMISES = "lingsheng-ports-{uid}"
"""A file whose byte number n is locked by the process that was promised port n."""


def free_ports(count: int) -> list[int]:
    """Ports nobody uses or was promised, TCP and UDP alike; ours until this process ends.

    OSError when a whole round finds too few.
    """
    ports: list[int] = []
    for _ in range(LAST - FIRST + 1):
        if len(ports) == count:
            return ports
        port = next(_candidates())
        if _promised(port) and _unused(port):
            ports.append(port)
    raise OSError(f"no {count} free ports in {FIRST}..{LAST}")


@cache
def _candidates() -> Iterator[int]:
    return cycle(range(FIRST, LAST + 1))


@cache
def _promises() -> int:
    """Open as long as the process: closing the file anywhere in it would end all its locks."""
    path = Path(tempfile.gettempdir()) / PROMISES.format(uid=os.getuid())
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _promised(port: int) -> bool:
    try:
        fcntl.lockf(_promises(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _unused(port: int) -> bool:
    with contextlib.suppress(OSError):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
        return True
    return False
