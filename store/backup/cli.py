"""The verbs of `main.py store` about backups: backup, list, restore, drill. Each says what it proved."""

import argparse
from datetime import datetime
from pathlib import Path

from dispatch.moments import BEIJING
from store.backup.doing import back_up, drill, restore
from store.backup.records import BackupError, Record, backups, drills, too_old
from store.bus.clock import Clock
from store.config import Config
from store.exits import ExitCode

MOMENT = "%Y-%m-%d %H:%M:%S"


def add_arguments(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Their options."""
    verbs.add_parser("backup", help="备份并自检 back up and check it")
    verbs.add_parser("list", help="列出备份与演练 list backups and drills")
    verbs.add_parser("drill", help="恢复演练并记录 restore the newest, prove it, delete it, record it")
    back = verbs.add_parser("restore", help="恢复到新文件夹 restore into a new folder")
    back.add_argument("--to", type=Path, required=True, metavar="DIR", help="空文件夹 an empty folder")
    back.add_argument(
        "--backup", metavar="ID", help="哪一份，默认最近的 which one, default the newest that fits"
    )
    until = back.add_mutually_exclusive_group()
    until.add_argument("--seq", type=int, metavar="N", help="恢复到流水第 N 条 up to row N of the journal")
    until.add_argument("--time", metavar="T", help="恢复到此刻（北京时间） up to then, 'YYYY-MM-DD HH:MM:SS'")


def backup_verb(_options: argparse.Namespace, config: Config) -> int:
    """`store backup`. Raises BackupError, StoreError."""
    record, deleted = back_up(config, Clock().now_ms())
    size, took = f"{record.bytes // 2**20} MB", f"{record.took_ms / 1000:.1f} s"
    say(f"● 已备份 {record.id}：流水 {record.seq} 条，{size}，{took}")
    say(f"  backed up: journal of {record.seq}, proven; recordings {record.recordings}, all of them hashed")
    for path in record.recordings_bad:
        say(f"▲ 录音缺失或被改动 a recording is missing or was changed: {path}")
    for name in deleted:
        say(f"  已删除旧备份 deleted the old one {name}")
    return ExitCode.FAILED if record.recordings_bad else ExitCode.DONE


def list_verb(_options: argparse.Namespace, config: Config) -> int:
    """`store list`: 1 when people have to be told something."""
    for record in backups(config.backup):
        bad = f"  ▲ {len(record.recordings_bad)}" if record.recordings_bad else ""
        row = f"{record.id}  {record.kind:<10} {record.seq:>9}  {record.bytes / 2**20:8.1f} MB"
        say(f"{row}  录音 recordings {record.recordings}{bad}")
    for done in drills(config.backup)[-3:]:
        mark, took = "●" if done.good else "■", f"{done.took_ms / 1000:.1f} s"
        say(f"{mark} 演练 drill {_shown(done.done_at)}: {done.backup}, {done.seq}, {took} {done.words}")
    overdue = too_old(config.backup, Clock().now_ms())
    for words in overdue:
        say(f"■ {words}")
    return ExitCode.FAILED if overdue else ExitCode.DONE


def restore_verb(options: argparse.Namespace, config: Config) -> int:
    """`store restore`. Raises BackupError, StoreError."""
    at_ms = _moment(options.time) if options.time else None
    record = _chosen(config, options.backup, at_ms)
    found = restore(config, record, options.to, seq=options.seq, at_ms=at_ms)
    say(f"● 已恢复 {record.id} 到 {options.to}：流水 {found.seq} 条完整，状态一致")
    say(f"  restored: journal of {found.seq} whole, the state agrees, the recorded row is in it")
    return ExitCode.DONE


def drill_verb(_options: argparse.Namespace, config: Config) -> int:
    """`store drill`. Raises BackupError."""
    done = drill(config, Clock().now_ms())
    if done.good:
        say(f"● 演练成功 {done.backup}：流水 {done.seq} 条，{done.took_ms / 1000:.1f} s the drill went well")
        return ExitCode.DONE
    say(f"■ 演练失败 the drill failed: {done.words}")
    return ExitCode.FAILED


def _chosen(config: Config, name: str | None, at_ms: int | None) -> Record:
    """By name; else the newest made before that moment, else the oldest, which is cut."""
    kept = backups(config.backup)
    if name:
        kept = [record for record in kept if record.id == name]
    if not kept:
        raise BackupError(f"没有备份 {name or ''}", f"no such backup {name or ''}")
    fitting = [record for record in kept if at_ms is None or record.made_at <= at_ms]
    return fitting[-1] if fitting else kept[0]


def _moment(text: str) -> int:
    try:
        return int(datetime.strptime(text, MOMENT).replace(tzinfo=BEIJING).timestamp() * 1000)
    except ValueError as error:
        raise BackupError(f"时间写法有误：{text}", f"not a moment: {text}") from error


def _shown(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, BEIJING).strftime(MOMENT)


def say(line: str) -> None:
    """One line of the answer."""
    print(line, flush=True)


VERBS = {"backup": backup_verb, "list": list_verb, "restore": restore_verb, "drill": drill_verb}
