"""`main.py admin …`: machines, accounts, people and lists, changed by two people beside a running hub.

A hub notices a changed roster within a second and notes every change, made or refused, in its journal.
"""

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from dispatch.commands import Command
from dispatch.kinds import Role
from dispatch.moments import DAY_MS
from dispatch.words import Dispatcher
from store import disk_cli
from store.administration import Administration, NotDoneError, Proof, fingerprint_of
from store.bus.clock import Clock
from store.bus.keys import KeyFileError, own_keys
from store.bus.roster import RosterError, read_roster
from store.config import Config
from store.core.enrolment import CODE_MS, is_name
from store.core.roster import Machine, MachineRole
from store.db.errors import StoreError
from store.exits import CannotStartError, ExitCode

PASSWORD_LENGTH_MIN = 6
MINUTE_MS = 60_000
ReadLists = Callable[[Path], Sequence[Command]]
"""The orders that the lists in a folder come to."""
_PERSONAL = [role.value for role in Role if role not in {Role.HUB, Role.GATEWAY, Role.SEAT}]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `admin`; `run` takes what the parser gives back."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    invite = verbs.add_parser("invite", help="邀请新机器，给出一次性登记码 a one-time code for a new machine")
    _machine_arguments(invite)
    verbs.add_parser("pending", help="列出等待批准的机器及指纹 machines that wait for approval")
    approve = verbs.add_parser(
        "approve", help="核对指纹后批准 approve a machine after comparing fingerprints"
    )
    approve.add_argument("name")
    approve.add_argument("--fingerprint", default="", help="新机器屏幕上的指纹 what the other screen shows")
    enrol = verbs.add_parser("enrol", help="直接登记机器 enrol a machine by its key")
    _machine_arguments(enrol)
    enrol.add_argument("--key", default="", help="该机公钥；不写则在本机生成 its public key; else made here")
    enrol.add_argument("--sign-key", default="", help="中枢、中继的签名公钥 sign key of a hub or relay")
    strike = verbs.add_parser("strike", help="注销机器，立即断开 strike a machine off, cut at once")
    strike.add_argument("name")
    verbs.add_parser("machines", help="列出已登记机器 list the enrolled machines")
    key = verbs.add_parser("key", help="显示本机公钥 show the public key of a machine of this folder")
    key.add_argument("name")
    for verb, words in (
        ("account", "建立账号或改口令 make an account or change its password"),
        ("disable", "停用账号 nobody logs in with this number any more"),
        ("enable", "恢复账号 the account counts again"),
    ):
        verbs.add_parser(verb, help=words).add_argument("staff", help="工号 staff number")
    _person_arguments(verbs.add_parser("person", help="增改人员与角色 add or change a person"))
    verbs.add_parser("people", help="列出人员与角色 list people and their roles")
    lists = verbs.add_parser(
        "lists",
        help="登记名册中新增、更改的车辆、席位等 register what the lists have added or changed",
    )
    lists.add_argument("folder", type=Path, metavar="DIR", help="CSV 名册的文件夹 folder of the lists")
    disk_cli.add_arguments(verbs)


def _machine_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="机器名，如 seat-01、wall、relay-02 name of the machine")
    roles = [role.value for role in MachineRole]
    parser.add_argument("--role", choices=roles, default=MachineRole.SEAT.value)
    parser.add_argument("--seat", default="", help="坐席号 number of the seat it is")
    parser.add_argument("--site", default="", help="所在站点代码，中心可不写 site it stands in")
    parser.add_argument("--reserve", action="store_true", help="储备席 a reserve seat")
    parser.add_argument("--address", default="", help="中枢、中继的命令地址 host:port of a hub or relay")


def _person_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("staff", help="工号 staff number")
    parser.add_argument("--name", required=True, help="姓名")
    parser.add_argument("--roles", required=True, help="角色，用逗号分隔 of: " + ", ".join(_PERSONAL))
    parser.add_argument("--phone", default="", help="召回电话 number for calling out")
    parser.add_argument("--site", default="", help="所属站点 site")
    parser.add_argument("--station", default="", help="分站值班员的分站 id station of a station duty person")
    parser.add_argument("--qualified-days", type=int, help="储备席资格天数 days the qualification lasts")
    parser.add_argument("--on-call", action="store_true", help="备勤 may be called out")


def run(options: argparse.Namespace, config: Config, lists: ReadLists) -> int:
    """Do one verb; returns the exit code. `lists` reads a folder of them. Raises CannotStartError."""
    try:
        if options.verb == "lists":
            return _lists(lists(options.folder), config)
        return _VERBS[options.verb](options, config)
    except NotDoneError as error:
        _print(f"未更改 nothing changed: {error}")
        return ExitCode.FAILED
    except (RosterError, KeyFileError, StoreError) as error:
        raise CannotStartError(f"未能完成：{error}", f"not done: {error}") from error


