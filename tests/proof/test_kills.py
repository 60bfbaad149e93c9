"""B3, B4: hubs and servers that die or freeze in the middle of orders; the journal against every answer.

LINGSHENG_B3=1000 LINGSHENG_B3_COMMANDS=500   cycles, commands a cycle
LINGSHENG_B3_POSTGRES=300                     cycles on PostgreSQL, every third kills the server
LINGSHENG_B4=60                               cycles
"""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.crowd import Crowd, crowds
from bench.history import check
from bench.sizes import report, size
from bench.town import PASSWORD, Town, town
from store.db.engine import open_engine
from store.db.tables import AUTHORITY
from tests.store.conftest import Postgres

pytestmark = pytest.mark.process
SEATS = 4
VEHICLES = 20
KILL_S_MAX = 0.15
THAWED_LATE_S = 3.5
WORK_S_MAX = 90.0


def begin(city: Town, crowd: Crowd) -> None:
    crowd.do("wait_live", 20.0)
    crowd.do("log_in", PASSWORD, 20.0)


def finish(name: str, city: Town, crowd: Crowd, told: list[tuple[str, bool]], **figures: int) -> None:
    """Every seat has the same floor, and the store says what they were told."""
    crowd.ask("work", 1, 0, WORK_S_MAX)
    told += answer_of(city, crowd)  # the last hub is there
    crowd.do("wait_live_after", boot_of(city.url), 30.0)
    seq = max(state[2] for state in crowd.do("states"))
    crowd.do("wait_seq", seq, 30.0)
    assert len(set(crowd.do("digests"))) == 1, "the same floor on every seat"
    city.end(city.hubs[0])
    found = check(city.url, told)
    report(name, **figures, commands=found.told, found=str(found))
    assert found.clean, str(found)
    assert found.told == len(told)


def answer_of(city: Town, crowd: Crowd) -> list[tuple[str, bool]]:
    """The seats' answers; a hub that did not find its database is started again meanwhile."""
    while not crowd.wait(0.2):
        city.revive()
    answers: list[tuple[str, bool]] = crowd.answer()
    return answers


def boot_of(url: str) -> int:
    """How many hubs have claimed this store."""
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            return int(connection.execute(select(AUTHORITY.c.boot)).scalar() or 0)
    finally:
        engine.dispose()


def killed_cycles(city: Town, name: str, cycles: int, commands: int, kill_store: Callable[[], None]) -> None:
    """Orders, kill -9 at a random moment, a new hub; the seats get every answer by themselves."""
    rng = random.Random(3)
    told: list[tuple[str, bool]] = []
    cut_short = 0
    city.start()
    with crowds(city, city.seats) as [crowd]:
        begin(city, crowd)
        for cycle in range(cycles):
            crowd.ask("work", commands // SEATS, cycle, WORK_S_MAX)
            cut_short += not crowd.wait(rng.uniform(0, KILL_S_MAX))
            if cycle % 3 == 2:
                kill_store()
            if cycle % 3 != 2 or cycle % 2:
                city.kill(city.hubs[0])
                city.start()
            told += answer_of(city, crowd)
        assert cut_short >= cycles // 4, "enough kills came in the middle"
        finish(name, city, crowd, told, cycles=cycles, in_the_middle=cut_short)


def test_killed_hubs_lose_nothing(tmp_path: Path) -> None:
    with town(tmp_path, seats=SEATS, vehicles=VEHICLES) as city:
        killed_cycles(city, "B3 SQLite", size("B3", 30), size("B3_COMMANDS", 100), lambda: None)


@pytest.mark.peer
def test_killed_hubs_and_servers_lose_nothing(tmp_path: Path, postgres: Postgres) -> None:
    """Every third cycle ends the PostgreSQL server at once, as a crash does, half of them with the hub."""

    def crash() -> None:
        postgres.stop("immediate")
        postgres.start()

    cycles = size("B3_POSTGRES", 3)
    with town(tmp_path, seats=SEATS, vehicles=VEHICLES, url=postgres.new_database()) as city:
        killed_cycles(city, "B3 PostgreSQL", cycles, size("B3_COMMANDS", 100), crash)


def test_a_frozen_hub_that_wakes_writes_nothing(tmp_path: Path, store_url: str) -> None:
    """SIGSTOP, another hub claims the store, SIGCONT: the old one is fenced, with orders in hand."""
    rng = random.Random(4)
    told: list[tuple[str, bool]] = []
    locked = 0
    cycles, commands = size("B4", 2), size("B4_COMMANDS", 400) // SEATS
    with town(tmp_path, seats=SEATS, vehicles=VEHICLES, url=store_url, pair=True) as city:
        city.start()
        with crowds(city, city.seats) as [crowd]:
            begin(city, crowd)
            for cycle in range(cycles):
                busy_first = cycle % 2 == 1
                if busy_first:
                    crowd.ask("work", commands, cycle, WORK_S_MAX)
                    crowd.wait(rng.uniform(0, KILL_S_MAX))
                os.kill(city.hubs[0].pid or 0, signal.SIGSTOP)
                if not busy_first:
                    crowd.ask("work", commands, cycle, WORK_S_MAX)
                locked += not replaced(city, crowd, ("second", "first")[(cycle - locked) % 2], rng)
                told += crowd.answer()
            name = "B4 SQLite" if "sqlite" in store_url else "B4 PostgreSQL"
            finish(name, city, crowd, told, cycles=cycles, lock_held=locked)


def replaced(city: Town, crowd: Crowd, ports: str, rng: random.Random) -> bool:
    """A new hub for the frozen one, which then wakes. False: it froze with SQLite's lock and stays."""
    old, boot = city.hubs[0], boot_of(city.url)
    fresh = city.start(ports)
    while boot_of(city.url) == boot:
        fresh.join(0.02)
        if fresh.exitcode is not None:
            city.hubs.remove(fresh)
            os.kill(old.pid or 0, signal.SIGCONT)
            return False
    crowd.wait(rng.choice((0.0, THAWED_LATE_S)))
    os.kill(old.pid or 0, signal.SIGCONT)
    crowd.wait(WORK_S_MAX)
    city.kill(old)
    return True
