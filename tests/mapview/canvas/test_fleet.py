"""Positions as arrays: updates, ages, drawing order."""

import pytest

from mapview.canvas.fleet import (
    FRESH,
    FRESHNESSES,
    LOOK_KEYS,
    LOST,
    LOST_MS,
    NO_HEADING,
    PER_FRESHNESS,
    STALE,
    STALE_MS,
    Fleet,
)
from mapview.canvas.marks import VehicleMark
from mapview.canvas.view import View
from mapview.geo.projection import pixel_of

NOW = 1_800_000_000_000
VIEW = View(*pixel_of(120.6, 31.3), 14, 800, 600)


def mark(name: str, east: float = 0.0, look: str = "departed", age_ms: int = 0, **more: float) -> VehicleMark:
    return VehicleMark(name, name.upper(), 120.6 + east, 31.3, look, NOW - age_ms, **more)


def test_updates_move_and_add() -> None:
    fleet = Fleet()
    fleet.update([mark("a"), mark("b", 0.001)])
    fleet.update([mark("b", 0.002), mark("c")])
    assert len(fleet) == 3
    assert fleet.world_of("b") == pytest.approx(pixel_of(120.602, 31.3))
    assert fleet.get("c") == mark("c")
    assert fleet.get("d") is None
    assert fleet.world_of("d") is None


def test_removing_forgets() -> None:
    fleet = Fleet()
    fleet.update([mark("a"), mark("b", 0.001), mark("c")])
    fleet.remove("b")
    fleet.remove("b")
    assert [m.id for m in fleet.marks] == ["a", "c"]
    assert fleet.world_of("c") == pytest.approx(pixel_of(120.6, 31.3))
    fleet.replace([])
    assert len(fleet) == 0
    assert len(fleet.seen_in(VIEW, 0)[0]) == 0


def test_positions_age() -> None:
    fleet = Fleet()
    ages = [0, STALE_MS, STALE_MS + 1, LOST_MS, LOST_MS + 1, -5000]
    fleet.update([mark(str(age), age_ms=age) for age in ages])
    assert fleet.freshness(NOW).tolist() == [FRESH, FRESH, STALE, STALE, LOST, FRESH]


def test_off_duty_vehicles_do_not_age() -> None:
    fleet = Fleet()
    fleet.update([mark("a", look="off_duty", age_ms=LOST_MS * 9)])
    assert fleet.freshness(NOW).tolist() == [FRESH]


def test_only_what_is_in_the_window_is_drawn_and_the_important_on_top() -> None:
    fleet = Fleet()
    fleet.update([mark("top", look="assigned"), mark("far", 1.0), mark("low", look="off_duty")])
    places, xs, ys = fleet.seen_in(VIEW, 20)
    assert [fleet.marks[place].id for place in places.tolist()] == ["low", "top"]
    assert xs.tolist() == pytest.approx([400, 400])
    assert ys.tolist() == pytest.approx([300, 300])


def test_within_a_layer_the_southern_one_is_in_front() -> None:
    fleet = Fleet()
    south = VehicleMark("south", "S", 120.6, 31.299, "departed", NOW)
    fleet.update([south, mark("north", look="assigned")])
    places, _, _ = fleet.seen_in(VIEW, 20)
    assert [fleet.marks[place].id for place in places.tolist()] == ["north", "south"]


def test_a_change_of_state_changes_the_order() -> None:
    fleet = Fleet()
    fleet.update([mark("a", look="assigned"), mark("b", look="in_station")])
    fleet.update([mark("a", look="off_duty")])
    places, _, _ = fleet.seen_in(VIEW, 20)
    assert [fleet.marks[place].id for place in places.tolist()] == ["a", "b"]


@pytest.mark.parametrize(
    ("heading", "number"), [(None, NO_HEADING), (0.0, 0), (359.0, 0), (90.0, 8), (-90.0, 24), (11.3, 1)]
)
def test_sprite_numbers_hold_look_age_and_heading(heading: float | None, number: int) -> None:
    fleet = Fleet()
    fleet.update([VehicleMark("a", "A", 120.6, 31.3, "on_scene", NOW - LOST_MS * 2, heading)])
    look, rest = divmod(
        int(fleet.sprite_numbers(fleet.places_of(["a"]), NOW)[0]), FRESHNESSES * PER_FRESHNESS
    )
    assert LOOK_KEYS[look] == "on_scene"
    assert divmod(rest, PER_FRESHNESS) == (LOST, number)


def test_an_unknown_state_shows_as_off_duty() -> None:
    fleet = Fleet()
    fleet.update([mark("a", look="from a newer program")])
    number = int(fleet.sprite_numbers(fleet.places_of(["a"]), NOW)[0])
    assert LOOK_KEYS[number // (FRESHNESSES * PER_FRESHNESS)] == "off_duty"
