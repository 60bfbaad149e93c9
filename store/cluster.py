"""What people order of a city's database: island and back, promotion, and the return of an old leader.

Where Patroni is configured it is asked, because it owns leader and synchronous mode; without it, and in a
break-glass promotion, the server is told directly.

ClusterError(Exception)   not done, the text says what stands in the way
"""

import logging
import subprocess
import threading
import time
from collections.abc import Callable

from msgspec import Struct

from store.config import Cluster
from store.db.errors import StoreError
from store.db.server import (
    ServerState,
    checkpoint,
    promote,
    received_lsn,
    server_state,
    wait_for_standbys,
)
from store.patroni import (
    PatroniError,
    change_config,
    leader_of,
    members,
    move_leader,
    received,
    settings_of,
)

ISLAND_S_MAX = 15.0
PROMOTE_S_MAX = 30
STOP_PATRONI_S_MAX = 20
LOOK_S = 0.1
BEFORE_ISLAND = "lingsheng_before_island"
"""Kept beside Patroni's own settings: what to return to."""

log = logging.getLogger(__name__)


class ClusterError(Exception):
    """Nothing was changed, or not all of it; the text says what."""


class Promoted(Struct, frozen=True):
    """`confirmed_by`: standbys that confirm commits from now on; none: durable in this building only.

    `silent`: servers whose log could not be compared before a break-glass promotion.
    """

    took_s: float
    timeline: int
    journal_seq: int
    confirmed_by: tuple[str, ...]
    silent: tuple[str, ...] = ()


def set_island(cluster: Cluster, *, on: bool) -> None:
    """Commits stop waiting for the other building, or wait again. Two people ordered it. Raises ClusterError.

    Comes back when it is in effect; commits that were waiting are let through by it.
    """
    try:
        if cluster.patroni:
            _tell_patroni(cluster, on=on)
        elif cluster.server:
            wait_for_standbys(cluster.server, "" if on else cluster.standby_names)
        else:
            raise ClusterError("neither [cluster] patroni nor server is set: this store has no standby")
        _until(lambda: is_island(cluster) is on, ISLAND_S_MAX, "the setting did not take effect")
    except (PatroniError, StoreError) as error:
        raise ClusterError(str(error)) from error
    log.warning("island %s", "declared" if on else "ended")


def is_island(cluster: Cluster) -> bool:
    """True while commits wait for nobody by order. Raises PatroniError, StoreError."""
    if cluster.patroni:
        leader = leader_of(members(cluster))
        settings = settings_of(cluster)
        return bool(leader) and not settings.get("synchronous_mode")
    return bool(cluster.server) and not server_state(cluster.server).wait_for


def _tell_patroni(cluster: Cluster, *, on: bool) -> None:
    settings = settings_of(cluster)
    if on and settings.get("synchronous_mode"):
        before = settings["synchronous_mode"]
        change_config(cluster, {"synchronous_mode": False, BEFORE_ISLAND: before})
    elif not on:
        before = settings.get(BEFORE_ISLAND, True)
        change_config(cluster, {"synchronous_mode": before, BEFORE_ISLAND: None})


def take_lead(cluster: Cluster, *, break_glass: bool = False, accept_loss: bool = False) -> Promoted:
    """The server of this machine becomes the leader. Raises ClusterError.

    `break_glass`: without etcd's majority: Patroni is taken away first, or it would step down again.
    `accept_loss`: also when another standby has more of the log than this one; else that is refused.
    """
    begun = time.monotonic()
    silent: list[str] = []
    try:
        if cluster.patroni and not break_glass:
            _lead_by_patroni(cluster)
        else:
            silent = _compare_logs(cluster, accept_loss=accept_loss)
            _lead_alone(cluster)
        checkpoint(cluster.server)
        state = server_state(cluster.server)
    except (PatroniError, StoreError) as error:
        raise ClusterError(str(error)) from error
    took_s = time.monotonic() - begun
    confirmed = tuple(name for name, sync, _ in state.standbys if sync in {"sync", "quorum"})
    log.warning("promoted in %.2f s: timeline %d, journal %d", took_s, state.timeline, state.journal_seq)
    return Promoted(took_s, state.timeline, state.journal_seq, confirmed, tuple(silent))


