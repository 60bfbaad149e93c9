"""The verbs of `verbs_recordings.py`, done."""

from console.doing_on import Verbs
from console.models import prompting


class RecordingVerbs(Verbs):
    """Part of `doing.Doing`."""

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
        self._ask(prompting.ask(self._desk, spoken))
