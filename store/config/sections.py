"""Every key of lingsheng.toml: type, default, limits and text, one line each.

The text is the documentation: reference.py prints it and a test keeps the printed files equal to it. Only
keys that some part reads are listed. Defaults suit one desk with everything on one machine.
"""

from typing import Annotated, Literal

from msgspec import Struct

from dispatch.kinds import SeatKind
from store.config.acd import Acd
from store.config.fields import HostPort, Port, PositionBudget, SeatNumber, SiteCode, StoreUrl, key
from store.config.key_rules import DEFAULT_KEY_RULES, KeyRule
from store.config.phone import Phone

FOLDER = "lingsheng-data"


class Site(Struct, frozen=True):
    """本中心。This centre."""

    code: Annotated[SiteCode, key("站点代码，用于受理编号", "site code, part of every number people see")] = (
        "01"
    )
    name: Annotated[str, key("中心名称，显示在窗口标题", "name of the centre, shown in window titles")] = (
        "急救指挥中心"
    )
    districts: Annotated[tuple[str, ...], key("辖区名称", "names of the districts served")] = ()


class Hub(Struct, frozen=True):
    """中枢：全市唯一的写入者。The hub, the only writer of its city."""

    host: Annotated[str, key("中枢监听地址", "address the hub listens on")] = "127.0.0.1"
    command_port: Annotated[Port, key("命令端口", "port for commands")] = 5570
    event_port: Annotated[Port, key("事件端口", "port for events")] = 5571
    position_port: Annotated[Port, key("车辆位置端口", "port for vehicle positions")] = 5572
    enrol_port: Annotated[
        Port,
        key(
            "登记端口，仅在有机器受邀时打开",
            "port for enrolment, open only while a machine is invited",
        ),
    ] = 5575
    tick_ms: Annotated[int, key("心跳间隔（毫秒）", "time between ticks, ms", ge=50, le=2000)] = 200
    hubs: Annotated[
        tuple[HostPort, ...],
        key(
            "坐席、大屏、网关依次尝试的中枢命令地址",
            "command addresses that seats, walls and the gateway try in order",
        ),
    ] = ("127.0.0.1:5570",)
    peers: Annotated[
        tuple[HostPort, ...],
        key(
            "同站点另一台中枢的命令地址；hub --standby 听不到它的心跳 3 秒即接替",
            "the other hub of this site: `hub --standby` takes over after 3 s without its Tick",
        ),
    ] = ()


class Relay(Struct, frozen=True):
    """区县分中心的中继，端口与 [hub] 相同。The relay of a district; its ports are those of [hub]."""

    hubs: Annotated[
        tuple[HostPort, ...],
        key(
            "中继依次尝试的中枢命令地址（市中心在先）",
            "command addresses of the hubs the relay tries in order, the city's first",
        ),
    ] = ()
    takeover_store: Annotated[
        str,
        key(
            "接管时提升并使用的本楼同步备库（postgresql+psycopg://…）；空则用中继副本",
            "standby of this building that leads after a takeover; empty: the relay's own copy does",
        ),
    ] = ""
    position_bytes_s: Annotated[
        PositionBudget,
        key(
            "车辆位置每秒可用的线路字节数；auto 按线路拥塞自动让路",
            "bytes a second that vehicle positions may use of the line; auto gives way when it queues",
        ),
    ] = "auto"


class Store(Struct, frozen=True):
    """存储。The store."""

    url: Annotated[
        StoreUrl,
        key(
            "中枢的数据库；PostgreSQL 口令请放在 ~/.pgpass，不要写在这里",
            "database of the hub; keep a PostgreSQL password in ~/.pgpass, not here",
            path=True,
        ),
    ] = f"sqlite:///{FOLDER}/hub.sqlite"
    dir: Annotated[
        str,
        key(
            "本机文件夹：坐席与网关的发件箱",
            "folder on this machine: outboxes of seats and gateway",
            path=True,
        ),
    ] = FOLDER
    ballast_mb: Annotated[
        int,
        key(
            "中枢磁盘上预留的压舱文件（兆字节），磁盘满时可立即释放；0 表示不留",
            "ballast on the hub's disk, MB: room to give back at once when the disk is full; 0: none",
            ge=0,
            le=1_000_000,
        ),
    ] = 2048


