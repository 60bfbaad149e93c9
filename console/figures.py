"""The quality figures of a day as files to print and to count with, each with the definition it was made by.

`main.py report figures` writes them from the store. Drills and tests never count; their number is said.
"""

import csv
import html
import io
from pathlib import Path

from console.i18n import pick, say
from console.models.ages import clock, day, span
from console.record import page_of, table_of
from dispatch.figure import Figure
from dispatch.floor import Floor
from dispatch.indicators import figures, rehearsed
from dispatch.indicators_calls import floor_figures
from dispatch.indicators_located import ALL
from dispatch.moments import DAY_MS

NAMES = {
    "answer_rate": ("10 秒接听率", "answered in 10 s"),
    "answer": ("接听时间", "time to answer"),
    "dispatch": ("派车时长", "time to dispatch"),
    "turnout": ("出车时间", "turnout"),
    "turnout_rate": ("3 分钟出车率", "turnout in 3 min"),
    "response": ("急救反应时间", "response"),
    "talk": ("通话时长", "talk"),
    "intake": ("受理时间", "intake"),
    "missed": ("未接来电", "missed calls"),
    "gave_up": ("排队放弃", "gave up in the queue"),
    ALL: ("手机定位成功率", "mobile callers located"),
    "to_ring_back": ("待回拨", "to be rung back"),
    "queue_peak": ("排队峰值", "queue peak"),
    "occupancy": ("话务占用率", "occupancy"),
    "seats_ready": ("席均就绪", "ready, each seat"),
    "seats_intake": ("席均受理", "intake, each seat"),
    "seats_after_call": ("席均话后处理", "after call, each seat"),
    "seats_paused": ("席均示忙", "paused, each seat"),
    "seats_away": ("席均离席", "away, each seat"),
}
NUMBERS = frozenset({"to_ring_back", "queue_peak"})
"""Neither a share nor a time."""


class Day:
    """The figures of the day that began at `since` (ms); of today also those of this moment."""

    def __init__(self, floor: Floor, since: int, now: int) -> None:
        self.since, self.now = since, now
        today = since <= now < since + DAY_MS
        self.figures = (*figures(floor, since, since + DAY_MS), *(floor_figures(floor, now) if today else ()))
        self.left_out = rehearsed(floor, since, since + DAY_MS)


def write_figures(found: Day, folder: Path) -> tuple[Path, Path]:
    """Write figures-<day>.html and .csv into `folder`; the two files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    files = (folder / f"figures-{day(found.since)}.html", folder / f"figures-{day(found.since)}.csv")
    files[0].write_text(html_of(found), encoding="utf-8")
    files[1].write_text(csv_of(found), encoding="utf-8-sig")
    return files


def html_of(found: Day) -> str:
    """The figures as one printable page."""
    head = (say("指标"), say("数值"), say("中位数"), say("90 分位"), say("样本"), say("缺失"), say("定义"))
    rows = [
        [
            name_of(one), value_of(one, one.value), value_of(one, one.median), value_of(one, one.p90),
            str(one.count), str(one.left_out), one.definition,
        ]
        for one in found.figures
    ]  # fmt: skip
    left_out = say("演练与测试不计入：{n} 条", n=found.left_out)
    printed = say("打印于 {day} {at}", day=day(found.now), at=clock(found.now))
    title = say("质控指标 {day}", day=day(found.since))
    return page_of(
        f"<h1>{html.escape(title)}</h1>",
        table_of(head, [*rows]),
        f"<p>{html.escape(left_out)}</p><p>{html.escape(printed)}</p>",
    )


def csv_of(found: Day) -> str:
    """One line a figure: seconds, shares as 0..1, "" where there was nothing to count."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["day", "figure", "name", "value", "median", "p90", "count", "left_out", "definition"])
    for one in found.figures:
        found_values = (one.value, one.median, one.p90)
        values = ("" if value is None else f"{round(value, 4):.12g}" for value in found_values)
        writer.writerow(
            [day(found.since), one.name, name_of(one), *values, one.count, one.left_out, one.definition]
        )
    return out.getvalue()


def name_of(one: Figure) -> str:
    """In words; a figure of one operator by the operator's name."""
    if one.name in NAMES:
        return pick(NAMES[one.name])
    return f"{pick(NAMES[ALL])} {one.name.removeprefix(f'{ALL}_')}"


def value_of(one: Figure, value: float | None) -> str:
    """`95.3 %`, `4:05`, `12`, or a dash where there is none."""
    if value is None:
        return "–"
    if one.share:
        return f"{value * 100:.1f} %"
    return f"{value:.0f}" if one.name in NUMBERS else span(value) if value >= 60 else f"{value:.1f} s"
