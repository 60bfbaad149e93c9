"""`main.py report activation [ID]`: the record of an activation from the store, as files."""

import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from console import i18n
from console.models.ages import clock, day
from console.record import PROGRAM_DIR, pdf_command, write_record
from dispatch.drill_record import record
from dispatch.reserve import Activation
from store.config import Config
from store.db.activations import read_activations
from store.db.errors import StoreError
from store.exits import ExitCode

LISTED_MAX = 50


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=("activation",), help="储备席启用与演练 activations and drills")
    parser.add_argument(
        "id",
        nargs="?",
        default="",
        help="编号或其末几位；不写则列出 id or its end; without it: a list",
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="写入的文件夹，默认 [store] dir 下的 records"
    )


def run(options: Namespace, config: Config) -> int:
    """List what there is, or write HTML, CSV and PDF of one."""
    i18n.use(options.lang)
    try:
        floor, found = read_activations(config.store.url)
    except StoreError as error:
        sys.stderr.write(f"数据库不可用 the store cannot be used: {error}\n")
        return ExitCode.CANNOT_START
    if not options.id:
        for one in found[:LISTED_MAX]:
            sys.stdout.write(_line(one) + "\n")
        if not found:
            sys.stdout.write("没有启用记录 no activation on record\n")
        return ExitCode.DONE
    wanted = [one for one in found if one.id.endswith(options.id)]
    if len(wanted) != 1:
        sys.stderr.write(f"没有或不止一个 none or several: {options.id}\n")
        return ExitCode.FAILED
    folder = options.output or Path(config.store.dir) / "records"
    page, table = write_record(floor, wanted[0], time.time_ns() // 1_000_000, folder)
    drawn = subprocess.run(pdf_command(page), cwd=PROGRAM_DIR, check=False)
    written = (page, table) if drawn.returncode else (page, table, page.with_suffix(".pdf"))
    for file in written:
        sys.stdout.write(f"{file}\n")
    return ExitCode.FAILED if drawn.returncode else ExitCode.DONE


def _line(one: Activation) -> str:
    """One activation on one line: id, when, drill or real, seats ready, time to the last."""
    found = record(one)
    ready = [seat.ready_s for seat in found.seats if seat.ready_s is not None]
    last = f"{max(ready):.1f} s" if ready else "-"
    kind = "演练 drill" if one.drill else "真实 real"
    at = f"{day(one.ordered_at)} {clock(one.ordered_at)}"
    return f"{one.id}  {at}  {kind}  {len(ready)}/{len(found.seats)}  {last}  {one.reason}"
