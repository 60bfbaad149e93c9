"""`main.py admin …`: enrol and strike machines, make accounts, show this machine's public key.

Runs beside a running hub, which notices a changed roster within a second.
"""

import argparse
import getpass
import sys
from pathlib import Path

from store.bus.keys import KeyFileError, own_keys
from store.bus.roster import RosterError, read_roster
from store.config import Config
from store.core.roster import MachineRole
from store.db.engine import folder_of
from store.db.errors import StoreError
from store.disk import MB, look, make_ballast, release_ballast
from store.exits import CannotStartError, ExitCode
from store.hub_admin import enrol_machine, set_account, strike_machine

PASSWORD_LENGTH_MIN = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `admin`; `run` takes what the parser gives back."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    enrol = verbs.add_parser("enrol", help="登记机器 enrol a machine")
    enrol.add_argument("name", help="机器名，如 seat-01、wall、gateway name of the machine")
    enrol.add_argument("--role", choices=[role.value for role in MachineRole], default=MachineRole.SEAT.value)
    enrol.add_argument("--seat", default="", help="坐席号 number of the seat it is")
    enrol.add_argument("--key", help="该机公钥；不写则在本机生成 its public key; made here when left out")
    strike = verbs.add_parser("strike", help="注销机器，立即断开 strike a machine off, cut at once")
    strike.add_argument("name")
    verbs.add_parser("machines", help="列出已登记机器 list the enrolled machines")
    key = verbs.add_parser("key", help="显示本机公钥 show the public key of a machine of this folder")
    key.add_argument("name")
    account = verbs.add_parser("account", help="建立账号或改口令 make an account or change its password")
    account.add_argument("staff", help="工号 staff number")
    ballast = verbs.add_parser(
        "ballast", help="磁盘与压舱文件；磁盘满时释放 disk and ballast; release it when the disk is full"
    )
    ballast.add_argument("--release", action="store_true", help="立即释放空间 give the room back now")
    ballast.add_argument("--make", action="store_true", help="重新预留 take it up again")


def run(options: argparse.Namespace, config: Config) -> int:
    """Do one verb; returns the exit code. Raises CannotStartError."""
    try:
        return _VERBS[options.verb](options, config)
    except (RosterError, KeyFileError, StoreError) as error:
        raise CannotStartError(f"未能完成：{error}", f"not done: {error}") from error


def _enrol(options: argparse.Namespace, config: Config) -> int:
    machine = enrol_machine(config, options.name, MachineRole(options.role), options.seat, options.key)
    _print(f"已登记 enrolled: {machine.name}  {machine.role}  {machine.public_key}")
    return ExitCode.DONE


def _strike(options: argparse.Namespace, config: Config) -> int:
    struck = strike_machine(config, options.name)
    _print(f"已注销 struck off: {options.name}" if struck else f"未登记 not enrolled: {options.name}")
    return ExitCode.DONE if struck else ExitCode.FAILED


def _machines(_options: argparse.Namespace, config: Config) -> int:
    for machine in read_roster(Path(config.keys.dir) / "roster.json"):
        _print(f"{machine.name:<16} {machine.role:<8} {machine.seat_id:<6} {machine.public_key}")
    return ExitCode.DONE


def _key(options: argparse.Namespace, config: Config) -> int:
    _print(own_keys(Path(config.keys.dir), options.name).public)
    return ExitCode.DONE


def _account(options: argparse.Namespace, config: Config) -> int:
    """The password is asked for twice at a terminal, read as one line from a pipe; never an argument."""
    if sys.stdin.isatty():
        password = getpass.getpass("口令 password: ")
        if getpass.getpass("再输一遍 again: ") != password:
            _print("两次输入不同，未更改 the two differ, nothing changed")
            return ExitCode.FAILED
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < PASSWORD_LENGTH_MIN:
        _print(f"口令至少 {PASSWORD_LENGTH_MIN} 位 at least {PASSWORD_LENGTH_MIN} characters")
        return ExitCode.FAILED
    set_account(config, options.staff, password)
    _print(f"账号已设置 account set: {options.staff}")
    return ExitCode.DONE


def _ballast(options: argparse.Namespace, config: Config) -> int:
    """Works on the folder of the store, whether or not the hub runs."""
    folder = folder_of(config.store.url)
    if folder is None:
        _print("数据库在服务器上，请在那台机器上处理 the database is on a server, see to its disk there")
        return ExitCode.FAILED
    try:
        if options.release:
            _print(f"已释放 released: {release_ballast(folder) // MB} MB")
        if options.make and not make_ballast(folder, config.store.ballast_mb):
            _print("空间不足或已有，未预留 not made: no room for it, or it is there")
        disk = look(folder)
    except OSError as error:
        raise CannotStartError(f"磁盘无法访问：{error}", f"the disk cannot be used: {error}") from error
    _print(f"可用 free: {disk.free // MB} MB ({disk.percent} %)  压舱 ballast: {disk.ballast // MB} MB")
    return ExitCode.DONE


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command answers on its output


_VERBS = {
    "enrol": _enrol,
    "strike": _strike,
    "machines": _machines,
    "key": _key,
    "account": _account,
    "ballast": _ballast,
}
