"""Who did what with recordings of calls (录音审计): listened, handed them out, deleted them, and why.

The journal keeps it for ever; a call that is still on the floor shows its newest uses. A recording leaves the
centre only after its note is in the journal.
"""

from enum import StrEnum

from msgspec import Struct

from dispatch.kinds import Role

REASON_CHARS_MIN = 2
CALLS_MAX = 10_000
USES_KEPT_MAX = 20
"""So many are shown with a call; all of them are in the journal."""


class ArchiveAct(StrEnum):
    LISTENED = "listened"  # 调听
    HANDED_OUT = "handed_out"  # 导出
    DELETED = "deleted"  # 到期删除


class NoteArchive(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """`note_id` is also the id of the export; `detail`: what the reason does not say (seal, hash, rule)."""

    note_id: str
    act: ArchiveAct
    call_ids: tuple[str, ...]
    reason: str = ""
    detail: str = ""


class ArchiveNoted(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Whoever asked for an export waits for this before anything is written."""

    at: int
    note: NoteArchive
    seat_id: str | None = None
    dispatcher_id: str | None = None


class ArchiveUse(Struct, frozen=True, omit_defaults=True):
    """What was done with the recordings of one call, as its history shows it."""

    at: int
    act: ArchiveAct
    seat_id: str | None = None
    dispatcher_id: str | None = None
    reason: str = ""


def used(known: tuple[ArchiveUse, ...], event: ArchiveNoted) -> tuple[ArchiveUse, ...]:
    """The newest uses of a call's recordings after this event, oldest first."""
    note = event.note
    new = ArchiveUse(event.at, note.act, event.seat_id, event.dispatcher_id, note.reason)
    return (*known, new)[-USES_KEPT_MAX:]


HANDS_OUT = frozenset({Role.SHIFT_LEADER, Role.HEAD_OF_DISPATCH, Role.QUALITY_REVIEWER})
"""Who may hand recordings out; whoever dispatches may listen."""
