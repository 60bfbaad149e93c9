"""A look-up service that plays a transcript: for demo, drill and tests. It knows only what the file says.

The file is JSON and marked as made up; see `Transcript`. Positions are in the datum the line names.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from dispatch.shapes import Circle, Spot
from dispatch.whereabouts import Outcome, Source, Way
from dispatch.words import Point
from telephony.errors import TelephonyError
from telephony.location.found import WGS84, Location
from telephony.location.lookup import LookupAnswer, LookupRequest

SOURCES = {
    Way.OPERATOR: Source.OPERATOR,
    Way.SUBSCRIBER: Source.OPERATOR,
    Way.SMS_LINK: Source.SMS_LINK,
}


class BadTranscriptError(TelephonyError):
    """The file cannot be read as a `Transcript`."""


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer. `number` ends with these digits ("" fits any). `radius_m` 0: the size is not known."""

    way: Way
    outcome: Outcome
    number: str = ""
    after_ms: int = 0
    operator: str = ""
    lat: float | None = None
    lon: float | None = None
    radius_m: float = 0.0
    datum: str = WGS84
    confidence_percent: float | None = None
    method: str = ""
    name: str = ""
    address: str = ""


class Transcript(Struct, frozen=True, forbid_unknown_fields=True):
    """`made_up` says how the lines came about; the first line that fits a request answers it."""

    made_up: str
    lines: tuple[Line, ...]


_transcripts = msgspec.json.Decoder(Transcript)


class RecordedLookup:
    """Keeps the contract of `LocationLookup`; a number no line fits is never answered, as in life."""

    def __init__(self, file: Path) -> None:
        """Raises `BadTranscriptError`."""
        try:
            self._transcript = _transcripts.decode(file.read_bytes())
        except (OSError, msgspec.MsgspecError) as error:
            raise BadTranscriptError(f"{file}: {error}") from error
        self._on_answer: Callable[[LookupAnswer], None] | None = None
        self._timers: list[threading.Timer] = []

    @property
    def ways(self) -> frozenset[Way]:
        return frozenset(line.way for line in self._transcript.lines)

    def start(self, on_answer: Callable[[LookupAnswer], None]) -> None:
        self._on_answer = on_answer

    def ask(self, request: LookupRequest) -> None:
        line = next((line for line in self._transcript.lines if _fits(line, request)), None)
        if line is None or self._on_answer is None:
            return
        timer = threading.Timer(line.after_ms / 1000, self._say, (request, line))
        timer.daemon = True
        self._timers = [t for t in self._timers if t.is_alive()] + [timer]
        timer.start()

    def stop(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _say(self, request: LookupRequest, line: Line) -> None:
        assert self._on_answer is not None
        self._on_answer(_spoken(request, line, time.time_ns() // 1_000_000))


def _fits(line: Line, request: LookupRequest) -> bool:
    return line.way is request.way and request.number.endswith(line.number)


def _spoken(request: LookupRequest, line: Line, at_ms: int) -> LookupAnswer:
    return LookupAnswer(
        request.lookup_id,
        request.call_id,
        request.way,
        line.outcome,
        at_ms,
        _location(line, at_ms),
        line.name,
        line.address,
        line.operator,
    )


def _location(line: Line, at_ms: int) -> Location | None:
    if line.outcome is not Outcome.LOCATED or line.lat is None or line.lon is None:
        return None
    centre = Point(line.lon, line.lat)
    shape = Circle(centre, line.radius_m) if line.radius_m > 0 else Spot(centre)
    return Location(
        SOURCES[line.way],
        shape,
        confidence_percent=line.confidence_percent,
        method=line.method,
        at_ms=at_ms,
        said_by=line.operator,
        datum=line.datum,
    )
