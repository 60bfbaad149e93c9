"""The two charts of the wall: vehicles by state and calls by hour, with the number on every bar."""

import pyqtgraph as pg
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from console.wall.board import HOURS, Board
from console.wall.words import short_state, words
from mapview.canvas.palette import VEHICLE_SIGNS, Palette

BAR_WIDTH = 0.72
NUMBER_PX = 20
LABEL_SIZES_PX = (15, 14, 13, 12, 11)
LABELS_SHARE = 0.92
"""Of the width, with a gap between every two labels."""
HEIGHT_PX = 230


class Chart(QFrame):
    """A titled bar chart that nobody can drag out of place."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", True)
        heading = QLabel(title)
        heading.setObjectName("panelTitle")
        self.plot = pg.PlotWidget()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.hideAxis("left")
        self.setFixedHeight(HEIGHT_PX)
        self._bars: pg.BarGraphItem | None = None
        self._texts: list[pg.TextItem] = []
        self._drawn: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 4)
        column.addWidget(heading)
        column.addWidget(self.plot, 1)

    def draw(self, labels: list[str], values: list[int], fills: list[str], palette: Palette) -> None:
        """Draw the bars; does nothing when they stand already."""
        wanted = (tuple(labels), tuple(values), tuple(fills), palette.name, self.plot.width())
        if wanted == self._drawn:
            return
        self._drawn = wanted
        self.plot.clear()
        self.plot.setBackground(palette.window.panel)
        axis = self.plot.getAxis("bottom")
        axis.setTicks([list(enumerate(labels))])
        axis.setPen(palette.window.line_strong)
        axis.setTextPen(palette.window.text)
        axis.setStyle(tickFont=self._label_font(labels), tickLength=0)
        bars = pg.BarGraphItem(x=range(len(values)), height=values, width=BAR_WIDTH, brushes=fills, pen=None)
        self.plot.addItem(bars)
        font = QFont(self.font())  # of its own: the axis keeps the one it was given
        font.setPixelSize(NUMBER_PX)
        for place, value in enumerate(values):
            self._number(place, value, palette, font)
        top = max([*values, 4])
        self.plot.setYRange(0, top * 1.25, padding=0)
        self.plot.setXRange(-0.6, len(values) - 0.4, padding=0)

    def _label_font(self, labels: list[str]) -> QFont:
        """The largest letters with which no label touches the next."""
        font = QFont(self.font())
        share = self.plot.width() * LABELS_SHARE / max(1, len(labels))
        for size_px in LABEL_SIZES_PX:
            font.setPixelSize(size_px)
            if max(QFontMetrics(font).horizontalAdvance(one) for one in labels) <= share:
                break
        return font

    def _number(self, place: int, value: int, palette: Palette, font: object) -> None:
        if value:
            text = pg.TextItem(str(value), color=palette.window.text, anchor=(0.5, 1.0))
            text.setFont(font)
            text.setPos(place, value)
            self.plot.addItem(text)


def vehicles_chart() -> Chart:
    return Chart(words("vehicles_by_state"))


def calls_chart() -> Chart:
    return Chart(words("calls_by_hour"))


def draw_vehicles(chart: Chart, board: Board, palette: Palette) -> None:
    """One bar a state, with the sign the map uses for it."""
    labels = [f"{sign} {short_state(key)}" for key, sign, *_ in VEHICLE_SIGNS]
    keys = [key for key, *_ in VEHICLE_SIGNS]
    values = [board.vehicles.get(key, 0) for key in keys]
    chart.draw(labels, values, [palette.vehicle(key).fill for key in keys], palette)


def draw_calls(chart: Chart, board: Board, palette: Palette) -> None:
    labels = [str(hour) for hour in range(HOURS)]
    chart.draw(labels, list(board.calls_by_hour), [palette.window.info] * HOURS, palette)
