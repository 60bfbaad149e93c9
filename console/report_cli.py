"""`main.py report`: the record of an activation and the quality figures of a day, as files from the store."""

import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path

from console import i18n
from console.figures import Day, name_of, value_of, write_figures
from console.models.ages import BEIJING, clock, day
from console.record import PROGRAM_DIR, pdf_command, write_record
from dispatch.drill_record import record
from dispatch.reserve import Activation
from store.config import Config
from store.db.activations import read_activations
from store.db.day import read_day
from store.db.errors import StoreError
from store.exits import ExitCode

LISTED_MAX = 50


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("activation", "figures"),
        help="储备席启用与演练 activations and drills；一日的质控指标 quality figures of a day",
    )
    parser.add_argument(
        "id",
        nargs="?",
        default="",
        help="编号或其末几位，不写则列出 id or its end, without it: a list；日期，如 2026-11-22，不写为今日 "
        "the day, without it: today",
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="写入的文件夹，默认 [store] dir 下的 records"
    )


def run(options: Namespace, config: Config) -> int:
    """List what there is, or write HTML, CSV and PDF of one."""
    i18n.use(options.lang)
    folder = options.output or Path(config.store.dir) / "records"
    now = time.time_ns() // 1_000_000
    try:
        if options.what == "figures":
            return _figures(config, options.id, folder, now)
        return _activation(config, options.id, folder, now)
    except StoreError as error:
        sys.stderr.write(f"数据库不可用 the store cannot be used: {error}\n")
        return ExitCode.CANNOT_START


def _figures(config: Config, wanted: str, folder: Path, now: int) -> int:
    """Of today without a day."""
    try:
        since = midnight_of(wanted or day(now))
    except ValueError:
        sys.stderr.write(f"日期应为 2026-11-22 的形式 a day looks like 2026-11-22: {wanted}\n")
        return ExitCode.USAGE
    found = Day(read_day(config.store.url, since), since, now)
    for one in found.figures:
        sys.stdout.write(f"{name_of(one)}  {value_of(one, one.value)}  n={one.count}  {one.definition}\n")
    return _drawn(*write_figures(found, folder))


def midnight_of(words: str) -> int:
    """The start of this day (YYYY-MM-DD) in UTC+8, ms. Raises ValueError."""
    return int(datetime.strptime(words, "%Y-%m-%d").replace(tzinfo=BEIJING).timestamp() * 1000)


def _activation(config: Config, wanted_id: str, folder: Path, now: int) -> int:
    floor, found = read_activations(config.store.url)
    if not wanted_id:
        for one in found[:LISTED_MAX]:
            sys.stdout.write(_line(one) + "\n")
        if not found:
            sys.stdout.write("没有启用记录 no activation on record\n")
        return ExitCode.DONE
    wanted = [one for one in found if one.id.endswith(wanted_id)]
    if len(wanted) != 1:
        sys.stderr.write(f"没有或不止一个 none or several: {wanted_id}\n")
        return ExitCode.FAILED
    return _drawn(*write_record(floor, wanted[0], now, folder))


def _drawn(page: Path, table: Path) -> int:
    """Draw the page as PDF too, and say what was written."""
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
