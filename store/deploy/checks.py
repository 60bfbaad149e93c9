"""`deploy check`: what is wrong on this machine of a city and what to do about it, one line a finding.

Reads the kit's folder (city.toml and the name of this machine), asks what runs here, changes nothing.
"""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from msgspec import Struct

from store.backup.records import BackupError, too_old
from store.bus.keys import secret_flaw
from store.cluster import ClusterError, state_of
from store.config import Config, ConfigError, load_config
from store.config.words import Words
from store.db.errors import StoreError
from store.db.server import role_rights
from store.deploy.city_file import CityFile, CityMachine, read_city
from store.deploy.processes import ON_SCREEN, SCREEN_ENV
from store.exits import CannotStartError, ExitCode
from store.patroni import PatroniError, leader_of, members

ASK_S_MAX = 3.0
LAG_BYTES_MAX = 16 * 2**20
DISK_FREE_MIN = 0.20
CLOCK_MS_MAX = 100.0
CERTIFICATE_DAYS_MIN = 60
VERIFY_S_MAX = 30.0
DAY_S = 86_400
X_SOCKETS = Path("/tmp/.X11-unix")  # noqa: S108 - where every X server has them


class Finding(Struct, frozen=True):
    """`mark`: ● well, ▲ look, ■ broken. `advice` None: nothing to do."""

    mark: str
    what: Words
    advice: Words | None = None

    def lines(self) -> Iterator[str]:
        yield f"{self.mark} {self.what}".splitlines()[0]
        if self.advice is not None:
            yield f"    {self.advice}"


def well(zh: str, en: str) -> Finding:
    return Finding("●", Words(zh, en))


def broken(zh: str, en: str, advice_zh: str, advice_en: str, mark: str = "■") -> Finding:
    return Finding(mark, Words(zh, en), Words(advice_zh, advice_en))


class Here(Struct, frozen=True):
    """The machine that is looked at."""

    city: CityFile
    machine: CityMachine
    config: Config
    folder: Path


def check_machine(folder: Path) -> int:
    """Print every finding; 0 when nothing is broken. Raises CannotStartError, ConfigError."""
    here = _here(folder)
    findings = [one for check in checks_of(here) for one in check(here)]
    for finding in findings:
        for line in finding.lines():
            print(line, flush=True)
    return ExitCode.FAILED if any(finding.mark == "■" for finding in findings) else ExitCode.DONE


def checks_of(here: Here) -> list[Callable[[Here], Iterator[Finding]]]:
    """What has to be looked at here, by what the machine runs."""
    runs = set(here.machine.runs)
    checks: list[Callable[[Here], Iterator[Finding]]] = [clock, disk]
    if runs - {"etcd"}:  # Debian's own
        checks.append(services)
    if (here.folder / "tls").exists():
        checks.append(certificate)
    if runs & {"etcd", "postgresql"}:
        checks.append(etcd)
    if "postgresql" in runs:
        checks += [patroni, database, backups]
    if runs & {"hub", "standby"}:
        checks.append(rights)
    if runs & {"hub", "standby", "relay", "gateway", "wall", "seat"}:
        checks.append(hubs)
    if runs & ON_SCREEN:
        checks.append(screen)
    if "seat" in runs:
        checks += [headset, supervision]
    return checks


def _here(folder: Path) -> Here:
    try:
        name = (folder / "machine").read_text(encoding="utf-8").strip()
        city = read_city(folder / "city.toml")
    except (OSError, ConfigError) as error:
        raise CannotStartError(
            f"{folder} 不是本机的配置包", f"{folder} is no kit of a machine: {error}"
        ) from error
    machine = city.machine_named(name)
    if machine is None:
        raise CannotStartError(f"city.toml 中没有 {name}", f"there is no {name} in city.toml")
    return Here(city, machine, load_config(folder / "lingsheng.toml"), folder)


# --- the machine -----------------------------------------------------------------------------------------


