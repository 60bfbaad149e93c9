"""What the processes of a site need from each other and from the disk: hub, store, keys, city, ports."""

import re
import socket
import sqlite3
import stat
from pathlib import Path

from console.doctor.finding import Finding, Level, connect_error, ok, port_error
from mapview.geo.city_schema import APPLICATION_ID
from store.backup.records import too_old
from store.bus.clock import Clock
from store.config import Config

SQLITE = "sqlite:///"
POSTGRESQL_PORT = 5432
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def hub(config: Config) -> Finding:
    """Some hub answers at one of [hub] hubs."""
    for address in config.hub.hubs:
        host, port = address.rsplit(":", 1)
        if connect_error(host, int(port)) is None:
            return ok(f"{address} 有应答", f"{address} answers")
    shown = ", ".join(config.hub.hubs)
    return Finding(
        Level.WARN,
        f"{shown} 无应答",
        f"no answer from {shown}",
        "启动 main.py hub，或检查 [hub] hubs 与网络",
        "start main.py hub, or check [hub] hubs and the network",
    )


def hub_ports(config: Config) -> Finding:
    """The hub's three ports are free, or all taken by a running hub."""
    own = config.hub
    ports = (own.command_port, own.event_port, own.position_port)
    reasons = {port: port_error(socket.SOCK_STREAM, own.host, port) for port in ports}
    taken = ", ".join(f"{port} ({reason})" for port, reason in reasons.items() if reason)
    if not taken:
        return ok(f"{own.host} 端口空闲", f"free on {own.host}")
    return Finding(
        Level.WARN,
        f"{own.host} 不能打开 {taken}",
        f"{own.host} cannot open {taken}",
        "中枢正在运行则正常；否则修改 [hub] 的端口",
        "right while the hub runs; otherwise change the ports of [hub]",
    )


def gateway_port(config: Config) -> Finding:
    """The TCP port the vehicle terminals come to."""
    host, port = config.gateway.host, config.gateway.port
    reason = port_error(socket.SOCK_STREAM, host, port)
    if reason is None:
        return ok(f"{host}:{port} 空闲", f"{host}:{port} is free")
    return Finding(
        Level.WARN,
        f"{host}:{port} 不能打开（{reason}）",
        f"{host}:{port} cannot be opened: {reason}",
        "网关正在运行则正常；否则修改 [gateway] port",
        "right while the gateway runs; otherwise change [gateway] port",
    )


def store(config: Config) -> Finding:
    """The hub's database can be reached: a readable file, or a PostgreSQL server that answers."""
    if config.store.url.startswith(SQLITE):
        return _sqlite(Path(config.store.url.removeprefix(SQLITE)))
    hosts = postgresql_hosts(config.store.url)
    silent = {f"{host}:{port}": connect_error(host, port) for host, port in hosts}
    failed = ", ".join(f"{address} ({reason})" for address, reason in silent.items() if reason)
    if not failed:
        return ok("PostgreSQL 全部有应答", "every PostgreSQL server answers")
    level = Level.FAIL if all(silent.values()) else Level.WARN
    return Finding(
        level,
        f"PostgreSQL 无应答：{failed}",
        f"no answer from PostgreSQL: {failed}",
        "检查数据库服务与 [store] url",
        "check the servers and [store] url",
    )


def postgresql_hosts(url: str) -> list[tuple[str, int]]:
    """Every host and port of a URL, the several-hosts form (host1:5432,host2:5432) included."""
    authority = re.sub(r"^[^/]*//", "", url).split("/", 1)[0].rsplit("@", 1)[-1]
    named = re.findall(r"[?&]host=([^&]+)", url)
    listed = ",".join(named) if named else authority
    hosts = [re.fullmatch(r"\[?(.+?)\]?(?::(\d+))?", entry) for entry in listed.split(",") if entry]
    return [(found[1], int(found[2] or POSTGRESQL_PORT)) for found in hosts if found]


def backups(config: Config) -> Finding:
    """Where the store lies on this machine: a backup and a drill not older than the configuration allows."""
    here = Path(config.backup.dir).exists() or Path(config.store.url.removeprefix(SQLITE)).exists()
    if not here:
        return ok("数据库不在本机", "the store is not on this machine")
    overdue = too_old(config.backup, Clock().now_ms())
    if not overdue:
        return ok("备份与演练均在期限内", "backups and drills are in time")
    return Finding(
        Level.WARN,
        "；".join(words.zh for words in overdue),
        "; ".join(words.en for words in overdue),
        "main.py store backup，然后 main.py store drill",
        "main.py store backup, then main.py store drill",
    )


def _sqlite(file: Path) -> Finding:
    if not file.exists():
        return ok(
            f"{file} 尚未建立，首次启动中枢时生成", f"{file} is not there yet; the first hub start makes it"
        )
    try:
        answer = _query(file, "PRAGMA quick_check(1)")
    except sqlite3.Error as error:
        answer = str(error)
    if answer == "ok":
        return ok(f"{file} 完好", f"{file} is sound")
    return Finding(
        Level.FAIL,
        f"{file} 损坏：{answer}",
        f"{file} is damaged: {answer}",
        "停止中枢，保留此文件，从备份恢复",
        "stop the hub, keep this file, restore from the backup",
    )


def city(config: Config) -> Finding:
    """The city file is there and was made by this program."""
    file = Path(config.map.city)
    advice = ("用 main.py city 生成或导入", "make or import one with main.py city")
    if not file.exists():
        return Finding(
            Level.WARN, f"{file} 不存在，没有地图与地址检索", f"{file} is not there: no map", *advice
        )
    try:
        mark = _query(file, "PRAGMA application_id")
    except sqlite3.Error as error:
        return Finding(Level.FAIL, f"{file} 读不了：{error}", f"{file} cannot be read: {error}", *advice)
    if mark != APPLICATION_ID:
        return Finding(Level.FAIL, f"{file} 不是城市文件", f"{file} is no city file", *advice)
    size_mb = file.stat().st_size / 1e6
    return ok(f"{file}，{size_mb:.0f} MB", f"{file}, {size_mb:.0f} MB")


def _query(file: Path, statement: str) -> object:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchone()[0]
    finally:
        connection.close()


def keys(config: Config) -> Finding:
    """This machine has its keys, nobody else on it can read them, and the hub's key is pinned."""
    place = Path(config.keys.dir)
    secrets = sorted((*place.glob("*.key"), *place.glob("*.sign")))
    if not secrets:
        return Finding(
            Level.WARN,
            f"{place} 中没有密钥",
            f"no keys in {place}",
            "请管理员邀请本机，再运行 main.py enrol；中枢首次启动时自己生成",
            "have this machine invited, then run main.py enrol; a hub makes its own",
        )
    open_ones = ", ".join(path.name for path in secrets if path.stat().st_mode & OTHERS)
    if open_ones:
        advice = f"chmod 600 {place}/*.key {place}/*.sign"
        return Finding(Level.FAIL, f"他人可读：{open_ones}", f"others may read: {open_ones}", advice, advice)
    if not (place / "hub.pub").exists():
        return Finding(
            Level.WARN,
            f"{place} 中没有中枢公钥 hub.pub",
            f"no public key of the hub (hub.pub) in {place}",
            "请管理员邀请本机，再运行 main.py enrol（坐席直接启动也可输入登记码）",
            "have this machine invited, then run main.py enrol; a seat asks for the code itself",
        )
    return ok(f"{place}，{len(secrets)} 个密钥", f"{place}, {len(secrets)} keys")
