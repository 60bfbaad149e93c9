"""The field types of JT/T 808: a bounded cursor, GBK strings, BCD times in GMT+8.

Reading past the end is a BodyError, never an IndexError; text never raises, in or out.
"""

from datetime import UTC, datetime, timezone
from functools import lru_cache

from dispatch.moments import BEIJING
from radio.errors import BodyError

TIMES_REMEMBERED = 4096  # a fleet reports the same few seconds over and over
_PADDING = "\x00 "


class Cursor:
    """Reads big-endian fields one after the other."""

    __slots__ = ("_at", "_body")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._body) - self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        end = self._at + count
        if end > len(self._body):
            raise BodyError(f"{count} bytes wanted, {self.left} left")
        taken = self._body[self._at : end]
        self._at = end
        return taken

    def number(self, count: int) -> int:
        """Unsigned integer of `count` bytes: BYTE 1, WORD 2, DWORD 4."""
        return int.from_bytes(self.take(count), "big")

    def text(self, count: int) -> str:
        return read_text(self.take(count))

    def rest(self) -> bytes:
        return self.take(self.left)


def word(number: int) -> bytes:
    return number.to_bytes(2, "big")


def dword(number: int) -> bytes:
    return number.to_bytes(4, "big")


def read_text(raw: bytes) -> str:
    """GBK text; padding is stripped on both sides, because one maker pads on the left."""
    return raw.decode("gb18030", errors="replace").strip(_PADDING)


def write_text(text: str, *, bytes_max: int | None = None) -> bytes:
    """GBK bytes, unencodable characters as '?', never cut inside a two-byte character."""
    raw = text.encode("gbk", errors="replace")
    if bytes_max is None or len(raw) <= bytes_max:
        return raw
    while len(raw) > bytes_max:
        surplus = len(raw) - bytes_max
        text = text[: len(text) - max(1, surplus // 2)]
        raw = text.encode("gbk", errors="replace")
    return raw


def write_fixed(text: str, count: int) -> bytes:
    """Right-padded with NUL as the standard says."""
    return write_text(text, bytes_max=count).ljust(count, b"\x00")


@lru_cache(maxsize=TIMES_REMEMBERED)
def read_time(bcd: bytes) -> int | None:
    """BCD YYMMDDhhmmss in GMT+8 as ms since 1970 UTC; None where it is no date."""
    return _read_time(bcd, BEIJING)


def read_time_utc(bcd: bytes) -> int | None:
    """The one exception, 0x8004: its BCD time is UTC."""
    return _read_time(bcd, UTC)


def _read_time(bcd: bytes, zone: timezone) -> int | None:
    digits = bcd.hex()
    if len(digits) != 12 or not digits.isdecimal():
        return None
    year, month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(0, 12, 2))
    try:
        moment = datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    return int(moment.timestamp()) * 1000


def write_time(at_ms: int, *, zone: timezone = BEIJING) -> bytes:
    """BCD[6] of a time in ms since 1970 UTC, cut to the second."""
    moment = datetime.fromtimestamp(at_ms // 1000, tz=zone)
    return bytes.fromhex(moment.strftime("%y%m%d%H%M%S"))
