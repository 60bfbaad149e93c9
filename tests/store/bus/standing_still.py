"""A process whose queues are full and that reads nothing for a while, as a hung loop; says what still works.

standing_still FOLDER SECONDS. Heartbeats fall due meanwhile, after 1 s; a silent end is left after 3 s.
"""

import sys
import time
from pathlib import Path

from store.bus import hub_sockets, link_sockets
from tests.store.bus.socket_bench import FRESH, HELLO, WAIT_S, Bench, Seat

QUEUED = 20
FRAMES = 500
FRAME = bytes(60_000)


def heard_again(bench: Bench, seat: Seat) -> bool:
    """Whether what the hub says now reaches a seat that reads again."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        bench.taken()
        bench.hub.publish(FRESH)
        if FRESH in seat.frames():
            return True
    return False


def full_queue(bench: Bench) -> Seat:
    """A seat that has not read what was published."""
    seat = bench.seat(0)
    while not seat.subscribed():
        bench.taken()  # the door has to open
        bench.hub.publish(HELLO)
    for _ in range(FRAMES):
        bench.hub.publish(FRAME)
    return seat


def main(folder: Path, still_s: float) -> int:
    hub_sockets.PUBLISHED_MAX = link_sockets.PUBLISHED_MAX = QUEUED
    flooded, dead, silent = (Bench(folder / name) for name in ("flooded", "dead", "silent"))
    machine = flooded.seat(0)
    of_dead, of_silent = full_queue(dead), full_queue(silent)
    machine.fill()
    machine.close()
    dead.hub.close()
    end = time.monotonic() + still_s
    while time.monotonic() < end:
        silent.taken()  # that hub is well, and so is the system below all of them
    if any(flooded.taken() for _ in range(100)):
        print("router", flush=True)
    dead.hub = dead.open_hub()
    for name, bench, seat in (("dead", dead, of_dead), ("silent", silent, of_silent)):
        if heard_again(bench, seat):
            print(name, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), float(sys.argv[2])))
