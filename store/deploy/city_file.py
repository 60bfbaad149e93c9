"""city.toml: the sites and machines of one city. Everything else the kit writes follows from it.

A contradiction is refused with all others at once: a city is installed by people at night.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from store.config import load_struct
from store.config.fields import SiteCode, form
from store.config.words import Words

Part = Literal["postgresql", "etcd", "hub", "standby", "relay", "gateway", "exchange", "wall", "seat"]
Name = Annotated[
    str, form(r"^[a-z][a-z0-9-]{0,30}$", "小写字母、数字、连字符", "small letters, digits, hyphens")
]
Address = Annotated[str, form(r"^[0-9A-Za-z.:-]{1,60}$", "IP 地址或主机名", "an IP address or a host name")]
Port = Annotated[int, Meta(ge=1, le=65535)]
ETCD_SIZES = (3, 5, 7)
"""One member loses what it acknowledged when it crashes, an even number is no safer than one fewer."""


class City(Struct, frozen=True):
    """`placement`: where the majority of etcd sits, and so who survives a clean cut (docs/operations.md)."""

    name: str
    code: SiteCode
    placement: Literal["centre", "outside"] = "centre"
    patroni: Literal[3, 4] = 3
    database: Name = "lingsheng"


class CitySite(Struct, frozen=True):
    """`kind`: the centre, a district with its own database machine (tier1), or one with a relay only."""

    code: SiteCode
    name: str
    kind: Literal["centre", "tier1", "district"] = "district"


class CityMachine(Struct, frozen=True):
    """One computer. `seat`: its number where it runs one; `also`: more addresses its certificate names."""

    name: Name
    site: SiteCode
    address: Address
    runs: tuple[Part, ...]
    seat: str = ""
    also: tuple[Address, ...] = ()


class Network(Struct, frozen=True):
    """`dispatch`: networks of seats, walls and relays; `vehicles`: of the terminals; `ntp`: time sources."""

    dispatch: tuple[str, ...] = ("10.0.0.0/8",)
    vehicles: tuple[str, ...] = ("0.0.0.0/0",)
    ntp: tuple[str, ...] = ()


class TelephoneNet(Struct, frozen=True):
    """Where machines run an exchange. `trunks`: addresses calls come from; `domain`: what digests are made
    with, "" is made from the city's code; the times and `last_resort` as in telephony/acd/hunt_group.py.
    """

    trunks: tuple[str, ...] = ()
    group: str = "120"
    domain: str = ""
    overflow_s: Annotated[int, Meta(ge=0, le=59)] = 10
    ring_s: Annotated[int, Meta(ge=1, le=60)] = 8
    last_resort: str = ""


class Backup(Struct, frozen=True):
    """`dir` on every database machine, better on a disk of its own. Ages past which people are told."""

    dir: str = "/var/backups/lingsheng"
    keep: Annotated[int, Meta(ge=2, le=1000)] = 14
    age_h_max: Annotated[int, Meta(ge=1, le=24 * 31)] = 26
    drill_days_max: Annotated[int, Meta(ge=1, le=400)] = 35


class Ports(Struct, frozen=True):
    postgresql: Port = 5432
    patroni: Port = 8008
    etcd_client: Port = 2379
    etcd_peer: Port = 2380
    command: Port = 5570
    event: Port = 5571
    position: Port = 5572
    enrol: Port = 5575
    gateway: Port = 8808


class Paths(Struct, frozen=True):
    """Where things lie on every machine; `{machine}` stands for its name."""

    program: str = "/opt/lingsheng"
    config: str = "/etc/lingsheng"
    state: str = "/var/lib/lingsheng"
    log: str = "/var/log/lingsheng"
    patroni: str = "/etc/patroni"
    postgresql_bin: str = "/usr/lib/postgresql/15/bin"
    postgresql_data: str = "/var/lib/postgresql/15/lingsheng"
    postgresql_socket: str = "/var/run/postgresql"
    etcd_default: str = "/etc/default/etcd"
    etcd_data: str = "/var/lib/etcd/lingsheng"
    units: str = "/etc/systemd/system"
    etc: str = "/etc"
    kamailio: str = "/etc/kamailio"


class CityFile(Struct, frozen=True):
    """The whole file."""

    city: City
    site: tuple[CitySite, ...]
    machine: tuple[CityMachine, ...]
    network: Network = Network()
    telephone: TelephoneNet = TelephoneNet()
    backup: Backup = Backup()
    ports: Ports = Ports()
    paths: Paths = Paths()

    def running(self, *parts: Part) -> list[CityMachine]:
        """Machines that run any of these."""
        return [machine for machine in self.machine if set(parts) & set(machine.runs)]

    def kind_of(self, machine: CityMachine) -> str:
        return next(site.kind for site in self.site if site.code == machine.site)

    def machine_named(self, name: str) -> CityMachine | None:
        return next((machine for machine in self.machine if machine.name == name), None)

    def nearest_first(self, machine: CityMachine, others: Iterable[CityMachine]) -> list[CityMachine]:
        """The machine itself, then its own site, then the rest in the order of the file."""
        return sorted(others, key=lambda other: (other != machine, other.site != machine.site))

    def path(self, name: str, machine: CityMachine) -> str:
        """One of `Paths` on a machine."""
        value: str = getattr(self.paths, name)
        return value.replace("{machine}", machine.name)

    @property
    def standbys_needed(self) -> int:
        """How many standbys have to confirm, so that at least one of them stands in another building."""
        databases = self.running("postgresql")
        at_home = sum(self.kind_of(machine) == "centre" for machine in databases)
        return max(1, min(at_home, len(databases) - 1))


def read_city(file: Path) -> CityFile:
    """Raises ConfigError with everything that is wrong."""
    return load_struct(CityFile, file, _contradictions)


def _contradictions(city: CityFile) -> list[Words]:
    return [*_wrong_names(city), *_wrong_engine(city), *_wrong_parts(city)]


def _wrong_names(city: CityFile) -> list[Words]:
    problems = []
    codes = [site.code for site in city.site]
    for words, values in (
        (Words("站点代码", "site code"), codes),
        (Words("机器名", "machine name"), [machine.name for machine in city.machine]),
        (Words("地址", "address"), [machine.address for machine in city.machine]),
    ):
        twice = sorted({value for value in values if values.count(value) > 1})
        problems += [Words(f"{words.zh} {one} 重复", f"{words.en} {one} is there twice") for one in twice]
    problems += [
        Words(f"{one.name} 所在站点 {one.site} 不存在", f"{one.name}: there is no site {one.site}")
        for one in city.machine
        if one.site not in codes
    ]
    if [site.kind for site in city.site].count("centre") != 1:
        problems.append(Words("须有且只有一个 kind = centre 的站点", "exactly one site must be the centre"))
    return problems


def _wrong_engine(city: CityFile) -> list[Words]:
    problems = []
    centre = {site.code for site in city.site if site.kind == "centre"}
    members, databases = city.running("etcd"), city.running("postgresql")
    if len(members) not in ETCD_SIZES:
        problems.append(
            Words(
                f"etcd 须为 3、5 或 7 台，现为 {len(members)} 台",
                f"etcd needs 3, 5 or 7 members, not {len(members)}",
            )
        )
    inside = sum(machine.site in centre for machine in members)
    if (inside * 2 > len(members)) != (city.city.placement == "centre"):
        problems.append(
            Words(
                f"placement 与 etcd 不符：中心有 {inside}/{len(members)} 台",
                f"placement does not fit: {inside} of {len(members)} etcd members are in the centre",
            )
        )
    if len(databases) < 2 or len({machine.site for machine in databases}) < 2:
        problems.append(
            Words(
                "至少两台 PostgreSQL，分在两个站点：一座楼失去时数据还在",
                "PostgreSQL on two machines in two sites at least: one building may be lost",
            )
        )
    return problems


def _wrong_parts(city: CityFile) -> list[Words]:
    problems = []
    if not city.running("hub"):
        problems.append(Words("没有机器运行 hub", "no machine runs the hub"))
    hubs = {machine.site for machine in city.running("hub", "standby")}
    if len(hubs) > 1:
        problems.append(
            Words(
                "hub 与 standby 须在同一站点：跨站点只由人接管",
                "hub and standby belong to one site: between sites only people move command",
            )
        )
    problems += _wrong_telephones(city)
    for machine in city.machine:
        if {"hub", "standby"} <= set(machine.runs):
            problems.append(
                Words(
                    f"{machine.name} 不能既是 hub 又是 standby", f"{machine.name} cannot be hub and standby"
                )
            )
        if ("seat" in machine.runs) != bool(machine.seat):
            problems.append(
                Words(
                    f"{machine.name}：坐席须有 seat 号",
                    f"{machine.name}: a seat has a number, nothing else has",
                )
            )
    return problems


def _wrong_telephones(city: CityFile) -> list[Words]:
    problems = []
    exchanges, seats = city.running("exchange"), [machine.seat for machine in city.running("seat")]
    if not exchanges:
        return []
    sites = [machine.site for machine in exchanges]
    if len(set(sites)) < len(sites):
        problems.append(
            Words(
                "一个站点只能有一台 exchange：两台的队列不能合成一个",
                "one exchange in a site: the queues of two are not one",
            )
        )
    if len(set(seats)) < len(seats):
        problems.append(
            Words("席位号重复：它是分机号", "a seat's number is there twice: it is its extension")
        )
    if not city.telephone.trunks:
        problems.append(
            Words("[telephone] trunks 未填写：来电从哪里来", "[telephone] trunks: where calls come from")
        )
    return problems
