"""Every state, age and heading has its own picture."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QRegion
from pytestqt.qtbot import QtBot

from mapview.canvas.fleet import FRESHNESSES, LOOK_KEYS, NO_HEADING, PER_FRESHNESS
from mapview.canvas.lettering import blank
from mapview.canvas.palette import THEMES
from mapview.canvas.sprites import CROWD, CROWD_TIER, TIERS, SpriteSheet, tier_of


def bits(sheet: SpriteSheet, number: int) -> bytes:
    return bytes(sheet.picture(number).toImage().constBits())


@pytest.mark.parametrize("theme", list(THEMES))
def test_states_differ_at_every_size(qtbot: QtBot, theme: str) -> None:
    for tier in range(len(TIERS)):
        sheet = SpriteSheet(THEMES[theme], tier, 1.0)
        numbers = [look * FRESHNESSES * PER_FRESHNESS + NO_HEADING for look in range(len(LOOK_KEYS))]
        assert len({bits(sheet, number) for number in numbers}) >= len(LOOK_KEYS) - (TIERS[tier][2] == 0)


def test_headings_and_ages_differ(qtbot: QtBot) -> None:
    sheet = SpriteSheet(THEMES["day"], len(TIERS) - 1, 1.0)
    for look in range(len(LOOK_KEYS)):
        first = look * FRESHNESSES * PER_FRESHNESS
        assert len({bits(sheet, first + heading) for heading in range(PER_FRESHNESS)}) == PER_FRESHNESS
        ages = [first + age * PER_FRESHNESS for age in range(FRESHNESSES)]
        assert len({bits(sheet, number) for number in ages}) == FRESHNESSES


def test_pictures_are_kept_and_have_no_empty_margin(qtbot: QtBot) -> None:
    sheet = SpriteSheet(THEMES["day"], 2, 1.0)
    assert sheet.picture(5).cacheKey() == sheet.picture(5).cacheKey()
    assert sheet.picture(NO_HEADING).width() < 1.5 * 2 * sheet.radius


def test_a_cut_picture_lands_on_its_middle(qtbot: QtBot) -> None:
    for ratio in (1.0, 2.0):
        sheet = SpriteSheet(THEMES["day"], 2, ratio)
        ground = blank(100, 100, ratio)
        painter = QPainter(ground)
        sheet.paint(painter, np.array([NO_HEADING]), np.array([50.0]), np.array([40.0]))
        painter.end()
        used = QRegion(ground.createMaskFromColor(Qt.GlobalColor.transparent)).boundingRect()
        middle = QRectF(used).center() / ratio
        assert (middle.x(), middle.y()) == pytest.approx((50, 40), abs=1)


def test_sharp_screens_get_more_pixels(qtbot: QtBot) -> None:
    sheet = SpriteSheet(THEMES["day"], 2, 2.0)
    assert sheet.picture(NO_HEADING).width() >= 4 * sheet.radius


def test_nearer_means_larger() -> None:
    assert [tier_of(zoom, 30) for zoom in (9.0, 11.5, 13.0, 13.5, 19.0)] == [0, 1, 1, 2, 2]


def test_a_crowd_is_drawn_smaller_but_keeps_its_digits() -> None:
    assert tier_of(17.0, CROWD + 1) == CROWD_TIER
    assert TIERS[CROWD_TIER][2] > 0
    assert tier_of(9.0, CROWD + 1) == 0
