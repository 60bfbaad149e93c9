"""About a call beside its course: how well it was heard, and which supervisor was with it (班长监听).

What is ordered, what happened, what stays on the call. A supervisor's every step is a fact of the journal,
also one that was turned away; nobody listens unseen.
"""

from msgspec import Struct
from msgspec.structs import replace

from dispatch.kinds import SupervisionMode


class Quality(Struct, frozen=True):
    """Of a whole call. `mos` is estimated (ITU-T G.107), 1 .. 4.5 best. `silent_ms`: 无音频 altogether."""

    loss_percent: float
    jitter_ms: float
    delay_ms: float
    mos: float
    bad: bool = False
    silent_ms: int = 0


class Supervision(Struct, frozen=True):
    """A supervisor with a call, in the mode of now or of the end. `ended_at` None: still there.

    `reason`: why the call was released by force.
    """

    id: str
    mode: SupervisionMode
    by_number: str
    by_name: str
    since_at: int
    ended_at: int | None = None
    reason: str = ""


class _Command(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these commands, tagged like all of `commands.py`."""


class ReportCallQuality(_Command, frozen=True):
    call_id: str
    quality: Quality


class NoteSupervision(_Command, frozen=True):
    """What the monitored telephone says of a supervisor: came, changed the mode, went.

    `refused`: why nobody was let in; then `call_id` and `mode` are as far as they could be read, and `source`
    is the network address it came from. `reason`: why the supervisor did it, as signed by their telephone.
    """

    supervision_id: str
    call_id: str
    mode: SupervisionMode | None = None
    by_number: str = ""
    by_name: str = ""
    ended: bool = False
    refused: str = ""
    source: str = ""
    reason: str = ""


CallNoteCommand = ReportCallQuality | NoteSupervision


class _Event(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these events, tagged like all of `events.py`."""


class CallQualityKept(_Event, frozen=True):
    call_id: str
    quality: Quality


class SupervisionNoted(_Event, frozen=True):
    """`supervision` None: turned away; `call_id` may then name no call of ours. `seat_id`: whose call."""

    call_id: str
    at: int
    seat_id: str | None
    dispatcher_id: str | None
    supervision: Supervision | None = None
    mode: SupervisionMode | None = None
    by_number: str = ""
    by_name: str = ""
    refused: str = ""
    source: str = ""


CallNoteEvent = CallQualityKept | SupervisionNoted


def noted(known: tuple[Supervision, ...], event: SupervisionNoted) -> tuple[Supervision, ...]:
    """The supervisions of a call after this event, oldest first."""
    new = event.supervision
    if new is None:
        return known
    if all(one.id != new.id for one in known):
        return (*known, new)
    return tuple(_again(one, new) if one.id == new.id else one for one in known)


def _again(known: Supervision, new: Supervision) -> Supervision:
    return replace(new, since_at=known.since_at, reason=new.reason or known.reason)
