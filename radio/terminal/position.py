"""The 28 + n bytes of a position (0x0200; also inside 0x0201 and 0x0704).

Wire numbers are kept as they came so that a report can be written back byte for byte; degrees,
km/h and times are read from them. The sign of a coordinate comes from status bits 2 and 3.
"""

import struct

from msgspec import Struct

from radio.errors import BodyError
from radio.terminal.fields import read_time

BASE_BYTES = 28
# One widespread library writes negative degrees as two's complement: nothing on earth is above 180e6.
DEGREES_E6_MAX = 180_000_000
_BASE = struct.Struct(">IIIIhHH6s")

STATUS_ACC = 1 << 0
STATUS_FIXED = 1 << 1
STATUS_SOUTH = 1 << 2
STATUS_WEST = 1 << 3

ODOMETER = 0x01  # DWORD, 0.1 km

Tlv = tuple[int, bytes]


class LocationReport(Struct, frozen=True):
    """One position. `altitude_m` is signed; `course_deg` 0-359 from north; `tail`: bytes that are no TLV."""

    alarm: int
    status: int
    lat_e6: int
    lon_e6: int
    altitude_m: int
    speed_01kmh: int
    course_deg: int
    time_bcd: bytes
    tlvs: tuple[Tlv, ...] = ()
    tail: bytes = b""

    @property
    def at_ms(self) -> int | None:
        """The terminal's own time, ms since 1970 UTC; None where it is no date."""
        return read_time(self.time_bcd)

    @property
    def has_fix(self) -> bool:
        return bool(self.status & STATUS_FIXED)

    @property
    def lat(self) -> float:
        """WGS-84 degrees north, unchecked: a wrong device may say 116."""
        return _degrees(self.lat_e6, south_or_west=bool(self.status & STATUS_SOUTH))

    @property
    def lon(self) -> float:
        """WGS-84 degrees east, unchecked."""
        return _degrees(self.lon_e6, south_or_west=bool(self.status & STATUS_WEST))

    @property
    def is_on_earth(self) -> bool:
        return abs(self.lat) <= 90 and abs(self.lon) <= 180

    def value(self, tlv_id: int) -> bytes | None:
        """The first value of a TLV, None when it is absent (ids may repeat)."""
        return next((value for found, value in self.tlvs if found == tlv_id), None)

    @property
    def odometer_km(self) -> float | None:
        """TLV 0x01; None when absent."""
        raw = self.value(ODOMETER)
        return None if raw is None else int.from_bytes(raw, "big") / 10


def _degrees(wire_e6: int, *, south_or_west: bool) -> float:
    negative = south_or_west or wire_e6 < 0
    return -abs(wire_e6) / 1e6 if negative else wire_e6 / 1e6


def _signed(wire: int) -> int:
    return wire - (1 << 32) if wire > 0x7FFF_FFFF and (1 << 32) - wire <= DEGREES_E6_MAX else wire


def read_report(body: bytes) -> LocationReport:
    """Clause 8.18 (2019) / 8.12 (2013). BodyError under 28 bytes; TLVs never raise."""
    if len(body) < BASE_BYTES:
        raise BodyError(f"position of {len(body)} bytes")
    alarm, status, lat, lon, altitude, speed, course, time_bcd = _BASE.unpack_from(body)
    tlvs, tail = _read_tlvs(body, BASE_BYTES)
    return LocationReport(
        alarm, status, _signed(lat), _signed(lon), altitude, speed, course, time_bcd, tlvs, tail
    )


def _read_tlvs(body: bytes, at: int) -> tuple[tuple[Tlv, ...], bytes]:
    """All (id, value) pairs; id 0 or a length past the end starts the raw tail."""
    found: list[Tlv] = []
    size = len(body)
    while at + 2 <= size:
        tlv_id = body[at]
        end = at + 2 + body[at + 1]
        if tlv_id == 0 or end > size:
            break
        found.append((tlv_id, body[at + 2 : end]))
        at = end
    return tuple(found), body[at:]


def write_report(report: LocationReport) -> bytes:
    """The bytes `read_report` reads."""
    base = _BASE.pack(
        report.alarm,
        report.status,
        report.lat_e6 & 0xFFFF_FFFF,
        report.lon_e6 & 0xFFFF_FFFF,
        report.altitude_m,
        report.speed_01kmh,
        report.course_deg,
        report.time_bcd,
    )
    tlvs = b"".join(bytes((tlv_id, len(value))) + value for tlv_id, value in report.tlvs)
    return base + tlvs + report.tail
