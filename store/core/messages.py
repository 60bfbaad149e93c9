"""The words of the bus: every message between hub and seat, wall or gateway, and its typed decoding.

Decoding is the input check: what does not fit raises `BadMessage`. Fields are only ever added, with a
default; an older reader ignores what it does not know. Bodies of commands and events travel as bytes, so
that one unknown kind never costs the envelope around it.
"""

from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct, field

PROTO = 1
"""The protocol spoken here; PROTO_MIN is the oldest one still understood."""
PROTO_MIN = 1
MESSAGE_BYTES_MAX = 1024 * 1024
PART_BYTES_MAX = 256 * 1024
BODY_BYTES_MAX = 128 * 1024
POSITIONS_PER_MESSAGE_MAX = 4000
DEGREE_E6 = 1_000_000
FIX_VALID = 1
FROM_MEMORY = 2
"""Bits of `Position.flags`."""


class BadMessage(Exception):
    """The other side broke the protocol: drop the frame, count it, go on."""


class Mode(StrEnum):
    """The hub's condition, in Tick; screens say it in words with the time and what to do (bus.md 5.7)."""

    NORMAL = "normal"
    STORE_WAIT = "store_wait"  # 库切换: commands wait for the store
    SYNC_WAIT = "sync_wait"  # 等待异地确认: written, the standby has not confirmed
    DISK_LOW = "disk_low"  # 磁盘告急: positions are not stored
    DISK_FULL = "disk_full"  # 磁盘告急: nothing can be stored, commands wait
    FENCED = "fenced"  # 已撤权: another hub commands, this one only shows


class Epoch(Struct, frozen=True, array_like=True, order=True):
    """(term, site, boot): people raise the term, every start of a hub raises boot. Ordered as written."""

    term: int
    site: str
    boot: int


EPOCH_ZERO = Epoch(0, "", 0)


class _Message(Struct, frozen=True, tag=True, kw_only=True):
    """Base of all messages; the tag on the wire is the class name."""

    v: int = PROTO


# --- from a machine to the hub -------------------------------------------------------------------------


class Hello(_Message, frozen=True):
    """First word after connecting and after every new epoch."""

    proto_min: int = PROTO_MIN
    proto_max: int = PROTO
    app: str = ""
    epoch: Epoch = EPOCH_ZERO
    seq: int = 0


Id = Annotated[str, Meta(pattern="^[!-~]{1,64}$")]
"""An id minted by the other side: it becomes a key of tables, so nothing odd may be in it."""


class Login(_Message, frozen=True):
    """Proof of a person. `second`: only a token to confirm another person's order, no place at the seat.

    `id` becomes the id of the journaled log-in, so that a repeated Login has one effect.
    """

    id: Id
    staff_number: str
    password: str
    second: bool = False


class Cmd(_Message, frozen=True):
    """One command. `after` is the previous command of the same outbox that has no verdict yet.

    `at` is the giver's time, `deadline_at` the last moment the hub may decide it (hub's clock).
    """

    cid: Id
    body: bytes
    at: int
    deadline_at: int
    token: bytes = b""
    second: bytes = b""
    after: Id | None = None


class SnapReq(_Message, frozen=True):
    """Ask for the whole floor."""


class Catch(_Message, frozen=True):
    """Ask for the events from `from_seq` on."""

    epoch: Epoch
    from_seq: int


class Ping(_Message, frozen=True):
    """`t` comes back as it is: the round trip through the hub's own loop."""

    t: int


# --- both ways -----------------------------------------------------------------------------------------


class Position(Struct, frozen=True, array_like=True):
    """Where a vehicle was at `at` (ms). Degrees × 10⁶ as integers, WGS-84; 0.1 km/h; heading in degrees.

    `flags`: FIX_VALID; FROM_MEMORY: kept by the terminal while it had no link, track only.
    """

    vehicle_id: str
    at: int
    lat_e6: int
    lon_e6: int
    speed_dkmh: int = 0
    heading_deg: int = 0
    flags: int = FIX_VALID


class Positions(_Message, frozen=True):
    """Newest positions; only the latest of a vehicle counts, nothing is repeated or journaled."""

    batch: tuple[Position, ...]


# --- from the hub --------------------------------------------------------------------------------------


