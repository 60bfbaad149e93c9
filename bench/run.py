"""`make bench`: runs every bench/bench_*.py, prints the figures beside their goals, keeps them as JSON.

A bench is a file with `run() -> dict[str, float]`; its figures are named thing_statistic_unit. Each runs in a
process of its own, so that none warms up another and one that aborts costs only itself. One that cannot run
here raises with the reason as its message. Exit code 1 when a goal was missed or a bench could not run.
"""

import argparse
import importlib
import importlib.metadata
import json
import operator
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

BENCH = Path(__file__).resolve().parent
OUT = BENCH / "out"
BENCH_S_MAX = 1200
CHINA = timezone(timedelta(hours=8))
PACKAGES = (
    "PySide6-Essentials",
    "pjsua2-python",
    "pyzmq",
    "msgspec",
    "SQLAlchemy",
    "numpy",
    "scipy",
    "psycopg",
)


class Goal(NamedTuple):
    """What a figure should reach: `sign` <= or >= `limit`."""

    sign: str
    limit: float
    words: str

    def reached(self, value: float) -> bool:
        return bool({"<=": operator.le, ">=": operator.ge}[self.sign](value, self.limit))


GOALS = {
    "invite_to_form_p50_ms": Goal("<=", 150, "来电 INVITE 到表单显示 INVITE to form painted"),
    "invite_to_form_p99_ms": Goal("<=", 150, ""),
    "command_to_second_seat_p50_ms": Goal(
        "<=", 60, "命令到另一坐席显示 command to event painted on a second seat"
    ),
    "command_to_second_seat_p99_ms": Goal("<=", 60, ""),
    "eta_1000_vehicles_ms": Goal("<=", 15, "1000 辆车的到达时间 ETA of 1,000 vehicles"),
    "map_frame_1000_p50_ms": Goal("<=", 10, "地图一帧，1000 辆车 map frame, 1,000 moving vehicles"),
    "map_frame_5000_p50_ms": Goal("<=", 10, "地图一帧，5000 辆车 map frame, 5,000 moving vehicles"),
    "jt808_messages_per_s": Goal(">=", 10_000, "车载终端消息 JT/T 808 messages"),
    "jt808_ack_p99_ms": Goal("<=", 50, "车载终端应答 JT/T 808 acknowledgement"),
    "jt808_unanswered": Goal("<=", 0, ""),
    "address_search_p95_ms": Goal("<=", 5, "地址检索 address search"),
    "phone_kill_to_ready_max_ms": Goal("<=", 1000, "电话进程被杀后恢复 phone killed, back again"),
    "phone_kill_to_registered_max_ms": Goal(
        "<=", 1000, "电话进程被杀后重新注册 phone killed, registered again"
    ),
    "storm_calls_lost": Goal("<=", 0, "20 部话机每秒 3 个来电 3 calls/s on 20 phones: lost"),
    "storm_invite_to_form_p50_ms": Goal("<=", 150, "其间来电到表单显示 INVITE to form painted meanwhile"),
    "storm_invite_to_form_p99_ms": Goal("<=", 150, ""),
    "storm_window_work_max_ms": Goal("<=", 50, "其间窗口线程最长占用 longest turn of the window meanwhile"),
    "phone_calls_lost": Goal("<=", 0, "一部话机 1000 个来电 1,000 calls on one phone: lost"),
    "phone_calls_memory_growth_mb": Goal("<=", 3, "第 200 个之后内存增长 memory growth after the 200th"),
    "phone_calls_work_growth_percent": Goal("<=", 30, "第 200 个之后每个来电的 CPU 增长 CPU a call, growth"),
    "seat_start_s": Goal("<=", 3, "坐席启动到可用 seat start to ready"),
    "seat_memory_mb": Goal("<=", 300, "坐席内存，受理派车并拖动地图之后 memory of a seat after work"),
    "wall_memory_mb": Goal("<=", 300, "大屏内存 memory of the wall"),
    "window_work_max_ms": Goal("<=", 50, "窗口线程最长一次占用 longest turn of the window's thread"),
    "reserve_warm_ring_max_s": Goal(
        "<=", 3, "储备席：下令到来电振铃 reserve seat, warm: order to a call ringing"
    ),
    "reserve_warm_answered_max_s": Goal("<=", 3, ""),
    "reserve_cold_answered_s": Goal(
        "<=", 10, "储备席程序未启动：启动、登录、接到来电 not started: start, log-in, a call answered"
    ),
    "reserve_sipp_calls_answered": Goal(">=", 1, ""),
    "turn_snapshots_max_cpu_ms": Goal(
        "<=", 20, "中枢一圈最长占用，40,000 事件、5 席取快照 longest turn of the hub's loop, snapshots taken"
    ),
    "hub_memory_mb": Goal("<=", 300, "中枢内存 memory of the hub"),
}


