"""A terminal and the session it talks to, for transcripts."""

from itertools import count
from typing import Any

from msgspec.structs import replace

from radio.terminal import codec
from radio.terminal import messages as m
from radio.terminal.facts import (
    Fact,
    Moved,
    Now,
    Online,
)
from radio.terminal.fields import write_time
from radio.terminal.framing import Framer
from radio.terminal.header import Frame, Line, line_for, parse_frame
from radio.terminal.parts import build_frames
from radio.terminal.platform import Limits, Platform
from radio.terminal.position import LocationReport
from radio.terminal.roster import KnownTerminal, Roster
from radio.terminal.session import Session, Step
from store.config import DEFAULT_KEY_RULES, KeyRule

PHONE = "13912345678"
WALL = 1_772_323_750_000  # 2026-03-01 08:09:10 GMT+8
MINUTE = 60_000
LIMITS = Limits()
KEYS = (*DEFAULT_KEY_RULES, KeyRule("on_scene", message=0x0900, type=0xF1, offset=0, value=3))


class Talk:
    """A terminal and the session it talks to, on one fake clock."""

    def __init__(
        self,
        *known: KnownTerminal,
        version: int | None = None,
        limits: Limits = LIMITS,
        platform: Platform | None = None,
        serial: int = 1,
    ) -> None:
        rules = [replace(rule, label="") for rule in KEYS]  # no 0x8301 in the transcripts
        roster = Roster(known or [KnownTerminal(PHONE)], b"secret", duplicates_ms=limits.duplicates_ms)
        self.platform = platform or Platform(roster, rules, limits)
        self.now = Now(WALL, 1000)
        self.line = line_for(PHONE, version=version)
        self.session = Session(self.platform, "10.0.0.1", self.now)
        self.serials = count(serial)
        self.facts: list[Fact] = []
        self.closed = ""

    def later(self, ms: int) -> None:
        self.now = Now(self.now.wall_ms + ms, self.now.steady_ms + ms)

    def tick(self, ms: int = 0) -> list[m.Message]:
        self.later(ms)
        return self._took(self.session.tick(self.now))

    def says(
        self, message: m.Message, *, serial: int | None = None, line: Line | None = None
    ) -> list[m.Message]:
        numbers = self.serials if serial is None else count(serial)
        wire = build_frames(line or self.line, message, numbers)
        return [answer for one in wire for answer in self.hears(parse_frame(Framer().feed(one)[0]))]

    def hears(self, frame: Frame) -> list[m.Message]:
        return self._took(self.session.receive(frame, self.now))

    def _took(self, step: Step) -> list[m.Message]:
        self.facts += step.facts
        self.closed = self.closed or step.close
        return read(step.out)

    def took(self) -> list[Fact]:
        facts, self.facts = self.facts, []
        return facts

    def log_in(self) -> "Talk":
        code = self.platform.roster.code_for(KnownTerminal(PHONE))
        assert self.says(m.Authenticate(code)) == [m.PlatformAnswer(1, codec.AUTHENTICATE, 0)]
        assert self.took() == [Online(PHONE)]
        return self


def read(wire: list[bytes]) -> list[m.Message]:
    frames = [parse_frame(Framer().feed(one)[0]) for one in wire]
    return [codec.decode(f.msg_id, f.body, is_2019=f.version is not None) for f in frames]


def claim(**fields: Any) -> m.Register:
    return m.Register(23, 1, "LS", "A", fields.get("terminal_id", "7"), 2, fields.get("plate", "黑A1"))


def report(at_ms: int = WALL, *, status: int = 3, alarm: int = 0, **fields: Any) -> m.Location:
    lat = fields.get("lat_e6", 45_755_000)
    return m.Location(LocationReport(alarm, status, lat, 126_640_000, 140, 425, 87, write_time(at_ms)))


def moved(talk: Talk) -> list[tuple[int, bool, bool]]:
    """(time against the wall clock, stored, clock_ok) of the positions reported."""
    positions = [fact.position for fact in talk.took() if isinstance(fact, Moved)]
    return [(p.at_ms - WALL, p.stored, p.clock_ok) for p in positions]
