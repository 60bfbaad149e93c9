"""`main.py audit …`: who ordered what with which verdict; whether the journal is as it was written."""

import argparse
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from dispatch.administration import NoteAdministration
from dispatch.archive_notes import NoteArchive
from dispatch.call_notes import NoteSupervision
from dispatch.order import Order
from store.audit import ExportError, Proof, export, known_signers, prove_export, prove_store
from store.bus.clock import Clock
from store.config import Config
from store.core.audit import Fault
from store.core.batch import refusal_of
from store.core.wire import BadMessage
from store.db.audit_reader import AuditReader, Decided
from store.db.errors import StoreError
from store.exits import CannotStartError, ExitCode

_orders = msgspec.msgpack.Decoder(Order)
BEIJING = timezone(timedelta(hours=8))
WORDS = {
    "altered": "被改动 altered",
    "missing": "缺失 missing",
    "inserted": "被插入 inserted",
    "cut_off": "末尾被截去 cut off here",
    "resigned": "与签名记录不符，链被整体重算 not the row that was signed: the chain was computed anew",
    "bad_signature": "签名记录被改动 the signed end was altered",
    "no_rows": "已接受但无流水 accepted, its rows are not there",
    "no_verdict": "有流水而无裁决 rows without a verdict",
    "wrong_verdict": "裁决与流水不符 verdict and journal differ",
    "refusal_altered": "第 # 条拒绝被改动 this refusal was altered",
    "refusal_missing": "第 # 条拒绝缺失 this refusal is missing",
    "refusal_cut_off": "拒绝记录末尾被截去 refusals are cut off here",
    "refusal_resigned": "拒绝链被整体重算 not the refusal that was signed: the chain was computed anew",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="列出指令与裁决 commands and their verdicts")
    listing.add_argument("--since", default="1d", help="起始时间 2026-11-22T08:00 或 2h、3d")
    listing.add_argument("--who", default="", help="工号 staff number")
    listing.add_argument("--machine", default="", help="机器名 name of the machine")
    listing.add_argument("--refused", action="store_true", help="只列被拒绝的 refused ones only")
    verify = verbs.add_parser("verify", help="离线验证流水未被改动 prove offline that nothing was altered")
    verify.add_argument("--store", metavar="URL", help="数据库，默认按配置 store, default as configured")
    verify.add_argument("--heads", type=Path, metavar="DIR", help="签名记录文件夹 folder of the signed ends")
    verify.add_argument("--export", type=Path, metavar="FILE", help="验证导出文件 prove an exported file")
    exporting = verbs.add_parser("export", help="导出流水 write the whole journal into a file")
    exporting.add_argument("file", type=Path)


def run(options: argparse.Namespace, config: Config) -> int:
    """Do one verb; 0: whole, 1: something was altered. Raises CannotStartError."""
    try:
        return _VERBS[options.verb](options, config)
    except (StoreError, ExportError, OSError) as error:
        raise CannotStartError(f"无法审计：{error}", f"cannot audit: {error}") from error


def _list(options: argparse.Namespace, config: Config) -> int:
    reader = AuditReader(config.store.url)
    try:
        people, seats = reader.names()
        for one in reader.decided(_since(options.since), options.machine):
            who = people.get(one.who, one.who)
            if (not options.who or who == options.who) and (one.refusal or not options.refused):
                _print(_line(one, who, seats.get(one.seat, one.seat)))
    finally:
        reader.close()
    return ExitCode.DONE


def _line(one: Decided, who: str, seat: str) -> str:
    place = f"{who or '-':<8} {seat or '-':<4} {one.machine:<20} {one.site or '-':<4}"
    return f"{_time(one.at)} {place} {one.kind or '?':<22} {_verdict(one)}"


def _verdict(one: Decided) -> str:
    if not one.refusal:
        return f"接受 accepted #{one.seq} {_note(one)}".rstrip()
    try:
        refusal = refusal_of(one.refusal)
    except BadMessage:
        return "拒绝 refused"
    assert refusal is not None, "not an acceptance"
    words = ", ".join(f"{name}={value}" for name, value in msgspec.structs.asdict(refusal).items() if value)
    return f"拒绝 refused {type(refusal).__name__} {words}".rstrip()


