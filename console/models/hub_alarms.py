"""What the hub or our relay says is wrong with itself: what happened, what still works, who does what.

Each alarm stands on the strip until a person here has taken note of it, in the list of alarms until its cause
is gone, and in the latest changes for ever: when it came, when it was noted, when it went.
"""

from collections.abc import Collection

from msgspec import Struct

from console.i18n import pick, say
from console.models.ages import clock, span
from console.models.hub_alarm_words import OTHER, TABLE
from console.models.latest import Line
from console.ports import HubMode, Link

UNHEARD = frozenset({HubMode.CUT_OFF, HubMode.SLOW, HubMode.NOT_ENROLLED})
"""Nobody tells us anything: what was told last stands."""
PREFIX = "hub:"
"""Of the ids of these alarms among the rows of the list."""


class HubAlarm(Struct, frozen=True):
    """`line`: as the Tick has it, `kind` or `kind:detail`; `since`: by this machine's clock, ms."""

    line: str
    since: int
    noted: bool = False

    @property
    def kind(self) -> str:
        return kind_of(self.line)


class HubAlarms:
    """The alarms that stand, oldest first."""

    def __init__(self) -> None:
        self.standing: tuple[HubAlarm, ...] = ()

    def hear(self, link: Link, now: int) -> list[Line]:
        """Take what the Tick says; the lines for the latest changes."""
        if link.mode in UNHEARD:
            return []
        told = [line for line in link.alarm.splitlines() if is_shown(line, link)]
        known = {one.kind: one for one in self.standing}
        kinds = {kind_of(line) for line in told}
        lines = [
            Line(now, say("告警解除：{what}（{span}）", what=name(one.kind), span=_lasted(one, now)))
            for one in self.standing
            if one.kind not in kinds
        ]
        lines += [Line(now, words(line), abnormal=True) for line in told if _is_news(known, line)]
        self.standing = tuple(_heard(known, line, now) for line in told)
        return lines

    def note(self, now: int) -> list[Line]:
        """A person here has read them all and passed them on."""
        lines = [
            Line(now, say("告警已知悉：{what}", what=name(one.kind)))
            for one in self.standing
            if not one.noted
        ]
        self.standing = tuple(HubAlarm(one.line, one.since, noted=True) for one in self.standing)
        return lines

    @property
    def noted(self) -> frozenset[str]:
        """The lines that need no strip any more."""
        return frozenset(one.line for one in self.standing if one.noted)


def kind_of(line: str) -> str:
    """`relay:fork` is a kind of its own; of every other the part before the first colon."""
    return line if line.startswith("relay:") else line.partition(":")[0]


def is_shown(line: str, link: Link) -> bool:
    """A disk that is short has a banner of its own as soon as something is left out because of it."""
    return kind_of(line) != "disk_short" or link.mode not in {HubMode.DISK_LOW, HubMode.DISK_FULL}


def told(link: Link, noted: Collection[str] = ()) -> list[str]:
    """The lines to be shown on the strip."""
    if link.mode in UNHEARD:
        return []
    return [line for line in link.alarm.splitlines() if is_shown(line, link) and line not in noted]


def _heard(known: dict[str, HubAlarm], line: str, now: int) -> HubAlarm:
    """One that goes on keeps its beginning; a fault that happened again has to be noted again."""
    before = known.get(kind_of(line))
    if before is None:
        return HubAlarm(line, now)
    return HubAlarm(line, before.since, before.noted and not _is_news(known, line))


def _is_news(known: dict[str, HubAlarm], line: str) -> bool:
    before = known.get(kind_of(line))
    return before is None or (before.kind == "fault" and before.line != line)


def _lasted(one: HubAlarm, now: int) -> str:
    return span((now - one.since) / 1000)


# --- the words -------------------------------------------------------------------------------------


def name(kind: str) -> str:
    """A few words for the list."""
    return pick(TABLE.get(kind, OTHER)[0])


def words(line: str) -> str:
    """One sentence: what happened, what still works, who must do what."""
    parts = [*line.split(":"), "", ""]
    at = clock(int(parts[1])) if parts[1].isdecimal() else "–"
    sentence = pick(TABLE.get(kind_of(line), OTHER)[1])
    return sentence.format(text=line, at=at, left=parts[1], n=parts[2])
