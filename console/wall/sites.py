"""One lamp for each site on the wall: its sign, its name, how it stands; each in its own colour and shape."""

from PySide6.QtWidgets import QGridLayout, QWidget

from console.models.site_lamps import SiteLamp
from console.panels.widgets import Sentence

COLUMNS = 3
"""A name, how long it is silent and what is free have room in a third of the wall; what is longer is cut."""


class SiteLamps(QWidget):
    """Nothing where there is but one site."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wallSites")
        self._labels: dict[str, Sentence] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(4, 0, 4, 0)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(2)
        self.hide()

    def show_lamps(self, lamps: tuple[SiteLamp, ...]) -> None:
        """Broken ones keep their place: people look where a site always stands."""
        if [lamp.code for lamp in lamps] != list(self._labels):
            self._build(lamps)
        for lamp in lamps:
            label = self._labels[lamp.code]
            label.setText(lamp.line)
            label.setToolTip(lamp.line)
            tone = "" if lamp.tone == "ok" else lamp.tone
            if label.property("tone") != tone:
                label.setProperty("tone", tone)
                label.style().polish(label)
        self.setVisible(bool(lamps))

    def _build(self, lamps: tuple[SiteLamp, ...]) -> None:
        for old in self._labels.values():
            old.setParent(None)
            old.deleteLater()
        self._labels = {}
        columns = min(COLUMNS, len(lamps))
        for at, lamp in enumerate(lamps):
            label = self._labels[lamp.code] = Sentence("wallSiteLamp")
            self._grid.addWidget(label, at // columns, at % columns)
            self._grid.setColumnStretch(at % columns, 1)

    @property
    def words(self) -> str:
        return "　".join(label.text() for label in self._labels.values())
