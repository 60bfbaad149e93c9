"""Checks of hub, store, keys and city against real files and sockets."""

import socket
import sqlite3
from pathlib import Path

import msgspec
import pytest

from console.doctor import site
from console.doctor.finding import Level
from mapview.geo.city_schema import APPLICATION_ID
from store.config import Backup, Config, Gateway, Hub, Keys, Map, Store


def with_city(path: Path) -> Config:
    return msgspec.structs.replace(Config(), map=Map(city=str(path)))


def test_a_city_file_of_ours_is_fine(tmp_path: Path) -> None:
    file = tmp_path / "city.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("CREATE TABLE meta (key TEXT)")
    connection.close()
    assert site.city(with_city(file)).level is Level.OK


def test_no_city_file_is_a_warning_and_a_wrong_one_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "city.sqlite"
    assert site.city(with_city(file)).level is Level.WARN
    file.write_bytes(b"this is no database at all " * 100)
    assert site.city(with_city(file)).level is Level.FAIL
    file.unlink()
    sqlite3.connect(file).close()
    assert "不是城市文件" in site.city(with_city(file)).zh


def test_a_store_without_a_backup_is_told(tmp_path: Path) -> None:
    file = tmp_path / "hub.sqlite"
    config = msgspec.structs.replace(
        Config(), store=Store(url=f"sqlite:///{file}"), backup=Backup(dir=f"{tmp_path}/backup")
    )
    assert site.backups(config).level is Level.OK
    file.touch()
    finding = site.backups(config)
    assert (finding.level, finding.zh) == (Level.WARN, "还没有备份")


def test_a_damaged_hub_database_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "hub.sqlite"
    config = msgspec.structs.replace(Config(), store=Store(url=f"sqlite:///{file}"))
    assert site.store(config).level is Level.OK
    connection = sqlite3.connect(file)
    connection.executescript("CREATE TABLE a (b TEXT); INSERT INTO a VALUES (hex(zeroblob(20000)))")
    connection.close()
    assert site.store(config).level is Level.OK
    content = bytearray(file.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    file.write_bytes(content)
    finding = site.store(config)
    assert finding.level is Level.FAIL
    assert "restore from the backup" in finding.do_en


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql+psycopg://hub@db/hub", [("db", 5432)]),
        ("postgresql+psycopg://hub@db1:5433,db2/hub", [("db1", 5433), ("db2", 5432)]),
        ("postgresql+psycopg://hub@/hub?host=db1:5433&host=db2:5434", [("db1", 5433), ("db2", 5434)]),
        ("postgresql+psycopg://[::1]:5432/hub", [("::1", 5432)]),
    ],
)
def test_hosts_of_a_postgresql_url(url: str, hosts: list[tuple[str, int]]) -> None:
    assert site.postgresql_hosts(url) == hosts


def test_postgresql_that_does_not_answer_is_a_failure_and_half_of_it_a_warning() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        up, down = server.getsockname()[1], closed.getsockname()[1]
        for hosts, level in (
            (f"127.0.0.1:{up}", Level.OK),
            (f"127.0.0.1:{down}", Level.FAIL),
            (f"127.0.0.1:{up},127.0.0.1:{down}", Level.WARN),
        ):
            store = Store(url=f"postgresql+psycopg://hub@{hosts}/hub")
            assert site.store(msgspec.structs.replace(Config(), store=store)).level is level


def test_keys_that_others_may_read_are_a_failure(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    config = msgspec.structs.replace(Config(), keys=Keys(dir=str(folder)))
    assert site.keys(config).level is Level.WARN
    folder.mkdir(mode=0o700)
    secret = folder / "machine.key"
    secret.touch(mode=0o600)
    assert "hub.pub" in site.keys(config).en
    (folder / "hub.pub").touch()
    assert site.keys(config).level is Level.OK
    secret.chmod(0o644)
    finding = site.keys(config)
    assert finding.level is Level.FAIL
    assert "machine.key" in finding.en


def test_the_first_hub_that_answers_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        up, down = server.getsockname()[1], closed.getsockname()[1]
        config = msgspec.structs.replace(Config(), hub=Hub(hubs=(f"127.0.0.1:{down}", f"127.0.0.1:{up}")))
        assert site.hub(config).en == f"127.0.0.1:{up} answers"
        taken = Hub(command_port=up, event_port=down, position_port=down)
        assert str(up) in site.hub_ports(msgspec.structs.replace(Config(), hub=taken)).zh
        gateway = msgspec.structs.replace(Config(), gateway=Gateway(port=up))
        assert site.gateway_port(gateway).level is Level.WARN
    assert site.gateway_port(gateway).level is Level.OK
    assert site.hub(config).level is Level.WARN
