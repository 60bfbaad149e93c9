"""PJSIP and the SIP port. PJSIP aborts when it is used wrongly, so it is only ever loaded in a child."""

import socket

from console.doctor.finding import ChildFailedError, Finding, Level, ok, port_error, try_script
from store.config import Config

CODECS_NEEDED = ("PCMA/8000", "PCMU/8000")

PJSIP_SCRIPT = """
import json
import pjsua2
endpoint = pjsua2.Endpoint()
endpoint.libCreate()
config = pjsua2.EpConfig()
config.uaConfig.threadCnt = 0
config.uaConfig.mainThreadOnly = True
config.logConfig.level = config.logConfig.consoleLevel = 0
config.medConfig.sndAutoCloseTime = -1
endpoint.libInit(config)
answer = {
    "version": endpoint.libVersion().full,
    "calls": config.uaConfig.maxCalls,
    "codecs": [codec.codecId for codec in endpoint.codecEnum2()],
    "sound": len(endpoint.audDevManager().enumDev2()),
}
endpoint.libDestroy()
print(json.dumps(answer))
"""


def pjsip(_: Config) -> Finding:
    """The library loads, starts, and has the codecs of the telephone network."""
    try:
        answer = try_script(PJSIP_SCRIPT)
    except ChildFailedError as error:
        return Finding(
            Level.FAIL,
            f"无法加载：{error}",
            f"does not load: {error}",
            "运行 make run 重新安装 pjsua2-python",
            "`make run` puts pjsua2-python back",
        )
    lacking = [
        name for name in CODECS_NEEDED if not any(codec.startswith(name) for codec in answer["codecs"])
    ]
    words = (
        f"{answer['version']}，同时 {answer['calls']} 路通话，{answer['sound']} 个声音设备",
        f"{answer['version']}, {answer['calls']} calls at a time, {answer['sound']} sound devices",
    )
    if lacking:
        names = ", ".join(lacking)
        return Finding(
            Level.FAIL,
            f"{words[0]}，缺少 {names}",
            f"{words[1]}, lacks {names}",
            "更换 PJSIP",
            "change PJSIP",
        )
    return ok(*words)


def sip_port(config: Config) -> Finding:
    """The seat's own UDP port; taken is right while the seat runs."""
    host, port = config.phone.sip_host, config.phone.sip_port
    reason = port_error(socket.SOCK_DGRAM, host, port)
    if reason is None:
        return ok(f"{host}:{port} 空闲", f"{host}:{port} is free")
    return Finding(
        Level.WARN,
        f"{host}:{port} 不能打开（{reason}）",
        f"{host}:{port} cannot be opened: {reason}",
        "坐席正在运行则正常；否则修改 [phone] sip_host、sip_port",
        "right while the seat runs; otherwise change [phone] sip_host, sip_port",
    )
