"""A process in a network of its own whose packets are dropped: says how long a hub keeps whom it cannot hear.

cut_off FOLDER [answer]     with `answer` a word to the machine is on its way all the time
"""

import subprocess
import sys
import time
from pathlib import Path

import zmq

from tests.store.bus.socket_bench import Bench

WARM_S = 2.5
LIMIT_S = 60.0


def main(folder: Path, answer: str = "") -> int:
    bench = Bench(folder)
    seat = bench.seat(0)
    commands = bench.hub._commands
    route = b""
    end = time.monotonic() + WARM_S
    while time.monotonic() < end:  # the last word of a machine is seldom a heartbeat
        seat.connection.send(b"word")
        received, _ = bench.hub.receive(5, 0)
        route = received[-1].route if received else route
    gone = commands.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    port = bench.ports.command
    rules = "add table inet cut; add chain inet cut in { type filter hook input priority 0; };"
    rules += "".join(f" add rule inet cut in tcp {end} {port} drop;" for end in ("dport", "sport"))
    subprocess.run(["nft", rules], check=True)
    cut_at = time.monotonic()
    seat.close()
    if answer:
        bench.hub.reply(route, b"answer")
    while not gone.poll(0):
        bench.taken()
        if time.monotonic() - cut_at > LIMIT_S:
            return 1
    print(f"{time.monotonic() - cut_at:.1f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), *sys.argv[2:]))
