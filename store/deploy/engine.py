"""Patroni, PostgreSQL and etcd of a machine, with the figures of docs/operations.md and why.

Works with Debian 12's Patroni 3.0.2 and with Patroni 4; the one difference is quorum commit.
"""

import ipaddress
from typing import Any

from store.deploy.city_file import CityFile, CityMachine
from store.deploy.secrets_file import Passwords

TTL_S = 20  # Patroni allows no less
LOOP_WAIT_S = 1
RETRY_TIMEOUT_S = 5  # loop_wait + 2 * retry_timeout <= ttl
LAG_BYTES_MAX = 1_048_576
HUB_ROLE = "lingsheng"
OWNER_ROLE = "lingsheng_owner"


def patroni(city: CityFile, machine: CityMachine, words: Passwords) -> dict[str, Any]:
    """Patroni's configuration of one machine."""
    tls = f"{city.path('config', machine)}/tls"
    port = city.ports.patroni
    return {
        "scope": f"lingsheng-{city.city.code}",
        "namespace": "/lingsheng/",
        "name": machine.name,
        "restapi": {
            "listen": f"{machine.address}:{port}",
            "connect_address": f"{machine.address}:{port}",
            "certfile": f"{tls}/machine.crt",
            "keyfile": f"{tls}/machine.key",
            "cafile": f"{tls}/authority.crt",
            "authentication": {"username": "lingsheng", "password": words.patroni},
        },
        "ctl": {
            "cacert": f"{tls}/authority.crt",
            "certfile": f"{tls}/machine.crt",
            "keyfile": f"{tls}/machine.key",
        },
        "etcd3": {
            "hosts": [f"{member.address}:{city.ports.etcd_client}" for member in city.running("etcd")],
            "protocol": "https",
            "cacert": f"{tls}/authority.crt",
            "cert": f"{tls}/machine.crt",
            "key": f"{tls}/machine.key",
        },
        "bootstrap": _bootstrap(city, machine),
        "postgresql": _postgresql(city, machine, words),
        "tags": {"nofailover": False, "noloadbalance": False, "clonefrom": True, "nosync": False},
    }


def dynamic(city: CityFile, machine: CityMachine) -> dict[str, Any]:
    """What etcd keeps for all machines; changed later by `patronictl edit-config` only."""
    quorum = city.city.patroni >= 4 and len(city.running("postgresql")) > 2
    return {
        "ttl": TTL_S,
        "loop_wait": LOOP_WAIT_S,
        "retry_timeout": RETRY_TIMEOUT_S,
        "maximum_lag_on_failover": LAG_BYTES_MAX,
        "synchronous_mode": "quorum" if quorum else True,
        "synchronous_mode_strict": True,
        "synchronous_node_count": city.standbys_needed,
        "failsafe_mode": True,
        "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": _parameters()},
    }


def _bootstrap(city: CityFile, machine: CityMachine) -> dict[str, Any]:
    psql = f"{city.path('postgresql_bin', machine)}/psql"
    roles = f"{city.path('patroni', machine)}/roles.sql"
    return {
        "dcs": dynamic(city, machine),
        "initdb": ["data-checksums", {"encoding": "UTF8"}, {"locale": "C.UTF-8"}],
        "post_bootstrap": f"{psql} -X -q -v ON_ERROR_STOP=1 -f {roles} -d",
    }


def _postgresql(city: CityFile, machine: CityMachine, words: Passwords) -> dict[str, Any]:
    address = f"{machine.address}:{city.ports.postgresql}"
    return {
        "listen": address,
        "connect_address": address,
        "bin_dir": city.path("postgresql_bin", machine),
        "data_dir": city.path("postgresql_data", machine),
        "use_unix_socket": True,
        "pgpass": f"{city.path('patroni', machine)}/pgpass-patroni",
        "authentication": {
            "superuser": {"username": "postgres", "password": words.superuser},
            "replication": {"username": "replicator", "password": words.replication},
            "rewind": {"username": "rewind", "password": words.rewind},
        },
        "parameters": _own_parameters(city, machine),
        "pg_hba": pg_hba(city),
        "create_replica_methods": ["basebackup"],
        "basebackup": [{"checkpoint": "fast"}],
        # A rewind that fails is a person's decision: it would destroy what the old side wrote alone.
        "remove_data_directory_on_rewind_failure": False,
        "remove_data_directory_on_diverged_timelines": False,
    }


def _own_parameters(city: CityFile, machine: CityMachine) -> dict[str, Any]:
    """What may differ from machine to machine."""
    tls = f"{city.path('config', machine)}/tls"
    patroni_dir = city.path("patroni", machine)
    return {
        "unix_socket_directories": city.path("postgresql_socket", machine),
        "ssl": "on",
        "ssl_cert_file": f"{tls}/machine.crt",
        "ssl_key_file": f"{tls}/machine.key",
        "ssl_ca_file": f"{tls}/authority.crt",
        # Every machine archives what it receives, so each holds a whole archive of its own.
        "archive_mode": "always",
        "archive_timeout": "60s",
        "archive_command": f"sh {patroni_dir}/archive-wal %p {backup_dir(city, machine)}/wal/%f",
    }


def _parameters() -> dict[str, Any]:
    return {
        "wal_level": "replica",
        "hot_standby": "on",
        "wal_log_hints": "on",
        "max_wal_senders": 10,
        "max_replication_slots": 10,
        "max_connections": 100,
        "wal_keep_size": "1GB",
        # A promotion waits for the standby's next try to fetch: 5 s by default.
        "wal_retrieve_retry_interval": "200ms",
        "wal_sender_timeout": "5s",
        "wal_receiver_timeout": "5s",
        "tcp_keepalives_idle": 5,
        "tcp_keepalives_interval": 2,
        "tcp_keepalives_count": 3,
        "tcp_user_timeout": "10s",
        "synchronous_commit": "on",
        "password_encryption": "scram-sha-256",
        "log_timezone": "Asia/Shanghai",
    }


