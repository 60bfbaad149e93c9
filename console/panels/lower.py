"""The pages below the form: missions, recordings, what came with the call, missed calls, seats."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QTabWidget, QVBoxLayout

from console.i18n import say
from console.models.desk import Desk
from console.models.modes import age_words
from console.panels.caller_data import CallerData
from console.panels.missed import MissedPanel
from console.panels.missions import MissionsView
from console.panels.records import RecordsTable
from console.panels.seats import SeatsPanel

PAGES = ("missions", "recordings", "caller", "missed", "seats")


class LowerPages(QFrame):
    """See the module; the titles say how much is on each page."""

    def __init__(
        self,
        desk: Desk,
        missions: MissionsView,
        records: RecordsTable,
        missed: MissedPanel,
        seats: SeatsPanel,
    ) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self._desk, self._missions, self._records = desk, missions, records
        self.caller = CallerData(desk)
        self.missed, self.seats = missed, seats
        self.tabs = QTabWidget()
        for page in (missions, records, self.caller, missed, seats):
            self.tabs.addTab(page, "")
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        QVBoxLayout(self).addWidget(self.tabs, 1)

    def go(self, page: str) -> None:
        """Turn to the page of this name; any other name is of another panel."""
        if page in PAGES:
            self.tabs.setCurrentIndex(PAGES.index(page))

    def refresh(self, now: int) -> None:
        count = self._missions.refresh(now)
        kept = self._records.refresh()
        old = age_words(self._desk.link)
        self.tabs.setTabText(0, f"{say('任务 {n}', n=count)}　{old}".rstrip())
        self.tabs.setTabText(1, say("通话与录音 {n}", n=kept))

    def tell(self, now: int) -> None:
        """What came with the calls in hand, and whom nobody answered."""
        known = self.caller.refresh(now)
        self.tabs.setTabText(2, say("来电资料 {n}", n=known))
        lost, late = self.missed.refresh(now)
        self.tabs.setTabText(3, say("未接 {n}", n=f"▲ {lost}" if late else lost))
        self.tabs.setTabText(4, say("坐席 {n}", n=self.seats.refresh(now)))
