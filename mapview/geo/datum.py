"""Datums met in China and their conversion; everything inside the console is WGS-84.

CGCS2000 equals WGS-84 for dispatch purposes (0.1 m). GCJ-02 is the shifted datum of domestic map
services (20-699 m off), BD-09 shifts it again. The raw value is kept by whoever received it.
Scalars and numpy arrays go through the same sums.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, overload

import numpy as np
from numpy.typing import ArrayLike

from mapview.geo.projection import FloatArray


class Datum(StrEnum):
    """Which ellipsoid and shift a point was measured in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


# Where the shift applies: the usual box; its exact border is not published.
CHINA_LON_DEG: Final = (73.0, 135.0)
CHINA_LAT_DEG: Final = (18.0, 54.0)

_AXIS_M: Final = 6378245.0
_ECCENTRICITY2: Final = 0.00669342162296594323
_BD_WAVE: Final = np.pi * 3000 / 180
_INVERSE_STEP_DEG: Final = 1e-11
_INVERSE_ROUNDS_MAX: Final = 8

_Shift = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]

_NAMES: Final = {
    "wgs84": Datum.WGS84,
    "cgcs2000": Datum.WGS84,
    "gps": Datum.WGS84,
    "epsg4326": Datum.WGS84,
    "epsg4490": Datum.WGS84,
    "gcj02": Datum.GCJ02,
    "bd09": Datum.BD09,
    "bd09ll": Datum.BD09,
}


def parse_datum(text: str) -> Datum:
    """The datum a file or a setting names, e.g. `WGS-84`, `CGCS2000`, `gcj02`. ValueError if unknown."""
    key = text.strip().lower().replace("-", "").replace("_", "").replace(":", "").replace(" ", "")
    if key not in _NAMES:
        raise ValueError(f"unknown datum {text!r}: use WGS84, CGCS2000, GCJ02 or BD09")
    return _NAMES[key]


@overload
def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]: ...
@overload
def to_wgs84(lon: FloatArray, lat: FloatArray, datum: Datum) -> tuple[FloatArray, FloatArray]: ...
def to_wgs84(
    lon: float | FloatArray, lat: float | FloatArray, datum: Datum
) -> tuple[float, float] | tuple[FloatArray, FloatArray]:
    """WGS-84 degrees of points given in `datum` (error below 1 cm)."""
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if datum is Datum.BD09:
        x, y = _undo(_bd_from_gcj, x, y)
    if datum is not Datum.WGS84:
        x, y = _undo(_gcj_from_wgs, x, y)
    return _like_given(lon, x, y)


@overload
def from_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]: ...
@overload
def from_wgs84(lon: FloatArray, lat: FloatArray, datum: Datum) -> tuple[FloatArray, FloatArray]: ...
def from_wgs84(
    lon: float | FloatArray, lat: float | FloatArray, datum: Datum
) -> tuple[float, float] | tuple[FloatArray, FloatArray]:
    """Points in `datum` of WGS-84 degrees."""
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if datum is not Datum.WGS84:
        x, y = _gcj_from_wgs(x, y)
    if datum is Datum.BD09:
        x, y = _bd_from_gcj(x, y)
    return _like_given(lon, x, y)


def shift_applies(lon: ArrayLike, lat: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """True where GCJ-02 differs from WGS-84 at all."""
    x, y = np.asarray(lon), np.asarray(lat)
    east = (x > CHINA_LON_DEG[0]) & (x < CHINA_LON_DEG[1])
    return np.asarray(east & (y > CHINA_LAT_DEG[0]) & (y < CHINA_LAT_DEG[1]))


def _like_given(
    given: float | FloatArray, x: FloatArray, y: FloatArray
) -> tuple[float, float] | tuple[FloatArray, FloatArray]:
    return (x, y) if isinstance(given, np.ndarray) else (float(x), float(y))


def _gcj_from_wgs(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    east, north = _shift_deg(lon, lat)
    inside = shift_applies(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def _shift_deg(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, y, s, pi = lon - 105.0, lat - 35.0, np.sin, np.pi
    root = np.sqrt(np.abs(x))
    wave = (20 * s(6 * x * pi) + 20 * s(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north = north + (20 * s(y * pi) + 40 * s(y / 3 * pi)) * 2 / 3
    north = north + (160 * s(y / 12 * pi) + 320 * s(y / 30 * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east = east + (20 * s(x * pi) + 40 * s(x / 3 * pi)) * 2 / 3
    east = east + (150 * s(x / 12 * pi) + 300 * s(x / 30 * pi)) * 2 / 3
    rad = lat / 180 * pi
    m = 1 - _ECCENTRICITY2 * s(rad) ** 2
    q = np.sqrt(m)
    per_lon = _AXIS_M / q * np.cos(rad) * pi
    per_lat = (_AXIS_M * (1 - _ECCENTRICITY2)) / (m * q) * pi
    return np.asarray(east * 180 / per_lon), np.asarray(north * 180 / per_lat)


def _bd_from_gcj(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    z = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_WAVE)
    t = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_WAVE)
    return np.asarray(z * np.cos(t) + 0.0065), np.asarray(z * np.sin(t) + 0.006)


def _undo(forward: _Shift, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fixed point: subtract what the forward sum got wrong until it gets nothing wrong."""
    x, y = lon, lat
    for _ in range(_INVERSE_ROUNDS_MAX):
        there_x, there_y = forward(x, y)
        off_x, off_y = there_x - lon, there_y - lat
        x, y = x - off_x, y - off_y
        if max(np.abs(off_x).max(initial=0), np.abs(off_y).max(initial=0)) < _INVERSE_STEP_DEG:
            break
    return np.asarray(x), np.asarray(y)