def _lead_by_patroni(cluster: Cluster) -> None:
    if not cluster.member:
        raise ClusterError("[cluster] member is not set: this machine has no server in Patroni")
    leader = leader_of(members(cluster))
    if leader != cluster.member:
        move_leader(cluster, leader, cluster.member)
    _until(lambda: not server_state(cluster.server).in_recovery, PROMOTE_S_MAX, "the server does not lead")


def _compare_logs(cluster: Cluster, *, accept_loss: bool) -> list[str]:
    """Two of three confirm a commit: what the other standby has and this one lacks may be acknowledged.

    Gives back who did not answer. Raises ClusterError, StoreError.
    """
    if not server_state(cluster.server).in_recovery:
        return []  # it leads already: an order given again after a fall
    others, silent = received(cluster)
    own = received_lsn(cluster.server)
    for server, lsn in others.items():
        if lsn <= own:
            continue
        more = f"{server} has {lsn - own} bytes of log more than this server"
        if not accept_loss:
            raise ClusterError(
                f"{server} 比本机多 {lsn - own} 字节日志，其中可能有已答复的指令：请在那里提升，"
                "或确认丢弃后加 --accept-loss. "
                f"{more}, orders that were answered may be in it: promote there, or add --accept-loss"
            )
        log.error("promoted although %s: orders that were answered may be lost", more)
    if silent:
        log.warning("promoted without comparing the log of %s", ", ".join(silent))
    return silent


def _lead_alone(cluster: Cluster) -> None:
    if cluster.stop_patroni and cluster.patroni:
        try:
            subprocess.run(cluster.stop_patroni, check=True, capture_output=True, timeout=STOP_PATRONI_S_MAX)
        except (OSError, subprocess.SubprocessError) as error:
            raise ClusterError(f"Patroni could not be taken away: {error}") from error
    wait_for_standbys(cluster.server, "")
    if not promote(cluster.server, PROMOTE_S_MAX):
        raise ClusterError(f"not promoted within {PROMOTE_S_MAX} s")


def confirm_by_streaming(cluster: Cluster) -> tuple[str, ...]:
    """After a break-glass promotion: commits wait for any one of the standbys that stream from here now.

    Gives back their names; none: nothing was changed. Raises ClusterError.
    """
    try:
        names = tuple(name for name, _, _ in server_state(cluster.server).standbys)
        if names:
            listed = ", ".join(f'"{name}"' for name in names)
            wait_for_standbys(cluster.server, f"ANY 1 ({listed})")
    except StoreError as error:
        raise ClusterError(str(error)) from error
    return names


def give_back_to_patroni(cluster: Cluster) -> None:
    """Before Patroni is started again after a break-glass promotion: its own settings count again."""
    try:
        wait_for_standbys(cluster.server, None)
    except StoreError as error:
        raise ClusterError(str(error)) from error


def _until(holds: Callable[[], bool], limit_s: float, what: str) -> None:
    """Ask again until it holds; errors of the way count as not yet."""
    end, pause, last = time.monotonic() + limit_s, threading.Event(), ""
    while time.monotonic() < end:
        try:
            if holds():
                return
        except (PatroniError, StoreError) as error:
            last = f" ({error})"
        pause.wait(LOOK_S)
    raise ClusterError(f"{what} within {limit_s:.0f} s{last}")


def state_of(cluster: Cluster) -> ServerState:
    """The server of this machine. Raises ClusterError."""
    try:
        return server_state(cluster.server)
    except StoreError as error:
        raise ClusterError(str(error)) from error
