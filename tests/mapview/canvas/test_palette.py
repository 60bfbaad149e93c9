"""Every pair that carries meaning keeps WCAG AA in both themes, and no sign is colour alone."""

from dataclasses import fields

import pytest

from dispatch.kinds import MilestoneKind, VehicleState
from mapview.canvas.palette import (
    MARK_CONTRAST_MIN,
    TEXT_CONTRAST_MIN,
    THEMES,
    MapColours,
    Palette,
    contrast,
    look_of_vehicle,
)

themes = pytest.mark.parametrize("palette", THEMES.values(), ids=list(THEMES))


def grounds(colours: MapColours) -> list[str]:
    """Everything a mark can stand on."""
    flat = [colours.land, colours.green, colours.water, colours.building]
    return [*flat, *colours.landuse.values(), *colours.campus.values(), *colours.road_fill.values()]


@themes
def test_window_text_is_readable(palette: Palette) -> None:
    window = palette.window
    for ground in (window.ground, window.panel, window.raised, window.field):
        for text in (
            window.text,
            window.text_quiet,
            window.fault,
            window.accent,
            window.info,
            window.ok,
            window.command,
        ):
            assert contrast(text, ground) >= TEXT_CONTRAST_MIN, (text, ground)
        for lamp in (window.line_strong, window.off, window.focus):
            assert contrast(lamp, ground) >= MARK_CONTRAST_MIN, (lamp, ground)
    for ink, fill in (
        (window.accent_ink, window.accent),
        (window.selected_text, window.selected),
        (window.fault_ink, window.fault),
        (window.warning_ink, window.warning),
        (window.command_ink, window.command),
    ):
        assert contrast(ink, fill) >= TEXT_CONTRAST_MIN, (ink, fill)


@themes
def test_map_lettering_is_readable(palette: Palette) -> None:
    colours = palette.map
    for text in (colours.road_text, colours.place_text):
        for ground in [*grounds(colours), colours.halo]:
            assert contrast(text, ground) >= TEXT_CONTRAST_MIN, (text, ground)
    roads = set(colours.road_fill.values())
    for ground in [
        *set(grounds(colours)) - roads - {colours.water},
        colours.halo,
    ]:  # on roads its halo is round it
        assert contrast(colours.quarter_text, ground) >= TEXT_CONTRAST_MIN, ground
    assert contrast(colours.note, colours.land) >= TEXT_CONTRAST_MIN
    assert contrast(colours.water_text, colours.water) >= TEXT_CONTRAST_MIN
    assert contrast(colours.green_text, colours.green) >= TEXT_CONTRAST_MIN
    for text in (colours.tag_text, colours.tag_text_old):
        assert contrast(text, colours.tag) >= TEXT_CONTRAST_MIN


@themes
def test_marks_stand_out_from_every_ground(palette: Palette) -> None:
    colours = palette.map
    fills = [look.fill for look in (*palette.vehicles.values(), *palette.priorities.values())]
    symbols = [colours.stale, colours.route, colours.pin, colours.selection]
    sites = [colours.hospital, colours.station, colours.aed]
    for fill in fills + symbols + sites:
        for ground in grounds(colours):
            assert contrast(fill, ground) >= MARK_CONTRAST_MIN, (fill, ground)


@themes
def test_signs_on_marks_are_readable(palette: Palette) -> None:
    for look in (*palette.vehicles.values(), *palette.priorities.values()):
        assert contrast(look.ink, look.fill) >= TEXT_CONTRAST_MIN, look.key
    colours = palette.map
    for fill in (colours.hospital, colours.station, colours.aed):
        assert contrast(colours.site_ink, fill) >= TEXT_CONTRAST_MIN
    assert contrast(colours.stale_ink, colours.stale) >= TEXT_CONTRAST_MIN
    assert contrast(colours.route_text, colours.route) >= TEXT_CONTRAST_MIN


@themes
def test_colour_is_never_the_only_sign(palette: Palette) -> None:
    vehicles = palette.vehicles.values()
    assert len({look.sign for look in vehicles}) == len({look.shape for look in vehicles}) == len(vehicles)
    priorities = palette.priorities.values()
    assert len({look.shape for look in priorities}) == len(priorities)


def test_both_themes_have_the_same_words() -> None:
    day, night = THEMES["day"], THEMES["night"]
    assert [(v.key, v.sign, v.shape) for v in day.vehicles.values()] == [
        (v.key, v.sign, v.shape) for v in night.vehicles.values()
    ]
    assert {field.name for field in fields(day.map)} == {field.name for field in fields(night.map)}


def test_every_state_of_the_trade_has_a_look() -> None:
    for state in VehicleState:
        for milestone in (None, *MilestoneKind):
            assert look_of_vehicle(state, milestone) in THEMES["day"].vehicles


def test_unknown_keys_show_as_the_nearest() -> None:
    day = THEMES["day"]
    assert day.vehicle("no such state").key == "off_duty"
    assert day.priority(0) is day.priorities[1]
    assert day.priority(9) is day.priorities[4]
