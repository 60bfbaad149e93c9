"""What every message of the bus is made of: versions, limits, epochs, rows, and the typed decoding.

Decoding is the input check: what does not fit raises `BadMessage`. Fields are only ever added, with a
default; an older reader ignores what it does not know. Bodies of commands and events travel as bytes, so
that one unknown kind never costs the envelope around it.
"""

from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct, field

PROTO = 2
"""The protocol spoken here; PROTO_MIN is the oldest one still understood."""
PROTO_MIN = 1
MESSAGE_BYTES_MAX = 1024 * 1024
PART_BYTES_MAX = 256 * 1024
HASH_ZERO = bytes(32)
"""The hash before the first row of a journal."""
BODY_BYTES_MAX = 128 * 1024
POSITIONS_PER_MESSAGE_MAX = 4000
DEGREE_E6 = 1_000_000
FAR_BEHIND = 500
"""A relay that lacks more rows shows an old picture: its seats go to a hub until it has caught up."""
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
    CUT_OFF = "cut_off"  # a relay that has not heard its hub for RED_MS: it shows, nobody decides
    ISLAND = "island"  # 孤岛: durable in this building only, by decision of two people
    HANDING_OVER = "handing_over"  # command is being moved as planned: orders wait a moment


class Epoch(Struct, frozen=True, array_like=True, order=True):
    """(term, site, boot): people raise the term, every start of a hub raises boot. Ordered as written."""

    term: int
    site: str
    boot: int


EPOCH_ZERO = Epoch(0, "", 0)


class Message(Struct, frozen=True, tag=True, kw_only=True):
    """Base of all messages; the tag on the wire is the class name."""

    v: int = PROTO


class Entry(Struct, frozen=True, array_like=True):
    """One event as the journal keeps it. `body`: the encoded event; `by`: the dispatcher or ""."""

    seq: int
    epoch: Epoch
    cid: str
    hlc: int
    kind: str
    entity: str
    machine: str
    by: str
    body: bytes
    hash: bytes = HASH_ZERO


Id = Annotated[str, Meta(pattern="^[!-~]{1,64}$")]
"""An id minted by the other side: it becomes a key of tables, so nothing odd may be in it."""


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


class Ev(Struct, frozen=True, array_like=True):
    """One event of the journal. `hlc` = ms since 1970 << 16 | counter."""

    seq: int
    cid: str
    hlc: int
    body: bytes


class Verdict(Struct, frozen=True):
    """What became of a command, kept for 30 days. `refusal` empty: accepted, its last event is `seq`."""

    cid: str
    seq: int
    refusal: bytes = b""
    epoch: Epoch = field(default=EPOCH_ZERO)


_encoder = msgspec.msgpack.Encoder()
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
