"""The verbs of `verbs_sound.py`, done."""

from typing import Protocol

from console.i18n import say
from console.models.desk import Desk


class SoundScreen(Protocol):
    """What they ask of the window."""

    def open_sheet(self, sheet: str, about: str = "") -> None: ...


class DoingSound:
    """Part of `doing.Doing`."""

    _desk: Desk
    _screen: SoundScreen

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