class Seat(Struct, frozen=True):
    """坐席。The dispatcher's seat."""

    number: Annotated[SeatNumber, key("坐席号", "number of the seat")] = "01"
    kind: Annotated[
        SeatKind, key("坐席类型：中心席、储备席、培训席", "city seat, reserve seat or training seat")
    ] = SeatKind.CITY
    lock_minutes: Annotated[
        int,
        key(
            "多少分钟无人操作即锁定（通话中不锁；0 表示不锁）",
            "minutes without a hand before the desk locks (never during a call; 0: never)",
            ge=0,
            le=240,
        ),
    ] = 15
    autopilot: Annotated[
        bool,
        key("由自动调度员操作窗口（演示与压力测试）", "an autopilot works the window (demo and load tests)"),
    ] = False
    paper_dir: Annotated[
        str,
        key(
            "接警单 PDF 文件夹：打印的每张，和每 5 分钟一份的全部未结事件（只留一小时）",
            "folder of the paper sheets: each one printed, and every 5 minutes all that is open (1 h kept)",
            path=True,
        ),
    ] = f"{FOLDER}/paper"


class Gateway(Struct, frozen=True):
    """车载终端网关 (JT/T 808)。The gateway of the vehicle terminals."""

    host: Annotated[str, key("监听地址", "address to listen on")] = "127.0.0.1"
    port: Annotated[Port, key("TCP 端口", "TCP port")] = 8808
    silence_s: Annotated[
        int, key("终端静默多久算离线（秒）", "a terminal silent for this long is offline, s", ge=10, le=3600)
    ] = 190
    key_rule: Annotated[
        tuple[KeyRule, ...],
        key(
            "状态键规则；写了就替换全部默认规则",
            "rules for status keys; giving any replaces all default rules",
        ),
    ] = DEFAULT_KEY_RULES


class Map(Struct, frozen=True):
    """地图。The map."""

    city: Annotated[
        str,
        key("`main.py city` 生成的城市文件", "city file made by `main.py city`", path=True),
    ] = f"{FOLDER}/city.sqlite"


class Recordings(Struct, frozen=True):
    """通话录音。Recordings of calls."""

    dir: Annotated[str, key("录音文件夹", "folder of the recordings", path=True)] = f"{FOLDER}/recordings"
    keep_days: Annotated[
        int,
        key(
            "保存天数，至少 30；到期也只由 `main.py recordings expire --delete` 删除",
            "days to keep, at least 30; only `main.py recordings expire --delete` ever deletes",
            ge=30,
            le=36_500,
        ),
    ] = 1098
    drill_keep_days: Annotated[
        int, key("演练与培训录音的保存天数", "days to keep those of drills and training", ge=30, le=36_500)
    ] = 366
    vault: Annotated[
        str,
        key(
            "录音库：全市共用、挂载到每台坐席机的文件夹；全市只在一台上运行一次 `main.py recordings vault`；"
            "空表示没有",
            "vault: one folder of the whole city, mounted on every desk; `main.py recordings vault` makes it "
            "one, once, at one desk; empty: none",
            path=True,
        ),
    ] = ""
    export_dir: Annotated[
        str, key("导出录音的文件夹", "folder that handed-out recordings are written to", path=True)
    ] = f"{FOLDER}/exports"
    prompts_dir: Annotated[
        str,
        key(
            "本中心自录的提示音，文件名见 docs/telephone.md；空表示没有",
            "the centre's own prompts, named as in docs/telephone.md; empty: none",
            path=True,
        ),
    ] = ""


