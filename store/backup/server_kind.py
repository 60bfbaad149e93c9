"""PostgreSQL: a base backup proven by its manifest; a restore replays the archived log up to a moment.

The restored server has its own folder, listens on a private socket only, archives nothing and waits for
nobody. The programs refuse root: under root they run as the user postgres.
"""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from store.backup.records import BackupError
from store.config import Config
from store.db.errors import StoreError
from store.db.server import server_state

COPY_S_MAX = 6 * 3600
START_S_MAX = 3600
"""Replaying a day of log takes minutes."""
USER = "postgres"
PORT = 5432
LOOK_S = 0.2
LOG_SHOWN = 600
START_FILE = re.compile(r"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)")


def copy(config: Config, folder: Path) -> None:
    """A base backup of this machine's server in `folder`/base, its manifest checked. Raises BackupError."""
    base = folder / "base"
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    server = config.backup.server
    _run(
        config, "pg_basebackup", "-d", server, "-D", str(base), "-c", "fast", "-X", "stream", "--no-password"
    )
    _run(config, "pg_verifybackup", "--quiet", str(base))


def restore(config: Config, folder: Path, target: Path, until_ms: int | None) -> Path:
    """The base backup in `target`/data, ready to replay the archive until that moment (`None`: all of it)."""
    data = target / "data"
    shutil.copytree(folder / "base", data, symlinks=True)
    archive = Path(config.backup.dir) / "wal"
    settings = [f"restore_command = {_quoted(f'cp {shlex.quote(str(archive))}/%f %p')}"]
    if until_ms is not None:
        moment = datetime.fromtimestamp(until_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")
        settings += [f"recovery_target_time = {_quoted(moment)}", "recovery_target_action = 'promote'"]
    (data / "recovery.signal").touch()
    (data / "standby.signal").unlink(missing_ok=True)
    (data / "postgresql.auto.conf").write_text("\n".join([*settings, ""]), encoding="utf-8")
    (target / "pg_hba.conf").write_text("local all all trust\n", encoding="ascii")
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", USER, target], check=True)
    data.chmod(0o700)
    return data


def forget_log(config: Config, oldest: Path) -> None:
    """Delete archived log that no kept backup needs: all before the one in `oldest`. Raises BackupError."""
    label = (oldest / "base" / "backup_label").read_text(encoding="utf-8")
    found = START_FILE.search(label)
    if found is None:
        raise BackupError(f"{oldest} 没有起点", f"{oldest} does not say where its log begins")
    _run(config, "pg_archivecleanup", str(Path(config.backup.dir) / "wal"), found[1])


@contextlib.contextmanager
def running(config: Config, target: Path) -> Iterator[str]:
    """Starts the restored server, gives the URL of its database, stops it. Raises BackupError."""
    data, log = target / "data", target / "log"
    with tempfile.TemporaryDirectory(prefix="ls-restore-") as sockets:  # short: a socket's path is limited
        if os.geteuid() == 0:
            shutil.chown(sockets, USER)
        started = (
            "-D",
            str(data),
            "-l",
            str(log),
            "-t",
            str(START_S_MAX),
            "-w",
            "-o",
            _options(target, sockets),
        )
        try:
            _run(config, "pg_ctl", "start", *started)
            _replay(data, f"host={sockets} port={PORT} user={USER} dbname={database_of(config)}")
        except BackupError as error:
            said = log.read_text(encoding="utf-8", errors="replace")[-LOG_SHOWN:] if log.exists() else ""
            raise BackupError(f"恢复未到目标：{said}", f"not recovered to the target: {error}") from error
        try:
            yield f"postgresql+psycopg://{USER}@/{database_of(config)}?host={sockets}&port={PORT}"
        finally:
            _run(config, "pg_ctl", "stop", "-D", str(data), "-m", "fast", "-w")


def _replay(data: Path, conninfo: str) -> None:
    """Wait for the end of the log: the server answers long before, reading only."""
    pause, end = threading.Event(), time.monotonic() + START_S_MAX
    while (data / "postmaster.pid").exists() and time.monotonic() < end:
        with contextlib.suppress(StoreError):
            if not server_state(conninfo).in_recovery:
                return
        pause.wait(LOOK_S)
    raise BackupError("日志重放未完成", "the log was not replayed to the target")


def database_of(config: Config) -> str:
    """Name of the city's database."""
    return config.store.url.split("?", 1)[0].rsplit("/", 1)[-1]


def _options(target: Path, sockets: str) -> str:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": sockets,
        "port": str(PORT),
        "hba_file": f"{target}/pg_hba.conf",
        "archive_mode": "off",
        "synchronous_standby_names": "",
        "ssl": "off",
        "primary_conninfo": "",
        "logging_collector": "off",
    }
    return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _run(config: Config, program: str, *arguments: str) -> None:
    user = USER if os.geteuid() == 0 else None
    command = [f"{config.cluster.bin_dir}/{program}", *arguments]
    try:
        # A server started here keeps its own output: capturing it would wait for its end.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                command, user=user, cwd="/", check=False, timeout=COPY_S_MAX, stdout=said, stderr=said
            )
            said.seek(0)
            text = said.read().decode(errors="replace").strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise BackupError(f"{program} 不能执行：{error}", f"{program} cannot be run: {error}") from error
    if done.returncode != 0:
        raise BackupError(f"{program} 失败：{text[-LOG_SHOWN:]}", f"{program} failed")
