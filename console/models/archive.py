"""The archive of recordings as the window shows it: what is typed to search, the rows, markers in words."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from console.i18n import pick, say
from console.models.ages import BEIJING, clock, day, local, span
from console.models.asking import Choice
from console.models.labels import word
from console.models.quality_words import BAD, TONES, quality_words
from dispatch.kinds import CallClass, Direction
from telephony.archive.catalogue import Search
from telephony.archive.labels import SUPERVISED, Label, Marker

if TYPE_CHECKING:
    from console.models.desk import Desk

AGO = re.compile(r"(\d{1,4})\s*(分|时|天|m|h|d)")
UNIT_S = {"分": 60, "m": 60, "时": 3600, "h": 3600, "天": 86_400, "d": 86_400}
CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")
DAY = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})")

MARKS: dict[str, tuple[str, str]] = {
    "answered": ("接听", "answered"),
    "opened": ("立案", "incident"),
    "ordered": ("派车", "sent"),
    "held": ("保持", "held"),
    "resumed": ("恢复", "resumed"),
    "aside": ("离开会议", "left them"),
    "taken": ("班长接管", "taken over"),
    "dead_air": ("无音频", "no audio"),
    "heard_again": ("恢复音频", "audio back"),
    "prompt": ("提示音", "prompt"),
    "metronome_on": ("节拍开", "beat on"),
    "metronome_off": ("节拍关", "beat off"),
    "digit": ("按键", "key"),
    "monitored": ("监听", "monitored"),
}
REASONS: dict[str, tuple[str, str]] = {
    "complaint": ("投诉处理", "complaint"),
    "police": ("公安司法调取", "police or court"),
    "medical": ("医疗纠纷", "medical dispute"),
    "review": ("质控复听", "quality review"),
    "training": ("教学培训", "training"),
    "other": ("其他（备注写明）", "other (say in the remark)"),
}


class Typed(Struct, frozen=True):
    """The search fields as they stand."""

    number: str = ""
    since: str = ""
    until: str = ""
    place: str = ""
    incident: str = ""
    seat: str = ""


class ArchiveRow(Struct, frozen=True):
    """One recording; `tone` "warning" where something about it has to be known before it is used."""

    id: str
    at: str
    length: str
    number: str
    kind: str
    incident: str
    place: str
    seat: str
    note: str
    tone: str
    chosen: bool


class NotATimeError(Exception):
    """What was typed is no time; the text is what was typed."""


def search_of(typed: Typed, now: int) -> Search:
    """What is searched for. Raises NotATimeError."""
    return Search(
        number=re.sub(r"\D", "", typed.number),
        from_ms=moment(typed.since, now, end=False),
        until_ms=moment(typed.until, now, end=True),
        place=typed.place.strip(),
        incident=typed.incident.strip(),
        seat=typed.seat.strip().zfill(2) if typed.seat.strip() else "",
    )


def moment(text: str, now: int, *, end: bool) -> int | None:
    """`20:30`, `11-21`, `2026-11-21 20:30`, `2时` (ago); "" is None. A day alone ends at its end.

    A clock time that is still to come was yesterday's. Raises NotATimeError.
    """
    words = text.strip().lower()
    if not words:
        return None
    ago = AGO.fullmatch(words.removesuffix("前"))
    if ago is not None:
        return now - int(ago[1]) * UNIT_S[ago[2]] * 1000
    date, _, time = words.partition(" ") if DAY.match(words) else ("", "", words)
    try:
        return _moment(date, time.strip(), local(now), end=end)
    except ValueError as error:
        raise NotATimeError(text) from error


def _moment(date: str, time: str, now: datetime, *, end: bool) -> int:
    """Raises ValueError."""
    on = DAY.fullmatch(date)
    at = CLOCK.fullmatch(time)
    if (date and on is None) or (time and at is None):
        raise ValueError(date)
    found = now.replace(second=0, microsecond=0)
    if on is not None:
        found = found.replace(year=int(on[1] or now.year), month=int(on[2]), day=int(on[3]))
        if not on[1] and found.date() > now.date():
            found = found.replace(year=now.year - 1)
    if at is not None:
        found = found.replace(hour=int(at[1]), minute=int(at[2]))
        if on is None and found > now:
            found -= timedelta(days=1)
        found += timedelta(seconds=59 if end else 0)
    else:
        found = found.replace(hour=23, minute=59, second=59) if end else found.replace(hour=0, minute=0)
    return round(found.astimezone(BEIJING).timestamp() * 1000)


def row(label: Label, chosen: frozenset[str] = frozenset()) -> ArchiveRow:
    note, tone = _note(label)
    return ArchiveRow(
        label.call_id,
        f"{day(label.started_at_ms)} {clock(label.started_at_ms)}",
        span(label.duration_ms / 1000),
        label.number or say("号码未显示"),
        word(Direction(label.direction)) if label.direction in set(Direction) else "",
        label.incident_number,
        label.place,
        " ".join(part for part in (label.seat, label.dispatcher) if part),
        note,
        tone,
        label.call_id in chosen,
    )


def _note(label: Label) -> tuple[str, str]:
    if label.repaired:
        return say("▲ 中断后修复"), "warning"
    if label.unlabelled:
        return say("△ 无登记信息"), "warning"
    known = label.call_class in set(CallClass)
    others = {"drill": say("演练"), SUPERVISED: say("◈ 班长监听")}
    kind = word(CallClass(label.call_class)) if known else others.get(label.call_class, "")
    heard = quality_words(label.heard, label.mos, label.loss_percent)
    parts = (heard, kind) if label.heard == BAD else (kind, heard)
    return " ".join(part for part in parts if part), TONES.get(label.heard, "")


def ear_of(desk: "Desk") -> str:
    """Where recordings are listened to: the headset in use, "" where the telephone has none."""
    headset = desk.phone.headset
    return headset.ear if headset else ""


def mark_words(marker: Marker) -> str:
    """A marker as the picture says it."""
    return " ".join(part for part in (pick(MARKS.get(marker.kind, ("", ""))), marker.words) if part)


def reasons() -> tuple[Choice, ...]:
    """Why recordings are handed out."""
    return tuple(Choice(value, pick(words)) for value, words in REASONS.items())


def reason_words(value: str, remark: str) -> str:
    """What the journal and the list in the export say; in Chinese, whatever the screen speaks."""
    return "：".join(part for part in (REASONS[value][0], remark) if part)
