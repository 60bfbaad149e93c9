"""Frame header of JT/T 808 (2011/2013 and 2019 layouts): parse, build, and the way to answer.

    2011/2013  id WORD, properties WORD,               phone BCD[6],  serial WORD [, total, index]
    2019       id WORD, properties WORD, version BYTE, phone BCD[10], serial WORD [, total, index]
    properties bits 0-9 body length, 10-12 encryption, 13 sub-packaged, 14 2019 layout

Answers go out in the dialect of the request: same layout, version byte and phone bytes (`Line`).
"""

import struct

from msgspec import Struct

from radio.errors import FrameError
from radio.terminal.framing import seal, unseal

BODY_BYTES_MAX = 1023
LENGTH_BITS = 0x03FF
ENCRYPTION_BITS = 0x1C00
PARTS_BIT = 0x2000
LAYOUT_2019_BIT = 0x4000

_OLD = struct.Struct(">HH6sH")
_NEW = struct.Struct(">HHB10sH")
_PARTS = struct.Struct(">HH")


class Line(Struct, frozen=True):
    """How one terminal is spoken to. `version` None: 2011/2013 layout, else the 2019 version byte."""

    phone_bcd: bytes
    version: int | None = None

    @property
    def is_2019(self) -> bool:
        return self.version is not None


class Frame(Struct, frozen=True, gc=False):
    """One checked frame. `total` 0: not sub-packaged; `index` counts from 1.

    `length_ok` False: the header's length is wrong though the checksum is right, which real
    terminals do; `body` is what was really there.
    """

    msg_id: int
    serial: int
    phone: str
    phone_bcd: bytes
    version: int | None
    encryption: int
    total: int
    index: int
    body: bytes
    length_ok: bool

    @property
    def line(self) -> Line:
        return Line(self.phone_bcd, self.version)


def plain_phone(digits: str) -> str:
    """A number as it is compared everywhere: leading zeros gone, hex digits lower case."""
    return digits.lstrip("0").lower()


def line_for(phone: str, *, version: int | None = None) -> Line:
    """The line of a terminal with this number (at most 12, in the 2019 layout 20 digits)."""
    digits = 12 if version is None else 20
    return Line(bytes.fromhex(phone.rjust(digits, "0")), version)


def parse_frame(piece: bytes) -> Frame:
    """Read one piece of a `Framer`; FrameError when it is no frame."""
    content = unseal(piece)
    if len(content) < _OLD.size:
        raise FrameError(f"short frame, {len(content)} bytes")
    version: int | None = None
    if content[2] & (LAYOUT_2019_BIT >> 8):
        if len(content) < _NEW.size:
            raise FrameError(f"short 2019 frame, {len(content)} bytes")
        msg_id, properties, version, phone_bcd, serial = _NEW.unpack_from(content)
        at = _NEW.size
    else:
        msg_id, properties, phone_bcd, serial = _OLD.unpack_from(content)
        at = _OLD.size
    total = index = 0
    if properties & PARTS_BIT:
        if len(content) < at + _PARTS.size:
            raise FrameError("parts announced, not given")
        total, index = _PARTS.unpack_from(content, at)
        at += _PARTS.size
    return Frame(
        msg_id,
        serial,
        plain_phone(phone_bcd.hex()),
        phone_bcd,
        version,
        (properties & ENCRYPTION_BITS) >> 10,
        total,
        index,
        content[at:],
        properties & LENGTH_BITS == len(content) - at,
    )


def build_frame(
    line: Line, msg_id: int, serial: int, body: bytes, *, total: int = 0, index: int = 0
) -> bytes:
    """Wire bytes of one frame; `body` at most 1023 bytes (see `parts.split_body`)."""
    if len(body) > BODY_BYTES_MAX:
        raise FrameError(f"body of {len(body)} bytes in one frame")
    properties = len(body)
    parts = b""
    if total:
        properties |= PARTS_BIT
        parts = _PARTS.pack(total, index)
    if line.version is None:
        head = _OLD.pack(msg_id, properties, line.phone_bcd, serial)
    else:
        head = _NEW.pack(msg_id, properties | LAYOUT_2019_BIT, line.version, line.phone_bcd, serial)
    return seal(head + parts + body)
