"""`main.py admin ballast`: how full the hub's disk is, and the room that can be given back at once.

One person alone may do this, whether or not the hub runs: a full disk is no time to look for a second one.
"""

import argparse
from typing import Any

from store.config import Config
from store.db.engine import folder_of
from store.disk import MB, look, make_ballast, release_ballast
from store.exits import CannotStartError, ExitCode


def add_arguments(verbs: Any) -> None:
    """`verbs`: the subparsers of `admin`."""
    ballast = verbs.add_parser(
        "ballast", help="磁盘与压舱文件；磁盘满时释放 disk and ballast; release it when the disk is full"
    )
    ballast.add_argument("--release", action="store_true", help="立即释放空间 give the room back now")
    ballast.add_argument("--make", action="store_true", help="重新预留 take it up again")


def run(options: argparse.Namespace, config: Config) -> int:
    """Do it and say how the disk is; the exit code. Raises CannotStartError."""
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
    print(line, flush=True)
