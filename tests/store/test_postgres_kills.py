"""B3 on PostgreSQL: kill -9 of the hub and of PostgreSQL itself, in the middle of commands, many times."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bench.sizes import report
from dispatch import commands as cmd
from store.core.ids import new_id
from store.db.verify import verified
from tests.store.conftest import POSTGRES, City, Postgres
from tests.store.two_servers import postmaster

pytestmark = [pytest.mark.process, pytest.mark.peer]
KILLS = int(os.environ.get("LINGSHENG_KILLS", "5"))
SERVER_EVERY = 5
"""Every fifth kill is PostgreSQL's own."""
COMMANDS_PER_KILL = 100
START_S_MAX = 30.0


@pytest.fixture
def server() -> Iterator[Postgres]:
    if POSTGRES is None:
        pytest.skip("not installed: postgresql")
    with tempfile.TemporaryDirectory(prefix="lingsheng-pg-") as folder:
        cluster = Postgres(Path(folder))
        yield cluster
        cluster.stop("immediate")


def kill_server(server: Postgres) -> None:
    """Every process of it at once, then started again, as systemd or Patroni would."""
    parent = psutil.Process(postmaster(server))
    family = [parent, *parent.children(recursive=True)]
    for process in family:
        if process.is_running():
            process.kill()
    psutil.wait_procs(family, 10)
    pause, end = threading.Event(), time.monotonic() + START_S_MAX
    while True:
        try:
            server.start()
        except subprocess.CalledProcessError:  # its shared memory may be in use for a moment yet
            assert time.monotonic() < end
            pause.wait(0.2)
        else:
            return


def test_nothing_acknowledged_is_lost_whoever_is_killed(tmp_path: Path, server: Postgres) -> None:
    city = City(tmp_path, server.new_database())
    city.start_hub()
    try:
        seats = [city.seat("01"), city.seat("02")]
        calls: set[str] = set()
        servers = cut_short = 0
        for cycle in range(KILLS):
            orders = []
            for n in range(COMMANDS_PER_KILL):
                command = cmd.ReportRinging(new_id(), f"138{n:08d}")
                orders.append((seats[n % 2], seats[n % 2].link.order(command)))
                calls.add(command.call_id)
            seat, cid = orders[cycle * 37 % 60]
            seat.verdict(cid, 30.0)
            if cycle % SERVER_EVERY == SERVER_EVERY - 1:
                servers += 1
                kill_server(server)
            else:
                city.kill_hub()
                city.start_hub()
            cut_short += sum(one.link.state.unsent for one in seats)
            for seat, cid in orders:
                assert seat.verdict(cid, 30.0).refusal is None
        for seat in seats:
            seat.wait(lambda seat=seat: set(seat.floor.calls) == calls, "every call, once")
        assert city.stop_hub() == 0
        found = verified(city.config.store.url)
        assert found.good
        report(
            "B3 PostgreSQL, server killed too",
            kills=KILLS,
            of_the_server=servers,
            commands=len(calls),
            unanswered_at_kills=cut_short,
            lost=0,
            journal=found.seq,
        )
    finally:
        city.close()
