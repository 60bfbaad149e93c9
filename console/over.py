"""What may lie over the panels of the seat window: reason bar, help, sheets, the frame of a mode."""

from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtWidgets import QApplication, QWidget

from console.models.asking import Ask
from console.models.authorising import Act
from console.models.desk import Desk
from console.models.modes import age_words, banners
from console.models.state import Topic
from console.panels.archive_parts import ArchiveParts
from console.panels.authorise import AuthoriseSheet
from console.panels.conflicts import ConflictDesk
from console.panels.dial import DialSheet
from console.panels.help import Help
from console.panels.keypad import Keypad
from console.panels.reason import ReasonBar
from console.panels.sheet import Sheet
from console.panels.sound import SoundSheet
from console.panels.widgets import Frame
from console.theme import Theme


class Over:
    """Lies on `page` over `places` (lower, middle, right); `back` gives the keyboard back to the form."""

    def __init__(
        self,
        page: QWidget,
        desk: Desk,
        theme: Theme,
        places: tuple[QWidget, QWidget, QWidget],
        back: Callable[[], object],
        do: Callable[[str], object],
    ) -> None:
        lower, middle, right = places
        self._page, self._desk, self._theme = page, desk, theme
        self.reason = ReasonBar(page, lower)
        self.help = Help(page)
        self.authorise = AuthoriseSheet(desk, page, right, back)
        self.conflicts = ConflictDesk(desk, theme, page, (middle, right), back)
        self.dial = DialSheet(desk, theme, page, lower)
        self.keypad = Keypad(desk, page, right)
        self.sound = SoundSheet(desk, theme, page, right, back, do)
        self.archive = ArchiveParts(page, desk, theme, places, back, self.ask)
        lists = (self.dial, self.keypad, self.authorise, self.sound, self.conflicts)
        self._sheets: tuple[Sheet, ...] = (*lists, self.archive.recall, self.archive.desk)
        self.frame = Frame(page)

    def open(self, sheet: str, about: str = "") -> None:
        """Open a sheet by its name; `about`: what it is to be about, in its own words."""
        match sheet:
            case "authorise":
                self.authorise.open(Act(about))
            case "dial":
                self.dial.open(about)
            case "archive" | "recall":
                self.archive.open(sheet)
            case "conflicts":
                self.conflicts.open()
            case "keypad":
                self.keypad.open()
            case _:
                self.sound.open()

    def refresh(self, changes: set[Topic], now: int) -> None:
        """Draw what of it is open."""
        if Topic.STATUS in changes:
            framed = any(one.framed for one in banners(self._desk.standing(now)))
            self.frame.show_colour(self._theme.window.fault if framed else "")
            self.place()  # a panel's title may have changed the columns
            self.archive.refresh(now)
        if changes & {Topic.COMMAND, Topic.STATUS} and self.authorise.isVisible():
            self.authorise.refresh()
        if Topic.CALLS in changes and self.keypad.isVisible():
            self.keypad.refresh()
        if changes & {Topic.CONFLICTS, Topic.STATUS} and self.conflicts.isVisible():
            self.conflicts.refresh()
        if Topic.SOUND in changes:
            self._heed_sound()
        if self.sound.isVisible():
            if changes & {Topic.STATUS, Topic.CALLS} or (Topic.SOUND in changes and self.sound.is_due()):
                self.sound.refresh()
            elif Topic.SOUND in changes:
                self.sound.show_levels()

    def _heed_sound(self) -> None:
        """A call taken by the hook key wants room for its form; a line that went down is heard too."""
        sounding = self._desk.sounding
        if sounding.answered_by_hook:
            sounding.answered_by_hook = False
            self.make_room()
        if sounding.alarmed:
            sounding.alarmed = False
            QApplication.beep()

    def place(self) -> None:
        """The page has another size."""
        self.frame.setGeometry(self._page.rect())
        for over in (self.reason, *self._sheets):
            if over.isVisible():
                over.place()

    def make_room(self) -> None:
        """A call is taken: nothing lies over its form."""
        for over in (self.conflicts, self.archive.recall, self.archive.desk):
            over.make_room()

    def ask(self, ask: Ask) -> None:
        """Ask for a reason."""
        self.reason.ask(ask)

    def stop(self) -> None:
        """For good."""
        self.archive.stop()

    def close_sheet(self) -> bool:
        """Close the sheet that is open; False when none is."""
        for sheet in self._sheets:
            if sheet.isVisible():
                sheet.close_sheet()
                return True
        return False


class Aged(Protocol):
    """A part of the window that shows values of the city."""

    def tell_age(self, words: str, /) -> None: ...


def tell_ages(desk: Desk, panels: Iterable[Aged]) -> None:
    """Without the city every panel says how old what it shows of it is."""
    words = age_words(desk.link)
    for panel in panels:
        panel.tell_age(words)