# --- machines ------------------------------------------------------------------------------------------


def _invite(options: argparse.Namespace, config: Config) -> int:
    machine = _machine_of(options)
    with closing(Administration(config)) as office:
        _warn_of_unlisted(machine, office)
        code = office.invite(machine)
    _print(f"登记码 code: {code}")
    _print(f"{CODE_MS // MINUTE_MS} 分钟内在新机器上运行 run on the new machine within 10 minutes:")
    _print(f"  main.py enrol --hub <中枢 hub>:{config.hub.enrol_port} --code {code}")
    _print(f"然后回到这里 then here: main.py admin approve {machine.name}")
    return ExitCode.DONE


def _pending(_options: argparse.Namespace, config: Config) -> int:
    with closing(Administration(config)) as office:
        waiting = office.waiting()
        if not waiting:
            _print("没有机器在等待 nobody waits")
            return ExitCode.DONE
        _print(f"中枢指纹 hub      {office.hub_fingerprint()}")
    for one in waiting:
        _print(f"{one.machine.name:<16} {one.machine.role:<8} {fingerprint_of(one.machine)}")
    return ExitCode.DONE


def _approve(options: argparse.Namespace, config: Config) -> int:
    with closing(Administration(config)) as office:
        shown = options.fingerprint
        if not shown and sys.stdin.isatty():
            _print(f"中枢指纹，请与新机器屏幕核对 the hub's, to be compared: {office.hub_fingerprint()}")
            shown = input("请输入新机器屏幕上的本机指纹 type the fingerprint its screen shows: ")
        machine = office.approve(options.name, shown, _two_people(office))
    _print(f"已批准 approved: {machine.name}  {machine.role}")
    return ExitCode.DONE


def _enrol(options: argparse.Namespace, config: Config) -> int:
    with closing(Administration(config)) as office:
        machine = _machine_of(options)
        _warn_of_unlisted(machine, office)
        machine = office.enrol(machine, _two_people(office))
    _print(f"已登记 enrolled: {machine.name}  {machine.role}  {machine.public_key}")
    return ExitCode.DONE


def _strike(options: argparse.Namespace, config: Config) -> int:
    with closing(Administration(config)) as office:
        struck = office.strike(options.name, _two_people(office))
    _print(f"已注销 struck off: {options.name}" if struck else f"未登记 not enrolled: {options.name}")
    return ExitCode.DONE if struck else ExitCode.FAILED


def _machines(_options: argparse.Namespace, config: Config) -> int:
    for machine in read_roster(Path(config.keys.dir) / "roster.json"):
        reserve = "储备 reserve" if machine.reserve else ""
        place = f"{machine.seat_id:<6} {machine.site:<4}"
        line = f"{machine.name:<16} {machine.role:<8} {place} {machine.public_key}"
        _print(f"{line} {machine.address} {reserve}".rstrip())
    return ExitCode.DONE


def _key(options: argparse.Namespace, config: Config) -> int:
    _print(own_keys(Path(config.keys.dir), options.name).public)
    return ExitCode.DONE


def _machine_of(options: argparse.Namespace) -> Machine:
    """A seat is called by its number: that is the name under which its program looks for its key."""
    role = MachineRole(options.role)
    if not is_name(options.name) or (role is MachineRole.SEAT and options.name != f"seat-{options.seat}"):
        raise NotDoneError(
            "name",
            "机器名用小写字母、数字、连字符；坐席须名为 seat-坐席号，并写 --seat",
            "names are small letters, digits and hyphens; a seat is called seat-NUMBER and needs --seat",
        )
    if role is MachineRole.RELAY and not options.site:
        raise NotDoneError("site", "中继须写 --site 站点代码", "a relay needs --site, the code of its site")
    return Machine(
        options.name,
        getattr(options, "key", ""),
        role,
        options.seat,
        options.site,
        options.reserve,
        getattr(options, "sign_key", ""),
        options.address,
    )


# --- people --------------------------------------------------------------------------------------------


def _account(options: argparse.Namespace, config: Config) -> int:
    """The password is asked for twice at a terminal, read as one line from a pipe; never an argument."""
    with closing(Administration(config)) as office:
        proofs = _two_people(office)
        password = _secret(f"{options.staff} 的新口令 new password: ")
        if sys.stdin.isatty() and _secret("再输一遍 again: ") != password:
            raise NotDoneError("typed", "两次输入不同", "the two differ")
        if len(password) < PASSWORD_LENGTH_MIN:
            raise NotDoneError(
                "short", f"口令至少 {PASSWORD_LENGTH_MIN} 位", f"at least {PASSWORD_LENGTH_MIN} characters"
            )
        office.set_account(options.staff, password, proofs)
    _print(f"账号已设置 account set: {options.staff}")
    return ExitCode.DONE