class Welcome(_Message, frozen=True):
    """The hub is here. `hubs` are the addresses to try when it falls silent."""

    proto: int
    site: str
    instance: str
    machine: str
    epoch: Epoch
    seq: int
    now_at: int
    events_port: int
    positions_port: int
    seat_id: str = ""
    hubs: tuple[str, ...] = ()


class LoginOk(_Message, frozen=True):
    id: str
    token: bytes
    dispatcher_id: str
    roles: tuple[str, ...]
    expires_at: int
    seat_id: str | None = None


class LoginRefused(_Message, frozen=True):
    """`reason`: wrong, locked, no_account, no_seat, store, or refused (`refusal` is the encoded refusal)."""

    id: str
    reason: str
    wait_s: int = 0
    refusal: bytes = b""


class Ack(_Message, frozen=True):
    """The one verdict of a command, and it is durable. `refusal` empty: accepted, its last event is `seq`."""

    cid: str
    epoch: Epoch
    seq: int
    refusal: bytes = b""
    repeated: bool = False


class Ev(Struct, frozen=True, array_like=True):
    """One event of the journal. `hlc` = ms since 1970 << 16 | counter."""

    seq: int
    cid: str
    hlc: int
    body: bytes


class Evs(_Message, frozen=True):
    """Events of one commit, or the answer to Catch. `ok` False: too far back, take a snapshot."""

    epoch: Epoch
    evs: tuple[Ev, ...]
    ok: bool = True


class Tick(_Message, frozen=True):
    """Every 200 ms from the hub's own loop. `store_age_ms`: how long the oldest command waits."""

    epoch: Epoch
    seq: int
    now_at: int
    mode: str
    store_age_ms: int = 0
    alarm: str = ""
    waiting: int = 0


class SnapBegin(_Message, frozen=True):
    id: str
    epoch: Epoch
    seq: int
    parts: int
    size: int
    sha256: bytes


class SnapPart(_Message, frozen=True):
    """`zlib` is part `n` of the compressed floor."""

    id: str
    n: int
    zlib: bytes


class SnapEnd(_Message, frozen=True):
    id: str


class Pong(_Message, frozen=True):
    t: int


class Nack(_Message, frozen=True):
    """Not a verdict: the hub could not take the message. `reason` is a fixed word.

    bad_message, version, revoked, login_needed, busy, fenced
    """

    reason: str
    cid: str | None = None
    text: str = ""


ToHub = Hello | Login | Cmd | SnapReq | Catch | Ping | Positions
FromHub = (
    Welcome
    | LoginOk
    | LoginRefused
    | Ack
    | Evs
    | Tick
    | SnapBegin
    | SnapPart
    | SnapEnd
    | Positions
    | Pong
    | Nack
)


class Verdict(Struct, frozen=True):
    """What became of a command, kept for 30 days. `refusal` empty: accepted, its last event is `seq`."""

    cid: str
    seq: int
    refusal: bytes = b""
    epoch: Epoch = field(default=EPOCH_ZERO)


_encoder = msgspec.msgpack.Encoder()
_to_hub: msgspec.msgpack.Decoder[ToHub] = msgspec.msgpack.Decoder(ToHub)
_from_hub: msgspec.msgpack.Decoder[FromHub] = msgspec.msgpack.Decoder(FromHub)

T = TypeVar("T")


def encode(value: object) -> bytes:
    """MessagePack of a message, a command, an event, a refusal or a floor."""
    return _encoder.encode(value)


def typed(decoder: msgspec.msgpack.Decoder[T], frame: bytes | memoryview) -> T:
    """Decode or raise `BadMessage`; deep nesting raises RecursionError inside msgspec, not its own error."""
    try:
        return decoder.decode(frame)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadMessage(str(error)[:200]) from error


def decode_to_hub(frame: bytes | memoryview) -> ToHub:
    """A message for the hub; raises `BadMessage`."""
    if len(frame) > MESSAGE_BYTES_MAX:
        raise BadMessage("message too long")
    return typed(_to_hub, frame)


def decode_from_hub(frame: bytes | memoryview) -> FromHub:
    """A message from the hub; raises `BadMessage`."""
    return typed(_from_hub, frame)
