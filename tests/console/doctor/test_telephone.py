"""What doctor says of the telephone: what it lacks, which exchange is silent, which headset is there."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from console.doctor import telephone
from console.doctor.finding import Level
from console.drill.ports import free_ports
from store.config import Config, Phone
from telephony.messages import Capabilities

OFFERED = dict.fromkeys(("echo_canceller", "headset_bridge", "sees_sources"), True)
WHEEL = Capabilities("2.15.1", ("PCMA/8000/1",), (), True, True, 4, **OFFERED)
DEVICES: dict[str, object] = {
    "outputs": [["usb-1", "USB 耳机"], ["pci-0", "内置声卡"]],
    "inputs": [["usb-2", "USB 麦克风"]],
    "output": "pci-0",
    "input": "usb-2",
}


def answer(**changes: object) -> dict[str, object]:
    made: dict[str, object] = msgspec.to_builtins(msgspec.structs.replace(WHEEL, **changes))
    return made


def test_what_is_missing_is_said_and_fails_only_where_it_is_wanted() -> None:
    found = telephone.judged(answer(), Phone())
    assert found.level is Level.OK
    for lacking in ("DTLS-SRTP", "Opus", "IPv6", "四路以上", "自带声卡"):
        assert lacking in found.zh
    assert "SRTP (SDES)" not in found.en.replace("DTLS-SRTP (SDES only)", "")
    wanted = telephone.judged(answer(echo_canceller=False), Phone(headset=True, hands_free=True))
    assert wanted.level is Level.FAIL
    assert "回声消除" in wanted.do_zh
    assert telephone.judged(answer(tls=False), Phone(transport="tls")).level is Level.FAIL
    blind = answer(sees_sources=False)
    assert telephone.judged(blind, Phone(trusted_sources=("10.1.0.5",))).level is Level.FAIL
    assert telephone.judged(blind, Phone()).level is Level.OK
    every = answer(dtls_srtp=True, opus=True, ipv6=True, calls_max=32, audio_devices=("hw",))
    assert "一样不缺" in telephone.judged(every, Phone()).zh


def test_the_library_in_use_is_asked() -> None:
    found = telephone.abilities(Config())
    assert found.level is Level.OK, found
    assert "路" in found.zh


def test_a_silent_exchange_is_named(exchange_port: int) -> None:
    silent = free_ports(1)[0]
    alive, dead = f"sip:127.0.0.1:{exchange_port}", f"sip:127.0.0.1:{silent}"
    both = telephone.exchange(Config(phone=Phone(registrar=alive, backup_registrar=dead)))
    assert both.level is Level.WARN
    assert f"127.0.0.1:{exchange_port} 有应答" in both.zh
    assert f"127.0.0.1:{silent} 交换机" in both.zh
    alone = telephone.exchange(Config(phone=Phone(registrar=alive)))
    assert (alone.level, "没有备用" in alone.zh) == (Level.WARN, True)
    assert telephone.exchange(Config(phone=Phone(registrar=dead))).level is Level.FAIL
    assert telephone.exchange(Config()).level is Level.OK


@pytest.fixture
def exchange_port() -> Iterator[int]:
    """Somebody who answers OPTIONS."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", 0))
        desk.settimeout(0.1)
        stopping = threading.Event()

        def serve() -> None:
            while not stopping.is_set():
                try:
                    asked, whence = desk.recvfrom(4096)
                except TimeoutError:
                    continue
                _, _, rest = asked.partition(b"\r\n")
                desk.sendto(b"SIP/2.0 200 OK\r\n" + rest, whence)

        thread = threading.Thread(target=serve)
        thread.start()
        yield desk.getsockname()[1]
        stopping.set()
        thread.join(5)


@pytest.mark.parametrize(
    ("phone", "level", "word"),
    [
        (Phone(headset=True), Level.OK, "内置声卡 / USB 麦克风"),
        (Phone(headset=True, ear="usb-1"), Level.OK, "USB 耳机"),
        (Phone(headset=True, ear="Jabra"), Level.WARN, "现有：USB 耳机、内置声卡"),
        (Phone(headset=True, speaker="Jabra"), Level.WARN, "振铃扬声器未接上"),
    ],
)
def test_the_headset_of_the_configuration_is_looked_for(phone: Phone, level: Level, word: str) -> None:
    found = telephone.devices_judged(DEVICES, phone)
    assert (found.level, word in found.zh) == (level, True), found


def test_a_registered_seat_without_sound_is_a_warning() -> None:
    assert telephone.headset(Config()).level is Level.OK
    assert telephone.headset(Config(phone=Phone(registrar="sip:10.1.0.13"))).level is Level.WARN


def test_no_microphone_fails() -> None:
    assert telephone.devices_judged({**DEVICES, "inputs": []}, Phone(headset=True)).level is Level.FAIL


def test_the_hook_key_is_opened(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    try:
        assert telephone.hook(Config(phone=Phone(hook_serial=os.ttyname(theirs)))).level is Level.OK
    finally:
        os.close(ours)
        os.close(theirs)
    gone = telephone.hook(Config(phone=Phone(hook_hid=str(tmp_path / "hidraw0"))))
    assert gone.level is Level.WARN
    assert "hidraw0" in gone.zh
    assert telephone.hook(Config()).level is Level.OK
