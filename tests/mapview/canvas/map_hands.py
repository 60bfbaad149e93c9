"""Hands on a map widget and eyes for it: marks, pictures, wheel and drag."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mapview.canvas.baker import BakeTile, Oven, TileBaked
from mapview.canvas.canvas import MapCanvas
from mapview.canvas.marks import VehicleMark
from mapview.canvas.names import names_of
from mapview.canvas.sheets import BlockKey, Cartographer, Label, LayerSource, TileKey

NOW = 1_800_000_000_000
ZOOM = 15.0


class OnTheSpot(Cartographer):
    """Draws at once, in this process."""

    def __init__(self, source: LayerSource, folder: Path) -> None:
        self._source = source
        self._oven = Oven(source, folder)
        self.stopped = False

    def on_tile(self, key: TileKey, path: str) -> None: ...
    def on_block(self, key: BlockKey, labels: list[Label]) -> None: ...

    def want(self, tiles: Sequence[TileKey], blocks: Sequence[BlockKey], theme: str, ratio: float) -> None:
        for key in tiles:
            answer = self._oven.carry_out(BakeTile(key, theme, ratio))
            assert isinstance(answer, TileBaked)
            self.on_tile(key, answer.path)
        for block in blocks:
            self.on_block(block, names_of(self._source, block))

    def stop(self) -> None:
        self.stopped = True


def vehicle(name: str, lon: float, lat: float, look: str = "departed", age_ms: int = 0) -> VehicleMark:
    return VehicleMark(name, f"N{name}", lon, lat, look, NOW - age_ms, 45.0, 30.0)


def picture(canvas: MapCanvas) -> QImage:
    return canvas.grab().toImage()


def wheel(canvas: MapCanvas, at: QPoint, turned: int) -> None:
    place = QPointF(at)
    event = QWheelEvent(
        place,
        QPointF(canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def drag(qtbot: QtBot, canvas: MapCanvas, start: QPoint, by: QPoint) -> None:
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, start + by / 2)
    qtbot.mouseMove(canvas, start + by)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + by)
