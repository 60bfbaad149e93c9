"""`main.py site`: what this site's journal tells of changes of command, and what it still owes."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import msgspec

from store.config import Config
from store.config.fields import StoreUrl
from store.db.engine import place_of
from store.db.errors import StoreError
from store.db.rewind import Tail
from store.exits import ExitCode
from store.site_owed import OwedTails
from store.site_report import text_of, write_all


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("report", "hand-in"),
        help="report: 指挥权移交报告 changes of command; hand-in: 未补交的指令 orders not handed in yet",
    )
    parser.add_argument("--term", type=int, metavar="N", help="只看第 N 届 only this term")
    parser.add_argument(
        "--from",
        dest="url",
        metavar="URL",
        help="改从此库补交（留下的旧库） hand in from this store: what was kept of the old one",
    )


def run(options: Namespace, config: Config) -> int:
    """Do one verb; returns the exit code."""
    return _report(options, config) if options.what == "report" else _hand_in(options, config)


def _report(options: Namespace, config: Config) -> int:
    """Print the reports and write each as a file beside the store."""
    try:
        found = write_all(config)
    except StoreError as error:
        sys.stderr.write(f"数据库不可用 the store cannot be used: {error}\n")
        return ExitCode.CANNOT_START
    wanted = [report for report in found if options.term in {None, report.word.term}]
    for report in wanted:
        sys.stdout.write(text_of(report) + "\n")
    if not wanted:
        sys.stdout.write("没有指挥权移交记录 no change of command on record\n")
    return ExitCode.DONE


def _hand_in(options: Namespace, config: Config) -> int:
    """What is owed; the running relay hands it in, from `--from` in the place of what is gone.

    A hub that died unfenced wrote down no debt: what was kept of its database is one all the same.
    """
    debts = OwedTails(Path(config.store.dir))
    if options.url:
        why, term = _looked_at(options.url, config)
        if why:
            sys.stderr.write(f"不从此库补交，未改变 not handed in from there, nothing is changed: {why}\n")
            return ExitCode.CANNOT_START
        if debts.all():
            debts.read_from(options.url)
        else:
            debts.add(options.url, term)
    owed = debts.all()
    for one in owed:
        sys.stdout.write(f"▲ 第 {one.term} 届未补交 not handed in, term {one.term}: {place_of(one.url)}\n")
    if not owed:
        sys.stdout.write("● 无未补交 nothing is owed\n")
    return ExitCode.FAILED if owed else ExitCode.DONE


def _looked_at(url: str, config: Config) -> tuple[str, int]:
    """Only a store that answers and has a tail of ours may be handed in from: why not, "" may; its term."""
    try:
        msgspec.convert(url, StoreUrl)
    except msgspec.ValidationError as error:
        return str(error), 0
    if url == config.store.url:
        return "这是本站自己的库，自行补交 it is this site's own, which hands in by itself", 0
    tail = Tail(url)
    try:
        if tail.is_owed_by(config.site.code):
            return "", tail.term()
    except StoreError as error:
        return str(error), 0
    finally:
        tail.close()
    return "没有本站的尾部流水 no tail of this site is in it", 0
