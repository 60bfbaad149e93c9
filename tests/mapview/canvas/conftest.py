"""A town of two streets, a river, a park and some houses, as a source in memory and as a city file."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from mapview.canvas.canvas import MapCanvas
from mapview.geo.layers import Box, Feature, LayerWriter, Metadata, create_city, write_metadata
from mapview.geo.projection import IntArray, pixel_of
from tests.mapview.canvas.map_hands import NOW

MIDDLE = (120.60, 31.30)
EXTENT = (120.55, 31.27, 120.65, 31.33)
ATTRIBUTION = "© 示例城市 contributors"


def at(east: float, north: float) -> tuple[int, int]:
    """World pixel of a point given in thousandths of a degree from the middle."""
    x, y = pixel_of(MIDDLE[0] + east / 1000, MIDDLE[1] + north / 1000)
    return round(x), round(y)


def line(*points: tuple[float, float]) -> IntArray:
    return np.array([at(*point) for point in points], np.int64)


def square(east: float, north: float, side: float) -> IntArray:
    far_e, far_n = east + side, north + side
    return line((east, north), (far_e, north), (far_e, far_n), (east, far_n), (east, north))


def town_features() -> list[Feature]:
    rows: list[tuple[str, str, str, tuple[IntArray, ...]]] = [
        ("landuse", "residential", "", (square(-20, -20, 40),)),
        ("green", "park", "湖滨公园", (square(4, 4, 6), square(6, 6, 2))),
        ("campus", "school", "实验小学", (square(-9, 4, 4),)),
        ("water", "river", "", (square(-5, -8, 3),)),
        ("waterline", "river", "胥江", (line((-40, -7), (0, -6), (40, -7)),)),
        ("rail", "rail", "", (line((-40, 14), (40, 18)),)),
        ("boundary", "district", "姑苏区", (square(-30, -30, 60),)),
        ("road", "primary", "人民路", (line((0.5, -30), (0.5, 0)), line((0.5, 0), (0.4, 30)))),
        ("road", "secondary", "干将东路", (line((-30, 1), (30, 1.4)),)),
        ("road", "tertiary", "曲径", (line((-8, -3), (-4, -2), (-1, -5), (3, -3), (8, -4)),)),
        ("road", "path", "", (line((-8, 8), (8, 12)),)),
        ("place", "suburb", "平江街道", (line((2, 9)),)),
        ("place", "metro", "乐桥", (line((1, 1.5)),)),
        ("place", "metro", "察院场", (line((1.1, 1.6)),)),
    ]
    rows += [
        ("building", "building", "", (square(-12 + 1.5 * column, -2 + 1.2 * row, 0.9),))
        for column in range(6)
        for row in range(3)
    ]
    return [Feature(n, layer, kind, 9, name, 0, parts) for n, (layer, kind, name, parts) in enumerate(rows)]


class Town:
    """A `LayerSource` in memory."""

    def __init__(self) -> None:
        self.features = town_features()

    def read(self, layer: str, bbox: Box | None = None, zoom: float = 22) -> list[Feature]:
        return [
            feature
            for feature in self.features
            if feature.layer == layer
            and feature.minzoom <= zoom
            and (bbox is None or _touches(feature, bbox))
        ]


def _touches(feature: Feature, box: Box) -> bool:
    points = np.concatenate(feature.parts)
    low, high = points.min(axis=0), points.max(axis=0)
    return bool(low[0] <= box[2] and high[0] >= box[0] and low[1] <= box[3] and high[1] >= box[1])


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture(scope="session")
def city_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town as a city file."""
    path = tmp_path_factory.mktemp("city") / "city.sqlite"
    city = create_city(path)
    writer = LayerWriter(city)
    for feature in town_features():
        writer.add(feature.layer, feature.kind, feature.minzoom, feature.name, feature.flags, feature.parts)
    writer.flush()
    write_metadata(city, Metadata(1, "test", "town", "", "CC0", ATTRIBUTION, EXTENT))
    city.commit()
    city.close()
    return path


@pytest.fixture(scope="session")
def middle() -> tuple[float, float]:
    """Longitude and latitude of the town's middle."""
    return MIDDLE


@pytest.fixture(scope="session")
def attribution() -> str:
    """What the town's city file asks to be shown."""
    return ATTRIBUTION


@pytest.fixture
def canvas(qtbot: QtBot, middle: tuple[float, float]) -> Iterator[MapCanvas]:
    widget = MapCanvas(attribution="© somebody", clock=lambda: NOW)
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    widget.show()
    widget.propose([middle])
    yield widget
    widget.close_map()
