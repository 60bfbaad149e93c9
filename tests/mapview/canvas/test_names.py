"""The names of a block do not overlap, stay inside it and come out the same each time."""

import pytest

from mapview.canvas import along
from mapview.canvas.names import names_of, wrapped
from mapview.canvas.room import Rect
from mapview.canvas.sheets import BLOCK_PX, BlockKey, Label, LayerSource, blocks_for
from mapview.canvas.style import LETTERING
from mapview.canvas.view import View
from mapview.geo.projection import ZOOM, pixel_of


def block_at(middle: tuple[float, float], zoom: float) -> BlockKey:
    return blocks_for(View(*pixel_of(*middle), zoom, 10, 10), 0)[0]


def rects_of(label: Label, key: BlockKey) -> list[Rect]:
    """The letters as squares, in the pixels of the block."""
    size, spacing = LETTERING[label.style].size_px, LETTERING[label.style].spacing
    scale = 2.0 ** (ZOOM - key.zoom)
    rects = []
    for glyph in label.glyphs:
        x, y = (glyph.x - key.box[0]) / scale, (glyph.y - key.box[1]) / scale
        gaps = spacing * (len(glyph.text) - 1) if glyph.turn_deg == 0 else 0.0
        half = (along.chunk_width(glyph.text) + gaps) * size / 2
        rects.append((x - half, y - size / 2, x + half, y + size / 2))
    return rects


@pytest.mark.parametrize("zoom", [13, 14.5, 15, 16, 17])
def test_names_do_not_overlap_and_stay_inside(
    town: LayerSource, middle: tuple[float, float], zoom: float
) -> None:
    key = block_at(middle, zoom)
    by_label = [rects_of(label, key) for label in names_of(town, key)]
    assert len(by_label) >= 2
    for number, rects in enumerate(by_label):
        for x1, y1, x2, y2 in rects:
            assert min(x1, y1) >= -1
            assert max(x2, y2) <= BLOCK_PX + 1
            for others in by_label[number + 1 :]:
                for a1, b1, a2, b2 in others:
                    assert x1 >= a2 or a1 >= x2 or y1 >= b2 or b1 >= y2


def test_the_same_ground_has_the_same_names(town: LayerSource, middle: tuple[float, float]) -> None:
    key = block_at(middle, 15)
    assert names_of(town, key) == names_of(town, key)


def test_places_come_before_roads(town: LayerSource, middle: tuple[float, float]) -> None:
    texts = ["".join(g.text for g in label.glyphs) for label in names_of(town, block_at(middle, 14))]
    assert texts[0] == "平江街道"
    assert "人民路" in texts


def test_metro_has_a_dot(town: LayerSource, middle: tuple[float, float]) -> None:
    labels = {label.glyphs[0].text: label for label in names_of(town, block_at(middle, 15))}
    assert labels["乐桥"].dot is not None


def test_nothing_there_gives_no_names(town: LayerSource) -> None:
    assert names_of(town, block_at((100.0, 30.0), 14)) == []


def test_long_names_are_wrapped() -> None:
    assert wrapped("平江街道") == ["平江街道"]
    assert wrapped("苏州大学附属第一医院") == ["苏州大学附", "属第一医院"]