def clock(here: Here) -> Iterator[Finding]:
    """chrony follows a source and the clock is close."""
    advice = (
        "systemctl restart chrony; chronyc sources -v",
        "[network] ntp in city.toml; chronyc sources -v",
    )
    try:
        done = subprocess.run(
            ["chronyc", "-c", "tracking"], capture_output=True, text=True, timeout=5, check=False
        )
        fields = done.stdout.split(",")
        offset_ms = abs(float(fields[4])) * 1000
    except (OSError, subprocess.SubprocessError, IndexError, ValueError):
        yield broken("时钟未受控", "the clock follows nothing", *advice, mark="▲")
        return
    if fields[0] in {"", "7F7F0101"} or offset_ms > CLOCK_MS_MAX:
        yield broken(
            f"时钟偏差 {offset_ms:.0f} ms", f"the clock is {offset_ms:.0f} ms off", *advice, mark="▲"
        )
        return
    yield well(f"时钟 {offset_ms:.1f} ms", f"clock within {offset_ms:.1f} ms")


def disk(here: Here) -> Iterator[Finding]:
    """Room where things are written."""
    places = {here.config.store.dir, here.config.cluster.data_dir, here.config.backup.dir} - {""}
    for place in sorted(path for path in places if Path(path).exists()):
        usage = shutil.disk_usage(place)
        free = usage.free / usage.total
        said = (f"{place} 余 {free:.0%}", f"{place}: {free:.0%} free")
        if free < DISK_FREE_MIN:
            yield broken(*said, "清理或扩容；备份请另用一块盘", "make room; backups belong on another disk")
        else:
            yield well(*said)


def services(here: Here) -> Iterator[Finding]:
    """systemd understands the units of the kit and finds the programs they start."""
    units = sorted(Path(here.city.path("units", here.machine)).glob("lingsheng-*.*"))
    advice = ("重新 deploy make 并复制；查程序位置", "deploy make and copy it anew; is the program there?")
    if not units:
        yield broken("没有服务单元", "no units of the kit here", *advice)
        return
    try:
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *units],
            capture_output=True,
            text=True,
            timeout=VERIFY_S_MAX,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        yield broken("服务单元未能检查", f"the units cannot be looked at: {error}", *advice, mark="▲")
        return
    said = sorted({line for line in done.stderr.splitlines() if "lingsheng-" in line})
    for line in said:
        yield broken(f"服务单元：{line}", f"units: {line}", *advice)
    if not said:
        yield well(f"{len(units)} 个服务单元", f"{len(units)} units are understood by systemd")


def certificate(here: Here) -> Iterator[Finding]:
    """The machine's certificate is valid for a while yet."""
    made = x509.load_pem_x509_certificate((here.folder / "tls" / "machine.crt").read_bytes())
    days = (made.not_valid_after_utc - datetime.now(UTC)).total_seconds() / DAY_S
    said = (f"证书还有 {days:.0f} 天", f"the certificate is valid for {days:.0f} days")
    if days < CERTIFICATE_DAYS_MIN:
        yield broken(
            *said, "删去 secrets 中本机的 .pem，重新 deploy make", "delete its .pem, make the kit again"
        )
    else:
        yield well(*said)


# --- the engine ------------------------------------------------------------------------------------------


def etcd(here: Here) -> Iterator[Finding]:
    """Every member answers with TLS; fewer than the majority and nothing can be changed."""
    asked = here.city.running("etcd")
    silent = [one.name for one in asked if not _tls_answers(here, one)]
    said = f"etcd {len(asked) - len(silent)}/{len(asked)}"
    advice = ("在该机器 systemctl status etcd；查防火墙", "systemctl status etcd there; look at the firewall")
    if len(silent) * 2 >= len(asked):
        yield broken(f"{said} 无多数：{'、'.join(silent)}", f"{said}: no majority", *advice)
    elif silent:
        yield broken(f"{said}：{'、'.join(silent)} 无应答", f"{said}", *advice, mark="▲")
    else:
        yield well(said, "every member answers")


