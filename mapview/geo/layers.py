"""The layer store of a city file: drawn features by layer, box and zoom, and the points of interest.

Coordinates are world pixels (`projection`): per part an int64 start and int32 steps. A feature of an
area layer is one outer ring, its holes after it; a line feature is its parts; a place is one point.
"""

import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec
import numpy as np

from mapview.geo import city_schema
from mapview.geo.errors import CityTooNewError, NotACityError
from mapview.geo.projection import WORLD_PX, IntArray, pixel_of

Box = tuple[float, float, float, float]  # min x, min y, max x, max y in world pixels

_COUNT: Final = struct.Struct("<I")
_START: Final = struct.Struct("<qq")
_AREA_MINZOOM_MAX: Final = 16
_AREA_SEEN_PX: Final = 3
_ZOOM_MAX: Final = 22


class Feature(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One thing to draw. `parts`: arrays (n, 2) of world pixels; closed rings repeat the first point."""

    id: int
    layer: str
    kind: str
    minzoom: int
    name: str
    flags: int
    parts: tuple[IntArray, ...]


class Poi(msgspec.Struct, frozen=True):
    """A point of interest, WGS-84 degrees. `code` is "" for those that come from the map alone."""

    kind: str
    code: str
    name: str
    lon: float
    lat: float
    attributes: dict[str, str | int | float | bool | list[str] | None] = {}


class Metadata(msgspec.Struct, frozen=True):
    """Where a city file comes from. `extent`: west, south, east, north in degrees.

    `source_date` is "" where the source does not tell; `attribution` must be shown on the map.
    """

    format: int
    importer: str
    source: str
    source_date: str
    licence: str
    attribution: str
    extent: tuple[float, float, float, float]


_metadata = msgspec.json.Decoder(Metadata)


def pack_parts(parts: Sequence[IntArray]) -> bytes:
    """The `geom` bytes of a feature: per part count, start (2 x int64), steps (2 x int32 each)."""
    out = bytearray()
    for part in parts:
        out += _COUNT.pack(len(part)) + _START.pack(int(part[0, 0]), int(part[0, 1]))
        out += np.diff(part, axis=0).astype("<i4").tobytes()
    return bytes(out)


def unpack_parts(geom: bytes) -> tuple[IntArray, ...]:
    """What `pack_parts` packed."""
    parts, at = [], 0
    while at < len(geom):
        (count,) = _COUNT.unpack_from(geom, at)
        steps = np.frombuffer(geom, "<i4", 2 * (count - 1), at + 20).reshape(-1, 2)
        part = np.empty((count, 2), np.int64)
        part[0] = _START.unpack_from(geom, at + 4)
        np.cumsum(steps, axis=0, out=part[1:])
        part[1:] += part[0]
        parts.append(part)
        at += 20 + 8 * (count - 1)
    return tuple(parts)


def area_minzoom(parts: Sequence[IntArray]) -> int:
    """The zoom at which the longer side of the box is 3 px on screen, at most 16."""
    side = int(np.ptp(parts[0], axis=0).max())
    for zoom in range(_AREA_MINZOOM_MAX):
        if side >> (_ZOOM_MAX - zoom) >= _AREA_SEEN_PX:
            return zoom
    return _AREA_MINZOOM_MAX


class LayerWriter:
    """Fills the layer tables of a new city file; the caller owns the connection and commits."""

    def __init__(self, city: sqlite3.Connection) -> None:
        self._city = city
        self._next_id: int = city.execute("SELECT coalesce(max(id), 0) + 1 FROM feat").fetchone()[0]
        self._feats: list[tuple[int, str, str, int, str, int, bytes]] = []
        self._boxes: dict[str, list[tuple[int, int, int, int, int, int]]] = {}

    def add(
        self, layer: str, kind: str, minzoom: int, name: str, flags: int, parts: Sequence[IntArray]
    ) -> None:
        """Queue one feature; `flush` writes."""
        low = np.min([part.min(axis=0) for part in parts], axis=0).tolist()
        high = np.max([part.max(axis=0) for part in parts], axis=0).tolist()
        self._feats.append((self._next_id, layer, kind, minzoom, name, flags, pack_parts(parts)))
        box = (self._next_id, low[0], high[0], low[1], high[1], minzoom)
        self._boxes.setdefault(layer, []).append(box)
        self._next_id += 1

    def flush(self) -> int:
        """Write what is queued; returns the number of features."""
        count = len(self._feats)
        self._city.executemany("INSERT INTO feat VALUES (?,?,?,?,?,?,?)", self._feats)
        for layer, boxes in self._boxes.items():
            assert layer in city_schema.LAYERS
            self._city.executemany(f"INSERT INTO box_{layer} VALUES (?,?,?,?,?,?)", boxes)
        self._feats.clear()
        self._boxes.clear()
        return count


class LayerStore:
    """Reads a city file. One connection, read only: use it on the thread that made it."""

    def __init__(self, path: Path | str) -> None:
        """Raises NotACityError or CityTooNewError."""
        self.path = Path(path)
        self._city = open_city(self.path)
        self.metadata = read_metadata(self._city)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._city.close()

    def read(self, layer: str, bbox: Box | None = None, zoom: float = _ZOOM_MAX) -> list[Feature]:
        """Features of one layer that touch `bbox` (world pixels; None: all) and show at `zoom`."""
        if layer not in city_schema.LAYERS:
            raise ValueError(f"no layer {layer!r}: {', '.join(city_schema.LAYERS)}")
        west, north, east, south = bbox or (0, 0, WORLD_PX, WORLD_PX)
        rows = self._city.execute(
            f"SELECT f.* FROM box_{layer} b JOIN feat f ON f.id = b.id"
            " WHERE b.maxx >= ? AND b.minx <= ? AND b.maxy >= ? AND b.miny <= ? AND b.minzoom <= ?"
            " ORDER BY f.id",
            (int(west), int(east) + 1, int(north), int(south) + 1, int(zoom)),
        )
        return [
            Feature(number, layer, kind, minzoom, name, flags, unpack_parts(geom))
            for number, layer, kind, minzoom, name, flags, geom in rows
        ]

    def pois(self, kind: str | None = None) -> list[Poi]:
        """Points of interest of one kind (None: all), in order of code, then name."""
        rows = self._city.execute(
            "SELECT kind, code, name, lon, lat, attributes FROM poi WHERE :kind IS NULL OR kind = :kind"
            " ORDER BY kind, code, name, id",
            {"kind": kind},
        )
        return list(_pois(rows))

    def extent_px(self) -> Box:
        """The box of all drawn roads and areas in world pixels."""
        west, south, east, north = self.metadata.extent
        return (*pixel_of(west, north), *pixel_of(east, south))


def _pois(rows: Iterator[tuple[str, str, str, float, float, str]]) -> Iterator[Poi]:
    for kind, code, name, lon, lat, attributes in rows:
        yield Poi(kind, code, name, lon, lat, msgspec.json.decode(attributes))


def open_city(path: Path) -> sqlite3.Connection:
    """Open a city file read only. Raises NotACityError or CityTooNewError."""
    try:
        city = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise NotACityError(f"{path}: {error}") from error
    try:
        check_format(city, path)
    except (NotACityError, CityTooNewError):
        city.close()
        raise
    return city


def check_format(city: sqlite3.Connection, path: Path) -> None:
    """Refuse what is not a city file of a format this program knows."""
    try:
        application = city.execute("PRAGMA application_id").fetchone()[0]
        version = city.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise NotACityError(f"{path}: {error}") from error
    if application != city_schema.APPLICATION_ID:
        raise NotACityError(f"{path} is not a city file")
    if version > city_schema.FORMAT:
        raise CityTooNewError(f"{path} has format {version}, this program reads up to {city_schema.FORMAT}")


def create_city(path: Path) -> sqlite3.Connection:
    """A new, empty city file with all layer tables, tuned for one bulk write. Replaces what is there."""
    path.unlink(missing_ok=True)
    city = sqlite3.connect(path)
    city.execute("PRAGMA journal_mode = OFF")  # a failed import deletes the file: nothing to roll back
    city.execute("PRAGMA synchronous = OFF")
    city.execute(f"PRAGMA application_id = {city_schema.APPLICATION_ID}")
    city.execute(f"PRAGMA user_version = {city_schema.FORMAT}")
    for statement in city_schema.all_tables():
        city.execute(statement)
    return city


def write_metadata(city: sqlite3.Connection, metadata: Metadata) -> None:
    """Store what `LayerStore.metadata` gives back."""
    row = ("metadata", msgspec.json.encode(metadata).decode())
    city.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)


def read_metadata(city: sqlite3.Connection) -> Metadata:
    """The metadata of an open city file. Raises NotACityError where it is missing or damaged."""
    try:
        with closing(city.execute("SELECT value FROM meta WHERE key = 'metadata'")) as rows:
            row = rows.fetchone()
        if row is None:
            raise NotACityError("the city file has no metadata: its import did not finish")
        return _metadata.decode(row[0])
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise NotACityError(f"metadata of the city file: {error}") from error