def _note(one: Decided) -> str:
    """What administrators and supervisors did stands in the order itself."""
    try:
        command = _orders.decode(one.order).command if one.order else None
    except (msgspec.MsgspecError, RecursionError):  # of a newer release
        return ""
    if isinstance(command, NoteArchive):
        calls = f"{len(command.call_ids)} × {command.call_ids[0]}…" if command.call_ids else "0"
        return f"{command.act} {command.note_id} ({calls}) {command.reason} {command.detail}".rstrip()
    if isinstance(command, NoteSupervision):
        by = f"{command.by_number} {command.by_name}".strip() or "-"
        about = f"{command.mode or '-'} {command.call_id} ({by}) {command.reason or command.refused}".rstrip()
        return f"{about} ended" if command.ended else about
    if not isinstance(command, NoteAdministration):
        return ""
    people = " + ".join(filter(None, (command.first, command.second))) or "-"
    refused = f" 拒绝 refused: {command.refused}" if command.refused else ""
    return f"{command.act} {command.subject} ({people}, {command.where}) {command.remark}".rstrip() + refused


def _verify(options: argparse.Namespace, config: Config) -> int:
    if options.export:
        return _report(prove_export(options.export))
    heads = options.heads or Path(config.store.dir) / "audit"
    url, now = options.store or config.store.url, Clock().now_ms()
    return _report(prove_store(url, heads, known_signers(config), now))


def _report(proof: Proof) -> int:
    _print(f"流水 journal: {proof.start.seq + 1} … {proof.end.seq}, {proof.end.hash.hex()[:16]}")
    _print(f"签名记录 signed ends: {proof.heads}")
    for count, words in (
        (proof.unknown, "未知签名者，未核对 by unknown signers, not compared"),
        (proof.given_up, "其中由人放弃、另存的 of rows people gave up in a rejoin, kept beside"),
        (proof.before, "在本流水起点之前，未核对 before the first row here, not compared"),
        (proof.elsewhere, "另一库的，其拒绝未核对 of another store, its refusals not compared"),
        (proof.damaged, "签名记录中读不出的行 lines that are no signed end"),
    ):
        if count:
            _print(f"▲ {words}: {count}")
    _print(f"拒绝 refusals: {proof.refusals}")
    if proof.verdicts:
        _print("裁决已与流水核对 verdicts compared with the journal")
    for fault in proof.faults:
        _print(_fault_line(fault))
    if proof.faults:
        return ExitCode.FAILED
    if not proof.heads:
        _print("▲ 无签名记录可核对：链被整体重算、末尾被截去看不出")
        _print("  no signed end: a chain computed anew or cut off would not show")
    _print("完好 whole: 无改动、缺失或插入 nothing altered, missing or inserted")
    return ExitCode.DONE


def _fault_line(fault: Fault) -> str:
    when = _time(fault.at) if fault.at else "-"
    return f"#{fault.seq} {when} {fault.kind} {WORDS[fault.what]} {fault.detail}".rstrip()


def _export(options: argparse.Namespace, config: Config) -> int:
    count = export(config.store.url, options.file)
    _print(f"已导出 exported: {count} → {options.file}")
    return ExitCode.DONE


def _since(text: str) -> int:
    """ "2h", "3d" or a time in Beijing; raises CannotStartError."""
    ago = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if ago:
        unit = {"m": "minutes", "h": "hours", "d": "days"}[ago[2]]
        begin = datetime.now(BEIJING) - timedelta(**{unit: int(ago[1])})
    else:
        try:
            begin = datetime.fromisoformat(text)
        except ValueError as error:
            raise CannotStartError(f"不是时间：{text}", f"not a time: {text}") from error
        begin = begin if begin.tzinfo else begin.replace(tzinfo=BEIJING)
    return int(begin.timestamp() * 1000)


def _time(at: int) -> str:
    """In Beijing time; what cannot be a time is shown as it is."""
    try:
        return datetime.fromtimestamp(at / 1000, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, OSError, ValueError):
        return str(at)


def _print(line: str) -> None:
    print(line, flush=True)


_VERBS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "list": _list,
    "verify": _verify,
    "export": _export,
}
