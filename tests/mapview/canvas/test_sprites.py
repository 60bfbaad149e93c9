"""Every state, age and heading has its own picture."""

import pytest
from pytestqt.qtbot import QtBot

from mapview.canvas.fleet import FRESHNESSES, LOOK_KEYS, NO_HEADING, PER_FRESHNESS
from mapview.canvas.palette import THEMES
from mapview.canvas.sprites import TIERS, SpriteSheet, tier_of


def bits(sheet: SpriteSheet, number: int) -> bytes:
    return bytes(sheet.pictures([number])[0].toImage().constBits())


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


def test_pictures_are_kept(qtbot: QtBot) -> None:
    sheet = SpriteSheet(THEMES["day"], 0, 1.0)
    assert sheet.pictures([5, 6, 5])[0].cacheKey() == sheet.pictures([5])[0].cacheKey()


def test_sharp_screens_get_more_pixels(qtbot: QtBot) -> None:
    sheet = SpriteSheet(THEMES["day"], 2, 2.0)
    assert sheet.pictures([0])[0].width() >= 4 * sheet.half - 4


def test_nearer_means_larger() -> None:
    assert [tier_of(zoom) for zoom in (9.0, 11.5, 13.0, 13.5, 19.0)] == [0, 1, 1, 2, 2]
