"""An old leader comes back as a standby: rewound, or built anew, and only believed when it really replays.

pg_rewind right after a promotion may do nothing and leave a zombie, which streams and never replays (bus.md,
trap 13): the new leader makes a checkpoint first, and what it writes afterwards has to appear here. Rewinding
undoes what only this server has: before that it is asked, and kept aside where the source lacks its end.
"""

import contextlib
import logging
import os
import shutil
import threading
import time
from pathlib import Path

from msgspec import Struct

from store.cluster import ClusterError
from store.config import Cluster
from store.db.errors import StoreError
from store.db.server import checkpoint, has_end, journal_end, server_state
from store.server_here import USER, alone, run_program, start, stop

REPLAY_S_MAX = 20.0
LOOK_S = 0.1
GIVEN_UP = 2
"""Said twice: what only the old server has is not kept."""
OWN_FILES = ("postgresql.conf", "pg_hba.conf", "pg_ident.conf")
"""Of this machine: its address and port; rewinding brings the leader's."""

log = logging.getLogger(__name__)


class Rejoined(Struct, frozen=True):
    """`rebuilt`: copied whole because rewinding did not do; what it had alone lies in `kept`, "" nothing is.

    `only_here`: what the source lacks, "" nothing.
    """

    rebuilt: bool
    took_s: float
    journal_seq: int
    kept: str
    only_here: str = ""


def rejoin(cluster: Cluster, source: str, keep: Path | None = None, *, give_up: int = 0) -> Rejoined:
    """Make the server of this machine a standby of `source` (libpq connection). Raises ClusterError.

    It is stopped first. `keep`: a copy of its folder is left there; `None`: one is left beside it where the
    source lacks its last row. `give_up` 1: then nothing is begun; 2: no copy, what only it had is lost.
    """
    if not cluster.data_dir or not cluster.server:
        raise ClusterError("[cluster] data_dir and server are not set: this machine has no server")
    begun, data = time.monotonic(), Path(cluster.data_dir)
    if keep is not None and keep.exists():
        raise ClusterError(f"{keep} 已存在，请另选 is there already: choose another folder")
    _source_leads(cluster, source)
    stop(cluster, data)
    own = {name: (data / name).read_bytes() for name in OWN_FILES if (data / name).exists()}
    only_here = _only_here(cluster, data, source)
    if only_here and keep is None and give_up < GIVEN_UP:
        if give_up:
            raise ClusterError(
                f"{only_here}：未更改；去掉 --no-keep 会另存，写两次才放弃 "
                "nothing was changed: without --no-keep it is kept, said twice it is lost"
            )
        keep = data.with_name(f"{data.name}.kept-{int(time.time())}")
    if keep is not None:
        _copy(data, keep)
    _fresh_checkpoint(source)
    why_not = _rewound(cluster, data, source) or _why_not_replaying(cluster, data, source, own)
    rebuilt = bool(why_not)
    if rebuilt:
        log.warning("not rewound, copied whole from the leader: %s", why_not)
        stop(cluster, data)
        _build_anew(cluster, data, source)
        why_not = _why_not_replaying(cluster, data, source, own)
        if why_not:
            raise ClusterError(
                f"重建后仍不可用，请看 {data}.log built anew and still not a standby: {why_not}"
            )
    seq = server_state(cluster.server).journal_seq
    return Rejoined(rebuilt, time.monotonic() - begun, seq, str(keep or ""), only_here)


def _only_here(cluster: Cluster, data: Path, source: str) -> str:
    """What the source lacks of this stopped server; "" nothing. What cannot be asked may have anything."""
    try:
        with alone(cluster, data) as conninfo:
            end = journal_end(conninfo)
        if end is None or has_end(source, end):
            return ""
    except (ClusterError, StoreError) as error:
        return f"本机旧库无法核对 the old server here could not be compared ({error})"
    return f"流水第 {end.seq} 条只在本机旧库 row {end.seq} of the journal is in the old server here only"


def _copy(data: Path, keep: Path) -> None:
    shutil.copytree(data, keep, symlinks=True)
    if os.geteuid() == 0:  # whose it is decides whether it can be started
        for path in (keep, *keep.rglob("*")):
            shutil.chown(path, USER)


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
    return run_program(cluster, "pg_rewind", "-D", str(data), "--source-server", source, "-R", "--no-sync")


def _build_anew(cluster: Cluster, data: Path, source: str) -> None:
    aside = data.with_name(f"{data.name}.abandoned-{int(time.time())}")
    data.rename(aside)
    streamed = ("-R", "-c", "fast", "-X", "stream")
    said = run_program(cluster, "pg_basebackup", "-D", str(data), "-d", source, *streamed)
    if said:
        raise ClusterError(f"not copied from the leader; what was here is now in {aside}: {said}")


def _why_not_replaying(cluster: Cluster, data: Path, source: str, own: dict[str, bytes]) -> str:
    """Start it as this machine's; "" when what the leader writes from now on is replayed here."""
    for name, content in own.items():
        (data / name).write_bytes(content)
    if said := start(cluster, data):
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


def _fresh_checkpoint(source: str) -> None:
    try:
        checkpoint(source)
    except StoreError as error:
        raise ClusterError(f"the leader does not answer: {error}") from error
