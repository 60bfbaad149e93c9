"""B18: a centre under load for hours, something breaks every few minutes, the history is checked at the end.

    python bench/soak.py                          72 h, a fault every 2-10 min: before a release
    python bench/soak.py --minutes 10 --every 10 40

Faults, at random: the hub killed, ended in order, frozen, replaced while frozen (and woken then), its clock
set back; seats frozen. Exit code 1 when one answer was wrong. The seed repeats the order of faults.
"""

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from bench.crowd import Crowd, all_do, crowds  # noqa: E402 - the project is no installed package
from bench.history import check  # noqa: E402 - the same
from bench.sizes import report  # noqa: E402 - the same
from bench.town import PASSWORD, Town, town, usage  # noqa: E402 - the same

SEATS, VEHICLES = 12, 60
PER_PROCESS = 4
ROUND_S = 5.0
POSITIONS_HZ = 200
WAIT_S = 180.0
READY_S_MAX = 30.0
FROZEN_S = (0.3, 8.0)


class Soak:
    """One run: the load goes round and round, faults come in between."""

    def __init__(self, city: Town, seats: list[Crowd], gateway: Crowd, seed: int, rate_hz: float) -> None:
        self._city = city
        self._seats = seats
        self._gateway = gateway
        self._rng = random.Random(seed)
        self._rate_hz = rate_hz
        self._place = "first"
        self.told: dict[str, bool] = {}
        self.faults: Counter[str] = Counter()
        self.memory_mb: list[float] = []

    def run(self, seconds: float, every_s: tuple[float, float]) -> None:
        """Load and faults for so long; every fault has ended when this returns."""
        end = time.monotonic() + seconds
        due = time.monotonic() + self._rng.uniform(*every_s)
        faults: list[Callable[[], None]] = [
            self._kill,
            self._end,
            self._freeze,
            self._replace,
            self._set_back,
            self._freeze_seats,
        ]
        n = 0
        while time.monotonic() < end:
            n += 1
            rate = self._rate_hz / len(self._seats)
            for crowd in self._seats:
                crowd.ask("pace", rate, ROUND_S, n, WAIT_S)
            self._gateway.ask("drive", VEHICLES, POSITIONS_HZ, ROUND_S)
            if time.monotonic() >= due:
                due = time.monotonic() + self._rng.uniform(*every_s)
                self._seats[0].wait(self._rng.uniform(0, ROUND_S / 2))
                fault = self._rng.choice(faults)
                self.faults[fault.__name__.strip("_")] += 1
                fault()
            for crowd in self._seats:
                self.told.update(crowd.answer(WAIT_S + ROUND_S))
            self._gateway.answer(WAIT_S)
            with contextlib.suppress(IndexError):
                self.memory_mb.append(usage(self._city.hubs[0]).memory_info().rss / 2**20)

    # --- what breaks --------------------------------------------------------------------------------

    def _kill(self) -> None:
        self._city.kill(self._city.hubs[0])
        self._city.start(self._place)

    def _end(self) -> None:
        self._city.hubs[0].terminate()
        self._city.hubs[0].join(READY_S_MAX)
        self._kill()

    def _freeze(self) -> None:
        self._stopped(self._rng.uniform(*FROZEN_S))

    def _stopped(self, seconds: float) -> None:
        pid = self._city.hubs[0].pid or 0
        os.kill(pid, signal.SIGSTOP)
        self._city.hubs[0].join(seconds)
        os.kill(pid, signal.SIGCONT)

    def _replace(self) -> None:
        """Another hub claims the store while this one is frozen; SQLite's lock may forbid it."""
        old = self._city.hubs[0]
        os.kill(old.pid or 0, signal.SIGSTOP)
        other = "second" if self._place == "first" else "first"
        fresh = self._city.start(other)
        fresh.join(READY_S_MAX / 4)
        os.kill(old.pid or 0, signal.SIGCONT)
        if fresh.exitcode is None:
            self._place = other
            self._city.kill(old)
        else:
            self._city.hubs.remove(fresh)

    def _set_back(self) -> None:
        os.kill(self._city.hubs[0].pid or 0, signal.SIGUSR1)

    def _freeze_seats(self) -> None:
        crowd = self._rng.choice(self._seats)
        crowd.freeze()
        self._city.hubs[0].join(self._rng.uniform(*FROZEN_S))
        crowd.thaw()


def soak(folder: Path, seconds: float, every_s: tuple[float, float], seed: int, rate_hz: float) -> bool:
    """One run; True when nothing was wrong."""
    with town(folder, seats=SEATS, vehicles=VEHICLES, pair=True) as city:
        city.start()
        with crowds(city, city.seats, PER_PROCESS) as seats, crowds(city, ["gateway"]) as [gateway]:
            all_do([*seats, gateway], "wait_live", WAIT_S)
            all_do(seats, "log_in", PASSWORD, WAIT_S)
            run = Soak(city, seats, gateway, seed, rate_hz)
            run.run(seconds, every_s)
            head = max(state[2] for states in all_do(seats, "states") for state in states)
            all_do(seats, "wait_seq", head, WAIT_S)
            digests = {one for part in all_do(seats, "digests") for one in part}
        city.end(city.hubs[0])
        found = check(city.url, run.told)
    third = max(1, len(run.memory_mb) // 3)
    report(
        "B18",
        minutes=round(seconds / 60, 1),
        seed=seed,
        faults=dict(run.faults),
        floors=len(digests),
        hub_mb_first_third=round(sum(run.memory_mb[:third]) / third, 1),
        hub_mb_last_third=round(sum(run.memory_mb[-third:]) / third, 1),
        found=str(found),
    )
    return found.clean and len(digests) == 1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=72 * 60.0)
    parser.add_argument("--every", type=float, nargs=2, default=(120.0, 600.0), metavar="S")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--rate", type=float, default=20.0, help="commands a second")
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="lingsheng-soak-") as folder:
        every_s = (options.every[0], options.every[1])
        clean = soak(Path(folder), options.minutes * 60, every_s, options.seed, options.rate)
    return 0 if clean else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
