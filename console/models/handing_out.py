"""Handing recordings out: asked for with a reason, noted in the journal first, written only after that."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from console.i18n import say
from console.models.archive import reason_words, reasons
from console.models.asking import Ask
from console.models.spoken import is_offline
from dispatch.archive_notes import HANDS_OUT, REASON_CHARS_MIN, ArchiveAct, ArchiveNoted, NoteArchive
from store.core.ids import new_id
from telephony.archive.labels import Label

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.models.desk import Desk

MUST_SAY = "other"


class Asked(Struct, frozen=True):
    """An export that waits for the journal. `cid`: the order that notes it."""

    cid: str
    note_id: str
    labels: tuple[Label, ...]
    by: str


def why_not(desk: "Desk", labels: Sequence[Label]) -> str:
    """Why these cannot be handed out now; "" when they can."""
    if not labels:
        return say("没有选中录音：空格选中，或把光标放在一段上")
    if not may_hand_out(desk):
        return say("导出须由班长、科长或质控员登录")
    if is_offline(desk):
        return say("断网时无法登记审计，不能导出")
    return ""


def may_hand_out(desk: "Desk") -> bool:
    """True for those who may also search what other seats recorded."""
    return desk.person is not None and bool(desk.person.roles & HANDS_OUT)


def question(desk: "Desk", labels: Sequence[Label], seal: str, then: "Callable[[Asked | str], None]") -> Ask:
    """Ask for the reason; `then` gets what waits for the journal, or why it was not asked for.

    `seal`: whose key seals it, so that the journal vouches for it.
    """

    def confirmed(value: str, remark: str, _minutes: int) -> None:
        if value == MUST_SAY and len(remark) < REASON_CHARS_MIN:
            then(say("▲ 选“其他”须在备注写明用途"))
            return
        then(_ask_for(desk, tuple(labels), reason_words(value, remark), seal))

    return Ask(say("导出 {n} 段录音：用途记入审计", n=len(labels)), reasons(), confirmed)


def _ask_for(desk: "Desk", labels: tuple[Label, ...], reason: str, seal: str) -> Asked:
    person = desk.floor.dispatchers.get(desk.person.dispatcher_id) if desk.person else None
    note_id = new_id()
    ids = tuple(label.call_id for label in labels)
    note = NoteArchive(note_id, ArchiveAct.HANDED_OUT, ids, reason, seal)
    cid = desk.give(note)
    return Asked(cid, note_id, labels, f"{person.name} {person.staff_number}" if person else "")


def noted(desk: "Desk", asked: Asked | None) -> ArchiveNoted | None:
    """The journal's word on this export, once it is there."""
    if asked is None:
        return None
    return next((one for one in desk.line.labels.noted if one.note.note_id == asked.note_id), None)


def may_listen(desk: "Desk") -> bool:
    """True when whoever sits here may: nobody listens without a name in the audit."""
    return desk.may(NoteArchive)


def listened(desk: "Desk", call_id: str) -> None:
    """Note that somebody listens to a recording; without a hub the note waits in the outbox."""
    desk.give(NoteArchive(new_id(), ArchiveAct.LISTENED, (call_id,)))
