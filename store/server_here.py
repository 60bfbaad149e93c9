"""The PostgreSQL server of this machine, by its own programs: started, stopped, asked alone.

Alone it listens on a private socket only, waits for nobody and archives nothing: no hub can write into it.
"""

import contextlib
import os
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from store.cluster import ClusterError
from store.config import Cluster
from store.db.server import at_socket

RUN_S_MAX = 6 * 3600
START_S_MAX = 15.0
"""A process that was just killed may hold the socket's lock file some moments longer."""
START_AGAIN_S = 0.5
USER = "postgres"
SHOWN = 400
PORT = 5432


def start(cluster: Cluster, data: Path, *more: str) -> str:
    """ "" when it runs, else what it said last. `more`: words for pg_ctl."""
    end, pause = time.monotonic() + START_S_MAX, threading.Event()
    while said := run_program(cluster, "pg_ctl", "start", "-D", str(data), "-w", "-l", f"{data}.log", *more):
        if time.monotonic() > end:
            return said
        pause.wait(START_AGAIN_S)
    return ""


def stop(cluster: Cluster, data: Path) -> None:
    """Raises ClusterError while it still runs: its folder is copied, rewound, renamed next."""
    if not (data / "postmaster.pid").exists():
        return
    said = run_program(cluster, "pg_ctl", "stop", "-D", str(data), "-m", "fast", "-w")
    if said and not run_program(cluster, "pg_ctl", "status", "-D", str(data)):  # else only the file was left
        raise ClusterError(f"本机数据库未停 the server here does not stop: {said}")


@contextlib.contextmanager
def alone(cluster: Cluster, data: Path) -> Iterator[str]:
    """The stopped server of `data` runs for us alone: its libpq connection. Raises ClusterError."""
    with tempfile.TemporaryDirectory(prefix="ls-old-") as sockets:  # short: a socket's path is limited
        hba = Path(sockets, "hba")
        hba.write_text("local all all trust\n", encoding="ascii")
        if os.geteuid() == 0:
            shutil.chown(sockets, USER)
            shutil.chown(hba, USER)
        if said := start(cluster, data, "-o", _options(sockets, hba)):
            raise ClusterError(f"the server here does not start: {said}")
        try:
            yield at_socket(cluster.server, sockets, PORT)
        finally:
            stop(cluster, data)


def _options(sockets: str, hba: Path) -> str:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": sockets,
        "port": str(PORT),
        "hba_file": str(hba),
        "archive_mode": "off",
        "synchronous_standby_names": "",
        "primary_conninfo": "",
        "ssl": "off",
        "logging_collector": "off",
    }
    return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())


def run_program(cluster: Cluster, program: str, *arguments: str) -> str:
    """ "" when it went well, else what it said. Under root as the user postgres."""
    user = USER if os.geteuid() == 0 else None
    command = [f"{cluster.bin_dir}/{program}", *arguments]
    try:
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(
                command, user=user, cwd="/", check=False, timeout=RUN_S_MAX, stdout=out, stderr=out
            )
            out.seek(0)
            said = out.read().decode(errors="replace").strip()[-SHOWN:]
    except (OSError, subprocess.SubprocessError) as error:
        raise ClusterError(f"{program} cannot be run: {error}") from error
    return "" if done.returncode == 0 else said or f"{program} ended with {done.returncode}"
