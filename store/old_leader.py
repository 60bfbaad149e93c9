"""An old leader comes back as a standby: rewound, or built anew, and only believed when it really replays.

pg_rewind right after a promotion may do nothing and leave a zombie, which streams and never replays (bus.md,
trap 13): the new leader makes a checkpoint first, and what it writes afterwards has to appear here.
"""

import contextlib
import logging
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from msgspec import Struct

from store.cluster import ClusterError
from store.config import Cluster
from store.db.errors import StoreError
from store.db.server import checkpoint, server_state

RUN_S_MAX = 6 * 3600
REPLAY_S_MAX = 20.0
START_S_MAX = 15.0
"""A process that was just killed may hold the socket's lock file some moments longer."""
START_AGAIN_S = 0.5
LOOK_S = 0.1
USER = "postgres"
SHOWN = 400
OWN_FILES = ("postgresql.conf", "pg_hba.conf", "pg_ident.conf")
"""Of this machine: its address and port; rewinding brings the leader's."""

log = logging.getLogger(__name__)


class Rejoined(Struct, frozen=True):
    """`rebuilt`: copied whole because rewinding did not do; what it had alone lies in `kept`."""

    rebuilt: bool
    took_s: float
    journal_seq: int
    kept: str


def rejoin(cluster: Cluster, source: str, keep: Path | None = None) -> Rejoined:
    """Make the server of this machine a standby of `source` (libpq connection). Raises ClusterError.

    It is stopped first. `keep`: a copy of its folder is left there, for what only it had written.
    """
    if not cluster.data_dir or not cluster.server:
        raise ClusterError("[cluster] data_dir and server are not set: this machine has no server")
    begun, data = time.monotonic(), Path(cluster.data_dir)
    if keep is not None and keep.exists():
        raise ClusterError(f"{keep} 已存在，请另选 is there already: choose another folder")
    _source_leads(cluster, source)
    _stop(cluster, data)
    own = {name: (data / name).read_bytes() for name in OWN_FILES if (data / name).exists()}
    if keep is not None:
        shutil.copytree(data, keep, symlinks=True)
    _fresh_checkpoint(source)
    why_not = _rewound(cluster, data, source) or _why_not_replaying(cluster, data, source, own)
    rebuilt = bool(why_not)
    if rebuilt:
        log.warning("not rewound, copied whole from the leader: %s", why_not)
        _stop(cluster, data)
        _build_anew(cluster, data, source)
        why_not = _why_not_replaying(cluster, data, source, own)
        if why_not:
            raise ClusterError(
                f"重建后仍不可用，请看 {data}.log built anew and still not a standby: {why_not}"
            )
    seq = server_state(cluster.server).journal_seq
    return Rejoined(rebuilt, time.monotonic() - begun, seq, str(keep or ""))


def _source_leads(cluster: Cluster, source: str) -> None:
    """Rewinding destroys what only this server has: never towards a standby or a leader of less."""
    try:
        leader = server_state(source)
    except StoreError as error:
        raise ClusterError(f"新主库无应答 the leader does not answer: {error}") from error
    if leader.in_recovery:
        raise ClusterError("--source 是备机，不是主库 --source is a standby and leads nobody")
    with contextlib.suppress(StoreError):  # an old leader is mostly down by now
        own = server_state(cluster.server)
        if not own.in_recovery and own.timeline >= leader.timeline:
            raise ClusterError(
                f"本机是主库且时间线 {own.timeline} 不旧于 --source 的 {leader.timeline}：未更改 "
                "this server leads and is not older than --source: nothing was changed"
            )


def _rewound(cluster: Cluster, data: Path, source: str) -> str:
    """ "" when it went well, else what it said."""
    return _run(cluster, "pg_rewind", "-D", str(data), "--source-server", source, "-R", "--no-sync")


def _build_anew(cluster: Cluster, data: Path, source: str) -> None:
    aside = data.with_name(f"{data.name}.abandoned-{int(time.time())}")
    data.rename(aside)
    said = _run(cluster, "pg_basebackup", "-D", str(data), "-d", source, "-R", "-c", "fast", "-X", "stream")
    if said:
        raise ClusterError(f"not copied from the leader; what was here is now in {aside}: {said}")


def _why_not_replaying(cluster: Cluster, data: Path, source: str, own: dict[str, bytes]) -> str:
    """Start it as this machine's; "" when what the leader writes from now on is replayed here."""
    for name, content in own.items():
        (data / name).write_bytes(content)
    if said := _start(cluster, data):
        return said
    _fresh_checkpoint(source)
    wanted = server_state(source)
    end, pause = time.monotonic() + REPLAY_S_MAX, threading.Event()
    while time.monotonic() < end:
        with contextlib.suppress(StoreError):
            here = server_state(cluster.server)
            same_line = here.in_recovery and here.timeline == wanted.timeline
            if same_line and here.lsn >= wanted.lsn and here.journal_seq >= wanted.journal_seq:
                return ""
        pause.wait(LOOK_S)
    return f"it does not replay what {source} writes"


def _start(cluster: Cluster, data: Path) -> str:
    """ "" when it runs, else what it said last."""
    end, pause = time.monotonic() + START_S_MAX, threading.Event()
    while said := _run(cluster, "pg_ctl", "start", "-D", str(data), "-w", "-l", f"{data}.log"):
        if time.monotonic() > end:
            return said
        pause.wait(START_AGAIN_S)
    return ""


def _fresh_checkpoint(source: str) -> None:
    try:
        checkpoint(source)
    except StoreError as error:
        raise ClusterError(f"the leader does not answer: {error}") from error


def _stop(cluster: Cluster, data: Path) -> None:
    """Raises ClusterError while it still runs: its folder is copied, rewound, renamed next."""
    if not (data / "postmaster.pid").exists():
        return
    said = _run(cluster, "pg_ctl", "stop", "-D", str(data), "-m", "fast", "-w")
    if said and not _run(cluster, "pg_ctl", "status", "-D", str(data)):  # else only the file was left behind
        raise ClusterError(f"本机数据库未停 the server here does not stop: {said}")


def _run(cluster: Cluster, program: str, *arguments: str) -> str:
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
