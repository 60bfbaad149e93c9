"""The record of an activation as files to print and to count with: HTML (and from it PDF) and CSV.

`main.py report` writes the same ones from the store, without a window.
"""

import csv
import html
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from console.i18n import say
from console.models.ages import clock, day, local
from console.models.labels import site_name, word
from console.models.reserve import by_whom, kind_words
from dispatch.drill_record import Record, SeatTimes, Target, record
from dispatch.floor import Floor
from dispatch.reserve import Activation, CallOut

STYLE = """
body { font-family: "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; font-size: 11pt; color: #111; }
h1 { font-size: 17pt; margin: 0 0 4pt 0; } h2 { font-size: 13pt; margin: 12pt 0 4pt 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #777; padding: 3pt 6pt; text-align: left; vertical-align: top; }
th { background: #e8e8e8; } .bad { color: #a00000; font-weight: bold; } .good { color: #005a20; }
.sign { margin-top: 24pt; }
"""
PROGRAM_DIR = Path(__file__).resolve().parents[1]
Cell = str | tuple[str, str]
"""Words, or (words, class)."""


def write_record(floor: Floor, activation: Activation, now: int, folder: Path) -> tuple[Path, Path]:
    """Write record-<day>-<time>-<id>.html and .csv into `folder`; the two files. Raises OSError.

    The page becomes a PDF by `console.record_pdf`: drawing it takes longer than a window may stand still.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"record-{local(activation.ordered_at):%Y%m%d-%H%M%S}-{activation.id[-6:]}"
    found = record(activation)
    files = (folder / f"{stem}.html", folder / f"{stem}.csv")
    files[0].write_text(html_of(floor, found, now), encoding="utf-8")
    files[1].write_text(csv_of(floor, found), encoding="utf-8-sig")
    return files


def pdf_command(page: Path) -> list[str]:
    """What a process of its own is told, to draw the page as PDF beside it; run it in `PROGRAM_DIR`."""
    return [sys.executable, "-m", "console.record_pdf", str(page.resolve())]


# --- the page ------------------------------------------------------------------------------------


def html_of(floor: Floor, found: Record, now: int) -> str:
    """The record as one printable page."""
    activation = found.activation
    title = say("储备席位启用记录（{kind}）", kind=kind_words(activation))
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        table_of((), _head(floor, activation)),
        f"<h2>{html.escape(say('指标与目标'))}</h2>",
        table_of(
            (say("指标"), say("目标"), say("实测"), say("结论")), [_target_row(one) for one in found.targets]
        ),
        f"<h2>{html.escape(say('逐席时刻（自下令起，分:秒）'))}</h2>",
        table_of(_seat_head(), [_seat_row(floor, one) for one in found.seats]),
        f"<h2>{html.escape(say('自检问题与处理'))}</h2>",
        table_of((say("席位"), say("项目"), say("发现"), say("排除")), _red_rows(floor, found)),
        f"<h2>{html.escape(say('人员到岗'))}</h2>",
        table_of(_call_head(), [_call_row(floor, activation, one) for one in found.called_out]),
        f"<p>{html.escape(say('应召 {n} 人，启用 {m} 席', n=found.coming, m=len(found.seats)))}</p>",
        f'<p class="sign">{html.escape(say("班长签字：＿＿＿＿＿＿　　　日期：＿＿＿＿＿＿"))}</p>',
        f"<p>{html.escape(_foot(activation, now))}</p>",
    ]
    return page_of(*parts)


def page_of(*parts: str) -> str:
    """A page to print, of parts that are HTML."""
    body = "\n".join(parts)
    return f"<html><head><meta charset='utf-8'><style>{STYLE}</style></head><body>{body}</body></html>"


def _foot(activation: Activation, now: int) -> str:
    return say("打印于 {day} {at}，编号 {id}", day=day(now), at=clock(now), id=activation.id)


def _head(floor: Floor, activation: Activation) -> list[list[Cell]]:
    until = clock(activation.until_at) if activation.until_at else say("撤收为止")
    ended = clock(activation.ended_at) if activation.ended_at else say("进行中")
    return [
        [say("原因"), activation.reason, say("下令"), by_whom(floor, activation)],
        [
            say("下令时刻"), f"{day(activation.ordered_at)} {clock(activation.ordered_at)}",
            say("计划至"), f"{until}　{say('结束')} {ended}",
        ],
    ]  # fmt: skip


def _target_row(one: Target) -> list[Cell]:
    names = {
        "first_ready": say("首席就绪"),
        "all_ready": say("全部就绪"),
        "missing": say("未就绪席数"),
    }
    counted = one.name == "missing"
    target = f"{one.target:.0f}" if counted else f"≤ {_span(one.target)}"
    measured = f"{one.measured:.0f}" if counted and one.measured is not None else _span(one.measured)
    return [names[one.name], target, measured, (say("达标"), "good") if one.met else (say("未达标"), "bad")]


def _seat_head() -> tuple[str, ...]:
    return (
        say("席位"), say("站点"), say("角色"), say("人员"), say("收到"), say("确认"), say("自检完"),
        say("就绪"), say("首呼"), say("撤收令"), say("撤下"), say("交还"), say("备注"),
    )  # fmt: skip


def _seat_row(floor: Floor, one: SeatTimes) -> list[Cell]:
    seat = floor.seats.get(one.seat_id)
    person = floor.dispatchers.get(one.dispatcher_id or "")
    by = floor.dispatchers.get(one.override_by or "")
    remark = (
        say("带故障放行（{name}）：{why}", name=by.name if by else "–", why=one.override)
        if one.override
        else ""
    )
    ready = _span(one.ready_s)
    return [
        seat.number if seat else one.seat_id, site_name(floor, seat.site) if seat else "–", word(one.role),
        person.name if person else "–", _span(one.shown_s), _span(one.seen_s), _span(one.checked_s),
        (ready, "bad" if one.late else "good"), _span(one.first_call_s), _span(one.standing_down_s),
        _span(one.stood_down_s), str(one.handed_back), remark,
    ]  # fmt: skip


def _red_rows(floor: Floor, found: Record) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for one in found.seats:
        seat = floor.seats.get(one.seat_id)
        for item, what, cured_s in one.red:
            cured: Cell = _span(cured_s) if cured_s is not None else (say("未排除"), "bad")
            rows.append([seat.number if seat else one.seat_id, word(item), what, cured])
    return rows or [["–", say("无"), "", ""]]


def _call_head() -> tuple[str, ...]:
    return say("姓名"), say("电话"), say("呼叫"), say("答复"), say("答复用时")


def _call_row(floor: Floor, activation: Activation, one: CallOut) -> list[Cell]:
    person = floor.dispatchers.get(one.dispatcher_id)
    took = None if one.answered_at is None else (one.answered_at - activation.ordered_at) / 1000
    answer = f"{word(one.answer)} {one.remark}".strip()
    name, phone = (person.name, person.phone) if person else ("–", "")
    return [name, phone, clock(one.called_at), answer, _span(took)]


def table_of(head: tuple[str, ...], rows: Sequence[Sequence[Cell]]) -> str:
    """A table of the page; without a `head` it is lines of words."""

    def cell(one: Cell, tag: str = "td") -> str:
        words, kind = (one, "") if isinstance(one, str) else one
        mark = f' class="{kind}"' if kind else ""
        return f"<{tag}{mark}>{html.escape(words)}</{tag}>"

    top = "<tr>" + "".join(cell(one, "th") for one in head) + "</tr>" if head else ""
    lines = ("<tr>" + "".join(cell(one) for one in row) + "</tr>" for row in rows)
    return f"<table>{top}{''.join(lines)}</table>"


def _span(seconds: float | None) -> str:
    """`0:07.4` below a minute with tenths, else `12:03`."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(seconds, 60)
    return f"0:{rest:04.1f}" if seconds < 60 else f"{int(minutes)}:{int(rest):02}"


# --- the table to count with -----------------------------------------------------------------------


def csv_of(floor: Floor, found: Record) -> str:
    """One line a seat, times in seconds from the order on, "" where a step never happened."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    steps = (
        "shown_s", "seen_s", "checked_s", "ready_s", "first_call_s", "standing_down_s", "stood_down_s",
    )  # fmt: skip
    writer.writerow(
        ["activation", "ordered_at_ms", "drill", "reason", "seat", "site", "role", "person", *steps, "late",
         "red_items", "override", "handed_back"]
    )  # fmt: skip
    activation = found.activation
    for one in found.seats:
        seat = floor.seats.get(one.seat_id)
        person = floor.dispatchers.get(one.dispatcher_id or "")
        times = [_number(getattr(one, step)) for step in steps]
        writer.writerow(
            [
                activation.id, activation.ordered_at, int(activation.drill), activation.reason,
                seat.number if seat else one.seat_id, seat.site if seat else "", one.role.value,
                person.name if person else "", *times, int(one.late),
                ";".join(item.value for item, _, _ in one.red), one.override, one.handed_back,
            ]
        )  # fmt: skip
    return out.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
