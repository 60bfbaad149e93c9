"""The catalogue of recordings: sqlite beside them, made of the WAV files and their labels, never the truth.

A damaged or missing catalogue is thrown away and made anew. One thread uses one `Catalogue`.
"""

import contextlib
import hashlib
import logging
import math
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from telephony.archive.labels import RECORDING, ArchiveError, Label, learned, read_label, write_label
from telephony.recording import SAMPLE_BYTES, WAV_HEADER_BYTES

FILE = "catalogue.sqlite"
VERSION = 2
FOUND_MAX = 1_000
SERIAL_CHARS = 4
"""01-20261122-0012 is found by 12 too."""
HASH_BLOCK_BYTES = 1 << 20
KM_PER_DEGREE = 111.2
COLUMNS = tuple(name for name in Label.__struct_fields__ if name != "markers")

log = logging.getLogger(__name__)


class Search(Struct, frozen=True):
    """All that is given must fit; "" and None do not restrict. `number` is of last digits, `place` any part.

    `calls_only`: of the seat's own calls; not what a leader heard of another seat's, nor what nobody knows.
    `around`: (lon, lat, metres), by place of the incident. Newest first, at most `FOUND_MAX`.
    """

    number: str = ""
    from_ms: int | None = None
    until_ms: int | None = None
    place: str = ""
    around: tuple[float, float, float] | None = None
    incident: str = ""
    seat: str = ""
    site: str = ""
    call_id: str = ""
    name: str = ""
    calls_only: bool = False


class Catalogue:
    """Of the recordings in `folder`; `file` None: it lies beside them. Raises `ArchiveError`."""

    def __init__(self, folder: Path, file: Path | None = None) -> None:
        self.folder = folder
        self._file = file or folder / FILE
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._link = self._open()
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(f"catalogue: {error}") from error

    def close(self) -> None:
        self._link.close()

    def note(self, label: Label) -> None:
        """A recording was closed, or more is known of it: the label is written first, then the row."""
        write_label(self.folder, label)
        self._put((label,))

    def labelled(self, call_id: str, **known: Any) -> Label:
        """Add what became known later (incident, place). Raises `ArchiveError` without such a recording."""
        found = self.get(call_id)
        if found is None:
            raise ArchiveError(f"no recording of call {call_id}")
        label = replace(read_label(self.folder, found.path) or found, **known)
        self.note(label)
        return label

    def learn(self, fresh: Label) -> bool:
        """As `note`, but beside what is known already, and only where that changes something."""
        known = read_label(self.folder, fresh.path)
        label = learned(known, fresh)
        if label == known:
            return False
        self.note(label)
        return True

    def get(self, call_id: str) -> Label | None:
        return next(iter(self.search(Search(call_id=call_id))), None)

    def search(self, wanted: Search) -> tuple[Label, ...]:
        where, values = _conditions(wanted)
        query = f"SELECT {', '.join(COLUMNS)} FROM recording{where} ORDER BY started_at_ms DESC LIMIT ?"  # noqa: S608 - our own words
        rows = self._link.execute(query, (*values, FOUND_MAX)).fetchall()
        return tuple(_label(row) for row in rows)

    def every(self) -> Iterator[Label]:
        """Oldest first, without a limit."""
        query = f"SELECT {', '.join(COLUMNS)} FROM recording ORDER BY started_at_ms"  # noqa: S608 - our own words
        return (_label(row) for row in self._link.execute(query).fetchall())

    def forget(self, call_id: str) -> None:
        """The row of a recording that is no more."""
        with self._link:
            self._link.execute("DELETE FROM recording WHERE call_id = ?", (call_id,))

    def rebuild(self) -> int:
        """Make it anew from the files; how many there are. Recordings without a label are hashed (slow)."""
        labels = [self._label_of(path) for path in sorted(self.folder.glob("*/*.wav"))]
        kept = [label for label in labels if label is not None]
        with self._link:
            self._link.execute("DELETE FROM recording")
        self._put(kept)
        return len(kept)

    def _label_of(self, file: Path) -> Label | None:
        path = file.relative_to(self.folder).as_posix()
        match = RECORDING.fullmatch(path)
        if match is None:
            return None
        try:
            return read_label(self.folder, path) or unlabelled(self.folder, path)
        except OSError as error:
            log.warning("recording %s: %s", path, error)
            return None

    def _put(self, labels: Iterable[Label]) -> None:
        marks = ", ".join("?" * len(COLUMNS))
        rows = [tuple(getattr(label, name) for name in COLUMNS) for label in labels]
        try:
            with self._link:
                self._link.executemany(f"INSERT OR REPLACE INTO recording VALUES ({marks})", rows)  # noqa: S608 - marks only
        except sqlite3.Error as error:
            raise ArchiveError(f"catalogue: {error}") from error

    def _open(self) -> sqlite3.Connection:
        """The file as it is; a damaged or older one is thrown away and made from the recordings."""
        with contextlib.suppress(sqlite3.DatabaseError):
            link = sqlite3.connect(self._file)
            try:
                (version,) = link.execute("PRAGMA user_version").fetchone()
                (state,) = link.execute("PRAGMA quick_check").fetchone()
                if version == VERSION and state == "ok":
                    return link
            except sqlite3.DatabaseError:
                log.warning("catalogue damaged, made anew")
            link.close()
        self._file.unlink(missing_ok=True)
        self._link = self._made()
        self.rebuild()
        return self._link

    def _made(self) -> sqlite3.Connection:
        link = sqlite3.connect(self._file)
        columns = ", ".join(f"{name}{' PRIMARY KEY' if name == 'call_id' else ''}" for name in COLUMNS)
        with link:
            link.execute(f"CREATE TABLE recording ({columns})")
            for name in ("started_at_ms", "number", "incident_id", "incident_number", "seat"):
                link.execute(f"CREATE INDEX by_{name} ON recording ({name})")
            link.execute(f"PRAGMA user_version = {VERSION}")
        return link


