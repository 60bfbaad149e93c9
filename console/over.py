"""What may lie over the panels of the seat window: reason bar, help, sheets, the frame of a mode."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Protocol

from PySide6.QtWidgets import QWidget

from console.models.asking import Ask
from console.models.authorising import Act
from console.models.desk import Desk
from console.models.modes import age_words, banners
from console.models.state import Topic
from console.panels.archive import ArchiveDesk
from console.panels.archive_parts import ArchiveParts
from console.panels.authorise import AuthoriseSheet
from console.panels.conflicts import ConflictDesk
from console.panels.dial import DialSheet
from console.panels.help import Help
from console.panels.keypad import Keypad
from console.panels.reason import ReasonBar
from console.panels.recall import RecallPanel
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
        self._page, self._desk, self._theme, self._places = page, desk, theme, places
        self._back, self._do = back, do
        self.reason = ReasonBar(page, places[0])
        self.help = Help(page)
        self.archive = ArchiveParts(page, desk, theme, places, back, self.ask)
        self.frame = Frame(page)

    # Each of these is made when it is opened first: together they are half of the window's widgets.

    @cached_property
    def authorise(self) -> AuthoriseSheet:
        return AuthoriseSheet(self._desk, self._page, self._places[2], self._back)

    @cached_property
    def conflicts(self) -> ConflictDesk:
        return ConflictDesk(self._desk, self._theme, self._page, self._places[1:], self._back)

    @cached_property
    def dial(self) -> DialSheet:
        return DialSheet(self._desk, self._theme, self._page, self._places[0])

    @cached_property
    def keypad(self) -> Keypad:
        return Keypad(self._desk, self._page, self._places[2])

    @cached_property
    def sound(self) -> SoundSheet:
        return SoundSheet(self._desk, self._theme, self._page, self._places[2], self._back, self._do)

    def _made(self) -> list[Sheet]:
        every = (*vars(self).values(), *vars(self.archive).values())
        return [one for one in every if isinstance(one, Sheet)]

    def _open_sheets(self) -> list[Sheet]:
        """At most one and the bar, as a rule."""
        return [one for one in self._made() if one.isVisible()]

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
        if Topic.SOUND in changes:
            self._heed_sound()
        for sheet in self._open_sheets():
            self._refresh(sheet, changes)

    def _refresh(self, sheet: Sheet, changes: set[Topic]) -> None:
        match sheet:
            case AuthoriseSheet() if changes & {Topic.COMMAND, Topic.STATUS}:
                sheet.refresh()
            case DialSheet() | Keypad() if Topic.CALLS in changes:
                sheet.refresh()
            case ConflictDesk() if changes & {Topic.CONFLICTS, Topic.STATUS}:
                sheet.refresh()
            case SoundSheet() if changes & {Topic.STATUS, Topic.CALLS}:
                sheet.refresh()
            case SoundSheet() if Topic.SOUND in changes:
                sheet.hear()

    def _heed_sound(self) -> None:
        """A call taken by the hook key wants room for its form."""
        sounding = self._desk.sounding
        if sounding.answered_by_hook:
            sounding.answered_by_hook = False
            self.make_room()

    def place(self) -> None:
        """The page has another size."""
        self.frame.setGeometry(self._page.rect())
        for sheet in self._open_sheets():
            sheet.place()

    def make_room(self) -> None:
        """A call is taken: nothing lies over its form."""
        for sheet in self._made():  # a recall that is still to come as well
            if isinstance(sheet, ConflictDesk | RecallPanel | ArchiveDesk):
                sheet.make_room()

    def ask(self, ask: Ask) -> None:
        """Ask for a reason."""
        self.reason.ask(ask)

    def stop(self) -> None:
        """For good."""
        self.archive.stop()

    def close_sheet(self) -> bool:
        """Close the sheet that is open, of several the one with the keyboard; False when none is."""
        sheets = [sheet for sheet in self._open_sheets() if sheet is not self.reason]
        sheets.sort(key=lambda sheet: not sheet.has_keyboard())
        for sheet in sheets[:1]:
            sheet.close_sheet()
        return bool(sheets)


class Aged(Protocol):
    """A part of the window that shows values of the city."""

    def tell_age(self, words: str, /) -> None: ...


def tell_ages(desk: Desk, panels: Iterable[Aged]) -> None:
    """Without the city every panel says how old what it shows of it is."""
    words = age_words(desk.link)
    for panel in panels:
        panel.tell_age(words)
