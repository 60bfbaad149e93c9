"""What a session reports to the gateway: facts about one terminal, times in ms since 1970 UTC."""

from msgspec import Struct

from radio.terminal.header import Line


class Now(Struct, frozen=True, gc=False):
    """One moment on two clocks: `wall_ms` stamps facts, `steady_ms` measures waiting and never jumps."""

    wall_ms: int
    steady_ms: int


class Position(Struct, frozen=True):
    """Where a vehicle is or was. `lon`, `lat` WGS-84 degrees, checked to be on earth.

    `stored`: track, never the live position; it is older than one already reported.
    `clock_ok` False: the terminal's clock is off by more than 10 min and `at_ms` is the receive time.
    `has_fix` False: coordinates are old or zero, the marker must not move.
    """

    lon: float
    lat: float
    at_ms: int
    received_at_ms: int
    speed_kmh: float
    course_deg: int
    altitude_m: int
    has_fix: bool
    stored: bool
    clock_ok: bool
    alarm: int
    status: int
    odometer_km: float | None = None


class Online(Struct, frozen=True):
    """The terminal proved its code on this connection."""

    phone: str


class LoggedOut(Struct, frozen=True):
    """0x0003."""

    phone: str


class Refused(Struct, frozen=True):
    """A registration or authentication that was turned down."""

    phone: str
    why: str


class Moved(Struct, frozen=True):
    phone: str
    position: Position


class Pressed(Struct, frozen=True):
    """Keys of one message. It is answered only by `Session.settle`, once they are stored.

    `terminal_at_ms` None: the message has no time of its own (0x0301, 0x0302, 0x0900).
    """

    phone: str
    gives: tuple[str, ...]
    terminal_at_ms: int | None
    received_at_ms: int
    raw: bytes
    mark: int
    line: Line
    reply_serial: int
    reply_id: int


class Answered(Struct, frozen=True):
    """The terminal answered what was sent with `handle`; `result` as in 0x0001."""

    phone: str
    handle: str
    result: int


class Unanswered(Struct, frozen=True):
    """Given up: not answered after every repetition, or not worth repeating any more."""

    phone: str
    handle: str


class Faulty(Struct, frozen=True):
    """A frame that was right in form and wrong in content; it was answered if it could be."""

    phone: str
    why: str
    raw: bytes


Fact = Online | LoggedOut | Refused | Moved | Pressed | Answered | Unanswered | Faulty