def _set_disabled(options: argparse.Namespace, config: Config) -> int:
    disabled = options.verb == "disable"
    with closing(Administration(config)) as office:
        known = office.set_disabled(options.staff, _two_people(office), disabled=disabled)
    if not known:
        _print(f"没有此账号 no such account: {options.staff}")
        return ExitCode.FAILED
    _print(f"账号已停用 disabled: {options.staff}" if disabled else f"账号已恢复 enabled: {options.staff}")
    return ExitCode.DONE


def _person(options: argparse.Namespace, config: Config) -> int:
    roles = {role.strip() for role in options.roles.replace(";", ",").split(",") if role.strip()}
    unknown = roles - set(_PERSONAL)
    if unknown or not roles:
        raise NotDoneError("roles", f"没有此角色 {', '.join(unknown)}", f"roles are {', '.join(_PERSONAL)}")
    days = options.qualified_days
    person = Dispatcher(
        id="",
        staff_number=options.staff,
        name=options.name,
        roles=frozenset(Role(role) for role in roles),
        phone=options.phone,
        site=options.site,
        on_call=options.on_call,
        qualified_until_at=None if days is None else Clock().now_ms() + days * DAY_MS,
        station_id=options.station,
    )
    with closing(Administration(config)) as office:
        office.register(person, _two_people(office))
    _print(f"已交中枢登记 the hub registers: {options.staff} {options.name}")
    return ExitCode.DONE


def _people(_options: argparse.Namespace, config: Config) -> int:
    with closing(Administration(config)) as office:
        for person in office.people():
            _print(f"{person.staff_number:<8} {person.name:<8} {', '.join(sorted(person.roles))}")
    return ExitCode.DONE


# --- lists ---------------------------------------------------------------------------------------------


def _lists(commands: Sequence[Command], config: Config) -> int:
    """Shows what is new first, so that the two know what they confirm. 1: the hub would refuse a row.

    Rows that cannot be read are only logged.
    """
    with closing(Administration(config)) as office:
        found = office.unlisted(commands)
        for row in found.rows:
            _print(f"{'新增 new    ' if row.is_new else '更改 changed'} {row.table:<12} {row.key}")
        for command, refusal in found.refused:
            _print(f"不能登记 left out {type(command).__name__}: {refusal}")
        if found.rows:
            office.register_lists(found, _two_people(office))
            _print(f"已交中枢登记 the hub registers: {len(found.rows)}")
        else:
            _print("名册中没有新的 nothing new in the lists")
    return ExitCode.FAILED if found.refused else ExitCode.DONE


def _warn_of_unlisted(machine: Machine, office: Administration) -> None:
    """The machine would be let in, and nobody could log in there."""
    seat = machine.seat_id
    if machine.role is MachineRole.SEAT and not office.is_seat_listed(machine):
        _print(f"注意：名册中没有坐席 {seat}，无人能在此登录：写入 seats.csv，再 main.py admin lists DIR")
        _print(f"note: no seat {seat} in the lists, nobody can log in there: add it, then admin lists DIR")


# --- at the terminal -----------------------------------------------------------------------------------


def _two_people(office: Administration) -> tuple[Proof, Proof] | None:
    """Both prove who they are; `None` while there is no administrator who could.

    From a pipe: four lines, number and password of the first, then of the second.
    """
    if office.is_first_start():
        _print("尚无两人可互证（管理员与管理员、班长或科长）：由一人完成，记入审计 done alone, noted")
        return None
    first = _proof("系统管理员工号 administrator's staff number: ")
    return first, _proof("第二人工号 second person's staff number: ")


def _proof(words: str) -> Proof:
    number = input(words) if sys.stdin.isatty() else sys.stdin.readline()
    return Proof(number.strip(), _secret("口令 password: "))


def _secret(words: str) -> str:
    return getpass.getpass(words) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def _print(line: str) -> None:
    print(line, flush=True)


_VERBS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "invite": _invite,
    "pending": _pending,
    "approve": _approve,
    "enrol": _enrol,
    "strike": _strike,
    "machines": _machines,
    "key": _key,
    "account": _account,
    "disable": _set_disabled,
    "enable": _set_disabled,
    "person": _person,
    "people": _people,
    "ballast": disk_cli.run,
}
