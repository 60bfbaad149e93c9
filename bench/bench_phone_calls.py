"""A thousand calls on one phone, each answered, spoken on and recorded: its memory, its work, its open files.

sipp calls the phone itself, a few calls at a time; about four minutes. Flat after 200 calls is the goal: what
the native library leaks would show here. `python -m bench.bench_phone_calls`.
LINGSHENG_PHONE_CALLS=100: shorter.
"""

import itertools
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.sizes import size
from bench.storm_group import Phones, Storm, missing
from telephony import messages as msg

CALLS = size("PHONE_CALLS", 1000)
WARM = CALLS // 5
STEP = CALLS // 10
PER_S, AT_ONCE, TALK_MS = 4.5, 3, 650  # at least 0.6 s each: shorter ones are a flood to the phone
SECONDS_MAX = 1.2 * CALLS / PER_S + 60
AFTER_S = 20.0


class Sample(NamedTuple):
    """The phone process after so many calls."""

    calls: int
    memory_mb: float
    cpu_s: float
    files: int
    threads: int


def sample(pid: int, calls: int) -> Sample:
    process = psutil.Process(pid)
    times = process.cpu_times()
    memory = process.memory_info().rss / 2**20
    return Sample(calls, memory, times.user + times.system, process.num_fds(), process.num_threads())


def table(samples: list[Sample]) -> list[str]:
    """How it went, a line each step."""
    rows = ["| calls | memory MB | CPU ms a call | files | threads |", "|---|---|---|---|---|"]
    for before, after in itertools.pairwise(samples):
        work_ms = work_ms_between(before, after)
        rows.append(
            f"| {after.calls} | {after.memory_mb:.1f} | {work_ms:.1f} | {after.files} | {after.threads} |"
        )
    return rows


def work_ms_between(before: Sample, after: Sample) -> float:
    return (after.cpu_s - before.cpu_s) * 1000 / (after.calls - before.calls)


def watched(phones: Phones, pid: int) -> list[Sample]:
    """A sample each `STEP` recorded calls, until all are. Raises `TimeoutError` when they never are."""
    samples = [sample(pid, 0)]
    for calls in range(STEP, CALLS + 1, STEP):
        if not phones.until(lambda due=calls: len(phones.of(msg.RecordingClosed)) >= due, SECONDS_MAX):
            raise TimeoutError(f"{len(phones.of(msg.RecordingClosed))} of {calls} calls are recorded")
        samples.append(sample(pid, calls))
    return samples


def run() -> dict[str, float]:
    """The figures by name. Raises RuntimeError where a program is absent, TimeoutError as `watched`."""
    if absent := missing(("sipp", "sox")):
        raise RuntimeError(f"not installed: {absent}")
    with tempfile.TemporaryDirectory(prefix="lingsheng-calls-") as name, ExitStack() as stack:
        folder = Path(name)
        phones = Phones(1, None, folder / "recordings", lambda command: None, one_operator=False)
        stack.callback(phones.stop)
        phones.start()
        one = phones.phones[0].phone
        pid = one.child.pid
        assert pid
        storm = Storm(
            folder / "sipp",
            phones.phones[0].sip_port,
            calls=CALLS,
            per_s=PER_S,
            talk_ms=TALK_MS,
            at_once=AT_ONCE,
        )
        stack.callback(storm.stop)
        samples = watched(phones, pid)
        failed = storm.wait(AFTER_S)
        same = one.child.pid == pid and not one.child.restarts
    print("\n".join(table(samples)), flush=True)
    warm = next(it for it in samples if it.calls >= WARM)
    first, last = work_ms_between(samples[1], warm), work_ms_between(samples[-2], samples[-1])
    return {
        "phone_calls": CALLS,
        "phone_calls_lost": failed if same else CALLS,
        "phone_calls_warm_memory_mb": round(warm.memory_mb, 1),
        "phone_calls_memory_growth_mb": round(samples[-1].memory_mb - warm.memory_mb, 1),
        "phone_calls_work_first_ms": round(first, 1),
        "phone_calls_work_last_ms": round(last, 1),
        "phone_calls_work_growth_percent": round((last / first - 1) * 100, 1),
        "phone_calls_files_growth": samples[-1].files - warm.files,
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
