"""Patroni's REST interface: the one way to change what Patroni owns (leader, synchronous mode).

PatroniError(Exception)   no server answered, or it said no
"""

import http.client
import json
import ssl
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from store.config import Cluster

ASK_S_MAX = 5.0
ORDER_S_MAX = 40.0
"""A switchover answers when it is done."""
NEIGHBOUR_S_MAX = 2.0
"""People wait for the takeover while a machine that burned down is asked."""
USER = "lingsheng"


class PatroniError(Exception):
    """The text says which server and why."""


def ask(cluster: Cluster, path: str, *, at: str = "") -> Any:
    """GET from the first server that answers, or from `at` only. Raises PatroniError."""
    return _first(cluster, "GET", path, None, (at,) if at else cluster.patroni, ASK_S_MAX)


def settings_of(cluster: Cluster) -> dict[str, Any]:
    """The dynamic configuration, kept by etcd. Raises PatroniError, also when an error page came instead."""
    told = ask(cluster, "/config")
    if not isinstance(told, dict) or "ttl" not in told:
        raise PatroniError(f"/config: {str(told)[:200]}")
    return told


def change_config(cluster: Cluster, changes: dict[str, Any]) -> Any:
    """PATCH the dynamic configuration; needs the majority of etcd. Raises PatroniError."""
    return _first(cluster, "PATCH", "/config", changes, cluster.patroni, ASK_S_MAX)


def move_leader(cluster: Cluster, leader: str, candidate: str) -> Any:
    """Switchover when `leader` lives, failover when it is "". Raises PatroniError."""
    path, body = "/failover", {"candidate": candidate}
    if leader:
        path, body = "/switchover", {"leader": leader, "candidate": candidate}
    return _first(cluster, "POST", path, body, cluster.patroni, ORDER_S_MAX)


def members(cluster: Cluster) -> list[dict[str, Any]]:
    """As `patronictl list` shows them. Raises PatroniError."""
    told = ask(cluster, "/cluster")
    return list(told.get("members", ())) if isinstance(told, dict) else []


def leader_of(listed: list[dict[str, Any]]) -> str:
    """Name of the running leader; "" for none."""
    leads = (one["name"] for one in listed if one["role"] == "leader" and one["state"] == "running")
    return next(leads, "")


def received(cluster: Cluster) -> tuple[dict[str, int], list[str]]:
    """Bytes of log each standby has by its own Patroni, and the servers that did not answer. Never raises.

    Works without etcd. All are asked at once: in a disaster most of them are silent.
    """
    with ThreadPoolExecutor(max(1, len(cluster.patroni))) as pool:
        told = dict(zip(cluster.patroni, pool.map(partial(_log_of, cluster), cluster.patroni), strict=True))
    lsns = {server: lsn for server, lsn in told.items() if lsn is not None}
    return lsns, [server for server, lsn in told.items() if lsn is None]


def _log_of(cluster: Cluster, server: str) -> int | None:
    """0 for a leader: it does not receive. `None`: no answer."""
    try:
        log = _first(cluster, "GET", "/patroni", None, (server,), NEIGHBOUR_S_MAX)["xlog"]
        return max(log.get("received_location") or 0, log.get("replayed_location") or 0)
    except (PatroniError, KeyError, TypeError, AttributeError):
        return None


def _first(
    cluster: Cluster, method: str, path: str, body: Any, servers: tuple[str, ...], limit_s: float
) -> Any:
    said = []
    for server in servers:
        try:
            return _one(cluster, method, server, path, body, limit_s)
        except (OSError, http.client.HTTPException, ValueError) as error:
            said.append(f"{server}: {error}")
    raise PatroniError("; ".join(said) or "no server is named in [cluster] patroni")


def _one(cluster: Cluster, method: str, server: str, path: str, body: Any, limit_s: float) -> Any:
    parts = urlsplit(server)
    connection = _connection(cluster, parts.scheme, parts.hostname or "", parts.port, limit_s)
    headers = {"Content-Type": "application/json"}
    if cluster.password_file:
        password = Path(cluster.password_file).read_text(encoding="ascii").strip()
        headers["Authorization"] = f"Basic {b64encode(f'{USER}:{password}'.encode()).decode()}"
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if method != "GET" and answer.status >= 300:
        raise PatroniError(f"{server}: {answer.status} {text.strip()[:200]}")
    return json.loads(text) if text.startswith(("{", "[")) else text


def _connection(
    cluster: Cluster, scheme: str, host: str, port: int | None, limit_s: float
) -> http.client.HTTPConnection:
    if scheme != "https":
        return http.client.HTTPConnection(host, port, timeout=limit_s)
    context = ssl.create_default_context(cafile=cluster.authority_file or None)
    return http.client.HTTPSConnection(host, port, timeout=limit_s, context=context)