def unlabelled(folder: Path, path: str) -> Label:
    """What the file itself tells. Raises `OSError`."""
    file = folder / path
    match = RECORDING.fullmatch(path)
    assert match is not None
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source:
        head = source.read(WAV_HEADER_BYTES)
        digest.update(head)
        size = len(head)
        while block := source.read(HASH_BLOCK_BYTES):
            digest.update(block)
            size += len(block)
    rate_hz, channels = int.from_bytes(head[24:28], "little"), int.from_bytes(head[22:24], "little")
    frame = SAMPLE_BYTES * max(1, channels)
    duration_ms = max(0, size - WAV_HEADER_BYTES) // frame * 1000 // max(1, rate_hz)
    born_ms = int(match[2][:12], 16)  # the call's id is a UUIDv7: its first 48 bits are when it was minted
    return Label(match[2], path, digest.hexdigest(), born_ms, duration_ms, size, unlabelled=True)


def _conditions(wanted: Search) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Any]] = []
    if wanted.number:
        parts.append(("number LIKE ? ESCAPE '!'", "%" + _escaped(wanted.number)))
    if wanted.from_ms is not None:
        parts.append(("started_at_ms + duration_ms >= ?", wanted.from_ms))
    if wanted.until_ms is not None:
        parts.append(("started_at_ms <= ?", wanted.until_ms))
    for column, text in (("place", wanted.place), ("name", wanted.name)):
        if text:
            parts.append((f"{column} LIKE ? ESCAPE '!'", f"%{_escaped(text)}%"))
    exact = {name: getattr(wanted, name) for name in ("seat", "site", "call_id")}
    parts += [(f"{name} = ?", value) for name, value in exact.items() if value]
    values = [value for _, value in parts]
    clauses = [clause for clause, _ in parts]
    if wanted.calls_only:
        clauses.append("direction != ''")
    if wanted.incident:
        serial = f"%-{_escaped(wanted.incident.zfill(SERIAL_CHARS))}"
        clauses.append("(incident_id = ? OR incident_number = ? OR incident_number LIKE ? ESCAPE '!')")
        values += [wanted.incident, wanted.incident, serial]
    if wanted.around is not None:
        lon, lat, metres = wanted.around
        clauses.append("((lat - ?) * (lat - ?) + (lon - ?) * (lon - ?) * ?) <= ?")
        shrink = _cosine_squared(lat)
        values += [lat, lat, lon, lon, shrink, (metres / 1000 / KM_PER_DEGREE) ** 2]
    return (f" WHERE {' AND '.join(clauses)}" if clauses else ""), values


def _cosine_squared(lat: float) -> float:
    return math.cos(math.radians(lat)) ** 2


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _label(row: tuple[Any, ...]) -> Label:
    fields = dict(zip(COLUMNS, row, strict=True))
    flags = {name: bool(fields[name]) for name in ("repaired", "unlabelled")}
    return Label(**{**fields, **flags})
