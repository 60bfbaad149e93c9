"""Pictures of letters, kept: drawing text is the dearest thing QPainter does, drawing a picture the cheapest.

One place knows the fonts. Sizes are logical pixels; pictures carry the device pixel ratio.
"""

from collections import OrderedDict
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from mapview.canvas.palette import MapColours
from mapview.canvas.style import LETTERING, Lettering

FAMILIES: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "sans-serif",
)
HALO_PX: Final = 2.6  # width of the pen round the letters
DOT_PX: Final = 3.0
KEPT_MAX: Final = 4_000  # letter pictures; about 8 MB


def font(size_px: float, *, bold: bool = False) -> QFont:
    """The map's font; the first family that is installed wins."""
    found = QFont()
    found.setFamilies(list(FAMILIES))
    found.setPixelSize(round(size_px))
    found.setWeight(QFont.Weight.Medium if bold else QFont.Weight.Normal)
    found.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return found


class Letters:
    """Letter pictures of one theme and one device pixel ratio, oldest unused dropped first."""

    def __init__(self, colours: MapColours, ratio: float) -> None:
        self._colours = colours
        self._ratio = ratio
        self._kept: OrderedDict[tuple[str, str, int, bool], QPixmap] = OrderedDict()

    def picture(self, text: str, style: str, turn: int, *, halo: bool) -> QPixmap:
        """The text in a style of `style.LETTERING`, or only its halo, turned clockwise about its middle."""
        key = (text, style, turn, halo)
        picture = self._kept.get(key)
        if picture is None:
            picture = self._kept[key] = self._draw(text, LETTERING[style], turn, halo=halo)
            if len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return picture

    def _draw(self, text: str, style: Lettering, turn: int, *, halo: bool) -> QPixmap:
        letters = font(style.size_px, bold=style.bold)
        spacing = style.spacing * style.size_px if len(text) > 1 else 0.0
        letters.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
        metrics = QFontMetricsF(letters)
        width = metrics.horizontalAdvance(text) - spacing
        middle = (metrics.ascent() - metrics.descent()) / 2
        wide, high = width + 2 * HALO_PX, metrics.height() + 2 * HALO_PX
        if turn:
            wide = high = max(wide, high) * 1.25
        picture = blank(wide, high, self._ratio)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(wide / 2, high / 2)
        painter.rotate(turn)
        path = QPainterPath()
        path.addText(QPointF(-width / 2, middle), letters, text)
        if halo:
            pen = QPen(QColor(self._colours.halo), HALO_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, pen)
        else:
            painter.fillPath(path, QColor(getattr(self._colours, style.colour)))
        painter.end()
        return kept(picture)


def blank(width: float, height: float, ratio: float) -> QPixmap:
    """An empty picture of at least this size in logical pixels."""
    picture = QPixmap(max(int(width * ratio + 1), 1), max(int(height * ratio + 1), 1))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def kept(picture: QPixmap) -> QPixmap:
    """A copy to keep: a picture that was painted on carries its paint engine, 45 KB each, for life."""
    return picture.copy()


def dot_picture(style: str, colours: MapColours, ratio: float) -> QPixmap:
    """The dot of a point name, in the colour of its letters."""
    side = 2 * (DOT_PX + 1)
    picture = blank(side, side, ratio)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(colours.halo))
    painter.setBrush(QColor(getattr(colours, LETTERING[style].colour)))
    painter.drawEllipse(QPointF(side / 2, side / 2), DOT_PX, DOT_PX)
    painter.end()
    return kept(picture)


def name_picture(text: str, colours: MapColours, ratio: float, size: float = 11) -> QPixmap:
    """A name with its halo, as it stands under a mark."""
    letters = font(size)
    metrics = QFontMetricsF(letters)
    picture = blank(metrics.horizontalAdvance(text) + 2 * HALO_PX, metrics.height(), ratio)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addText(QPointF(HALO_PX, metrics.ascent()), letters, text)
    painter.strokePath(path, QPen(QColor(colours.halo), HALO_PX + 0.4, j=Qt.PenJoinStyle.RoundJoin))
    painter.fillPath(path, QColor(colours.place_text))
    painter.end()
    return kept(picture)


def tag_picture(text: str, ground: str, ink: str, edge: str, ratio: float, size: float = 11) -> QPixmap:
    """A name plate: text on a rounded ground with a thin edge."""
    letters = font(size, bold=True)
    metrics = QFontMetricsF(letters)
    width, height = metrics.horizontalAdvance(text) + 8, size + 5
    picture = blank(width, height, ratio)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(edge), 0.8))
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), 3, 3)
    painter.setFont(letters)
    painter.setPen(QColor(ink))
    painter.drawText(QRectF(0, -0.5, width, height), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return kept(picture)
