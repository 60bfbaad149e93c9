"""Sounds what `models/bells.py` wants, by a child process of its own: a recording that is played goes on.

Where no sound comes out, the bell of the screen stands in, and the device is tried again later.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from console.models.bells import Bells, Tone
from console.models.desk import Desk
from console.speaker import Speaker, write_wav
from telephony.headset.frames import RATE_HZ
from telephony.headset.rings import ring_tone

DEAF_MS = 10_000
"""So long the device is left alone after it could not be used."""
ANSWER_MS_MAX = 3_000
"""A device that has not begun after this may hang for ever."""


class Bell(QObject):
    """Lives in a window and lets the desktop show that it wants somebody."""

    def __init__(self, window: QWidget, desk: Desk, speaker: Callable[[QObject], Speaker]) -> None:
        super().__init__(window)
        self._window, self._desk, self._bells = window, desk, Bells(desk)
        self._speaker = speaker(self)
        self._speaker.ended.connect(self._over)
        self._speaker.silent.connect(self._cannot)
        self._speaker.at.connect(self._begun)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._now: Tone | None = None
        self._asked_at: int | None = None
        self._deaf_until = 0
        self._warm = False

    def refresh(self, now: int) -> None:
        """Calls changed, or a second has passed; `now` in ms."""
        wanted = self._bells.look(now)
        if wanted.urgent:
            QApplication.alert(self._window)
        self._warm_up()
        if (tone := wanted.lasting or wanted.due) is not None:
            self._sound(tone, now)
        elif self._now is not None and self._now.loop:
            self._now = None
            self._speaker.hush()

    def stop(self) -> None:
        """For good."""
        self._speaker.stop()
        if self._folder is not None:
            self._folder.cleanup()

    def _warm_up(self) -> None:
        """Where the window rings for the telephone, no call waits for the child to start."""
        if not self._warm and self._desk.sounding.settings is None:
            self._speaker.use(self._desk.readiness.setup.ring.speaker)
        self._warm = True

    def _sound(self, tone: Tone, now: int) -> None:
        if now < self._deaf_until:
            QApplication.beep()
            return
        if tone == self._now and tone.loop:
            if self._asked_at is not None and now - self._asked_at > ANSWER_MS_MAX:
                QApplication.beep()
            return
        try:
            file = self._file(tone)
        except OSError:  # no room for it
            self._cannot()
            return
        self._now, self._asked_at = tone, now
        self._speaker.use(tone.device)
        (self._speaker.loop if tone.loop else self._speaker.play)(file)

    def _file(self, tone: Tone) -> Path:
        """Made once."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="lingsheng-bell-")
        name = "-".join([*tone.families, str(tone.percent), *(["ear"] if tone.in_ear else [])])
        file = Path(self._folder.name) / f"{name}.wav"
        if not file.exists():
            tones = (ring_tone(family, tone.percent, in_ear=tone.in_ear) for family in tone.families)
            write_wav(file, b"".join(tones), RATE_HZ)
        return file

    def _begun(self, _ms: int) -> None:
        self._asked_at = None

    def _over(self) -> None:
        self._now = None

    def _cannot(self) -> None:
        """No device, or none that works: better a beep than nothing."""
        self._now = None
        self._deaf_until = self._desk.clock() + DEAF_MS
        QApplication.beep()