def _tls_answers(here: Here, member: CityMachine) -> bool:
    tls = here.folder / "tls"
    context = ssl.create_default_context(cafile=str(tls / "authority.crt"))
    context.load_cert_chain(tls / "machine.crt", tls / "machine.key")
    try:
        with (
            socket.create_connection((member.address, here.city.ports.etcd_client), ASK_S_MAX) as raw,
            context.wrap_socket(raw, server_hostname=member.address) as safe,
        ):
            safe.settimeout(ASK_S_MAX)
            safe.sendall(f"GET /health HTTP/1.0\r\nHost: {member.name}\r\n\r\n".encode())
            return b'"true"' in safe.recv(4096)
    except OSError:
        return False


def patroni(here: Here) -> Iterator[Finding]:
    """One leader, everybody streams, one of another building is synchronous."""
    advice = ("patronictl list；systemctl status patroni", "patronictl list; systemctl status patroni")
    try:
        listed = members(here.config.cluster)
    except PatroniError as error:
        yield broken("Patroni 无应答", f"Patroni does not answer: {error}", *advice)
        return
    leader = leader_of(listed)
    if not leader:
        yield broken("没有主库", "nobody leads", *advice)
        return
    yield well(f"主库 {leader}", f"{leader} leads")
    for one in listed:
        lag = one.get("lag", 0)
        late = lag == "unknown" or (isinstance(lag, int) and lag > LAG_BYTES_MAX)
        if one["state"] not in {"running", "streaming"} or late:
            words = f"{one['name']}: {one['role']} {one['state']}, lag {lag}"
            yield broken(words, "not in order", *advice, mark="▲")
    yield from _elsewhere(here, leader, listed)


def _elsewhere(here: Here, leader: str, listed: list[dict[str, object]]) -> Iterator[Finding]:
    site_of = {machine.name: machine.site for machine in here.city.machine}
    confirm = [str(one["name"]) for one in listed if str(one["role"]) in {"sync_standby", "quorum_standby"}]
    away = [name for name in confirm if site_of.get(name) != site_of.get(leader)]
    if away:
        yield well(f"异地同步备机 {'、'.join(away)}", f"confirmed in another building by {', '.join(away)}")
    else:
        yield broken(
            "没有异地同步备机：失去本楼会丢数据",
            "nobody in another building confirms: losing this one loses data",
            "恢复异地备机；确需继续时由两人宣布孤岛",
            "bring a standby elsewhere back; going on without is two people's order (island)",
        )


def database(here: Here) -> Iterator[Finding]:
    """The server of this machine answers and replays."""
    try:
        state = state_of(here.config.cluster)
    except ClusterError as error:
        advice = ("systemctl status patroni；看数据库日志", "systemctl status patroni; its log")
        yield broken("本机数据库无应答", f"the server here does not answer: {error}", *advice)
        return
    role = Words("备库", "standby") if state.in_recovery else Words("主库", "leader")
    yield well(f"本机 {role.zh}，流水 {state.journal_seq}", f"{role.en} here, journal {state.journal_seq}")


def rights(here: Here) -> Iterator[Finding]:
    """The hub's role writes rows and alters no table, and the journal not even rows."""
    advice = ("main.py store --config owner.toml upgrade", "main.py store --config owner.toml upgrade")
    try:
        held = role_rights(here.config.store.url)
    except StoreError as error:
        yield broken("数据库不可用", f"the store cannot be used: {error}", *advice)
        return
    if held.may_create or held.may_change_journal:
        yield broken("中枢的角色权限过大", "the hub's role may alter tables or the journal", *advice)
    elif not held.may_write:
        yield broken("中枢的角色不能写入", "the hub's role cannot write", *advice)
    else:
        yield well("中枢角色：可写行，不可改表", "the hub's role writes rows and alters no table")


