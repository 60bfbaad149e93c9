"""The verbs of `verbs_recordings.py`, done."""

from typing import Protocol

from console.models import prompting
from console.models.asking import Ask
from console.models.desk import Desk


class RecordingScreen(Protocol):
    """What they ask of the window."""

    def ask(self, ask: Ask) -> None: ...
    def open_sheet(self, sheet: str, about: str = "") -> None: ...


class DoingRecordings:
    """Part of `doing.Doing`."""

    _desk: Desk
    _screen: RecordingScreen

    def archive(self) -> None:
        self._screen.open_sheet("archive")

    def recall(self) -> None:
        self._screen.open_sheet("recall")

    def hold_words(self) -> None:
        prompting.hold_words(self._desk)

    def say(self) -> None:
        self._question("zh")

    def say_english(self) -> None:
        self._question("en")

    def metronome(self) -> None:
        prompting.metronome(self._desk)

    def _question(self, spoken: str) -> None:
        wanted = prompting.ask(self._desk, spoken)
        if wanted is not None:
            self._screen.ask(wanted)
