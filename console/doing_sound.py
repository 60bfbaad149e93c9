"""The verbs of `verbs_sound.py`, done."""

from console.doing_on import Verbs
from console.i18n import say


class SoundVerbs(Verbs):
    """Part of `doing.Doing`."""

    def sound(self) -> None:
        self._screen.open_sheet("sound")

    def shift_test(self) -> None:
        self._screen.open_sheet("sound")
        self._desk.sounding.test_shift()

    def try_headset(self) -> None:
        self._screen.open_sheet("sound")
        self._desk.sounding.try_headset()

    def test_line(self) -> None:
        self._screen.open_sheet("sound")
        self._desk.sounding.test_line()

    def hook(self) -> None:
        if not self._desk.phone.press_hook():
            self._desk.notice(say("电话不可用"), say("请用话机接听，再按 F2 手工受理"))
