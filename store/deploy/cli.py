"""`main.py deploy make city.toml OUT` and `main.py deploy check [FOLDER]`."""

import argparse
from pathlib import Path

from store.deploy.making import make_kit
from store.exits import CannotStartError, ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `deploy`; `run` takes what the parser gives back."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    make = verbs.add_parser(
        "make", help="由 city.toml 生成各机器的配置 write every machine's files from city.toml"
    )
    make.add_argument("city", type=Path, help="城市文件，示例 deploy/city.example.toml the file of the city")
    make.add_argument("out", type=Path, help="输出文件夹，含口令与证书 folder for the kit; it holds secrets")
    check = verbs.add_parser("check", help="检查本机并说明如何补救 check this machine and say what to do")
    folder = Path("/etc/lingsheng")
    check.add_argument(
        "folder", type=Path, nargs="?", default=folder, help=f"配置文件夹 its folder, {folder}"
    )


def run(options: argparse.Namespace) -> int:
    """Do one verb; returns the exit code. Raises ConfigError, CannotStartError."""
    if options.verb == "make":
        return _make(options.city, options.out)
    from store.deploy.checks import check_machine

    return check_machine(options.folder)


def _make(city: Path, out: Path) -> int:
    try:
        written = make_kit(city, out)
    except OSError as error:
        raise CannotStartError(f"不能写入：{error}", f"cannot write: {error}") from error
    for machine, count in written.items():
        print(f"{machine:<12} {count} 个文件 files  {out / machine}/CHECKLIST.md")
    return ExitCode.DONE