class Cluster(Struct, frozen=True):
    """城市数据库集群，由 `deploy make` 填写。The database cluster of a city, filled in by `deploy make`."""

    patroni: Annotated[
        tuple[str, ...],
        key(
            "各数据库机器的 Patroni 地址，近的在前；空表示没有 Patroni",
            "Patroni of each server, nearest first",
        ),
    ] = ()
    authority_file: Annotated[
        str, key("校验 Patroni 证书的文件", "certificate that proves Patroni", path=True)
    ] = ""
    password_file: Annotated[
        str, key("只含 Patroni 口令的文件（权限 0600）", "file that holds only Patroni's password", path=True)
    ] = ""
    member: Annotated[str, key("本机在 Patroni 中的名字", "name of this machine in Patroni")] = ""
    server: Annotated[
        str,
        key(
            "本机 PostgreSQL 的 libpq 连接串，用于接管与检查",
            "libpq connection to this machine's PostgreSQL, for takeover and checks",
        ),
    ] = ""
    standby_names: Annotated[
        str,
        key(
            "没有 Patroni 时，退出孤岛后恢复的 synchronous_standby_names",
            "without Patroni: synchronous_standby_names to return to after an island",
        ),
    ] = ""
    confirmations: Annotated[
        int,
        key(
            "每条指令须由几台同步备机确认，才必有一台在另一楼；少于此数即告警，0 不查",
            "how many standbys confirm an order, so that one of them is in another building; fewer raise an "
            "alarm, 0 does not look",
            ge=0,
            le=100,
        ),
    ] = 0
    data_dir: Annotated[
        str, key("本机 PostgreSQL 数据目录", "data directory of PostgreSQL here", path=True)
    ] = ""
    bin_dir: Annotated[str, key("PostgreSQL 程序目录", "folder of PostgreSQL's programs", path=True)] = (
        "/usr/lib/postgresql/15/bin"
    )
    stop_patroni: Annotated[
        tuple[str, ...],
        key(
            "破窗接管时撤下 Patroni 而不停数据库的命令",
            "command that takes Patroni away and leaves PostgreSQL running (break-glass)",
        ),
    ] = ()


class Backup(Struct, frozen=True):
    """备份。Backups."""

    dir: Annotated[str, key("备份文件夹，最好另一块盘", "folder, better on another disk", path=True)] = (
        f"{FOLDER}/backup"
    )
    server: Annotated[
        str,
        key(
            "备份用的 libpq 连接串（postgres 用户，本机套接字）",
            "libpq connection for backups, as the user postgres over the local socket",
        ),
    ] = "host=/var/run/postgresql user=postgres"
    keep: Annotated[int, key("保留最近几份", "how many are kept", ge=2, le=1000)] = 14
    age_h_max: Annotated[
        int,
        key("超过多少小时没有合格备份就告警", "alarm when the last good one is older, hours", ge=1, le=744),
    ] = 26
    drill_days_max: Annotated[
        int,
        key("超过多少天没有恢复演练就告警", "alarm when the last restore drill is older, days", ge=1, le=400),
    ] = 35


class Keys(Struct, frozen=True):
    """本机密钥与登记名册。The keys of this machine and the roster of enrolled machines."""

    dir: Annotated[str, key("密钥文件夹（权限 0700）", "folder of the keys (mode 0700)", path=True)] = (
        f"{FOLDER}/keys"
    )


class Log(Struct, frozen=True):
    """日志。The log."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], key("记录到哪一级", "least severity written")
    ] = "info"
    dir: Annotated[
        str,
        key(
            "日志文件夹，每个进程一个文件；空表示只写到屏幕",
            "folder, one file per process; empty: screen only",
            path=True,
        ),
    ] = f"{FOLDER}/log"


class Config(Struct, frozen=True):
    """The whole file. Paths are absolute after `load_config`."""

    site: Site = Site()
    hub: Hub = Hub()
    relay: Relay = Relay()
    store: Store = Store()
    seat: Seat = Seat()
    phone: Phone = Phone()
    acd: Acd = Acd()
    gateway: Gateway = Gateway()
    map: Map = Map()
    recordings: Recordings = Recordings()
    cluster: Cluster = Cluster()
    backup: Backup = Backup()
    keys: Keys = Keys()
    log: Log = Log()
