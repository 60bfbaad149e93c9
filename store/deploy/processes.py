"""lingsheng.toml and the systemd units of our own processes on one machine."""

from pathlib import Path
from string import Template
from typing import Any

from store.deploy.city_file import CityFile, CityMachine, Part
from store.deploy.engine import backup_dir, own_server, store_url
from store.deploy.exchange import acd_section, phone_section

TEMPLATES = Path(__file__).resolve().parents[2] / "deploy"
USER = "lingsheng"
OOM = {"hub": -900, "standby": -900, "relay": -900, "gateway": -500, "exchange": -500, "wall": 0, "seat": 0}
WORDS = {
    "hub": "hub 中枢",
    "standby": "standby hub 备用中枢",
    "relay": "relay 中继",
    "gateway": "gateway 车载终端网关",
    "exchange": "exchange 话务队列",
    "wall": "wall 大屏",
    "seat": "seat 坐席",
}
COMMANDS = {"hub": "hub --standby", "standby": "hub --standby"}
"""Both start by listening for the other: whoever hears no Tick commands (docs/operations.md)."""
ON_SCREEN = frozenset({"seat", "wall"})
SCREEN_ENV = "screen.env"
"""Which screen and whose sound: `owners` writes it, as only the machine knows the number of our user."""
BACKUP_AT = "*-*-* 02:30:00"
DRILL_AT = "Sat *-*-1..7 04:00:00"


def configuration(city: CityFile, machine: CityMachine) -> dict[str, dict[str, Any]]:
    """lingsheng.toml of a machine, by sections."""
    site = next(site for site in city.site if site.code == machine.site)
    state, ports = city.path("state", machine), city.ports
    sections: dict[str, dict[str, Any]] = {
        "site": {"code": city.city.code if site.kind == "centre" else site.code, "name": site.name},
        "hub": {"hubs": hubs_of(city, machine)},
        "store": {"url": _store(city, machine), "dir": state},
        "keys": {"dir": f"{state}/keys"},
        "recordings": {"dir": f"{state}/recordings"},
        "map": {"city": f"{state}/city.sqlite"},
        "log": {"dir": city.path("log", machine)},
        "seat": {"number": machine.seat} if machine.seat else {},
    }
    if {"hub", "standby", "relay"} & set(machine.runs):
        sections["hub"] |= {
            "host": machine.address,
            "command_port": ports.command,
            "event_port": ports.event,
            "position_port": ports.position,
            "enrol_port": ports.enrol,
        }
        others = [one for one in city.running("hub", "standby") if one != machine]
        sections["hub"] |= (
            {"peers": [f"{one.address}:{ports.command}" for one in others]} if _is_hub(machine) else {}
        )
    if "relay" in machine.runs:
        sections["relay"] = _relay(city, machine)
    if "gateway" in machine.runs:
        sections["gateway"] = {"host": machine.address, "port": ports.gateway}
    if "postgresql" in machine.runs or {"hub", "standby"} & set(machine.runs):
        sections["cluster"] = _cluster(city, machine)
    if "postgresql" in machine.runs:
        sections["backup"] = _backup(city, machine)
    if city.running("exchange") and {"seat", "exchange"} & set(machine.runs):
        sections["acd"] = acd_section(city, machine)
    if "seat" in machine.runs:
        sections["phone"] = phone_section(city, machine)
    return sections


def _is_hub(machine: CityMachine) -> bool:
    return bool({"hub", "standby"} & set(machine.runs))


def hubs_of(city: CityFile, machine: CityMachine) -> list[str]:
    """Where seats, walls and gateways knock: the relay of their own site, the centre's two, the rest."""
    first = [one for one in city.running("relay") if one.site == machine.site]
    centre = [*city.running("hub"), *city.running("standby")]
    rest = [one for one in city.running("relay") if "postgresql" in one.runs]
    order = dict.fromkeys(one.address for one in (*first, *centre, *rest))
    return [f"{address}:{city.ports.command}" for address in order]


def _relay(city: CityFile, machine: CityMachine) -> dict[str, Any]:
    """The city's hubs, and the standby of this building where there is one."""
    hubs = [*city.running("hub"), *city.running("standby")]
    found: dict[str, Any] = {"hubs": [f"{one.address}:{city.ports.command}" for one in hubs]}
    return found | ({"takeover_store": store_url(city, machine)} if "postgresql" in machine.runs else {})


