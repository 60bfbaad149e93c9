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
from telephony.archive.proving import Flaw, Proof, prove
from telephony.archive.retention import Holds, Rules, plan

BEIJING = timezone(timedelta(hours=8))
OK, FLAWED, USAGE = 0, 1, 2
FLAWS: dict[Flaw, tuple[str, str]] = {
    Flaw.NO_LIST: ("没有可读的清单或封签，无法验证", "no readable list or seal: nothing can be proven"),
    Flaw.BAD_SEAL: (
        "清单与封签不符：清单被改过，或封签出自他人",
        "not the list that was sealed, or sealed by somebody else",
    ),
    Flaw.UNKNOWN_SIGNER: ("封签完好，但本机不认识封签者", "the seal is whole, its signer is not known here"),
    Flaw.MISSING: ("清单中有，导出里没有这个文件", "on the list, but not in the export"),
    Flaw.ALTERED: ("文件在封签之后被改动过", "altered after it was sealed"),
    Flaw.EXTRA: ("清单中没有，是后来放进去的", "not on the list: put in afterwards"),
}
ASK_SIGNER = (
    "▲ 能否作证未定：从审计（main.py audit list 中这次导出的一行）抄下公钥，加 --key {name}=公钥 再验",
    "  Not proven yet: take the public key from its line in main.py audit list, add --key {name}=KEY",
)
ASK_ANEW = (
    "■ 不要使用这份导出：请保留原件，报告班长或质控员，由原坐席重新导出并再验",
    "  Do not use this export: keep it, tell the shift leader or reviewer, have it made anew and proven",
)

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
        chinese, english = FLAWS[finding.flaw]
        _say(f"▲ {finding.file}：{chinese}　{english}")
    for line in _verdict(found):
        _say(line)
    return OK if found.whole else FLAWED


def _verdict(found: Proof) -> tuple[str, ...]:
    """What it comes to, and what to do; of a seal that is whole only its signer has to be asked for."""
    if found.whole:
        return ("● 完整：与导出时一字不差，封签者可信　whole: as it was handed out, by a signer known here",)
    if {finding.flaw for finding in found.findings} == {Flaw.UNKNOWN_SIGNER}:
        return tuple(line.format(name=found.findings[0].file) for line in ASK_SIGNER)
    return ("■ 不完整　NOT whole", *ASK_ANEW)


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
