"""What doctor says of the adapter of the exchange and of whom the telephone believes."""

import socket
from pathlib import Path

from msgspec.structs import replace

from console.doctor.distribution import distribution, supervision, trust
from console.doctor.finding import Level
from console.drill.ports import free_ports
from store.config import Acd, Config, Phone

EXCHANGE = Phone(registrar="sip:127.0.0.1")


def test_without_an_adapter_nothing_is_wrong() -> None:
    found = distribution(Config())
    assert (found.level, "不告知" in found.zh) == (Level.OK, True)


def test_by_sip_it_takes_an_exchange_and_a_queue_that_answers() -> None:
    assert distribution(Config(acd=Acd(kind="publish"))).level is Level.FAIL
    found = distribution(Config(acd=Acd(kind="codes"), phone=EXCHANGE))
    assert (found.level, "队列不知" in found.zh) == (Level.OK, True)
    silent = f"127.0.0.1:{free_ports(1)[0]}"
    found = distribution(Config(acd=Acd(kind="publish", address=silent), phone=EXCHANGE))
    assert (found.level, silent in found.zh) == (Level.WARN, True)


def test_a_manager_interface_is_reached_and_what_was_not_tried_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        found = distribution(Config(acd=Acd(kind="asterisk", address=address)))
        assert (found.level, "没有试" in found.zh) == (Level.OK, True)
    nobody = f"127.0.0.1:{free_ports(1)[0]}"
    found = distribution(Config(acd=Acd(kind="freeswitch", address=nobody)))
    assert (found.level, "连不上" in found.zh) == (Level.FAIL, True)


def test_an_adapter_or_supervision_without_a_trusted_source_is_a_warning(tmp_path: Path) -> None:
    assert trust(Config()).level is Level.OK
    assert trust(Config(acd=Acd(kind="publish"))).level is Level.WARN
    assert trust(Config(phone=Phone(monitor_secret_file=str(tmp_path / "secret")))).level is Level.WARN
    named = Phone(trusted_sources=("10.1.0.0/16",))
    found = trust(Config(acd=Acd(kind="publish"), phone=named))
    assert (found.level, "10.1.0.0/16" in found.zh) == (Level.OK, True)


def test_supervision_takes_a_secret_of_its_owner_alone_and_a_way_that_carries_it(tmp_path: Path) -> None:
    secret = tmp_path / "monitor.secret"
    phone = Phone(registrar="sip:10.1.0.13", monitor_secret_file=str(secret))
    assert supervision(Config()).level is Level.OK, "no telephone here"
    assert supervision(Config(phone=EXCHANGE)).level is Level.WARN
    assert supervision(Config(phone=phone)).level is Level.FAIL, "not there"
    secret.write_text("x\n")
    secret.chmod(0o640)
    found = supervision(Config(phone=phone))
    assert (found.level, "他人可读" in found.zh) == (Level.WARN, True)
    secret.chmod(0o600)
    assert supervision(Config(phone=phone)).level is Level.OK
    found = supervision(Config(phone=phone, acd=Acd(kind="asterisk", address="10.1.0.13:5038")))
    assert (found.level, "未必转交" in found.zh) == (Level.WARN, True)
    direct = replace(phone, seat_number="sip:{seat}@seat-{seat}.lan")
    assert supervision(Config(phone=direct, acd=Acd(kind="asterisk"))).level is Level.OK
    secret.write_text("")
    found = supervision(Config(phone=phone))
    assert (found.level, "是空的" in found.zh) == (Level.FAIL, True)
