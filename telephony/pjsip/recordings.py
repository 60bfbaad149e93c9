"""Begins the recording of every call before its first word and hands it over when the call ends."""

from collections.abc import Callable
from pathlib import Path

import pjsua2 as pj

from telephony.messages import AnyEvent, EngineError, RecordingFailed
from telephony.pjsip.engine import Engine
from telephony.pjsip.leg import Leg, now_ms
from telephony.pjsip.recorder import CallRecorder
from telephony.pjsip.voice import idle_source
from telephony.recording import Unfinished


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

    def begin(self, leg: Leg) -> None:
        """Once for each call; it goes on when its recording cannot start, and somebody is told."""
        if self._folder is None or leg.recorder is not None:
            return
        try:
            unfinished = Unfinished(self._folder, leg.call_id, self._rate_hz, now_ms())
            leg.recorder = CallRecorder(unfinished, self._idle)
        except EngineError as error:
            self._emit(RecordingFailed(leg.call_id, str(error)))

    def end(self, leg: Leg) -> None:
        if leg.recorder is not None:
            self._close(leg.recorder.close())
            leg.recorder = None

    def close(self) -> None:
        """Drop what is native."""
        self._idle = None