def _store(city: CityFile, machine: CityMachine) -> str:
    if {"hub", "standby"} & set(machine.runs):
        return store_url(city, machine)
    return f"sqlite:///{city.path('state', machine)}/relay.sqlite"


def _cluster(city: CityFile, machine: CityMachine) -> dict[str, Any]:
    servers = city.nearest_first(machine, city.running("postgresql"))
    config = city.path("config", machine)
    return {
        "patroni": [f"https://{server.address}:{city.ports.patroni}" for server in servers],
        "authority_file": f"{config}/tls/authority.crt",
        "password_file": f"{config}/patroni.password",
        "server": own_server(city, machine) if "postgresql" in machine.runs else "",
        "confirmations": city.standbys_needed,
        "member": machine.name if "postgresql" in machine.runs else "",
        "data_dir": city.path("postgresql_data", machine) if "postgresql" in machine.runs else "",
        "bin_dir": city.path("postgresql_bin", machine),
        "stop_patroni": ["sh", f"{config}/ask-stop-patroni"],
    }


def stop_request(city: CityFile, machine: CityMachine) -> str:
    """The file by which our processes, which can become nobody else, ask root to take Patroni away."""
    return f"{city.path('state', machine)}/stop-patroni"


def _backup(city: CityFile, machine: CityMachine) -> dict[str, Any]:
    backup, socket = city.backup, city.path("postgresql_socket", machine)
    return {
        "dir": backup_dir(city, machine),
        "server": f"host={socket} port={city.ports.postgresql} user=postgres",
        "keep": backup.keep,
        "age_h_max": backup.age_h_max,
        "drill_days_max": backup.drill_days_max,
    }


def units(city: CityFile, machine: CityMachine) -> dict[str, str]:
    """Unit file name -> text."""
    files = {
        f"lingsheng-{part}.service": _unit(city, machine, part) for part in machine.runs if part in WORDS
    }
    if "postgresql" in machine.runs:
        files |= _timed(city, machine, "backup", "backup", BACKUP_AT, "backup 每日备份")
        files |= _timed(city, machine, "drill", "drill", DRILL_AT, "restore drill 每月恢复演练")
        values = {"config": city.path("config", machine), "request": stop_request(city, machine)}
        for name in ("stop-patroni.service", "stop-patroni.path"):
            files[f"lingsheng-{name}"] = _filled(name, values)
        files["lingsheng-failed@.service"] = _filled("failed.service", {})
    return files


def _unit(city: CityFile, machine: CityMachine, part: Part) -> str:
    on_screen = part in ON_SCREEN
    writes = [city.path("state", machine), city.path("log", machine)]
    return _filled(
        "process.service",
        {
            "words": WORDS[part],
            "program": city.path("program", machine),
            "config": city.path("config", machine),
            "part": COMMANDS.get(part, part),
            "user": USER,
            "after": " display-manager.service" if on_screen else "",
            "screen": _filled("screen.conf", {"config": city.path("config", machine)}) if on_screen else "",
            "restart_s": "0.5" if part != "seat" else "2",
            "oom": str(OOM[part]),
            "home": "read-only" if on_screen else "yes",
            "devices": "no" if on_screen else "yes",
            "writes": " ".join(writes),
            "wanted": "graphical.target" if on_screen else "multi-user.target",
        },
    )


def _timed(
    city: CityFile, machine: CityMachine, name: str, command: str, calendar: str, words: str
) -> dict[str, str]:
    values = {
        "words": words,
        "program": city.path("program", machine),
        "config": city.path("config", machine),
        "command": command,
        "calendar": calendar,
        "user": "postgres",
        "writes": f"{backup_dir(city, machine)} {city.path('log', machine)}",
    }
    return {
        f"lingsheng-{name}.service": _filled("timed.service", values),
        f"lingsheng-{name}.timer": _filled("timed.timer", values),
    }


def _filled(template: str, values: dict[str, str]) -> str:
    return Template((TEMPLATES / "units" / template).read_text(encoding="utf-8")).substitute(values)