class Result(NamedTuple):
    """What one bench gave: its figures, or why there are none."""

    bench: str
    figures: dict[str, float]
    reason: str = ""
    tables: tuple[str, ...] = ()
    """Lines that begin with a bar: the bench's own table, for docs/scaling.md."""


def measure(bench: str) -> Result:
    """Runs one bench in a process of its own."""
    command = [sys.executable, __file__, "--one", bench]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=BENCH_S_MAX, check=False)
    except subprocess.TimeoutExpired:
        return Result(bench, {}, f"超过 longer than {BENCH_S_MAX} s")
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return Result(bench, {}, said[-1])
    lines = done.stdout.splitlines()
    return Result(bench, figures_in(done.stdout), tables=tuple(line for line in lines if line[:1] == "|"))


def figures_in(output: str) -> dict[str, float]:
    """The last line that is a JSON object; libraries may write around it."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    figures: dict[str, float] = json.loads(lines[-1]) if lines else {}
    return figures


def run_one(bench: str) -> None:
    """In the child: the bench's figures as one JSON line."""
    sys.path.insert(0, str(BENCH.parent))
    figures = importlib.import_module(bench).run()
    print("\n" + json.dumps(figures), flush=True)


def table(results: list[Result]) -> list[str]:
    """Every figure with its goal, then what could not be measured."""
    rows = [line for result in results for line in result.tables]
    tabled = {result.bench for result in results if result.tables}
    rows += [
        row(name, value)
        for result in results
        for name, value in result.figures.items()
        if result.bench not in tabled or name in GOALS
    ]
    rows += [
        f"  —  {result.bench}: 未能测量 could not run: {result.reason}" for result in results if result.reason
    ]
    return rows


def row(name: str, value: float) -> str:
    """One figure: mark, name, value, goal, words."""
    goal = GOALS.get(name)
    if goal is None:
        return f"     {name:<34}{value:>12,.2f}"
    mark = "ok " if goal.reached(value) else "MISS"
    return f"{mark:<5}{name:<34}{value:>12,.2f}   {goal.sign} {goal.limit:<9,g}{goal.words}".rstrip()


def missed(results: list[Result]) -> list[str]:
    """Names of the figures that do not reach their goal."""
    figures = {name: value for result in results for name, value in result.figures.items()}
    return [name for name, goal in GOALS.items() if name in figures and not goal.reached(figures[name])]


def not_measured(results: list[Result]) -> list[str]:
    """Rows for the goals that no bench has a figure for."""
    measured = {name for result in results for name in result.figures}
    return [f"  —  {name:<34}未测量 not measured" for name in GOALS if name not in measured]


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    models = [line.split(":", 1)[1].strip() for line in cpuinfo.splitlines() if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "commit": commit(),
    }


def commit() -> str:
    """The commit measured, "" outside a checkout."""
    asked = ["git", "-C", str(BENCH), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


def keep(results: list[Result], now: datetime) -> Path:
    """Writes the JSON file of this run."""
    OUT.mkdir(exist_ok=True)
    file = OUT / f"bench-{now:%Y-%m-%d-%H%M%S}.json"
    report = {
        "at": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "figures": {name: value for result in results for name, value in result.figures.items()},
        "goals": {name: f"{goal.sign} {goal.limit:g}" for name, goal in GOALS.items()},
        "could_not_run": {result.bench: result.reason for result in results if result.reason},
    }
    file.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return file


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="只测名称含此词的项目 only benches whose name holds one of these"
    )
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        run_one(options.one)
        return 0
    found = sorted(path.stem for path in BENCH.glob("bench_*.py"))
    chosen = [name for name in found if not options.names or any(word in name for word in options.names)]
    results = []
    for bench in chosen:
        print(f"{bench} ...", file=sys.stderr, flush=True)
        results.append(measure(bench))
    print("\n".join(table(results) + ([] if options.names else not_measured(results))))
    print(keep(results, datetime.now(UTC).astimezone(CHINA)).relative_to(BENCH.parent))
    return 1 if missed(results) or any(result.reason for result in results) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
