"""The window as a dispatcher meets it: call -> form painted, order -> painted elsewhere, start, memory.

Real processes throughout: hub, gateway, 30 ambulances on the road, two seats with phones, navigators and map
bakers, a wall; the INVITEs come from one UDP socket. `python -m bench.bench_seat` prints the figures.
"""

import json
import os
import queue
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench.raw_caller import RawCaller
from console.drill.callers import Callers
from console.drill.cases import cases
from console.drill.household import Household
from console.drill.ports import free_ports
from console.drill.stage import PASSWORD, STAFF, WATCHER, Stage, build_stage, write_drill
from console.drill.watcher import Watcher

PROJECT = Path(__file__).resolve().parents[1]
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
VEHICLES = 30
STARTS = 2
CALLS = 60
ORDERS = 120
PAUSE_S = (0.22, 0.3)  # never in step with the window; four calls in less than 0.6 s are a flood to the phone
DRILL_CALLS = 6
DRILL_GAP_S = 9.0
PAN_STEPS = 600
SPEEDUP = 20.0
SEED = 120
WAIT_S = 60.0


class SeatProcess:
    """One seat with its host; it is told what to `do`, and its reports are waited for."""

    def __init__(self, config: Path) -> None:
        self.started_ns = time.monotonic_ns()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.seat_host", str(config)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **OFFSCREEN},
        )
        self._reports: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._told: list[dict[str, Any]] = []
        threading.Thread(target=self._read, name="reports", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("{"):
                self._reports.put(json.loads(line))

    def do(self, what: str, **values: object) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": what, **values}) + "\n")
        self._process.stdin.flush()

    def until(self, key: str, value: object = None) -> dict[str, Any]:
        """The first report not yet taken that has this key (and value). Raises TimeoutError."""
        end = time.monotonic() + WAIT_S
        while True:
            for report in self._told:
                if key in report and (value is None or report[key] == value):
                    self._told.remove(report)
                    return report
            try:
                self._told.append(self._reports.get(timeout=max(end - time.monotonic(), 0.001)))
            except queue.Empty:
                raise TimeoutError(f"the seat never said {key} {value or ''}") from None

    def ask(self, what: str, key: str, **values: object) -> Any:
        self.do(what, **values)
        return self.until(key)[key]

    def since_start_s(self, key: str, value: object = None) -> float:
        at: int = self.until(key, value)["at"]
        return (at - self.started_ns) / 1e9

    def stop(self) -> None:
        assert self._process.stdin
        if not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def running_city(folder: Path) -> Iterator[tuple[Stage, Watcher, Household]]:
    """Hub, gateway and ambulances that all report."""
    kept = PROJECT / "demo-data" / "city"
    if (kept / "city.sqlite").exists():
        shutil.copytree(kept, folder / "city")
    stage = build_stage(folder, lambda zh, en: None, autopilot=False)
    config = ("--config", str(stage.config_file))
    with Household(stage.folder / "log") as household:
        household.start("hub", "main.py", "hub", *config, "--lists", str(stage.lists))
        household.start("gateway", "main.py", "gateway", *config)
        fleet = ("-m", "console.drill.fleet", str(stage.lists), "--port", str(stage.config.gateway.port))
        household.start("fleet", *fleet, "--speedup", str(SPEEDUP))
        watcher = Watcher(stage.config, WATCHER)
        watcher.start()
        try:
            if not watcher.wait_for(lambda: len(watcher.moved) == VEHICLES, WAIT_S):
                raise TimeoutError(f"{len(watcher.moved)} of {VEHICLES} vehicles report")
            yield stage, watcher, household
        finally:
            watcher.stop()


def second_seat(stage: Stage) -> Path:
    """The configuration of seat 02 on the same machine."""
    [sip] = free_ports(1)
    text = stage.config_file.read_text(encoding="utf-8")
    text = re.sub(r'^number = "01"$', 'number = "02"', text, flags=re.MULTILINE)
    text = re.sub(r"^sip_port = \d+$", f"sip_port = {sip}", text, flags=re.MULTILINE)
    file = stage.folder / "seat-02.toml"
    file.write_text(text, encoding="utf-8")
    return file


def pause(dice: random.Random) -> None:
    threading.Event().wait(dice.uniform(*PAUSE_S))


def invite_to_form_ms(seat: SeatProcess, sip_port: int) -> list[float]:
    """One call after the other; each is cancelled once it has been seen."""
    dice = random.Random(SEED)
    caller, times = RawCaller(sip_port), []
    try:
        for n in range(CALLS):
            number = f"1390451{n:04}"
            call = caller.invite(number)
            painted = seat.until("painted", number)
            times.append((painted["at"] - call.sent_mono_ns) / 1e6)
            caller.cancel(call)
            caller.final(call)
            pause(dice)
    finally:
        caller.close()
    return sorted(times)


def command_to_second_seat_ms(first: SeatProcess, second: SeatProcess) -> list[float]:
    """F2 on one seat until the new line of the waiting list is painted on the other."""
    dice, times = random.Random(SEED), []
    for _ in range(ORDERS):
        first.do("begin")
        given = first.until("given")
        painted = second.until("painted", given["given"])
        times.append((painted["at"] - given["at"]) / 1e6)
        first.ask("finish", "finished")
        pause(dice)
    return sorted(times)


def drill(seat: SeatProcess, stage: Stage, watcher: Watcher) -> None:
    """People call, speak, and get their ambulances, by the keys of an autopilot."""
    people = list(cases(stage.lists / "city.sqlite", SEED, DRILL_CALLS))
    write_drill(stage.folder, people, stage.folder)
    sip = stage.config.phone
    callers = Callers(f"sip:120@{sip.sip_host}:{sip.sip_port}", stage.folder / "speech")
    seat.ask("drill", "drilling")
    callers.start()
    try:
        for person in people:
            callers.ring(person)
            watcher.wait_for(lambda: False, DRILL_GAP_S)
        watcher.wait_for(lambda: len(watcher.floor.missions) >= DRILL_CALLS, WAIT_S)
    finally:
        callers.stop()


def p50_p99(name: str, times: list[float]) -> dict[str, float]:
    return {
        f"{name}_p50_ms": round(statistics.median(times), 1),
        f"{name}_p99_ms": round(times[round(len(times) * 0.99) - 1], 1),
        f"{name}_max_ms": round(times[-1], 1),
    }


def started(stack: ExitStack, config: Path) -> tuple[SeatProcess, float]:
    """A seat at its log-in page, on the air, and the seconds that took."""
    seat = SeatProcess(config)
    stack.callback(seat.stop)
    painted = seat.since_start_s("painted", "login")
    return seat, max(painted, seat.since_start_s("live"))


def starts_s(config: Path) -> list[float]:
    """Seconds of some starts one after the other."""
    times = []
    for _ in range(STARTS):
        with ExitStack() as stack:
            times.append(started(stack, config)[1])
    return times


def run() -> dict[str, float]:
    """The figures; the load average says how busy the machine was meanwhile."""
    with tempfile.TemporaryDirectory(prefix="lingsheng-bench-") as folder, ExitStack() as stack:
        stage, watcher, house = stack.enter_context(running_city(Path(folder)))
        starts = starts_s(stage.config_file)
        first, start_s = started(stack, stage.config_file)
        phone_s = first.since_start_s("phone")
        first.until("complete")
        first.ask("log_in", "logged_in", staff=STAFF[0][0], password=PASSWORD)
        figures = {
            "seat_start_s": round(statistics.median([*starts, start_s]), 2),
            "seat_phone_start_s": round(phone_s, 2),
        }
        figures |= p50_p99("invite_to_form", invite_to_form_ms(first, stage.config.phone.sip_port))
        second, _ = started(stack, second_seat(stage))
        second.until("complete")
        second.ask("log_in", "logged_in", staff=STAFF[1][0], password=PASSWORD)
        figures |= p50_p99("command_to_second_seat", command_to_second_seat_ms(first, second))
        second.stop()
        wall = house.start(
            "wall", "main.py", "wall", "--config", str(stage.config_file), environment=OFFSCREEN
        )
        figures |= busy(first, stage, watcher)
        figures["wall_memory_mb"] = memory_mb(wall.process.pid)
    return {**figures, "seat_load_average": round(os.getloadavg()[0], 1)}


def busy(seat: SeatProcess, stage: Stage, watcher: Watcher) -> dict[str, float]:
    """A drill, then the map dragged about. `gap`: how long the window's thread was away from its loop;
    `work`: what it computed meanwhile, which other programs on the machine do not lengthen."""
    seat.ask("pulse", "pulse")
    drill(seat, stage, watcher)
    pulse = seat.ask("pulse", "pulse")
    seat.ask("pan", "panned", steps=PAN_STEPS)
    panned = seat.ask("pulse", "pulse")
    return {
        "window_gap_p99_ms": round(max(pulse["gap_p99_ms"], panned["gap_p99_ms"]), 1),
        "window_gap_max_ms": round(max(pulse["gap_max_ms"], panned["gap_max_ms"]), 1),
        "window_work_max_ms": round(max(pulse["work_max_ms"], panned["work_max_ms"]), 1),
        "seat_memory_mb": memory_mb(seat.pid),
    }


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    return round(psutil.Process(pid).memory_info().rss / 2**20, 1)


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
