"""B15, B17: the world around a running centre goes wrong: its disk fills up, its clocks are set.

LINGSHENG_B15=50   times the disk is full
"""

import contextlib
import os
import random
import shutil
import signal
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bench.crowd import Crowd, all_do, crowds
from bench.history import check
from bench.sizes import report, size
from bench.town import PASSWORD, STEP_MS, Town, town
from dispatch.events import CallRang, Event
from store.db.engine import open_engine
from store.db.rows import read_journal
from store.disk import BALLAST, MB, make_ballast, release_ballast

pytestmark = pytest.mark.process
DISK_MB = 24
BALLAST_MB = 2
FULL_S = (0.1, 0.8)
LIVE_S_MAX = 30.0
WORK_S_MAX = 60.0
HOUR_MS = 3_600_000
NEAR_MS = 2_000
CALLS = 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own; only root can mount one."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "lingsheng", folder]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no right to mount: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Take up the disk but for `leave` bytes."""
    file = folder / "filler"
    with file.open("ab") as opened:
        for step in (MB, 65_536, 4096):  # the hub takes from the same room
            with contextlib.suppress(OSError):
                while shutil.disk_usage(folder).free - step >= leave:
                    os.posix_fallocate(opened.fileno(), file.stat().st_size, step)
    return file


def answer_of(city: Town, crowd: Crowd) -> list[tuple[str, bool]]:
    """What the seats were told; a hub that could not start on a full disk is started again meanwhile."""
    while not crowd.wait(0.1):
        city.revive()
    answers: list[tuple[str, bool]] = crowd.answer()
    return answers


def test_a_full_disk_at_any_moment_loses_nothing(tmp_path: Path, small_disk: Path) -> None:
    """B15: full, sometimes with the hub killed meanwhile; room comes back by a person or by the ballast."""
    rng = random.Random(15)
    told: list[tuple[str, bool]] = []
    times, killed, by_ballast = size("B15", 6), 0, 0
    url = f"sqlite:///{small_disk}/hub.sqlite"
    with town(tmp_path, seats=4, vehicles=20, url=url, ballast_mb=BALLAST_MB) as city:
        city.start()
        with crowds(city, city.seats) as [crowd]:
            crowd.do("wait_live", LIVE_S_MAX)
            crowd.do("log_in", PASSWORD, LIVE_S_MAX)
            for n in range(times):
                crowd.ask("work", size("B15_COMMANDS", 100) // 4, n, WORK_S_MAX)
                crowd.wait(rng.uniform(0, 0.1))
                filler = fill(small_disk, rng.choice((0, 4096, 40_000)))
                crowd.wait(rng.uniform(*FULL_S))
                if rng.random() < 0.3:
                    killed += 1
                    city.kill(city.hubs[0])
                    city.start()
                if n % 3 == 0 and (small_disk / BALLAST).exists():
                    by_ballast += 1
                    release_ballast(small_disk)
                    told += answer_of(city, crowd)
                    filler.unlink()
                    assert make_ballast(small_disk, BALLAST_MB)
                else:
                    filler.unlink()
                    told += answer_of(city, crowd)
            crowd.do("work", 1, 0, WORK_S_MAX)
            crowd.do("wait_live", LIVE_S_MAX)
        city.end(city.hubs[0])
        found = check(url, told)
    report("B15", full=times, killed=killed, by_ballast=by_ballast, commands=found.told, found=str(found))
    assert found.clean, str(found)


def rang_at(url: str) -> dict[str, int]:
    """By call, when it rang as the journal says, ms since 1970."""
    engine = open_engine(url, writer=False)
    events = msgspec.msgpack.Decoder(Event)
    try:
        with engine.connect() as connection:
            facts = [events.decode(entry.body) for entry in read_journal(connection, 0, 1_000_000)]
    finally:
        engine.dispose()
    return {fact.call.id: fact.call.rang_at for fact in facts if isinstance(fact, CallRang)}


def ring(machines: list[Crowd], count: int) -> dict[str, int]:
    """Calls at every seat; by call the right time."""
    return {call: at for part in all_do(machines, "ring", count, WORK_S_MAX) for call, at in part.items()}


def test_wrong_clocks_change_no_order_and_no_time(tmp_path: Path) -> None:
    """B17: seats an hour early and late, then the hub's clock set back by 30 s under load."""
    with town(tmp_path, seats=3, vehicles=20) as city:
        hub = city.start()
        early, late, right = (
            Crowd(city, [name], clock_ms=by)
            for name, by in zip(city.seats, (HOUR_MS, -HOUR_MS, 0), strict=True)
        )
        every = [early, late, right]
        try:
            all_do(every, "wait_live", LIVE_S_MAX)
            all_do(every, "log_in", PASSWORD, LIVE_S_MAX)
            rang = {
                call: at for part in all_do(every, "ring", CALLS, WORK_S_MAX) for call, at in part.items()
            }
            before = [offsets[0] for offsets in all_do(every, "clock_offsets_ms")]
            for crowd in every:
                crowd.ask("work", 200, 17, WORK_S_MAX)
            right.wait(0.1)
            os.kill(hub.pid or 0, signal.SIGUSR1)
            told = [one for crowd in every for one in crowd.answer()]
            all_do(every, "look_on", 0.5)
            after = [offsets[0] for offsets in all_do(every, "clock_offsets_ms")]
            late_rang = ring(every, 1)
            head = max(state[2] for states in all_do(every, "states") for state in states)
            all_do(every, "wait_seq", head, LIVE_S_MAX)
            digests = {one for part in all_do(every, "digests") for one in part}
        finally:
            for crowd in every:
                crowd.close()
        city.end(hub)
        found, kept = check(city.url, told), rang_at(city.url)
    wrong_ms = [abs(kept[call] - at) for call, at in rang.items()]
    stepped_ms = [kept[call] - at for call, at in late_rang.items()]
    report(
        "B17",
        calls=len(rang),
        wrong_max_ms=max(wrong_ms),
        offsets_ms=before,
        offsets_after_step_ms=after,
        by_hub_after_step_ms=round(statistics.mean(stepped_ms)),
        found=str(found),
    )
    assert max(wrong_ms) < NEAR_MS, "every call has the right time, whatever its seat's clock says"
    for shown, expected in zip(before, (-HOUR_MS, HOUR_MS, 0), strict=True):
        assert abs(shown - expected) < NEAR_MS, "the lamp of every seat says how wrong it is"
    for shown, expected in zip(after, (-HOUR_MS - STEP_MS, HOUR_MS - STEP_MS, -STEP_MS), strict=True):
        assert abs(shown - expected) < NEAR_MS
    assert all(abs(by + STEP_MS) < NEAR_MS for by in stepped_ms), "one clock for all: the hub's"
    assert len(digests) == 1
    assert found.clean, str(found)
