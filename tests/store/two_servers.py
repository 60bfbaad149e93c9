"""Two real PostgreSQL servers: a leader and its synchronous standby, made from it."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from console.drill.ports import free_ports
from store.config import Cluster
from tests.store.conftest import POSTGRES, Postgres

ANY = "ANY 1 (*)"


class Standby(Postgres):
    """A copy of a leader that follows it."""

    def __init__(self, folder: Path, leader: Postgres) -> None:
        self.folder = folder
        self.port = free_ports(1)[0]
        self.user = leader.user
        if self.user:
            subprocess.run(["chown", self.user, folder], check=True)
        source = f"{conninfo(leader)} application_name=b1"
        self._run("pg_basebackup", "-d", source, "-D", f"{folder}/data", "-R", "-c", "fast", "-X", "stream")
        own_address(self)
        self.start()


def own_address(server: Postgres) -> None:
    """In its own file: it is also started by others than the fixture."""
    with (server.folder / "data" / "postgresql.conf").open("a", encoding="ascii") as file:
        file.write(f"port = {server.port}\nunix_socket_directories = '{server.folder}'\n")
        file.write("listen_addresses = '127.0.0.1'\nfsync = off\n")


def conninfo(server: Postgres, database: str = "postgres") -> str:
    return f"host=127.0.0.1 port={server.port} user=postgres dbname={database}"


def cluster_of(server: Postgres, database: str) -> Cluster:
    """[cluster] of this server's machine, without Patroni."""
    return Cluster(
        server=conninfo(server, database),
        standby_names=ANY,
        data_dir=f"{server.folder}/data",
        bin_dir=str(POSTGRES),
    )


def say(server: Postgres, *statements: str) -> Any:
    """As an administrator; the first column of the last answer."""
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def postmaster(server: Postgres) -> int:
    pid = server.folder / "data" / "postmaster.pid"
    return int(pid.read_text(encoding="ascii").split("\n", 1)[0])


@contextmanager
def frozen(server: Postgres) -> Iterator[None]:
    """Every process of the server stands still, as a machine that hangs."""
    parent = psutil.Process(postmaster(server))
    processes = [parent, *parent.children(recursive=True)]
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process.pid, signal.SIGCONT)


@contextmanager
def two_servers() -> Iterator[tuple[Postgres, Standby]]:
    """The leader waits for any standby; checksums and hints as a rewind needs them."""
    with (
        tempfile.TemporaryDirectory(prefix="lingsheng-a-") as a,
        tempfile.TemporaryDirectory(prefix="lingsheng-b-") as b,
    ):
        leader = Postgres(Path(a))
        leader.stop()
        with (leader.folder / "data" / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write("wal_log_hints = on\nwal_retrieve_retry_interval = 200ms\nwal_keep_size = 256MB\n")
            file.write("wal_sender_timeout = 60s\nwal_receiver_timeout = 60s\n")
        own_address(leader)
        leader.start()
        standby = Standby(Path(b), leader)
        say(leader, f"ALTER SYSTEM SET synchronous_standby_names = '{ANY}'", "SELECT pg_reload_conf()")
        try:
            yield leader, standby
        finally:
            for server in (standby, leader):
                with suppress(subprocess.CalledProcessError):  # killed by the test, not started again
                    server.stop("immediate")
