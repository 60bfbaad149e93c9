"""The distribution of calls: the queue as every screen shows it, and callers nobody answered (未接).

What the exchange tells a seat is ordered into the journal by whichever seat is first; a report that says
nothing new makes no event. A caller who gave up waiting becomes a call like any other, so that one list holds
all that must be rung back. Times as everywhere.
"""

from enum import StrEnum

from msgspec import Struct, field

from dispatch.kinds import SeatState
from dispatch.moments import local_day, local_hour

SHOWN_MAX = 20
"""Callers of a queue that travel by name; more of them are a number."""
WORD_MAX = 64


class PauseReason(StrEnum):
    """Why a seat is paused (示忙原因); stored as the state's reason."""

    MEAL = "meal"  # 用餐
    REST = "rest"  # 小休
    PAPERWORK = "paperwork"  # 补录
    HANDOVER = "handover"  # 交接班
    TRAINING = "training"  # 培训
    EQUIPMENT = "equipment"  # 设备故障
    OTHER = "other"


class MissedOutcome(StrEnum):
    """What came of working off a missed call. Those of `AGAIN` leave it on the list."""

    REACHED = "reached"  # 已联系上
    NO_ANSWER = "no_answer"  # 回拨无人接听: again
    KNOWN = "known"  # 已由其他来电受理
    WRONG_NUMBER = "wrong_number"  # 空号
    NOT_NEEDED = "not_needed"  # 误拨、测试
    POLICE = "police"  # 转110协查


AGAIN = frozenset({MissedOutcome.NO_ANSWER})


# --- things --------------------------------------------------------------------------------------


class QueuedCall(Struct, frozen=True):
    """One who waits. `call`: the exchange's name of it. `overflowed`: district seats ring too."""

    call: str
    number: str
    since_at: int
    overflowed: bool = False


class Queue(Struct, frozen=True):
    """Who waits, longest first; `calls` names SHOWN_MAX of `depth`. `id` is `site:name`.

    `peaks`: deepest of each hour of `day` (UTC+8, YYYYMMDD); `seat_id`: whose telephone saw it.
    """

    id: str
    name: str
    site: str
    at: int
    depth: int = 0
    calls: tuple[QueuedCall, ...] = ()
    seat_id: str | None = None
    day: str = ""
    peaks: dict[str, int] = field(default_factory=dict)


class FollowUp(Struct, frozen=True):
    """How a missed call was worked off. `next_at`: when to try again, None: it is done with."""

    outcome: MissedOutcome
    at: int
    seat_id: str | None = None
    dispatcher_id: str | None = None
    next_at: int | None = None
    remark: str = ""


class StateEnded(Struct, frozen=True):
    """The state of a seat that ended: how long it lasted and whose time it was."""

    state: SeatState
    lasted_ms: int
    dispatcher_id: str | None = None


# --- orders --------------------------------------------------------------------------------------


class _Command(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these commands, tagged like all of `commands.py`."""


class ReportQueue(_Command, frozen=True):
    """The queue as the ordering seat's exchange tells it. `site`: whose, where no seat gives the order."""

    name: str
    depth: int
    calls: tuple[QueuedCall, ...] = ()
    site: str = ""


class ReportGaveUp(_Command, frozen=True):
    """A caller hung up in the queue. `call_id` is made from the exchange's name, the same at every seat."""

    call_id: str
    queue: str
    number: str
    came_at: int
    gave_up_at: int
    site: str = ""


class FollowUpMissed(_Command, frozen=True):
    """What came of ringing a caller back whom nobody answered; `call_id`: the last such call of the number.

    `again_s`: for outcomes of `AGAIN`, try again after so many seconds.
    """

    call_id: str
    outcome: MissedOutcome
    again_s: int = 0
    remark: str = ""


DistributionCommand = ReportQueue | ReportGaveUp | FollowUpMissed


# --- what happened -------------------------------------------------------------------------------


class _Event(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of these events, tagged like all of `events.py`."""


class QueueSeen(_Event, frozen=True):
    """The queue changed, or was seen again while somebody waits."""

    name: str
    site: str
    at: int
    depth: int
    calls: tuple[QueuedCall, ...] = ()
    seat_id: str | None = None


class MissedFollowedUp(_Event, frozen=True):
    call_id: str
    follow_up: FollowUp


DistributionEvent = QueueSeen | MissedFollowedUp


def seen(queues: dict[str, Queue], event: QueueSeen) -> Queue:
    """The queue after the event, with the deepest of each hour of its day."""
    key = queue_id(event.site, event.name)
    known = queues.get(key)
    day, hour = local_day(event.at), local_hour(event.at)
    peaks = dict(known.peaks) if known is not None and known.day == day else {}
    peaks[hour] = max(event.depth, peaks.get(hour, 0))
    return Queue(
        id=key,
        name=event.name,
        site=event.site,
        at=event.at,
        depth=event.depth,
        calls=event.calls,
        seat_id=event.seat_id,
        day=day,
        peaks=peaks,
    )


def names_of(queue: Queue) -> tuple[tuple[str, bool], ...]:
    """Who waits and who rings at the districts; since when is left out, as each seat's clock says another."""
    return tuple((one.call, one.overflowed) for one in queue.calls[:SHOWN_MAX])


def queue_id(site: str, name: str) -> str:
    """The key of a queue: two sites may both have a 120."""
    return f"{site}:{name}"[: 2 * WORD_MAX]
