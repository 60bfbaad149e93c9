"""The messages of the spine as frozen structs; names and numbers of JT/T 808, fields as on the wire.

What a message means to the dispatch trade is decided elsewhere; here `reply_serial` is just a WORD.
`codec` holds the table from id to layout.
"""

from enum import IntEnum

from msgspec import Struct

from radio.terminal.position import LocationReport


class Result(IntEnum):
    """Last byte of 0x0001 and 0x8001."""

    OK = 0
    FAILED = 1
    BAD_MESSAGE = 2
    NOT_SUPPORTED = 3
    ALARM_CONFIRMED = 4  # 0x8001 only


class RegisterResult(IntEnum):
    """Result byte of 0x8100; a code follows only with OK."""

    OK = 0
    VEHICLE_TAKEN = 1
    NO_SUCH_VEHICLE = 2
    TERMINAL_TAKEN = 3
    NO_SUCH_TERMINAL = 4


class Message(Struct, frozen=True, gc=False):
    """Base of all messages."""


class TerminalAnswer(Message, frozen=True, gc=False):
    """0x0001 general answer of the terminal."""

    reply_serial: int
    reply_id: int
    result: int


class PlatformAnswer(Message, frozen=True, gc=False):
    """0x8001 general answer of the centre."""

    reply_serial: int
    reply_id: int
    result: int


class Heartbeat(Message, frozen=True, gc=False):
    """0x0002; bytes some devices append are ignored."""


class LogOut(Message, frozen=True, gc=False):
    """0x0003."""


class AskTime(Message, frozen=True, gc=False):
    """0x0004 (2019)."""


class ServerTime(Message, frozen=True, gc=False):
    """0x8004, the only time on this wire in UTC. `at_ms` None: not a date."""

    at_ms: int | None


class ResendRequest(Message, frozen=True, gc=False):
    """0x8003 (centre) and 0x0005 (terminal): parts wanted again; `upward` tells the two apart."""

    first_serial: int
    indexes: tuple[int, ...]
    upward: bool = False


class Register(Message, frozen=True, gc=False):
    """0x0100. `layout` is 2011, 2013 or 2019: three widths of maker, model and terminal id."""

    province: int
    city: int
    maker: str
    model: str
    terminal_id: str
    plate_colour: int
    plate: str
    layout: int = 2013


class RegisterAnswer(Message, frozen=True, gc=False):
    """0x8100."""

    reply_serial: int
    result: int
    code: str = ""


class Authenticate(Message, frozen=True, gc=False):
    """0x0102; `imei` and `software` exist in the 2019 layout only."""

    code: str
    imei: str = ""
    software: str = ""


class Location(Message, frozen=True):
    """0x0200."""

    report: LocationReport


class AskLocation(Message, frozen=True, gc=False):
    """0x8201."""


class LocationAnswer(Message, frozen=True):
    """0x0201."""

    reply_serial: int
    report: LocationReport


class LocationBatch(Message, frozen=True):
    """0x0704. `stored` True: type 1, kept while the link was down. `lost` items could not be read."""

    stored: bool
    reports: tuple[LocationReport, ...]
    lost: int = 0


class TrackLocation(Message, frozen=True, gc=False):
    """0x8202: a position every `interval_s` for `valid_s`; interval 0 stops."""

    interval_s: int
    valid_s: int = 0


class ConfirmAlarm(Message, frozen=True, gc=False):
    """0x8203: `serial` 0 means all; `alarms` has bits 0, 3, 20, 21, 22, 27, 28."""

    serial: int
    alarms: int


class Text(Message, frozen=True, gc=False):
    """0x8300. `kind` (2019): 1 notice, 2 service."""

    flag: int
    text: str
    kind: int = 1


class SetEvents(Message, frozen=True):
    """0x8301. `action` 0 delete all, 1 replace, 2 append, 3 modify, 4 delete some (ids only)."""

    action: int
    events: tuple[tuple[int, str], ...] = ()


class EventReport(Message, frozen=True, gc=False):
    """0x0301: a key pushed by 0x8301 was pressed."""

    event_id: int


class Question(Message, frozen=True):
    """0x8302."""

    flag: int
    question: str
    answers: tuple[tuple[int, str], ...]


class QuestionAnswer(Message, frozen=True, gc=False):
    """0x0302; `reply_serial` is the serial of the question."""

    reply_serial: int
    answer_id: int


class Passthrough(Message, frozen=True, gc=False):
    """0x0900 (up) and 0x8900 (down): `kind` 0xF0-0xFF is free for the maker."""

    kind: int
    content: bytes
    upward: bool = True


class DriverCard(Message, frozen=True, gc=False):
    """0x0702, kept raw after the time: the tail is often missing and differs between editions."""

    inserted: bool
    at_ms: int | None
    tail: bytes


class Other(Message, frozen=True, gc=False):
    """A message this console does not read: kept whole."""

    msg_id: int
    body: bytes
