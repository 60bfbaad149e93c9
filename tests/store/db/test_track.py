"""The track: one point in 10 s or 50 m is kept, the rest was only for the map."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from store.core.wire import FIX_VALID, FROM_MEMORY, Position
from store.db.store import HubStore
from store.db.tables import TRACK
from store.db.track import DAY_MS, TRACK_KEPT_MS, Thinner, distance_m, forget_track, write_track


def at(ms: int, lat_e6: int = 45_700_000) -> Position:
    return Position("v1", ms, lat_e6, 126_600_000)


def test_distance() -> None:
    assert distance_m(at(0), at(0, 45_701_000)) == pytest.approx(111.2, abs=0.2)


def test_a_point_is_kept_after_ten_seconds_or_fifty_metres() -> None:
    thinner = Thinner()
    points = [
        at(0),
        at(1000),
        at(9999),
        at(10_000),
        at(11_000, 45_700_400),
        at(12_000, 45_700_500),
        at(11_500),
    ]
    assert [thinner.keep(point) for point in points] == [True, False, False, True, False, True, False]


def test_what_a_terminal_had_kept_is_thinned_by_itself() -> None:
    """It comes after newer points and must not be dropped for that."""
    thinner = Thinner()
    assert thinner.keep(at(60_000))
    kept = [replace(at(ms), flags=FIX_VALID | FROM_MEMORY) for ms in (0, 5_000, 10_000)]
    assert [thinner.keep(point) for point in kept] == [True, False, True]
    assert thinner.keep(at(70_000))


def test_a_point_written_twice_is_there_once(tmp_path: Path) -> None:
    store = HubStore(f"sqlite:///{tmp_path}/hub.sqlite", "01", "hub-a")
    store.open()
    for _ in range(2):
        with store.transaction() as connection:
            write_track(connection, [at(0), at(10_000)])
    with store.transaction() as connection:
        assert [row.at for row in connection.execute(select(TRACK))] == [0, 10_000]
    store.close()


def test_old_points_go_vehicle_by_vehicle_a_day_at_a_time(store_url: str) -> None:
    now = 2 * TRACK_KEPT_MS
    kept, old = now - TRACK_KEPT_MS, now - TRACK_KEPT_MS - 1
    store = HubStore(store_url, "01", "hub-a")
    store.open()
    points = [at(old - 2 * DAY_MS), at(old), at(kept), replace(at(old), vehicle_id="v2")]
    with store.transaction() as connection:
        write_track(connection, points)
    swept, left = "", []
    for _ in range(6):  # v1, v2, the end, twice
        with store.transaction() as connection:
            swept = forget_track(connection, now, swept)
            left.append((swept, connection.execute(select(func.count()).select_from(TRACK)).scalar()))
    with store.transaction() as connection:
        assert [tuple(row[:2]) for row in connection.execute(select(TRACK))] == [("v1", kept)]
    store.close()
    assert left == [("v1", 3), ("v2", 2), ("", 2), ("v1", 1), ("", 1), ("v1", 1)]
