"""Does the exchange learn the seat's state and tell its queue, whom does this telephone believe, and can its
supervisor listen?

Nobody is logged in and nothing is changed: what was not tried is said.
"""

from pathlib import Path

from console.doctor.finding import Finding, Level, connect_error, ok
from store.bus.keys import secret_flaw
from store.config import Acd, Config
from telephony.acd.hunt_queue import ask_hunt_group

BY_SIP = ("publish", "codes")
NAMES = {"asterisk": "Asterisk AMI", "freeswitch": "FreeSWITCH ESL"}


def distribution(config: Config) -> Finding:
    """The adapter of [acd], and whether its other side answers."""
    acd = config.acd
    if acd.kind == "none":
        return ok(
            "坐席状态不告知交换机（[acd] kind）", "the exchange is not told the seat's state ([acd] kind)"
        )
    return _by_sip(config) if acd.kind in BY_SIP else _by_manager(acd)


def _by_sip(config: Config) -> Finding:
    acd = config.acd
    if not config.phone.registrar:
        return Finding(
            Level.FAIL,
            f"{acd.kind}：没有交换机可告知",
            f"{acd.kind}: there is no exchange to tell",
            "填 [phone] registrar，或把 [acd] kind 改为 none",
            "name one in [phone] registrar, or set [acd] kind to none",
        )
    if not acd.address:
        return ok(
            f"{acd.kind}；队列不知（[acd] address 为空）", f"{acd.kind}; the queue is not known (no address)"
        )
    host, _, port = acd.address.rpartition(":")
    if ask_hunt_group(host, int(port), acd.queue) is not None:
        return ok(f"{acd.kind}；{acd.address} 告知队列", f"{acd.kind}; {acd.address} tells the queue")
    return Finding(
        Level.WARN,
        f"{acd.kind}；{acd.address} 不告知队列",
        f"{acd.kind}; {acd.address} does not tell the queue",
        "kamailio 的控制口只许本机使用：在交换机旁运行 main.py exchange，此处留空",
        "kamailio's control port is for its own machine: run main.py exchange there, leave this empty",
    )


def _by_manager(acd: Acd) -> Finding:
    """Only whether something listens: a log-in would be a seat's."""
    host, _, port = acd.address.rpartition(":")
    name, why = NAMES[acd.kind], connect_error(host, int(port))
    if why is None:
        return ok(
            f"{name} {acd.address} 有监听；口令与队列没有试，此接口未对真机测过",
            f"{name} {acd.address} listens; secret and queue not tried, never run against a real one",
        )
    return Finding(
        Level.FAIL,
        f"{name} {acd.address} 连不上：{why}",
        f"{name} {acd.address} cannot be reached: {why}",
        "查 [acd] address、防火墙与交换机；连不上时坐席状态不会告知交换机",
        "look at [acd] address, firewall and exchange; until then it does not learn the seats' states",
    )


def trust(config: Config) -> Finding:
    """Whom the telephone believes: intercom, transfers and supervisors are obeyed from there only."""
    phone = config.phone
    if phone.trusted_sources:
        named = " ".join(phone.trusted_sources)
        return ok(f"只信 {named}", f"{named} only")
    if config.acd.kind == "none" and not phone.monitor_secret_file:
        return ok(
            "谁都能振铃，对讲、转接与监听请求不受理",
            "anybody rings; intercom, transfers, supervisors are not obeyed",
        )
    return Finding(
        Level.WARN,
        "没有写交换机的地址：谁都能振铃，对讲、转接与监听请求一概不受理",
        "no address of the exchange: anybody rings; intercom, transfers and supervisors are not obeyed",
        "把交换机（监听用的还有各席）的地址写入 [phone] trusted_sources",
        "write the addresses of the exchange (for supervision the seats' too) into [phone] trusted_sources",
    )


def supervision(config: Config) -> Finding:
    """What a supervisor needs here: the secret of the site, and a way on which the signature arrives."""
    phone = config.phone
    if not phone.monitor_secret_file:
        words = (
            "谁也不能监听（[phone] monitor_secret_file）",
            "nobody may listen ([phone] monitor_secret_file)",
        )
        if not phone.registrar:
            return ok(*words)
        return Finding(
            Level.WARN,
            *words,
            "各席写同一密钥文件，权限 0600；deploy make 会生成",
            "the same file at every seat, mode 0600; `deploy make` writes one",
        )
    wrong = _wrong_secret(Path(phone.monitor_secret_file))
    if wrong is not None:
        return wrong
    if config.acd.kind in NAMES and not phone.seat_number.startswith("sip:"):
        return Finding(
            Level.WARN,
            f"{NAMES[config.acd.kind]} 未必转交监听的签名，按分机号拨可能监听不成",
            f"{NAMES[config.acd.kind]} may drop the signature: supervision by extension may fail",
            "[phone] seat_number 写成席位话机的直接地址，如 sip:{seat}@seat-{seat}.lan，并信任各席地址",
            "make [phone] seat_number each telephone's own address, as sip:{seat}@seat-{seat}.lan",
        )
    return ok("有签名密钥", "the secret is here")


def _wrong_secret(path: Path) -> Finding | None:
    """None: it is there, not empty, and its owner's alone."""
    try:
        flaw = secret_flaw(path)
    except OSError as error:
        return Finding(
            Level.FAIL,
            f"读不到 {path}：{error.strerror}，坐席不能启动",
            f"{path}: {error.strerror}, the seat does not start",
            "放好文件，属主为运行坐席的账户，权限 0600",
            "put the file there, owned by the seat's account, mode 0600",
        )
    if flaw is None:
        return None
    level = Level.FAIL if flaw.broken else Level.WARN
    return Finding(level, f"{path} {flaw.words.zh}", f"{path} {flaw.words.en}",
                   "写入各席相同的密钥，chmod 0600", "the same secret at every seat, chmod 0600")  # fmt: skip
