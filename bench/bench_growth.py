"""The same centre at 1x, 4x and 16x: seats, vehicles, positions and events; where the first limits show.

`make bench ARGS=growth` prints the tables of docs/scaling.md and keeps the figures as JSON; for some of it
`python bench/bench_growth.py [events] [seats] [vehicles] [1 4 16]`. On a machine that does hub and all seats
on a few cores times are an upper bound; CPU, bytes, seconds are not.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.crowd import Crowd, all_do, crowds
from bench.plant import plant, size_mb
from bench.sizes import percentile
from bench.town import PASSWORD, Town, town, usage
from dispatch.floor import copy_of
from store.core.journal import HEAD_ZERO
from store.core.snapshots import snapshot
from store.core.wire import EPOCH_ZERO
from store.db.engine import open_engine
from store.db.rebuild import differences, replay
from store.db.rows import load_floor

SCALES = (1, 4, 16)
SEATS, VEHICLES, EVENTS, POSITIONS_HZ = 15, 60, 10_000, 1000
RATE_HZ = 50.0
SECONDS = 5.0
LIGHT_PER_PROCESS = 60
WAIT_S = 120.0
MB = 2**20

Figures = dict[str, float]


def store_figures(url: str) -> Figures:
    """What needs no hub: loading, copying, snapshot, and the proof of the whole journal."""
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            start = time.perf_counter()
            floor = load_floor(connection)
            loaded = time.perf_counter()
            copy_of(floor)
            copied = time.perf_counter()
            frames = snapshot(floor, EPOCH_ZERO, HEAD_ZERO)
            packed = time.perf_counter()
            fold = replay(connection)
            folded = time.perf_counter()
            assert not differences(connection, fold)
            compared = time.perf_counter()
    finally:
        engine.dispose()
    return {
        "store_mb": size_mb(url),
        "bytes_per_event": size_mb(url) * MB / fold.head.seq,
        "load_s": loaded - start,
        "copy_ms": (copied - loaded) * 1000,
        "snapshot_mb": sum(map(len, frames)) / MB,
        "snapshot_ms": (packed - copied) * 1000,
        "verify_s": folded - packed,
        "compare_s": compared - folded,
    }


def cpu_s(city: Town) -> float:
    times = usage(city.hubs[0]).cpu_times()
    return float(times.user + times.system)


def hub_figures(city: Town, positions_hz: int) -> Figures:
    """Start, load, positions and a storm with that floor and that many seats."""
    figures: Figures = {}
    start = time.perf_counter()
    city.start()
    with crowds(city, city.seats, keep_times=True) as [writer]:
        figures["start_to_live_s"] = writer.do("wait_live", WAIT_S) - start
        writer.do("log_in", PASSWORD, WAIT_S)
        start = time.perf_counter()
        with crowds(city, city.walls, LIGHT_PER_PROCESS, light=True) as others:
            figures["all_live_s"] = max(all_do(others, "wait_live", WAIT_S)) - start
            figures |= command_figures(city, [writer, *others])
            figures |= position_figures(city, others, positions_hz)
            figures["hub_mb"] = usage(city.hubs[0]).memory_info().rss / MB
            figures["storm_s"] = storm(city, others)
    return figures


def command_figures(city: Town, readers: list[Crowd]) -> Figures:
    """From the order until the last seat has it."""
    writer, *others = readers
    all_do(readers, "applied")
    for crowd in others:
        crowd.ask("look_on", SECONDS + 1)
    before = cpu_s(city)
    given = writer.do("give", RATE_HZ, SECONDS, WAIT_S)
    spent = cpu_s(city) - before
    for crowd in others:
        crowd.answer()
    head = max(state[2] for state in writer.do("states"))
    all_do(readers, "wait_seq", head, WAIT_S)
    applied = [one for part in all_do(readers, "applied") for one in part]
    waits = sorted((max(one[cid] for one in applied) - at) * 1000 for cid, at in given.items())
    return {
        "command_p50_ms": percentile(waits, 0.5),
        "command_p99_ms": percentile(waits, 0.99),
        "hub_ms_per_command": spent * 1000 / len(given),
    }


def position_figures(city: Town, others: list[Crowd], positions_hz: int) -> Figures:
    """Ages when the seats have them; the vehicles report once a second."""
    gateway = Crowd(city, ["gateway"])
    try:
        gateway.do("wait_live", WAIT_S)
        all_do(others, "note_ages")
        before, start = cpu_s(city), time.perf_counter()
        gateway.ask("drive", positions_hz, positions_hz, SECONDS)
        all_do(others, "look_on", SECONDS)
        sent = gateway.answer(WAIT_S)
        took, spent = time.perf_counter() - start, cpu_s(city) - before
        ages = sorted(float(age) for part in all_do(others, "ages_ms") for age in part)
    finally:
        gateway.close()
    return {
        "positions_hz": sent / took,
        "age_p50_ms": percentile(ages, 0.5),
        "age_p99_ms": percentile(ages, 0.99),
        "hub_core_positions": spent / took,
    }


def storm(city: Town, others: list[Crowd]) -> float:
    """kill -9 with everybody connected; until the last is LIVE on the next hub."""
    boot = max(state[1] for states in all_do(others, "states") for state in states)
    start = time.perf_counter()
    city.kill(city.hubs[0])
    city.start()
    return float(max(all_do(others, "wait_live_after", boot + 1, WAIT_S)) - start)


def grown(*, seats: int = SEATS, vehicles: int = VEHICLES, events: int = EVENTS, hz: int = 1000) -> Figures:
    """Everything at one size."""
    with (
        tempfile.TemporaryDirectory(prefix="lingsheng-growth-") as folder,
        town(Path(folder), seats=1, vehicles=vehicles, consoles=seats - 1) as city,
    ):
        start = time.perf_counter()
        planted = plant(city.url, seats=1, vehicles=vehicles, events=events)
        figures = {"planted_hz": planted / (time.perf_counter() - start)}
        figures |= store_figures(city.url)
        figures |= hub_figures(city, hz)
    return figures


WAYS: dict[str, Callable[[int], Figures]] = {
    "events": lambda scale: grown(events=EVENTS * scale),
    "seats": lambda scale: grown(seats=SEATS * scale),
    "vehicles": lambda scale: grown(vehicles=POSITIONS_HZ * scale, hz=POSITIONS_HZ * scale),
}
"""One thing grows, the others stay: so that a limit has a name."""
SHOWN = {
    "events": (
        "planted_hz",
        "store_mb",
        "bytes_per_event",
        "load_s",
        "copy_ms",
        "snapshot_mb",
        "snapshot_ms",
        "verify_s",
        "compare_s",
        "start_to_live_s",
        "all_live_s",
        "command_p50_ms",
        "command_p99_ms",
        "hub_ms_per_command",
        "hub_mb",
        "storm_s",
    ),
    "seats": (
        "all_live_s",
        "command_p50_ms",
        "command_p99_ms",
        "hub_ms_per_command",
        "hub_core_positions",
        "age_p99_ms",
        "hub_mb",
        "storm_s",
    ),
    "vehicles": (
        "positions_hz",
        "age_p50_ms",
        "age_p99_ms",
        "hub_core_positions",
        "command_p99_ms",
        "snapshot_mb",
        "hub_mb",
    ),
}


Columns = dict[int, Figures]


def columns(way: str, scales: tuple[int, ...]) -> Columns:
    """One thing at each size, told as it goes."""
    found: Columns = {}
    for scale in scales:
        found[scale] = WAYS[way](scale)
        print(way, scale, {name: round(found[scale][name], 2) for name in SHOWN[way]}, file=sys.stderr)
    return found


def table(way: str, found: Columns) -> list[str]:
    """Markdown, as in docs/scaling.md."""
    lines = [f"| {way} |{''.join(f' {scale}× |' for scale in found)}", f"|---|{'---:|' * len(found)}"]
    for name in SHOWN[way]:
        values = [figures[name] for figures in found.values()]
        lines.append(f"| {name} |{''.join(f' {value:,.{0 if value >= 100 else 2}f} |' for value in values)}")
    return lines


def run() -> dict[str, float]:
    """growth_<way>_<scale>x_<thing>_<unit>, and the tables on the output."""
    kept = {}
    for way in WAYS:
        found = columns(way, SCALES)
        print("\n".join(table(way, found)), flush=True)
        for scale, figures in found.items():
            kept |= {f"growth_{way}_{scale}x_{name}": round(figures[name], 3) for name in SHOWN[way]}
    return kept


if __name__ == "__main__":
    sizes = tuple(int(word) for word in sys.argv[1:] if word.isdigit()) or SCALES
    for chosen in [word for word in sys.argv[1:] if not word.isdigit()] or WAYS:
        print("\n".join(table(chosen, columns(chosen, sizes))), flush=True)
