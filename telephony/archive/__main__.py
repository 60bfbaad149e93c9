"""`python -m telephony.archive`: search, prove an export, plan or do deletion, rebuild the catalogue."""

import argparse
import getpass
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from store.core.ids import new_id
from telephony.archive.catalogue import Catalogue, Search
from telephony.archive.deletions import delete
from telephony.archive.labels import ArchiveError
from telephony.archive.proving import prove
from telephony.archive.retention import Holds, Rules, plan

BEIJING = timezone(timedelta(hours=8))
OK, FLAWED, USAGE = 0, 1, 2

_rules = msgspec.json.Decoder(Rules)
_holds = msgspec.json.Decoder(Holds)


def main(arguments: list[str] | None = None) -> int:
    """0: done and whole, 1: an export is not whole, 2: it could not be done."""
    options = _parser().parse_args(arguments)
    verb: Callable[[argparse.Namespace], int] = options.run
    try:
        return verb(options)
    except (ArchiveError, OSError, msgspec.MsgspecError) as error:
        sys.stderr.write(f"无法完成 cannot: {error}\n")
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m telephony.archive", allow_abbrev=False)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    searching = verbs.add_parser("search", help="查找录音 find recordings")
    searching.add_argument("folder", type=Path)
    add_search(searching)
    searching.set_defaults(run=search)
    proving = verbs.add_parser("prove", help="离线验证导出的录音 prove an export offline")
    add_proof(proving)
    proving.set_defaults(run=proof)
    deleting = verbs.add_parser(
        "expire", help="按保存期限列出，--delete 才删除 what is due; deletes with --delete only"
    )
    deleting.add_argument("folder", type=Path)
    deleting.add_argument("--rules", type=Path, metavar="JSON")
    deleting.add_argument("--holds", type=Path, metavar="JSON", help="不得删除的 what must stay")
    deleting.add_argument("--delete", action="store_true")
    deleting.set_defaults(run=_expire)
    rebuilding = verbs.add_parser("rebuild", help="由文件重建目录 make the catalogue anew from the files")
    rebuilding.add_argument("folder", type=Path)
    rebuilding.set_defaults(run=rebuild)
    return parser


def add_search(parser: argparse.ArgumentParser) -> None:
    """What can be searched for."""
    for name in ("number", "place", "incident", "seat", "site", "name"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--since", type=_moment, metavar="2026-11-22T08:00")
    parser.add_argument("--until", type=_moment, metavar="2026-11-22T09:00")


def add_proof(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("export", type=Path)
    parser.add_argument(
        "--key", action="append", default=[], metavar="NAME=HEX", help="签名者公钥 public key"
    )


def _moment(text: str) -> int:
    """Times of day are of UTC+8."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).timestamp() * 1000)


def search(options: argparse.Namespace) -> int:
    """Needs `folder` and what `add_search` adds."""
    catalogue = Catalogue(options.folder)
    list_found(catalogue, options)
    catalogue.close()
    return OK


def list_found(catalogue: Catalogue, options: argparse.Namespace) -> None:
    """A line each, by what `add_search` adds."""
    wanted = Search(
        number=options.number,
        from_ms=options.since,
        until_ms=options.until,
        place=options.place,
        incident=options.incident,
        seat=options.seat,
        site=options.site,
        name=options.name,
    )
    for label in catalogue.search(wanted):
        at = datetime.fromtimestamp(label.started_at_ms / 1000, BEIJING)
        words = (label.number, label.incident_number, label.place, label.seat, label.path)
        _say(f"{at:%Y-%m-%d %H:%M:%S} {label.duration_ms / 1000:7.1f} s  " + "  ".join(words))


def proof(options: argparse.Namespace) -> int:
    """FLAWED when the export is not whole."""
    keys = dict(pair.partition("=")[::2] for pair in options.key)
    found = prove(options.export, keys)
    if found.listed is not None:
        _say(f"{len(found.listed.items)} 段录音 recordings, {found.listed.by}: {found.listed.reason}")
    for finding in found.findings:
        _say(f"{finding.flaw}: {finding.file}")
    _say("完整 whole" if found.whole else "不完整 NOT whole")
    return OK if found.whole else FLAWED


def _expire(options: argparse.Namespace) -> int:
    """Without a file of holds nothing is ever deleted."""
    rules = Rules() if options.rules is None else _rules.decode(options.rules.read_bytes())
    holds = None if options.holds is None else _holds.decode(options.holds.read_bytes())
    now_ms = time.time_ns() // 1_000_000
    catalogue = Catalogue(options.folder)
    wanted = plan(catalogue.every(), rules, holds, now_ms)
    for one in wanted.doomed:
        _say(f"删除 delete  {one.label.path}  {one.age_days} d > {one.kept_days} d")
    for kept in wanted.kept:
        if kept.why != "young":
            _say(f"保留 keep    {kept.label.path}  {kept.why} {kept.words}")
    _say(f"{len(wanted.doomed)} 段 recordings, {wanted.bytes} 字节 bytes")
    if options.delete:
        gone = delete(
            catalogue,
            wanted,
            holds,
            now_ms,
            run_id=new_id(),
            by=getpass.getuser(),
            records=(options.folder,),
        )
        _say(f"已删除 deleted {len(gone)}")
    catalogue.close()
    return OK


def rebuild(options: argparse.Namespace) -> int:
    """Needs `folder`."""
    catalogue = Catalogue(options.folder)
    _say(f"{catalogue.rebuild()} 段录音 recordings")
    catalogue.close()
    return OK


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
