"""Python, clock and disk."""

import ctypes
import os
import platform
import shutil
import sys
from pathlib import Path
from time import perf_counter

from console.doctor.finding import Finding, Level, ok
from store.config import Config

PYTHONS = ((3, 11), (3, 12))
DISK_GB_WARN = 20.0  # a busy seat records about 1 GB a day
DISK_GB_FAIL = 1.0
FSYNC_MS_WARN = 20.0  # the hub waits for one fsync in every group of commands
FSYNC_TRIALS = 50
FSYNC_BLOCK = bytes(4096)
CLOCK_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
TIMEX_BYTES = 512  # more than struct timex of any Linux


def python(_: Config) -> Finding:
    """CPython 3.11 or 3.12."""
    found = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.version_info[:2] in PYTHONS and sys.implementation.name == "cpython":
        return ok(found, found)
    return Finding(
        Level.FAIL,
        found,
        found,
        "请安装 CPython 3.11 或 3.12，删除 .venv 后重新 make",
        "use CPython 3.11 or 3.12",
    )


def clock(_: Config) -> Finding:
    """Whether the kernel's clock is kept right by a time service (modes 0 of adjtimex only reads)."""
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    if 0 <= state < CLOCK_UNSYNCHRONISED:
        return ok("已由时间服务校准", "kept right by a time service")
    return Finding(
        Level.WARN,
        "没有时间服务校准，接警时刻可能不准",
        "no time service keeps it right; times of calls may be wrong",
        "安装 chrony 并指向本市时间源",
        "install chrony and point it at the time source of the city",
    )


def disk(config: Config) -> Finding:
    """Space where the recordings go."""
    free_gb = shutil.disk_usage(nearest_folder(Path(config.recordings.dir))).free / 1e9
    words = (f"录音盘剩余 {free_gb:.0f} GB", f"{free_gb:.0f} GB free for recordings")
    advice = ("清理磁盘或修改 [recordings] dir", "make room or change [recordings] dir")
    if free_gb < DISK_GB_FAIL:
        return Finding(Level.FAIL, *words, *advice)
    if free_gb < DISK_GB_WARN:
        return Finding(Level.WARN, *words, *advice)
    return ok(*words)


def folder(config: Config) -> Finding:
    """Outboxes live in [store] dir: it must be writable, and fsync must be quick."""
    place = nearest_folder(Path(config.store.dir))
    try:
        median_ms, worst_ms = fsync_ms(place)
    except OSError as error:
        return Finding(
            Level.FAIL,
            f"{place} 不可写（{error.strerror}）",
            f"{place} cannot be written: {error.strerror}",
            "修改文件夹权限或 [store] dir",
            "change its permissions or [store] dir",
        )
    words = (
        f"{place} 可写，落盘中位 {median_ms:.1f} ms，最慢 {worst_ms:.1f} ms",
        f"{place} writable, fsync median {median_ms:.1f} ms, worst {worst_ms:.1f} ms",
    )
    if median_ms > FSYNC_MS_WARN:
        return Finding(Level.WARN, *words, "换用固态硬盘", "use a solid-state disk")
    return ok(*words)


def fsync_ms(place: Path) -> tuple[float, float]:
    """Median and worst time of a 4 KB write with fsync in a folder, ms. Raises OSError."""
    trial = place / f".doctor-{os.getpid()}"
    times = []
    try:
        with trial.open("wb", buffering=0) as stream:
            for _ in range(FSYNC_TRIALS):
                began = perf_counter()
                stream.write(FSYNC_BLOCK)
                os.fsync(stream.fileno())
                times.append((perf_counter() - began) * 1000)
    finally:
        trial.unlink(missing_ok=True)
    times.sort()
    return times[len(times) // 2], times[-1]


def nearest_folder(path: Path) -> Path:
    """The folder itself, or the first one above it that exists already."""
    return next(folder for folder in (path, *path.parents) if folder.is_dir())
