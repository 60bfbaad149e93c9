"""What the telephone here can do and who it talks with: the library's abilities, both exchanges, the headset.

What the library lacks is always said; it is a failure only where the configuration asks for it.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import serial

from console.doctor.finding import ChildFailedError, Finding, Level, ok, try_script
from store.config import Config, Phone
from telephony.facts import SoundDevice, Words
from telephony.headset.choosing import choose, words_for
from telephony.heartbeat import MISSES_MAX, Heartbeat, Target
from telephony.settings import Transport

PROGRAM_DIR = Path(__file__).resolve().parents[2]
IN_PROGRAM = {"PYTHONPATH": str(PROGRAM_DIR)}
SEAT_CALLS = 4  # caller, crew, hospital, supervisor
ANSWER_S_MAX = 2.5
LOOK_S = 0.05

ABILITIES_SCRIPT = """
import os
import msgspec
from telephony.pjsip.engine import Engine
from telephony.settings import EngineSettings, Transport
settings = EngineSettings(sip_port=0, bind_address="127.0.0.1", transports=(Transport.UDP,))
print(msgspec.json.encode(Engine(settings, lambda event: None).start()).decode(), flush=True)
os._exit(0)
"""

DEVICES_SCRIPT = """
import json
from PySide6.QtCore import QCoreApplication
from PySide6.QtMultimedia import QMediaDevices
application = QCoreApplication([])
named = lambda device: [bytes(device.id().data()).decode("utf-8", "replace"), device.description()]
print(json.dumps({
    "outputs": [named(device) for device in QMediaDevices.audioOutputs()],
    "inputs": [named(device) for device in QMediaDevices.audioInputs()],
    "output": named(QMediaDevices.defaultAudioOutput())[0],
    "input": named(QMediaDevices.defaultAudioInput())[0],
}))
"""


class Ability(NamedTuple):
    """`has` looks in the answer of the child; `wanted` whether this configuration cannot do without."""

    zh: str
    en: str
    has: Callable[[dict[str, object]], bool]
    wanted: Callable[[Phone], bool] = lambda phone: False


def refuses_strangers(phone: Phone) -> bool:
    return bool(phone.trusted_sources) and phone.strangers == "refuse"


ABILITIES = (
    Ability("TLS 信令", "TLS", lambda a: bool(a["tls"]), lambda p: p.transport == "tls"),
    Ability("SRTP (SDES)", "SRTP (SDES)", lambda a: bool(a["srtp"]), lambda p: p.srtp != "off"),
    Ability("DTLS-SRTP（加密只能用 SDES）", "DTLS-SRTP (SDES only)", lambda a: bool(a.get("dtls_srtp"))),
    Ability("Opus（用 G.722 或 PCMA）", "Opus (G.722 or PCMA instead)", lambda a: bool(a.get("opus"))),
    Ability("IPv6", "IPv6", lambda a: bool(a.get("ipv6")), lambda p: ":" in p.sip_host),
    Ability("四路以上的通话", "more than four calls", lambda a: int(str(a["calls_max"])) > SEAT_CALLS),
    Ability("自带声卡接口（由 Qt 代替）", "sound devices (Qt's instead)", lambda a: bool(a["audio_devices"])),
    Ability("Qt 声音模块", "Qt's sound", lambda a: bool(a.get("headset_bridge")), lambda p: p.headset),
    Ability("辨认来源", "sources seen", lambda a: bool(a.get("sees_sources")), refuses_strangers),
    Ability("回声消除", "echo canceller", lambda a: bool(a.get("echo_canceller")), lambda p: p.hands_free),
)


def abilities(config: Config) -> Finding:
    """What the library in use can do, found by starting it as the telephone does."""
    try:
        answer = try_script(ABILITIES_SCRIPT, IN_PROGRAM)
    except ChildFailedError as error:
        return Finding(Level.FAIL, f"试不出：{error}", f"cannot be found out: {error}",
                       "见上一项“电话库”", "see PJSIP above")  # fmt: skip
    return judged(answer, config.phone)


def judged(answer: dict[str, object], phone: Phone) -> Finding:
    """`answer`: `telephony.facts.Capabilities` as JSON."""
    lacking = [one for one in ABILITIES if not one.has(answer)]
    names = "、".join(one.zh for one in lacking), ", ".join(one.en for one in lacking)
    calls = answer["calls_max"]
    words = (
        f"同时 {calls} 路" + (f"；没有：{names[0]}" if lacking else "；一样不缺"),
        f"{calls} calls at a time" + (f"; lacks {names[1]}" if lacking else "; lacks nothing"),
    )
    missed = [one for one in lacking if one.wanted(phone)]
    if not missed:
        return ok(*words)
    zh, en = "、".join(one.zh for one in missed), ", ".join(one.en for one in missed)
    return Finding(
        Level.FAIL,
        *words,
        f"[phone] 的配置用到了 {zh}：改配置，或换用带它的 PJSIP",
        f"[phone] asks for {en}: change it, or use a PJSIP that has it",
    )


def exchange(config: Config) -> Finding:
    """Does each exchange answer an OPTIONS, by the transport and certificates of the configuration?"""
    phone = config.phone
    wanted = [uri for uri in (phone.registrar, phone.backup_registrar) if uri]
    if not wanted:
        return ok("未配置注册服务器，直接接收来电", "no registrar: calls come straight here")
    said = [(uri.removeprefix("sip:"), _asked(uri, phone)) for uri in wanted]
    zh = "；".join(f"{at} {why.zh if why else '有应答'}" for at, why in said)
    en = "; ".join(f"{at} {why.en if why else 'answers'}" for at, why in said)
    silent = [why is not None for _, why in said]
    if not any(silent):
        return ok(zh, en) if len(said) > 1 else _one_only(zh, en)
    advice = (
        "查网线、防火墙与交换机；主用失联时由备用通话",
        "look at cable, firewall and exchange; a backup serves while the primary is lost",
    )
    return Finding(Level.FAIL if all(silent) else Level.WARN, zh, en, *advice)


def _one_only(zh: str, en: str) -> Finding:
    return Finding(
        Level.WARN,
        f"{zh}，没有备用",
        f"{en}, no backup",
        "在 [phone] backup_registrar 填第二台交换机",
        "name a second exchange in [phone] backup_registrar",
    )


def _asked(uri: str, phone: Phone) -> Words | None:
    """Why it is silent; None when it answered."""
    transport = Transport(phone.transport)
    host, _, port = uri.partition(":")[2].partition(";")[0].partition(":")
    standard = 5061 if transport is Transport.TLS else 5060
    target = Target(host, int(port) if port else standard, transport, phone.tls_ca_file or None)
    beat = Heartbeat(target)
    beat.start()
    never, until = threading.Event(), time.monotonic() + ANSWER_S_MAX
    while not beat.pulse.answers and beat.pulse.misses < MISSES_MAX and time.monotonic() < until:
        never.wait(LOOK_S)
    beat.stop()
    return None if beat.pulse.answers else beat.pulse.why or Words("没有应答", "does not answer")


def headset(config: Config) -> Finding:
    """Which sound devices there are, and whether those of the configuration are among them."""
    phone = config.phone
    if not phone.headset:
        return _silent(phone)
    try:
        answer = try_script(DEVICES_SCRIPT)
    except ChildFailedError as error:
        return Finding(
            Level.FAIL,
            f"声音系统打不开：{error}",
            f"sound does not open: {error}",
            "安装并启动 PulseAudio 或 PipeWire",
            "install and start PulseAudio or PipeWire",
        )
    return devices_judged(answer, phone)


def _silent(phone: Phone) -> Finding:
    """Right for a machine without a telephone; a registered one is a seat that answers in silence."""
    words = (
        "通话没有声音，只录音（[phone] headset = false）",
        "calls have no sound, they are recorded only ([phone] headset = false)",
    )
    if not phone.registrar:
        return ok(*words)
    return Finding(
        Level.WARN, *words, "坐席请设 [phone] headset = true", "for a seat set [phone] headset = true"
    )


def devices_judged(answer: dict[str, Any], phone: Phone) -> Finding:
    """`answer`: outputs and inputs as [id, name], and the ids of the system's own choice."""
    outputs, inputs = ([SoundDevice(*one) for one in answer[kind]] for kind in ("outputs", "inputs"))
    ear = choose(phone.ear, outputs, str(answer["output"]))
    mouth = choose(phone.mouth, inputs, str(answer["input"]))
    speaker = choose(phone.speaker, outputs, str(answer["output"]))
    why = words_for(ear, mouth, speaker)
    there = "、".join(dict.fromkeys(device.name for device in (*outputs, *inputs))) or "–"
    if why is None:
        used = " / ".join(one.device.name for one in (ear, mouth, speaker) if one.device is not None)
        return ok(f"耳机、麦克风、振铃：{used}", f"ear, mouth, ring: {used}")
    none = ear.device is None or mouth.device is None
    return Finding(
        Level.FAIL if none else Level.WARN,
        f"{why.zh}；现有：{there}",
        f"{why.en}; there are: {there}",
        "插好耳机，或在“耳机与线路”（Shift+F11）里另选",
        "plug it in, or choose another one by Shift+F11",
    )


def hook(config: Config) -> Finding:
    """The headset's hook key: can its line or report file be opened?"""
    phone = config.phone
    if not (phone.hook_serial or phone.hook_hid):
        return ok("未接摘挂机键，键盘 Pause 键同效", "none; the key Pause does the same")
    troubles = [why for why in (_serial_error(phone.hook_serial), _hid_error(phone.hook_hid)) if why]
    names = " ".join(name for name in (phone.hook_serial, phone.hook_hid) if name)
    if not troubles:
        return ok(f"{names} 可读", f"{names} can be read")
    why = "；".join(troubles)
    return Finding(
        Level.WARN,
        f"摘挂机键打不开：{why}",
        f"the hook key does not open: {why}",
        "查插头，并让运行坐席的账户可读该设备（dialout、plugdev 组）",
        "look at the plug; the seat's account must be allowed to read it (groups dialout, plugdev)",
    )


def _serial_error(url: str) -> str:
    if not url:
        return ""
    try:
        serial.serial_for_url(url).close()
    except (OSError, ValueError) as error:  # pyserial's errors are OSErrors
        return str(error)
    return ""


def _hid_error(path: str) -> str:
    if not path:
        return ""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    except OSError as error:
        return f"{path} {error.strerror}"
    return ""