def pg_hba(city: CityFile) -> list[str]:
    """Who may log in: hubs and relays to one database, database machines for replication; TLS always."""
    database = city.city.database
    lines = ["local all postgres peer", "local replication postgres peer"]
    for at in _networks(city.running("postgresql")):
        lines += [
            f"hostssl replication replicator {at} scram-sha-256",
            f"hostssl all postgres,rewind,replicator {at} scram-sha-256",
        ]
    readers = _networks(city.running("hub", "standby", "relay", "postgresql"))
    lines += [f"hostssl {database} {HUB_ROLE},{OWNER_ROLE} {at} scram-sha-256" for at in readers]
    return lines


def _networks(machines: list[CityMachine]) -> list[str]:
    return list(dict.fromkeys(_cidr(at) for machine in machines for at in (machine.address, *machine.also)))


def _cidr(address: str) -> str:
    try:
        return str(ipaddress.ip_network(address))
    except ValueError:
        return address  # a host name


def backup_dir(city: CityFile, machine: CityMachine) -> str:
    return city.backup.dir.replace("{machine}", machine.name)


def roles_sql(city: CityFile, words: Passwords) -> str:
    """Run once, when the cluster is born: the owner of the tables, and the hub's role without DDL."""
    database = city.city.database
    return f"""SET synchronous_commit = local;
CREATE ROLE {OWNER_ROLE} LOGIN PASSWORD '{words.owner}';
CREATE ROLE {HUB_ROLE} LOGIN PASSWORD '{words.hub}';
ALTER ROLE {HUB_ROLE} SET idle_in_transaction_session_timeout = '3s';
ALTER ROLE {HUB_ROLE} SET lock_timeout = '2s';
GRANT pg_monitor, pg_checkpoint TO {HUB_ROLE};
CREATE DATABASE {database} OWNER {OWNER_ROLE} ENCODING 'UTF8' TEMPLATE template0;
\\connect {database}
SET synchronous_commit = local;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {HUB_ROLE};
GRANT USAGE, CREATE ON SCHEMA public TO {OWNER_ROLE};
GRANT EXECUTE ON FUNCTION pg_promote(boolean, integer), pg_reload_conf() TO {HUB_ROLE};
GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO {HUB_ROLE};
"""


def etcd(city: CityFile, machine: CityMachine) -> dict[str, str]:
    """/etc/default/etcd of Debian: members and clients prove themselves by certificates."""
    ports = city.ports
    tls = f"{city.path('config', machine)}/tls"
    client, peer = (f"https://{machine.address}:{port}" for port in (ports.etcd_client, ports.etcd_peer))
    members = ",".join(
        f"{member.name}=https://{member.address}:{ports.etcd_peer}" for member in city.running("etcd")
    )
    values = {
        "NAME": machine.name,
        "DATA_DIR": city.path("etcd_data", machine),
        "LISTEN_CLIENT_URLS": client,
        "ADVERTISE_CLIENT_URLS": client,
        "LISTEN_PEER_URLS": peer,
        "INITIAL_ADVERTISE_PEER_URLS": peer,
        "INITIAL_CLUSTER": members,
        "INITIAL_CLUSTER_TOKEN": f"lingsheng-{city.city.code}",
        "INITIAL_CLUSTER_STATE": "new",
        "HEARTBEAT_INTERVAL": "200",
        "ELECTION_TIMEOUT": "2000",
        "AUTO_COMPACTION_RETENTION": "1",
        **_etcd_tls(tls),
    }
    return {f"ETCD_{name}": value for name, value in values.items()}


def _etcd_tls(tls: str) -> dict[str, str]:
    both = {
        "CERT_FILE": f"{tls}/machine.crt",
        "KEY_FILE": f"{tls}/machine.key",
        "TRUSTED_CA_FILE": f"{tls}/authority.crt",
        "CLIENT_CERT_AUTH": "true",
    }
    return {**both, **{f"PEER_{name}": value for name, value in both.items()}}


def store_url(city: CityFile, machine: CityMachine, *, owner: bool = False) -> str:
    """Every server, nearest first; libpq takes the one that writes. The password is in `passfile`."""
    role = OWNER_ROLE if owner else HUB_ROLE
    config = city.path("config", machine)
    servers = city.nearest_first(machine, city.running("postgresql"))
    hosts = "&".join(f"host={server.address}:{city.ports.postgresql}" for server in servers)
    safe = f"sslmode=verify-full&sslrootcert={config}/tls/authority.crt&passfile={config}/pgpass"
    return f"postgresql+psycopg://{role}@/{city.city.database}?{hosts}&{safe}"


def own_server(city: CityFile, machine: CityMachine) -> str:
    """libpq connection of the hub's role to the server of this very machine."""
    config = city.path("config", machine)
    return (
        f"host={machine.address} port={city.ports.postgresql} dbname={city.city.database} user={HUB_ROLE} "
        f"sslmode=verify-full sslrootcert={config}/tls/authority.crt passfile={config}/pgpass"
    )


def pgpass(words: Passwords, *, owner: bool) -> str:
    """libpq's password file of hub and relay; the owner's line only where migrations are run."""
    lines = [f"*:*:*:{HUB_ROLE}:{words.hub}"]
    return "\n".join([*lines, *([f"*:*:*:{OWNER_ROLE}:{words.owner}"] if owner else []), ""])
