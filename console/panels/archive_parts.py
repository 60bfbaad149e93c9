"""All that a window has of recordings, held together: archive, instant recall, what is learned later."""

from collections.abc import Callable
from functools import cached_property

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from console.archivist import Archivist, Unnoted
from console.i18n import say
from console.models.asking import Ask
from console.models.desk import Desk
from console.models.state import Notice, Topic
from console.models.vault import VaultWatch
from console.panels.archive import ArchiveDesk
from console.panels.recall import RecallPanel
from console.theme import Theme
from dispatch.archive_notes import ArchiveAct, NoteArchive
from store.bus.keys import KeyFileError, own_sign_key
from store.core.seals import SignKey

LOOK_EVERY_MS = 10 * 60_000
EXPIRED = "保存期满"
"""The reason in the journal; in Chinese, whatever the screen speaks."""


class ArchiveParts:
    """`places`: lower, middle and right parts. Where everything lies is in the desk's `Setup`."""

    def __init__(
        self,
        page: QWidget,
        desk: Desk,
        theme: Theme,
        places: tuple[QWidget, QWidget, QWidget],
        back: Callable[[], object],
        ask: Callable[[Ask], object],
    ) -> None:
        self._page, self._desk, self._theme, self._places = page, desk, theme, places
        self._back, self._ask = back, ask
        setup = desk.readiness.setup
        self._archivist = Archivist(setup.recordings, self._key, setup.vault)
        self._watch = VaultWatch()
        self._looked_at = 0
        self._told: set[str] = set()
        self._archivist.answered.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @cached_property
    def desk(self) -> ArchiveDesk:
        """Made when it is opened first, as `recall` is."""
        exports = self._desk.readiness.setup.exports
        given = (self._desk, self._theme, self._page, self._places[1:], self._back, self._ask)
        return ArchiveDesk(*given, self._archivist, exports)

    @cached_property
    def recall(self) -> RecallPanel:
        given = (self._desk, self._theme, self._page, self._places[0], self._back)
        return RecallPanel(*given, self._archivist)

    def _key(self) -> SignKey:
        """What exports are sealed with; made at the first one. Raises KeyFileError."""
        setup = self._desk.readiness.setup
        if setup.keys is None:
            raise KeyFileError("no folder of keys")
        return own_sign_key(setup.keys, setup.machine)

    def open(self, sheet: str) -> None:
        """Open the archive, or the recall."""
        (self.recall if sheet == "recall" else self.desk).open()

    def refresh(self, now: int) -> None:
        """Each second and whenever the journal spoke."""
        due = self._desk.line.labels.due(self._desk)
        if due:
            self._archivist.learn(due)
        repaired = self._desk.line.labels.repaired()
        if repaired:
            what = say("话机上次中断时的 {n} 段录音已修复归档", n=repaired)
            do = say("末尾最多缺 1 秒，检索（Ctrl+F）中标为“中断后修复”")
            self._desk.notices.behind(Notice(now, what, do, "archive", grave=False))
            self._desk.changed(Topic.NOTICE)
        vault = self._archivist.vault_state()
        told = self._watch.due(vault, now) if vault is not None else None
        if told is not None:
            self._desk.notice(told.what, told.do, "archive", grave=told.grave)
        if self._desk.may(NoteArchive) and now - self._looked_at > LOOK_EVERY_MS:
            self._looked_at = now
            self._archivist.unnoted()
        for noted in self._desk.line.labels.noted:
            if noted.note.note_id in self._told:
                self._told.discard(noted.note.note_id)
                self._archivist.mark_noted(noted.note.note_id)
        if "desk" in vars(self):
            self.desk.refresh(now)

    def _take(self, answer: object) -> None:
        """What a command deleted at this machine goes into the journal by whoever is logged in."""
        for run in answer.runs if isinstance(answer, Unnoted) else ():
            if run.run_id not in self._told and self._desk.may(NoteArchive):
                self._told.add(run.run_id)
                ids = tuple(one.call_id for one in run.items)
                note = NoteArchive(run.run_id, ArchiveAct.DELETED, ids, EXPIRED, run.by)
                self._desk.give(note)

    def stop(self) -> None:
        """For good."""
        for part in vars(self).values():
            if isinstance(part, ArchiveDesk | RecallPanel):
                part.stop()
        self._archivist.stop()
