"""The longest turn of the hub's loop at 40,000 open events while five seats take a snapshot.

A turn is from one look at the sockets to the next. Its CPU is that of the hub's own thread and does not
depend on what else the machine does; its time is an upper bound there.
"""

import signal
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

from bench.crowd import crowds
from bench.plant import plant
from bench.town import PASSWORD, processes, town
from store.config import load_config

EVENTS = 40_000
VEHICLES = 60
ASKERS = 5
RATE_HZ = 20.0
SECONDS = 3.0
WAIT_S = 60.0


class Turns:
    """Wraps the hub's look at its sockets; the longest turn since it was asked last."""

    def __init__(self, hub) -> None:
        self._receive = hub._sockets.receive
        self._wall_s = self._cpu_s = 0.0
        self._began: tuple[float, float] | None = None
        hub._sockets.receive = self.receive

    def receive(self, wait_ms: int, now: int):
        if self._began is not None:
            self._wall_s = max(self._wall_s, time.perf_counter() - self._began[0])
            self._cpu_s = max(self._cpu_s, time.thread_time() - self._began[1])
        received = self._receive(wait_ms, now)
        self._began = (time.perf_counter(), time.thread_time())
        return received

    def longest_ms(self) -> tuple[float, float]:
        """(time, CPU); forgotten by asking."""
        found = (self._wall_s * 1000, self._cpu_s * 1000)
        self._wall_s = self._cpu_s = 0.0
        return found


def serve(file: Path, pipe: Connection) -> None:
    """The hub, in a process of its own; it tells of its turns whenever it is asked."""
    from store import hub

    made = hub.start(load_config(file), None)
    turns = Turns(made)
    signal.signal(signal.SIGTERM, lambda *_: made.stop())

    def answer() -> None:
        while pipe.recv():
            pipe.send(turns.longest_ms())

    threading.Thread(target=answer, daemon=True).start()
    made.run()


def run() -> dict[str, float]:
    """Longest turns in ms: in quiet, and from the first asker until all have the floor."""
    with (
        tempfile.TemporaryDirectory(prefix="lingsheng-turns-") as folder,
        town(Path(folder), seats=1, vehicles=VEHICLES, consoles=ASKERS) as city,
    ):
        plant(city.url, seats=1, vehicles=VEHICLES, events=EVENTS)
        ours, theirs = processes().Pipe()
        hub = processes().Process(target=serve, args=(city.files["first"], theirs), daemon=True)
        hub.start()
        city.hubs.append(hub)
        with crowds(city, city.seats) as [writer]:
            writer.do("wait_live", WAIT_S)
            writer.do("log_in", PASSWORD, WAIT_S)
            longest(ours)
            writer.do("give", RATE_HZ, SECONDS, WAIT_S)
            quiet = longest(ours)
            writer.ask("give", RATE_HZ, SECONDS, WAIT_S)
            start = time.perf_counter()
            with crowds(city, city.walls, light=True) as [askers]:
                live = askers.do("wait_live", WAIT_S) - start
                busy = longest(ours)
            writer.answer(WAIT_S)
        city.end(hub)
    return {
        "turn_quiet_max_ms": round(quiet[0], 1),
        "turn_quiet_max_cpu_ms": round(quiet[1], 1),
        "turn_snapshots_max_ms": round(busy[0], 1),
        "turn_snapshots_max_cpu_ms": round(busy[1], 1),
        "turn_snapshots_all_live_s": round(live, 2),
    }


def longest(pipe: Connection) -> tuple[float, float]:
    pipe.send(True)
    found: tuple[float, float] = pipe.recv()
    return found


if __name__ == "__main__":
    print(run())
