"""`main.py site`: what this site's journal tells of changes of command."""

import sys
from argparse import ArgumentParser, Namespace

from store.config import Config
from store.db.errors import StoreError
from store.exits import ExitCode
from store.site_report import text_of, write_all


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=("report",), help="指挥权移交报告 report of changes of command")
    parser.add_argument("--term", type=int, metavar="N", help="只看第 N 届 only this term")


def run(options: Namespace, config: Config) -> int:
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
