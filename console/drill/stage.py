"""The folder of a demo: the invented city, the centre's lists, keys, accounts and the configuration.

The city is made once and kept; everything a run writes is made anew, so that every demo starts at dawn.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from console.drill import script
from console.drill.conveyed import write_answers
from console.drill.ports import free_ports
from console.drill.script import Case
from mapview.geo.cli import DEMO_SEED, make_demo
from store.config import Config, load_config
from store.core.roster import MachineRole
from store.hub_admin import enrol_machine, set_account
from telephony.prompts.making import make_all, missing

SITE = "01"
SITE_NAME = "铃江市急救中心"
SEAT_NUMBERS = ("01", "02", "03")
PASSWORD = "120120"  # noqa: S105 - of a demonstration that ends with the window
STAFF = (
    ("1001", "王敏", "调度员"),
    ("1002", "李强", "调度员"),
    ("1003", "陈静", "调度员;调度班长"),
)
RESERVE_SITES = (("02", "江南分中心", "江南区"), ("03", "长乐分中心", "长乐区"))
RESERVE_SEATS = (("21", "02"), ("22", "02"), ("31", "03"))
RESERVE_STAFF = (
    ("2001", "赵雪", "13900002001", "02", "是"),
    ("2002", "孙浩", "13900002002", "02", "是"),
    ("2003", "周平", "13900002003", "02", ""),
    ("3001", "吴丹", "13900003001", "03", "是"),
    ("3002", "郑凯", "13900003002", "03", ""),
)
QUALIFIED_UNTIL = "2030-12-31"
WATCHER = "watcher"
ANSWERS = "locations.json"


class Stage(msgspec.Struct, frozen=True):
    """`folder` holds the run; `lists` the centre's CSV files and the city."""

    folder: Path
    lists: Path
    config_file: Path
    config: Config


def build_stage(root: Path, say: Callable[[str, str], None], *, autopilot: bool) -> Stage:
    """Make the city where it is missing, then a fresh run beside it. `say` takes Chinese and English."""
    city = root / "city"
    if not (city / "city.sqlite").exists():
        say("生成演示城市（约 20 秒）…", "making the demo city (about 20 s)…")
        make_demo(city, DEMO_SEED)
    if missing(root / "prompts"):
        make_all(root / "prompts")
    run = root / "run"
    shutil.rmtree(run, ignore_errors=True)
    (run / "keys").mkdir(parents=True)
    (run / "keys").chmod(0o700)
    _write_people(city)
    write_answers(run / ANSWERS, ())  # nobody is known until a drill says who calls
    config_file = run / "lingsheng.toml"
    config_file.write_text(_configuration(city, run, autopilot=autopilot), encoding="utf-8")
    config = load_config(config_file)
    for number in SEAT_NUMBERS:
        enrol_machine(config, f"seat-{number}", MachineRole.SEAT, number)
    for number, site in RESERVE_SEATS:
        enrol_machine(config, f"seat-{number}", MachineRole.SEAT, number, site=site, reserve=True)
    enrol_machine(config, "wall", MachineRole.WALL)
    enrol_machine(config, "gateway", MachineRole.GATEWAY)
    enrol_machine(config, WATCHER, MachineRole.WALL)
    for staff_number in (*(one[0] for one in STAFF), *(one[0] for one in RESERVE_STAFF)):
        set_account(config, staff_number, PASSWORD)
    return Stage(run, city, config_file, config)


def write_drill(folder: Path, cases: Sequence[Case], output: Path) -> None:
    """Leave the autopilot its instructions."""
    staff_number = STAFF[0][0]
    script.write(folder, script.Drill(staff_number, PASSWORD, tuple(cases), str(output.absolute())))
    write_answers(folder / ANSWERS, cases)


def _write_people(folder: Path) -> None:
    staff = ["staff_number,name,roles,phone,site,on_call,qualified_until"]
    staff += [f"{number},{name},{roles},,,,{QUALIFIED_UNTIL}" for number, name, roles in STAFF]
    staff += [
        f"{number},{name},调度员,{phone},{site},{on_call},{QUALIFIED_UNTIL}"
        for number, name, phone, site, on_call in RESERVE_STAFF
    ]
    seats = ["number,kind,site", *(f"{number},city," for number in SEAT_NUMBERS)]
    seats += [f"{number},reserve,{site}" for number, site in RESERVE_SEATS]
    sites = ["code,name,districts", *(",".join(site) for site in RESERVE_SITES)]
    (folder / "sites.csv").write_text("\n".join(sites) + "\n", encoding="utf-8")
    (folder / "staff.csv").write_text("\n".join(staff) + "\n", encoding="utf-8")
    (folder / "seats.csv").write_text("\n".join(seats) + "\n", encoding="utf-8")


def _configuration(city: Path, run: Path, *, autopilot: bool) -> str:
    command, event, position, gateway, sip = free_ports(5)
    return "\n".join(
        [
            "[site]",
            f'code = "{SITE}"',
            f'name = "{SITE_NAME}"',
            "[hub]",
            f"command_port = {command}",
            f"event_port = {event}",
            f"position_port = {position}",
            f'hubs = ["127.0.0.1:{command}"]',
            "[store]",
            f'url = "sqlite:///{(run / "hub.sqlite").absolute()}"',
            f'dir = "{run.absolute()}"',
            "ballast_mb = 0",
            "[seat]",
            f'number = "{SEAT_NUMBERS[0]}"',
            f"autopilot = {str(autopilot).lower()}",
            "[phone]",
            f"sip_port = {sip}",
            f'location_lookup = "{(run / ANSWERS).absolute()}"',
            "[gateway]",
            f"port = {gateway}",
            "[map]",
            f'city = "{(city / "city.sqlite").absolute()}"',
            "[recordings]",
            f'dir = "{(run / "recordings").absolute()}"',
            f'export_dir = "{(run / "exports").absolute()}"',
            f'prompts_dir = "{(run.parent / "prompts").absolute()}"',
            "[keys]",
            f'dir = "{(run / "keys").absolute()}"',
            "[log]",
            f'dir = "{(run / "log").absolute()}"',
            "",
        ]
    )
