"""Qt's side of the sound: a microphone and an ear. Every object lives on the sound thread."""

import contextlib
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtMultimedia import QAudioDevice, QAudioFormat, QAudioSink, QAudioSource, QtAudio

from telephony.headset.frames import FRAME_BYTES, RATE_HZ, SILENCE

MOUTH_BUFFER_BYTES = 10 * FRAME_BYTES  # 200 ms: with 60 ms an eighth of the voice was lost
EAR_BUFFER_BYTES = 6 * FRAME_BYTES  # 120 ms
EAR_HELD_BYTES_MIN = 3 * FRAME_BYTES
FEED_MS = 10


class Source(Protocol):
    """What an output plays: the next frame, `None` while there is none."""

    def take(self) -> bytes | None: ...


def audio_format() -> QAudioFormat:
    """16 kHz, mono, 16 bit."""
    wanted = QAudioFormat()
    wanted.setSampleRate(RATE_HZ)
    wanted.setChannelCount(1)
    wanted.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    return wanted


class Mouth:
    """One microphone, from opening to `close`."""

    def __init__(self, device: QAudioDevice, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self._source = QAudioSource(device, audio_format())
        self._source.setBufferSize(MOUTH_BUFFER_BYTES)
        self._stream = self._source.start()
        if self._stream is not None:
            self._stream.readyRead.connect(self._read)

    @property
    def broken(self) -> bool:
        """It stopped by itself."""
        return self._stream is None or self._source.state() == QtAudio.State.StoppedState

    def close(self) -> None:
        with contextlib.suppress(RuntimeError):  # Qt has dropped the stream with its device
            if self._stream is not None:
                self._stream.readyRead.disconnect(self._read)
        self._source.stop()

    def _read(self) -> None:
        if self._stream is not None:
            self._heard(bytes(self._stream.readAll().data()))


class Ear:
    """One output, fed every 10 ms until `close`.

    Silence goes in only when the output is about to run dry: put in sooner it would push speech aside.
    """

    def __init__(self, device: QAudioDevice, source: Source) -> None:
        self._source = source
        self._sink = QAudioSink(device, audio_format())
        self._sink.setBufferSize(EAR_BUFFER_BYTES)
        self._stream = self._sink.start()
        self._feeding = QTimer()
        self._feeding.setTimerType(Qt.TimerType.PreciseTimer)
        self._feeding.timeout.connect(self._feed)
        self._feeding.start(FEED_MS)

    @property
    def broken(self) -> bool:
        return self._stream is None or self._sink.state() == QtAudio.State.StoppedState

    def close(self) -> None:
        self._feeding.stop()
        self._sink.stop()

    def _feed(self) -> None:
        free = int(self._sink.bytesFree())
        held = int(self._sink.bufferSize()) - free
        while free >= FRAME_BYTES and self._stream is not None:
            frame = self._source.take()
            if frame is None:
                if held >= EAR_HELD_BYTES_MIN:
                    return
                frame = SILENCE
            self._stream.write(frame)
            free, held = free - FRAME_BYTES, held + FRAME_BYTES
