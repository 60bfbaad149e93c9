"""The report of a takeover: who, when, why, by what order; what was merged, in conflict, still open.

Written as a file before command is taken (the local audit), and again by `main.py site report` from the
journal, which is its only source.
"""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from dispatch.events import AuthorityMoved, CameLate, Event
from dispatch.moments import BEIJING
from dispatch.sites import CITY, Authority, Conflict
from dispatch.words import Dispatcher
from store.config import Config
from store.db.rows import kept_things, rows_of_kinds
from store.db.short import short_transaction
from store.private_file import replace_private

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


class Report(Struct, frozen=True):
    """One change of command. `late`: what became of the orders of the other side, by its note."""

    word: Authority
    seq: int
    people: tuple[str, str]
    late: dict[str, int] = {}
    conflicts: tuple[Conflict, ...] = ()

    @property
    def open(self) -> int:
        """Conflicts nobody has settled yet: the takeover is not over."""
        return sum(conflict.settled is None for conflict in self.conflicts)


def reports(url: str) -> list[Report]:
    """Every change of command this journal tells of, in order. Raises StoreError."""
    with short_transaction(url) as connection:
        rows = rows_of_kinds(connection, (AuthorityMoved.__name__, CameLate.__name__))
        people: dict[str, Dispatcher] = kept_things(connection, "dispatchers")
        conflicts: dict[str, Conflict] = kept_things(connection, "conflicts")
    found: list[Report] = []
    for entry in rows:
        event = _events.decode(entry.body)
        if isinstance(event, AuthorityMoved):
            names = (_name(people, event.authority.dispatcher_id), _name(people, event.authority.second_id))
            found.append(Report(event.authority, entry.seq, names))
        elif isinstance(event, CameLate) and found:
            found[-1] = _with_late(found[-1], event, conflicts)
    return found


def text_of(report: Report) -> str:
    """The report in both languages, one fact a line."""
    word = report.word
    scope = "全市 the city" if word.id == CITY else word.id
    glass = "是 yes" if word.break_glass else "否 no"
    lines = [
        f"指挥权移交报告 report of a change of command: 第 {word.term} 届 term {word.term}",
        f"范围 scope: {scope}",
        f"由 from: {word.from_site or '-'}    至 to: {word.site}",
        f"时间 time: {_time(word.since_at)} (UTC+8)",
        f"授权人 authorised by: {report.people[0]} / {report.people[1]}",
        f"事由 reason: {word.reason or '-'}",
        f"命令文号 order number: {word.order_no or '-'}",
        f"紧急破例 break-glass: {glass}",
        f"共有流水至 shared journal up to row: {word.fork_seq}",
        f"已知对方至 other side known up to row: {word.heard_seq}",
        f"补录合并 merged late: {report.late.get('', 0)}",
        f"已无须执行 nothing left to do: {_noted(report.late)}",
        f"冲突 conflicts: {len(report.conflicts)}    未处置 open: {report.open}",
    ]
    for conflict in report.conflicts:
        settled = conflict.settled
        how = f"{settled.choice} {_time(settled.at)} {settled.remark}" if settled else "未处置 open"
        lines.append(f"  {_time(conflict.given_at)} {conflict.kind} {conflict.rule} {conflict.cid}: {how}")
    return "\n".join(lines) + "\n"


def report_path(config: Config, word: Authority) -> Path:
    """Where the report of this change of command lies."""
    return Path(config.store.dir) / f"command-{word.id}-{word.term}-{word.site}.txt"


def write_report(config: Config, word: Authority) -> Path:
    """The order to take command as a file, durable before it is obeyed. Raises OSError."""
    people = (word.dispatcher_id or "-", word.second_id or "-")
    path = report_path(config, word)
    if not path.exists():
        replace_private(path, text_of(Report(word, word.fork_seq, people)).encode())
    return path


def write_all(config: Config) -> list[Report]:
    """Every report as a file, from the journal; nothing where it cannot be read now. Raises StoreError."""
    found = reports(config.store.url)
    for report in found:
        replace_private(report_path(config, report.word), text_of(report).encode())
    return found


def _with_late(report: Report, came: CameLate, conflicts: dict[str, Conflict]) -> Report:
    late = Counter(report.late)
    late[came.note] += 1
    found = conflicts.get(f"x{came.cid}")
    known = report.conflicts if found is None else (*report.conflicts, found)
    return Report(report.word, report.seq, report.people, dict(late), known)


def _noted(late: dict[str, int]) -> int:
    return sum(count for note, count in late.items() if note not in {"", "conflict", "in_conflict"})


def _name(people: dict[str, Dispatcher], key: str | None) -> str:
    person = people.get(key or "")
    return f"{person.staff_number} {person.name}" if person else key or "-"


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