def backups(here: Here) -> Iterator[Finding]:
    """Not too old, and the last drill went well."""
    advice = Words("main.py store backup；main.py store drill", "main.py store backup; main.py store drill")
    try:
        told = too_old(here.config.backup, int(time.time() * 1000))
    except BackupError as error:
        yield Finding("■", error.words, advice)
        return
    yield from (Finding("■", words, advice) for words in told)
    if not told:
        yield well("备份与演练均在期限内", "backups and drills are in time")


def hubs(here: Here) -> Iterator[Finding]:
    """Some hub or relay of the list opens its port."""
    for address in here.config.hub.hubs:
        host, port = address.rsplit(":", 1)
        try:
            with socket.create_connection((host, int(port)), ASK_S_MAX):
                yield well(f"{address} 有应答", f"{address} answers")
                return
        except OSError:
            continue
    advice = (
        "systemctl status lingsheng-hub；查防火墙",
        "systemctl status lingsheng-hub; look at the firewall",
    )
    yield broken("没有中枢应答", "no hub answers", *advice)


# --- the screen ------------------------------------------------------------------------------------------


def screen(here: Here) -> Iterator[Finding]:
    """What `owners` wrote of screen and sound is there: without it neither seat nor wall starts."""
    file = here.folder / SCREEN_ENV
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        known = dict(line.split("=", 1) for line in lines if "=" in line)
        number = known.get("DISPLAY", "").removeprefix(":").partition(".")[0]
        shown = not number.isdecimal() or (X_SOCKETS / f"X{number}").exists()  # else of another machine
        heard = (Path(known.get("XDG_RUNTIME_DIR", "")) / "pulse" / "native").exists()
    except OSError as error:
        yield broken("坐席、大屏不能启动", str(error), "以 root 执行 owners", "run `owners` as root")
        return
    if not shown:
        advice = (
            "systemctl status lightdm；DISPLAY 不对则改",
            "systemctl status lightdm, or change DISPLAY in",
        )
        yield broken(f"屏幕 :{number} 没有开", f"no screen :{number}", advice[0], f"{advice[1]} {file}")
    elif "seat" in here.machine.runs and not heard:
        advice = ("装 pulseaudio、dbus-user-session 后重启", "install pulseaudio, dbus-user-session, restart")
        yield broken("没有声音服务：听不到振铃", "no sound server: nobody hears it ring", *advice)
    else:
        yield well("屏幕与声音服务", "the screen, and the sound server")


# --- the seat --------------------------------------------------------------------------------------------


def headset(here: Here) -> Iterator[Finding]:
    """The telephone has this machine's sound; which devices there are is doctor's question."""
    if here.config.phone.headset:
        yield well("通话用本机声卡", "calls are spoken through this machine's sound")
    else:
        advice = ("[phone] headset = true；重新 deploy make 并复制", "make the kit again and copy it")
        yield broken("通话没有声音：接听后双方无声", "no sound: calls are answered in silence", *advice)


def supervision(here: Here) -> Iterator[Finding]:
    """The secret of the site's supervisors is here, and nobody else's to read."""
    advice = ("重新 deploy make，复制，sh owners", "make the kit again, copy it, run its `owners`")
    path = here.config.phone.monitor_secret_file
    if not path:
        yield broken("班长不能监听：没有签名密钥", "supervisors: no secret is configured", *advice, mark="▲")
        return
    try:
        flaw = secret_flaw(Path(path))
    except OSError as error:
        yield broken(f"读不到 {path}，坐席不能启动", f"{error}: the seat does not start", *advice)
        return
    if flaw is not None:
        said = (f"{path} {flaw.words.zh}", f"{path} {flaw.words.en}")
        yield broken(*said, *advice, mark="■" if flaw.broken else "▲")
    else:
        yield well("班长监听的签名密钥", "the secret supervisors sign with")
