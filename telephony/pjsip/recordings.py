"""Begins the recording of every call before its first word and hands it over when the call ends."""

import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pjsua2 as pj

from telephony.messages import AnyEvent, EngineError, RecordingFailed
from telephony.pjsip.engine import Engine
from telephony.pjsip.leg import Leg, now_ms
from telephony.pjsip.recorder import CallRecorder
from telephony.pjsip.voice import idle_source
from telephony.recording import Unfinished

LOOK_S = 1.0
LOOKS_MAX = 3  # the library writes eight times a second: one look without growth may be a machine that hung
ROOM_BYTES_MIN = 64 * 1024
DISK_FULL = "No space left on device"
NOT_WRITTEN = "the file does not grow"


class Recordings:
    """Lives on the library's one thread."""

    def __init__(
        self,
        engine: Engine,
        emit: Callable[[AnyEvent], None],
        unfinished_dir: Path | None,
        close: Callable[[Unfinished], None],
    ) -> None:
        """`unfinished_dir` `None`: nothing is recorded."""
        self._rate_hz = engine.settings.clock_rate_hz
        self._emit, self._folder, self._close = emit, unfinished_dir, close
        self._idle: pj.AudioMedia | None = idle_source()
        self._look_due_s = 0.0

    def begin(self, leg: Leg) -> None:
        """Once for each call; it goes on when its recording cannot start, and somebody is told."""
        if self._folder is None or leg.recorder is not None:
            return
        try:
            unfinished = Unfinished(self._folder, leg.call_id, self._rate_hz, now_ms())
            leg.recorder = CallRecorder(unfinished, self._idle)
        except EngineError as error:
            self._emit(RecordingFailed(leg.call_id, str(error)))

    def turn(self, legs: Iterable[Leg]) -> None:
        """The library says nothing of a full disk: whoever is recorded no more is told once."""
        now_s = time.monotonic()
        if now_s < self._look_due_s:
            return
        self._look_due_s = now_s + LOOK_S
        for leg in list(legs):
            if leg.recorder is not None and leg.recorder.stands_still() == LOOKS_MAX:
                self._emit(RecordingFailed(leg.call_id, self._why()))

    def _why(self) -> str:
        try:
            full = self._folder is not None and shutil.disk_usage(self._folder).free < ROOM_BYTES_MIN
        except OSError as error:
            return str(error)
        return DISK_FULL if full else NOT_WRITTEN

    def end(self, leg: Leg) -> None:
        if leg.recorder is not None:
            self._close(leg.recorder.close())
            leg.recorder = None

    def close(self) -> None:
        """Drop what is native."""
        self._idle = None
