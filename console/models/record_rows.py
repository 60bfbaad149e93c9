"""The calls of the incident in hand: their recordings, how well each was heard, who listened since."""

from msgspec import Struct

from console.i18n import say
from console.models.ages import clock, day, span
from console.models.commanding import who
from console.models.desk import Desk
from console.models.labels import word
from console.models.phone_words import result_words
from console.models.quality_words import TONES, grade, quality_words
from dispatch.archive_notes import ArchiveAct
from dispatch.words import Call


class RecordRow(Struct, frozen=True):
    """One call; `path` None: no recording (yet). `used`: its last use, `uses` all that are shown."""

    id: str
    at: str
    number: str
    kind: str
    length: str
    path: str | None
    heard: str = ""
    tone: str = ""
    used: str = ""
    uses: str = ""


def record_rows(desk: Desk) -> list[RecordRow]:
    """Oldest first; with nothing in hand none."""
    incident = desk.incident()
    keys = incident.intake_ids if incident else (desk.hand.intake_id or "",)
    intakes = [desk.floor.intakes[key] for key in keys if key in desk.floor.intakes]
    calls = [desk.line.call(desk.floor, intake.call_id) for intake in intakes]
    return [_row(desk, call) for call in calls if call is not None]


def _row(desk: Desk, call: Call) -> RecordRow:
    if call.recordings:
        kept = call.recordings[-1]
        length, path = say("▶ 录音 {length}", length=span(kept.duration_ms / 1000)), kept.path
    else:
        length, path = say("录音中") if call.ended_at is None and call.answered_at else say("无录音"), None
    kind = " · ".join(part for part in (word(call.direction), result_words(call)) if part)
    heard, it = grade(call.quality), call.quality
    uses = _uses(desk, call)
    return RecordRow(
        call.id,
        clock(call.rang_at),
        call.number or say("号码未显示"),
        kind,
        length,
        path,
        heard=quality_words(heard, it.mos, it.loss_percent) if it else "",
        tone=TONES.get(heard, ""),
        used=uses[-1] if uses else "",
        uses="\n".join(reversed(uses)),
    )


def _uses(desk: Desk, call: Call) -> list[str]:
    """Who did what with its recordings, oldest first."""
    acts = {
        ArchiveAct.LISTENED: say("调听"),
        ArchiveAct.HANDED_OUT: say("导出"),
        ArchiveAct.DELETED: say("到期删除"),
    }
    found = []
    for one in call.uses:
        when = f"{day(one.at)[5:]} {clock(one.at)}"
        found.append(f"{acts[one.act]} {who(desk.floor, one.dispatcher_id)} {when} {one.reason}".rstrip())
    return found
