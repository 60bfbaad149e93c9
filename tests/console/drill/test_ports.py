"""A port is given to one process at a time, although its server binds it later."""

import socket
import subprocess
import sys
from pathlib import Path

from console.drill import ports

PROJECT = Path(ports.__file__).resolve().parents[2]
TAKES = "from console.drill.ports import free_ports as f; print(*f(50), flush=True); input()"


def test_processes_that_choose_at_once_choose_differently() -> None:
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKES],
            cwd=PROJECT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    chosen = ports.free_ports(50)
    for taker in takers:
        assert taker.stdout is not None
        chosen += [int(port) for port in taker.stdout.readline().split()]
    for taker in takers:
        taker.communicate("\n", timeout=10)
    assert len(set(chosen)) == 4 * 50
    assert all(ports.FIRST <= port <= ports.LAST for port in chosen)


def test_what_somebody_uses_is_left_out() -> None:
    port = ports.free_ports(1)[0] + 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as used:
        used.bind(("127.0.0.1", port))
        assert port not in ports.free_ports(5)
